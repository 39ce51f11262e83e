"""The history in a real SQLite file."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text, update

from resnet.errors import StoreError
from resnet.presets import DEMO
from resnet.runs.schema import RUNS
from resnet.runs.store import BATCH, GoOn, RunRecord, RunState, Store
from resnet.training.events import BatchEnd, Event, Failed, Finished, Interrupted, Started


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


def interrupted(run: str, sequence: int) -> Interrupted:
    return Interrupted(run=run, sequence=sequence, time=1.0, rule="a {what}", values={"what": "test"})


def test_of_many_who_continue_a_run_one_succeeds(url: str) -> None:
    stores = [Store(url) for _ in range(4)]
    stores[0].add_run("a", DEMO, "there", visitor="browser")
    stores[0].append("a", [batch("a", 1), interrupted("a", 2)], "interrupted")
    record = stores[1].run("a")
    assert record is not None
    assert record.interruption == interrupted("a", 2)
    assert record.ended
    assert record.can_continue
    with ThreadPoolExecutor(4) as pool:
        won = list(pool.map(lambda store: store.begin_again("a", 1, "here", GoOn()), stores))
    assert sorted(won) == [False, False, False, True]
    again = stores[2].run("a")
    assert again is not None
    assert (again.state, again.attempt, again.owner, again.visitor, again.outcome) == ("queued", 2, "here", "browser", None)
    assert [item.id for item in stores[3].unfinished()] == ["a"]


def test_what_an_earlier_attempt_says_late_is_kept_and_changes_no_state(url: str) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    store.append("a", [interrupted("a", 1)], "interrupted")
    assert store.begin_again("a", 1, "here", GoOn())
    store.append("a", [batch("a", 2)], "running", attempt=1)
    record = store.run("a")
    assert record is not None
    assert record.state == "queued"
    store.append("a", [batch("a", 3)], "running", attempt=2)
    record = store.run("a")
    assert record is not None
    assert record.state == "running"
    assert [event.sequence for event in store.events("a")] == [1, 2, 3]


@pytest.mark.parametrize("state", ["queued", "running", "finished", "failed"])
def test_only_what_stands_still_can_be_continued(url: str, state: RunState) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    store.append("a", [batch("a", 1)], state)
    assert not store.begin_again("a", 1, "here", GoOn())


def test_a_locked_database_is_read_and_its_refusal_to_write_explained(url: str) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    with Store(url).engine.connect() as holder:
        holder.execute(text("BEGIN EXCLUSIVE"))
        assert [record.id for record in store.runs()] == ["a"]
        with pytest.raises(StoreError, match="another program holds the database of runs locked"):
            store.add_run("b", DEMO)
        holder.execute(text("ROLLBACK"))
    assert store.add_run("b", DEMO).id == "b"


def test_a_full_disk_is_explained(url: str) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    with store.engine.connect() as connection:
        connection.execute(text(f"PRAGMA max_page_count = {connection.scalar(text('PRAGMA page_count'))}"))
    with pytest.raises(StoreError, match="the disk that holds the database of runs is full"):
        store.append("a", [batch("a", sequence) for sequence in range(1, 1000)], "running")
    assert [record.id for record in store.runs()] == ["a"], "the history stays readable"


def test_a_file_that_is_gone_is_missed_and_used_again_when_it_is_back(url: str, tmp_path: Path) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    store.append("a", [batch("a", 1)], "running")
    with store.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    file = tmp_path / "runs.sqlite"
    away = file.rename(tmp_path / "away.sqlite")
    for work in (store.runs, lambda: store.append("a", [batch("a", 2)], "running"), lambda: store.add_run("b", DEMO)):
        with pytest.raises(StoreError, match=r"is gone: there is no .*runs\.sqlite"):
            work()
    assert store.reading_problem is not None
    assert not file.exists(), "no new one is made in its place"
    away.rename(file)
    store.append("a", [batch("a", 2)], "running")
    assert [event.sequence for event in store.events("a")] == [1, 2]
    assert store.reading_problem is None


def test_another_file_in_its_place_is_the_one_that_is_read(url: str, tmp_path: Path) -> None:
    """As after a backup was put back: no connection goes on with the deleted file."""
    store = Store(url)
    store.add_run("a", DEMO)
    other = Store(f"sqlite:///{tmp_path / 'backup.sqlite'}")
    other.add_run("from-the-backup", DEMO)
    other.close()
    for name in ("runs.sqlite-wal", "runs.sqlite-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    (tmp_path / "backup.sqlite").replace(tmp_path / "runs.sqlite")
    assert [record.id for record in store.runs()] == ["from-the-backup"]


def test_a_file_that_is_no_database_is_explained(tmp_path: Path) -> None:
    (tmp_path / "runs.sqlite").write_text("a letter " * 1000)
    with pytest.raises(StoreError, match="cannot be used: DatabaseError: file is not a database"):
        Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")


def test_a_title_and_a_note_are_kept_beside_a_run(url: str) -> None:
    store = Store(url)
    assert (store.add_run("a", DEMO).title, store.add_run("b", DEMO).note) == ("", "")
    assert store.describe("a", title="wide 网络")
    assert store.describe("a", note="one\ntwo")
    assert store.describe("b", title="gone again")
    assert store.describe("b", title="")
    assert not store.describe("nobody", title="x")
    store.close()
    again = Store(url)
    assert [(record.id, record.title, record.note) for record in again.runs()] == [("b", "", ""), ("a", "wide 网络", "one\ntwo")]


def test_a_deleted_run_is_hidden_and_comes_back_whole(url: str) -> None:
    store = Store(url)
    for run in ("a", "b"):
        store.add_run(run, DEMO)
        store.append(run, [batch(run, 1), finished(run, 2)], "finished")
    before = store.run("a")
    assert store.delete("a")
    assert not store.delete("a"), "it is not there any more"
    assert store.run("a") is None
    assert [record.id for record in store.runs()] == ["b"]
    assert not store.describe("a", title="x")
    (hidden,) = store.deleted()
    assert (hidden.id, hidden.deleted is not None) == ("a", True)
    assert store.restore("a")
    assert not store.restore("a")
    assert store.run("a") == before
    assert store.events("a") == [batch("a", 1), finished("a", 2)]
    assert store.deleted() == []


@pytest.mark.parametrize("state", ["queued", "preparing", "running", "paused", "evaluating"])
def test_what_has_not_ended_is_not_deleted(url: str, state: RunState) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    store.append("a", [batch("a", 1)], state)
    assert not store.delete("a")
    assert [record.id for record in store.unfinished()] == ["a"]


def test_a_deleted_run_is_not_continued(url: str) -> None:
    store = Store(url)
    store.add_run("a", DEMO)
    store.append("a", [interrupted("a", 1)], "interrupted")
    assert store.delete("a")
    assert not store.begin_again("a", 1, "here", GoOn())
    assert store.restore("a")
    assert store.begin_again("a", 1, "here", GoOn())


def test_what_was_deleted_long_ago_goes_with_its_events(url: str) -> None:
    store = Store(url)
    for run, deleted in (("old", 100.0), ("new", 300.0), ("there", None)):
        store.add_run(run, DEMO)
        store.append(run, [batch(run, 1), finished(run, 2)], "finished")
        with store.engine.begin() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(deleted=deleted))
    assert store.purge(before=200.0) == ["old"]
    assert store.purge(before=200.0) == []
    with store.engine.connect() as connection:
        assert set(connection.scalars(text("select distinct run from events"))) == {"new", "there"}
    assert not store.restore("old")
    assert [record.id for record in store.deleted()] == ["new"]


class Interleaved(list[Event]):
    """Events that do something before each batch of them is handed over."""

    def __init__(self, events: list[Event], before: Callable[[int], object]) -> None:
        super().__init__(events)
        self.before, self.batches = before, 0

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            self.batches += 1
            self.before(self.batches)
        return super().__getitem__(place)


BROUGHT = RunRecord(id="brought", created=5.0, config=DEMO, state="finished", owner="imported")


def test_a_run_that_trains_writes_while_a_long_one_is_brought_which_is_there_when_it_is_whole(url: str) -> None:
    store, other = Store(url), Store(url)
    store.add_run("live", DEMO)

    def look(number: int) -> None:
        other.append("live", [batch("live", number)], "running")
        assert [record.id for record in other.runs()] == ["live"]
        assert other.deleted() == []
        assert not other.restore("brought")

    events = Interleaved([*(batch("brought", 1 + step) for step in range(2 * BATCH)), finished("brought", 2 * BATCH + 1)], look)
    store.add_ended(BROUGHT, events)
    assert events.batches == 3
    assert [event.sequence for event in other.events("live")] == [1, 2, 3]
    assert len(other.events("brought")) == 2 * BATCH + 1
    assert {record.id: record.outcome for record in other.runs()} == {"live": None, "brought": finished("brought", 2 * BATCH + 1)}


def test_what_a_server_did_not_write_down_to_its_end_is_purged(url: str) -> None:
    def crash(number: int) -> None:
        if number == 2:
            raise SystemExit

    store = Store(url)
    begun = time.time()
    with pytest.raises(SystemExit):
        store.add_ended(BROUGHT, Interleaved([batch("brought", 1 + step) for step in range(BATCH + 1)], crash))
    assert len(store.events("brought")) == BATCH
    assert (store.runs(), store.deleted(), store.purge(begun)) == ([], [], [])
    assert store.purge(time.time() + 1) == ["brought"]
    assert store.events("brought") == []


def test_what_the_database_refuses_to_write_down_is_gone_again(url: str) -> None:
    store = Store(url)
    with pytest.raises(StoreError, match="IntegrityError"):
        store.add_ended(BROUGHT, [*(batch("brought", 1 + step) for step in range(BATCH)), batch("brought", 1)])
    assert store.events("brought") == []
    assert store.known() == set()
