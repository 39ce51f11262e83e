"""Several machines, in one: a separate scheduler and two workers, which train at once and take over from each other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client

from resnet.runs.service import Service
from resnet.training.events import BatchEnd, Continued, Preparing
from tests.e2e.cluster import Cluster, kill
from tests.e2e.labs import LONG, SHORT, assert_whole, database, ended, open_lab, points, record_of, save, told, wait_for

RUN = replace(LONG, max_steps=600)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with Cluster(folder, environment={"RESNET_CHECKPOINT_DIR": str(folder / "checkpoints")}) as cluster:
        yield cluster


def workers(lab: Service) -> dict[str, str]:
    """Names of those that are there, and their addresses."""
    with Client(lab._owner, set_as_default=False) as client:
        return {facts["name"]: address for address, facts in client.scheduler_info(n_workers=-1)["workers"].items()}


def worker_with(lab: Service, run: str) -> str:
    """The name of the worker that began the run's latest attempt."""
    with Client(lab._owner, set_as_default=False) as client:
        address = client.get_metadata(["resnet-lab", f"train-{run}-{record_of(lab, run).attempt}"])
    return next(name for name, its in workers(lab).items() if its == address)


def test_two_train_at_once_and_one_goes_on_where_the_other_was_killed(cluster: Cluster, tmp_path: Path) -> None:
    nannies = {name: cluster.add_worker(name) for name in ("one", "two")}
    with open_lab(database(tmp_path), address=cluster.address) as lab:
        wait_for(lambda: len(workers(lab)) == 2)
        first, second = lab.start(RUN), lab.start(RUN)
        wait_for(lambda: points(lab, first) > 5 and points(lab, second) > 5)
        assert {lab.live_state(first), lab.live_state(second)} == {"running"}, "both at once"
        assert {worker_with(lab, first), worker_with(lab, second)} == {"one", "two"}
        saved = save(lab, first)

        kill(nannies[worker_with(lab, first)])
        record = ended(lab, first)
        assert record.interruption is not None
        assert "ended from outside" in record.interruption.reason
        assert lab.live_state(second) == "running" or ended(lab, second).result, "the other has noticed nothing"
        lab.continue_run(first)
        assert_whole(lab, second, RUN, attempts=1)
        assert_whole(lab, first, RUN)
        (continued,) = told(lab, first, Continued)
        assert continued.step >= saved
        assert worker_with(lab, first) == worker_with(lab, second)
    for nanny in nannies.values():
        kill(nanny)


def allocate(count: int) -> None:
    """What a network does that grows too large. Runs on the worker."""
    import builtins

    builtins.hoard = bytearray(count)  # type: ignore[attr-defined]
    for index in range(0, count, 4096):
        builtins.hoard[index] = 1  # type: ignore[attr-defined]


def test_a_worker_that_grows_too_large_is_ended_and_its_run_says_why(cluster: Cluster, tmp_path: Path) -> None:
    cluster.add_worker("small", memory="2GB")
    with open_lab(database(tmp_path), address=cluster.address) as lab:
        wait_for(lambda: list(workers(lab)) == ["small"])
        run, waiting = lab.start(SHORT), lab.start(SHORT)
        wait_for(lambda: told(lab, run, Preparing))
        with Client(cluster.address, set_as_default=False) as client:
            client.run(allocate, 1_950_000_000, on_error="ignore")
            record = ended(lab, run)
        assert record.interruption is not None
        assert "had grown to" in record.interruption.reason
        assert ended(lab, waiting).state == "finished", "other runs live on"
        assert not told(lab, run, BatchEnd), "it was ended before its first checkpoint"
        lab.continue_run(run)
        assert_whole(lab, run, SHORT)
        assert told(lab, run, Continued)[0].step == 0


def certificates(folder: Path) -> dict[str, str]:
    """As the README says: one certificate for all, which is its own authority."""
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=resnet-lab -keyout lab-key.pem -out lab-cert.pem"
    subprocess.run(command.split(), cwd=folder, check=True, capture_output=True)
    certificate, key = str(folder / "lab-cert.pem"), str(folder / "lab-key.pem")
    settings = {"REQUIRE_ENCRYPTION": "True", "TLS__CA_FILE": certificate}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"TLS__{role}__CERT": certificate, f"TLS__{role}__KEY": key}
    return {f"DASK_DISTRIBUTED__COMM__{name}": value for name, value in settings.items()}


SERVER = """
import sys
from tests.e2e.labs import SHORT, ended, open_lab
with open_lab(sys.argv[1], address=sys.argv[2]) as lab:
    print(ended(lab, lab.start(SHORT)).state, flush=True)
"""


def test_a_cluster_with_tls(tmp_path: Path) -> None:
    """The server is a process of its own: Dask reads its settings once, when it is imported."""
    settings = certificates(tmp_path)
    with Cluster(tmp_path, protocol="tls", environment={**settings, "RESNET_CHECKPOINT_DIR": str(tmp_path / "checkpoints")}) as cluster:
        assert cluster.address.startswith("tls://")
        cluster.add_worker("one")
        ran = subprocess.run(
            [sys.executable, "-c", SERVER, database(tmp_path), cluster.address],
            env={**os.environ, **settings},
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            timeout=120,
        )
        assert ran.stdout.split()[-1:] == ["finished"], ran.stderr
        assert not _answers_in_the_clear(cluster.address)


def _answers_in_the_clear(address: str) -> bool:
    try:
        with Client(address.replace("tls://", "tcp://"), set_as_default=False, timeout=2):
            return True
    except OSError:
        return False
