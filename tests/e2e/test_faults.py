"""Faults of a laptop's lab, made to happen: processes killed, the database locked, filled and taken away, a disk full."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from sqlalchemy import event as sqlalchemy_event

from resnet.errors import ExplainedError, StoreError, TrainingError
from resnet.runs import asking
from resnet.runs.service import Service
from resnet.training.events import Continued, Preparing, Saved, SaveFailed
from tests.e2e.labs import (
    LONG,
    SHORT,
    assert_whole,
    database,
    ended,
    engine_of_this_test,
    open_lab,
    points,
    record_of,
    save,
    steps,
    told,
    wait_for,
    worker_of_this_test,
)

ROOT = Path(__file__).parents[2]
RUN = replace(LONG, max_steps=600)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("faults")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RESNET_CHECKPOINT_DIR", str(folder / "checkpoints"))
        yield folder


@pytest.fixture(scope="module")
def lab(folder: Path) -> Iterator[Service]:
    with open_lab(database(folder)) as lab:
        yield lab


def test_a_killed_worker_interrupts_its_run_and_one_of_two_clicks_continues_it(lab: Service) -> None:
    run, other = lab.start(RUN), lab.start(SHORT)
    wait_for(lambda: points(lab, run) >= 5)
    saved = save(lab, run)
    worker_of_this_test().kill()
    record = ended(lab, run)
    assert record.interruption is not None
    assert "ended from outside" in record.interruption.reason
    assert record.can_continue
    assert ended(lab, other).state == "finished", "the next one begins by itself"
    assert len(told(lab, run, Preparing)) == len(told(lab, other, Preparing)), "the killed one does not begin again unseen"
    before = points(lab, run)

    def click(_: int) -> ExplainedError | None:
        try:
            lab.continue_run(run)
        except TrainingError as error:
            return error
        return None

    with ThreadPoolExecutor(4) as clicks:
        refusals = list(clicks.map(click, range(4)))
    assert refusals.count(None) == 1, refusals
    assert_whole(lab, run, RUN)
    (continued,) = told(lab, run, Continued)
    assert saved <= continued.step <= before


def test_a_killed_engine_comes_back_and_its_run_goes_on_by_itself(lab: Service) -> None:
    run, waiting = lab.start(RUN), lab.start(SHORT)
    wait_for(lambda: points(lab, run) >= 5)
    saved = save(lab, run)
    engine_of_this_test().kill()
    wait_for(lambda: record_of(lab, run).attempt == 2)
    assert_whole(lab, run, RUN)
    (continued,) = told(lab, run, Continued)
    assert continued.step >= saved
    (interrupted,) = [event for event in lab.events(run) if event.kind == "interrupted"]
    assert "engine ended unexpectedly" in interrupted.reason
    assert_whole(lab, waiting, SHORT, attempts=1)


def test_a_run_without_a_checkpoint_goes_on_from_its_first_weights(lab: Service) -> None:
    run = lab.start(SHORT)
    wait_for(lambda: told(lab, run, Preparing))
    worker_of_this_test().kill()
    assert ended(lab, run).state == "interrupted"
    lab.continue_run(run)
    assert_whole(lab, run, SHORT)


SERVER = """
import sys, time
from resnet.runs.service import Service
from resnet.runs.store import Store
from tests.e2e.labs import SHORT, points, save, wait_for
from tests.e2e.test_faults import RUN
lab = Service(Store(sys.argv[1]), usual=None)
lab.open()
run, waiting = lab.start(RUN), lab.start(SHORT)
wait_for(lambda: points(lab, run) >= 5)
save(lab, run)
print(run, waiting, flush=True)
time.sleep(600)
"""


def test_a_killed_server_leaves_a_run_that_the_next_one_continues(folder: Path) -> None:
    url = f"sqlite:///{folder / 'killed.sqlite'}"
    server = subprocess.Popen([sys.executable, "-c", SERVER, url], stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert server.stdout is not None
    run, waiting = server.stdout.readline().split()
    family = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    server.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive, "no process outlives the server"

    with open_lab(url) as lab:
        record = record_of(lab, run)
        assert record.interruption is not None
        assert "server was ended from outside" in record.interruption.reason
        assert steps(lab, run) == list(range(1, points(lab, run) + 1))
        lab.continue_run(run)
        assert_whole(lab, waiting, SHORT, attempts=1)
        assert_whole(lab, run, RUN)


def test_a_locked_a_full_and_a_missing_database_cost_no_event(lab: Service, folder: Path) -> None:
    run = lab.start(LONG)
    wait_for(lambda: points(lab, run) >= 5)
    file = folder / "runs.sqlite"

    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    wait_for(lambda: "locked" in str(lab.history_problem))
    goes_on(lab, run)
    with pytest.raises(StoreError, match="locked"):
        lab.start(SHORT)
    assert lab.runs(), "the history stays readable"
    holder.execute("ROLLBACK")
    holder.close()
    wait_for(lambda: lab.history_problem is None)

    def fill(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA max_page_count = 1")  # which means: as many as there are

    sqlalchemy_event.listen(lab._store.engine, "checkout", fill)
    wait_for(lambda: "full" in str(lab.history_problem))
    goes_on(lab, run)
    assert lab.runs()
    sqlalchemy_event.remove(lab._store.engine, "checkout", fill)
    lab._store.engine.dispose()
    wait_for(lambda: lab.history_problem is None)

    away = file.rename(folder / "away.sqlite")
    wait_for(lambda: "is gone" in str(lab.history_problem))
    goes_on(lab, run)
    with pytest.raises(StoreError, match="is gone"):
        lab.runs()
    with pytest.raises(StoreError, match="is gone"):
        lab.start(SHORT)
    assert record_of(lab, run).state == "running", "a run in progress is known all the same"
    away.rename(file)
    lab.runs()
    wait_for(lambda: lab.history_problem is None)

    lab.stop(run)
    assert ended(lab, run).state == "stopped"
    wait_for(lambda: lab.live_state(run) is None)
    kept = lab._store.events(run)
    assert [event.sequence for event in kept] == list(range(1, len(kept) + 1))
    assert kept[-1].kind == "stopped"


def test_a_full_disk_costs_a_checkpoint_and_not_the_run(lab: Service) -> None:
    run = lab.start(LONG)
    wait_for(lambda: points(lab, run) >= 5)
    worker = worker_of_this_test()
    before = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (1024, resource.RLIM_INFINITY))
    lab.pause(run)
    wait_for(lambda: told(lab, run, SaveFailed))
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, before)
    (failure,) = told(lab, run, SaveFailed)
    assert failure.rule
    assert not [saved for saved in told(lab, run, Saved) if saved.step == failure.step]
    lab.resume(run)
    goes_on(lab, run)
    saved = save(lab, run)
    assert saved > failure.step
    os.kill(worker.pid, signal.SIGTERM)
    assert ended(lab, run).can_continue


def test_a_worker_that_hangs_is_said_not_to_answer(lab: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "ASK_LIMIT", 1.0)
    run = lab.start(LONG)
    wait_for(lambda: points(lab, run) >= 5)
    worker = worker_of_this_test()
    worker.suspend()
    try:
        for ask in (lab.pause, lab.stop):
            with pytest.raises(TrainingError, match="did not answer"):
                ask(run)
        assert lab.live_state(run) == "running", "nothing is announced that was not heard"
    finally:
        worker.resume()
    monkeypatch.undo()
    lab.stop(run)
    assert ended(lab, run).state == "stopped"


def goes_on(lab: Service, run: str) -> None:
    before = points(lab, run)
    wait_for(lambda: points(lab, run) > before + 5)
