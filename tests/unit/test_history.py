"""What people do to runs of the past, through the service, without an engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from resnet.errors import ConfigError, ExplainedError, TrainingError
from resnet.presets import DEMO
from resnet.runs.daily import Daily
from resnet.runs.history import History
from resnet.runs.hub import Hub
from resnet.runs.schema import NOTE_LENGTH, RUNS, TITLE_LENGTH
from resnet.runs.store import Store
from tests.unit.test_store import batch, finished


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    yield store
    store.close()


@pytest.fixture
def hub(store: Store) -> Iterator[Hub]:
    hub = Hub(store)
    yield hub
    hub.close()


@pytest.fixture
def history(store: Store, hub: Hub) -> History:
    return History(store, hub)


def words(history: History, run: str) -> tuple[str, str]:
    record = history.run(run)
    assert record is not None
    return record.title, record.note


def test_names_and_notes_are_cleaned(store: Store, history: History) -> None:
    store.add_run("a", DEMO)
    history.rename("a", "  deep\n and\twide \x00\ud800")
    history.annotate("a", " first line\nsecond\x07 ")
    assert words(history, "a") == ("deep and wide", "first line\nsecond")
    history.rename("a", "")
    assert words(history, "a")[0] == ""


def test_what_is_too_long_is_refused_with_the_rule_and_the_count(store: Store, history: History) -> None:
    store.add_run("a", DEMO)
    history.rename("a", "n" * TITLE_LENGTH)
    history.annotate("a", "字" * NOTE_LENGTH)
    with pytest.raises(ConfigError, match="title must have at most 80 characters, got 81"):
        history.rename("a", "n" * (TITLE_LENGTH + 1))
    with pytest.raises(ConfigError, match="note must have at most 1000 characters, got 1001"):
        history.annotate("a", "字" * (NOTE_LENGTH + 1))
    assert words(history, "a") == ("n" * TITLE_LENGTH, "字" * NOTE_LENGTH)


def test_a_run_that_trains_is_renamed_at_once_and_deleted_only_when_it_has_ended(store: Store, hub: Hub, history: History) -> None:
    hub.open(store.add_run("a", DEMO))
    hub.publish(batch("a", 1))
    history.rename("a", "mine")
    assert words(history, "a") == ("mine", "")
    with pytest.raises(TrainingError, match="run a waits or trains; stop it before you delete it"):
        history.delete("a")
    hub.publish(finished("a", 2))
    history.delete("a")  # waits until the end is written
    assert history.run("a") is None
    history.restore("a")
    assert words(history, "a") == ("mine", "")
    history.restore("a")  # asked twice, as by a double click


def test_a_run_of_another_server_that_trains_is_not_deleted(store: Store, history: History) -> None:
    store.add_run("a", DEMO, "another server")
    with pytest.raises(TrainingError, match="waits or trains"):
        history.delete("a")


def test_what_is_not_there_is_said_not_to_be(history: History) -> None:
    for work in (history.delete, history.restore, lambda run: history.rename(run, "x"), lambda run: history.annotate(run, "x")):
        with pytest.raises(ExplainedError, match="there is no run nobody"):
            work("nobody")


def test_after_a_week_a_deleted_run_goes_with_its_files(
    store: Store, history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESNET_CHECKPOINT_DIR", str(tmp_path / "checkpoints"))
    for run, days in (("old", History.days_to_restore + 1), ("new", History.days_to_restore - 1)):
        store.add_run(run, DEMO)
        store.append(run, [finished(run, 1)], "finished")
        history.delete(run)
        (tmp_path / "checkpoints" / run / "trained").mkdir(parents=True)
        with store.engine.begin() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(deleted=time.time() - days * 86_400))
    history._purge()
    assert [record.id for record in history.deleted_runs()] == ["new"]
    assert folders(tmp_path) == ["new"]


def folders(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "checkpoints").iterdir() if path.is_dir())


def test_folders_of_runs_that_another_server_removed_go_and_those_of_other_databases_stay(
    store: Store, history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two machines share the database and each has folders of its own; a third server has another database and the same folders."""
    monkeypatch.setenv("RESNET_CHECKPOINT_DIR", str(tmp_path / "checkpoints"))
    for run in ("mine", "theirs", "other"):
        (tmp_path / "checkpoints" / run).mkdir(parents=True)
    store.add_run("mine", DEMO)
    store.add_run("theirs", DEMO)
    history._purge()
    another = Store(f"sqlite:///{tmp_path / 'another.sqlite'}")
    another.add_run("other", DEMO)
    with closing(another), closing(Hub(another)) as hub:
        History(another, hub)._purge()
    assert folders(tmp_path) == ["mine", "other", "theirs"]
    with store.engine.begin() as connection:  # as the other server's purge does
        connection.execute(delete(RUNS).where(RUNS.c.id == "theirs"))
    history._purge()
    history._purge()
    assert folders(tmp_path) == ["mine", "other"]


def test_what_is_done_daily_is_done_again_though_it_failed_once() -> None:
    """Days of a millisecond."""
    done, enough = [], threading.Event()

    def work() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise OSError("the disk is away")
        enough.set()

    daily = Daily(work, interval=0.001)
    daily.open()
    assert enough.wait(60)
    daily.close()
