"""A database of an earlier version becomes one of today's, with all its runs."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Timer

import pytest

from resnet.presets import DEMO
from resnet.runs.database import _patiently
from resnet.runs.store import GoOn, Store
from tests.unit.test_store import batch

ROOT = Path(__file__).parents[2]

# As SQLAlchemy made them before there were versions.
RUNS = """
CREATE TABLE runs (id VARCHAR(32) NOT NULL, created FLOAT NOT NULL, config JSON NOT NULL, state VARCHAR(16) NOT NULL,
{owner} outcome JSON, PRIMARY KEY (id))
"""
EVENTS = """
CREATE TABLE events (run VARCHAR(32) NOT NULL, sequence INTEGER NOT NULL, kind VARCHAR(16) NOT NULL, data JSON NOT NULL,
PRIMARY KEY (run, sequence), FOREIGN KEY(run) REFERENCES runs (id) ON DELETE CASCADE)
"""


def make_old(file: Path, *, owner: bool) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute(RUNS.format(owner="owner VARCHAR(200) NOT NULL," if owner else ""))
        connection.execute("CREATE INDEX ix_runs_created ON runs (created)")
        connection.execute("CREATE INDEX ix_runs_state ON runs (state)")
        connection.execute(EVENTS)
        columns = "id, created, config, state" + (", owner" if owner else "")
        values = ["old", 12.5, json.dumps(DEMO.to_dict()), "stopped", *(["elsewhere/1/2.00"] if owner else [])]
        connection.execute(f"INSERT INTO runs ({columns}) VALUES ({', '.join('?' * len(values))})", values)
        event = batch("old", 1)
        connection.execute("INSERT INTO events VALUES ('old', 1, 'batch', ?)", [json.dumps(event.to_dict())])
    connection.close()


@pytest.mark.parametrize("owner", [False, True])
def test_a_database_from_before_versions_keeps_its_runs(tmp_path: Path, owner: bool) -> None:
    file = tmp_path / "runs.sqlite"
    make_old(file, owner=owner)
    for _ in range(2):  # the second time there is nothing to do
        store = Store(f"sqlite:///{file}")
        (record,) = store.runs()
        assert (record.id, record.config, record.state, record.attempt, record.visitor) == ("old", DEMO, "stopped", 1, "")
        assert record.owner == ("elsewhere/1/2.00" if owner else "")
        assert store.events("old") == [batch("old", 1)]
        assert record.can_continue
        store.close()
    store = Store(f"sqlite:///{file}")
    assert store.begin_again("old", 1, "here", GoOn(from_step=3, rate_factor=0.5))
    again = store.run("old")
    assert again is not None
    assert (again.state, again.attempt, again.owner, again.continuation) == ("queued", 2, "here", GoOn(from_step=3, rate_factor=0.5))
    store.close()


def test_old_and_new_databases_have_the_same_columns(tmp_path: Path) -> None:
    make_old(tmp_path / "old.sqlite", owner=False)
    found = []
    for name in ("old", "new"):
        Store(f"sqlite:///{tmp_path / name}.sqlite").close()
        with sqlite3.connect(tmp_path / f"{name}.sqlite") as connection:
            found.append({table: {row[1:3] for row in connection.execute(f"PRAGMA table_info({table})")} for table in ("runs", "events")})
        connection.close()
    assert found[0] == found[1]


OPEN_AND_ADD = """
import sys
from resnet.presets import DEMO
from resnet.runs.store import Store
print("ready", flush=True)
sys.stdin.readline()
store = Store(sys.argv[1])
store.add_run(sys.argv[2], DEMO)
"""


def test_servers_that_start_at_once_do_not_break_it(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    make_old(file, owner=False)
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_ADD, f"sqlite:///{file}", f"run-{number}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        for number in range(3)
    ]
    for server in servers:
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
    for server in servers:
        assert server.stdin is not None
        server.stdin.write("\n")
        server.stdin.flush()
    for server in servers:
        server.communicate(timeout=60)
        assert server.returncode == 0
    store = Store(f"sqlite:///{file}")
    assert {record.id for record in store.runs()} == {"old", "run-0", "run-1", "run-2"}
    store.close()


def test_who_is_refused_at_once_while_another_makes_it_a_wal_database_tries_again(tmp_path: Path) -> None:
    file = tmp_path / "runs.sqlite"
    make_old(file, owner=False)
    other = sqlite3.connect(file, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    ours = sqlite3.connect(file, timeout=0)  # SQLite does not wait where both want this, whatever its timeout
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        ours.execute("PRAGMA journal_mode=WAL")
    ending = Timer(0.2, other.rollback)
    ending.start()
    _patiently(ours.cursor(), "PRAGMA journal_mode=WAL")
    ending.join()
    assert ours.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ours.close()
    other.close()
