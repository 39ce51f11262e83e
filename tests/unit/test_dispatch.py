"""What must not stop the dispatch: words of another version, a connection that ends, a history that cannot be read."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from distributed import Client

from resnet.errors import TrainingError
from resnet.presets import DEMO
from resnet.runs.answers import Answers
from resnet.runs.dispatch import Dispatcher
from resnet.runs.engine import TOPIC
from resnet.runs.hub import Hub
from resnet.runs.queueing import Limits
from resnet.runs.service import Service
from resnet.runs.store import Store
from resnet.runs.survey import Survey
from tests.unit.test_attempts import trouble
from tests.unit.test_hub import interrupted
from tests.unit.test_store import batch

NOWHERE = "tcp://127.0.0.1:1"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    hub = Hub(store)
    hub.open(store.add_run("a", DEMO))
    yield hub
    hub.close()
    store.close()


@pytest.fixture
def dispatcher(hub: Hub) -> Dispatcher:
    """One that has not been opened, and so reaches nothing by itself."""
    return Dispatcher(hub, Answers(), address=NOWHERE, usual=None, returned=lambda runs: None)


def test_what_a_worker_of_another_version_says_is_left_out(dispatcher: Dispatcher, hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    dispatcher._receive(TOPIC, {"kind": "unheard-of", "run": "a", "sequence": 1, "time": 1.0})
    dispatcher._receive(TOPIC, {"kind": "batch", "run": "a"})
    dispatcher._receive(TOPIC, {**batch("a", 1).to_dict(), "attempt": 1})
    assert hub.events("a") == [batch("a", 1)]
    assert [record.levelno for record in caplog.records if record.name == "resnet.runs.dispatch"] == [logging.ERROR] * 2


def test_a_connection_that_ends_as_a_run_is_submitted_is_not_the_students_trouble(dispatcher: Dispatcher, hub: Hub) -> None:
    with Client(processes=False, n_workers=0, dashboard_address=None, set_as_default=False) as client:
        dispatcher._keeper._client = client
    dispatcher.submit("a")
    assert not dispatcher._jobs, "so that it is handed over as soon as there is an engine"
    assert hub.state("a") == "queued"


def test_of_workers_that_differ_the_smallest_says_what_fits(dispatcher: Dispatcher) -> None:
    assert dispatcher.memory_limit is None
    dispatcher._survey = Survey([4_000, None, 2_000])
    assert dispatcher.memory_limit == 2_000
    dispatcher._survey = Survey([None])
    assert dispatcher.memory_limit is None


def test_runs_whose_history_cannot_be_read_stay_as_they_are_when_the_engine_returns(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "runs.sqlite"
    service = Service(Store(f"sqlite:///{file}"), address=NOWHERE)
    service._store.add_run("a", DEMO)
    service._store.append("a", [interrupted(1)], "interrupted")
    away = file.rename(tmp_path / "away.sqlite")
    service._returned(["a", "a"])
    assert len(caplog.records) == 2
    away.rename(file)
    service._returned(["a"])
    record = service.run("a")
    assert record is not None
    assert (record.state, record.attempt) == ("queued", 2)
    service._hub.close()
    service._store.close()


def test_a_run_that_stands_still_is_repaired_in_its_turn(tmp_path: Path) -> None:
    service = Service(Store(f"sqlite:///{tmp_path / 'runs.sqlite'}"), address=NOWHERE, limits=Limits(runs_per_visitor=2))
    service._store.add_run("a", DEMO, visitor="ann")
    service._store.append("a", [trouble(1, 1), interrupted(2)], "interrupted")
    more = [service.start(DEMO, visitor="ann") for _ in range(2)]
    other = service.start(DEMO, visitor="bob")
    with pytest.raises(TrainingError, match="you have 2 runs that wait or train"):
        service.repair("a")
    service.stop(more[1])
    service.repair("a")
    assert service.active_runs() == [more[0], other, "a"]
    service._hub.close()
    service._store.close()
