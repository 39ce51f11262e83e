"""The history in a real SQLite file."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from resnet.presets import DEMO
from resnet.runs.store import Store
from resnet.training.events import BatchEnd, Failed, Finished, Started


def batch(run: str, sequence: int, loss: float = 1.5) -> BatchEnd:
    return BatchEnd(
        run=run,
        sequence=sequence,
        time=100.0 + sequence,
        network="mini-resnet",
        step=sequence,
        epoch=1,
        loss=loss,
        accuracy=0.25,
        learning_rate=1e-3,
        images_per_second=300.0,
    )


def finished(run: str, sequence: int) -> Finished:
    return Finished(
        run=run,
        sequence=sequence,
        time=500.0,
        test_loss={"mini-resnet": 0.4},
        test_accuracy={"mini-resnet": 0.875},
        class_accuracy={"mini-resnet": [0.5] * 10},
        best_epoch=2,
        stopped_early=False,
        seconds=80.0,
    )


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'runs.sqlite'}"


def test_a_run_and_its_events_survive_a_restart(url: str) -> None:
    store = Store(url)
    config = replace(DEMO, seed=7)
    store.add_run("a", config)
    started = Started(run="a", sequence=1, time=1.0, networks=["mini-resnet"], epochs=3, steps_per_epoch=141, training_images=9000)
    store.append("a", [started, batch("a", 2), batch("a", 3)], "running")
    store.append("a", [finished("a", 4)], "finished")
    store.close()

    again = Store(url)
    record = again.run("a")
    assert record is not None
    assert record.config == config
    assert record.state == "finished"
    assert record.result == finished("a", 4)
    assert again.events("a") == [started, batch("a", 2), batch("a", 3), finished("a", 4)]
    assert again.events("a", after=2) == [batch("a", 3), finished("a", 4)]
    again.close()


def test_events_that_come_twice_are_kept_once(url: str) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    store.append("a", [batch("a", 1), batch("a", 2)], "running")
    store.append("a", [batch("a", 2, loss=99.0), batch("a", 3)], "running")
    assert [event.sequence for event in store.events("a")] == [1, 2, 3]
    assert store.events("a")[1] == batch("a", 2)


def test_a_loss_that_is_not_a_number_is_kept_as_one(url: str) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    store.append("a", [batch("a", 1, loss=math.nan), batch("a", 2, loss=math.inf)], "running")
    losses = [event.loss for event in store.events("a") if isinstance(event, BatchEnd)]
    assert all(math.isnan(loss) for loss in losses)
    with store.engine.connect() as connection:
        texts = connection.scalars(text("select data from events")).all()
    assert all("NaN" not in text and "Infinity" not in text for text in texts), "a strict JSON column would refuse them"


def test_runs_are_listed_newest_first_and_unfinished_ones_oldest_first(url: str) -> None:
    store = Store(url)
    for run in ("first", "second", "third"):
        store.add_run(run, DEMO)
    store.append("second", [Failed(run="second", sequence=1, time=1.0, rule="because of {what}", values={"what": "a test"})], "failed")
    assert [record.id for record in store.runs()] == ["third", "second", "first"]
    assert [record.id for record in store.runs(limit=1)] == ["third"]
    assert [record.id for record in store.unfinished()] == ["first", "third"]
    failure = store.runs()[1].failure
    assert failure is not None
    assert failure.reason == "because of a test"


def test_an_unknown_run_is_none(url: str) -> None:
    store = Store(url)
    assert store.run("nobody") is None
    assert store.events("nobody") == []
