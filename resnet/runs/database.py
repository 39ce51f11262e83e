"""The connection to the history's database: opened once, brought up to date, and what is wrong with it in plain words."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, DisconnectionError, SQLAlchemyError

from resnet.errors import StoreError
from resnet.runs.schema import bring_up_to_date

LOCK_PATIENCE = 5_000  # milliseconds to wait for another program's lock
_RETRY_SECONDS = 0.02


def default_url() -> str:
    """`RESNET_DATABASE_URL`, or a SQLite file in the user's data folder."""
    configured = os.environ.get("RESNET_DATABASE_URL")
    if configured:
        return configured
    folder = platformdirs.user_data_path("resnet-lab", ensure_exists=True)
    return f"sqlite:///{folder / 'runs.sqlite'}"


def open_database(url: str | None = None) -> Engine:
    """The database at `url`, with today's tables. Raises StoreError where it cannot be had."""
    engine = create_engine(url or default_url())
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    with explained(engine):
        bring_up_to_date(engine)
    path = _file(engine)
    if path is not None:
        _watch_file(engine, path)
    return engine


@contextmanager
def explained(engine: Engine) -> Iterator[None]:
    """Whatever the database refuses inside is raised as StoreError."""
    try:
        yield
    except SQLAlchemyError as error:
        raise _explain(error, _file(engine)) from error


def _explain(error: SQLAlchemyError, path: Path | None) -> StoreError:
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return StoreError(
            "another program holds the database of runs locked; runs in progress go on, and what they say is kept in memory until it can "
            "be written"
        )
    if code == sqlite3.SQLITE_FULL:
        return StoreError(
            "the disk that holds the database of runs is full; runs in progress go on, and what they say is kept in memory until there is "
            "room"
        )
    if path is not None and not path.exists():
        return _gone(path)
    return StoreError(
        "the database of runs cannot be used: {problem}; runs in progress go on, and what they say is kept in memory until it can be "
        "written",
        problem=f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else ''}",
    )


def _gone(path: Path) -> StoreError:
    return StoreError(
        "the database of runs is gone: there is no {path} any more; runs in progress go on, and what they say is kept in memory until the "
        "file is back; a server that starts anew makes a new one",
        path=str(path),
    )


def _file(engine: Engine) -> Path | None:
    """The file a SQLite database lives in; None for any other and for one in memory."""
    name = engine.url.database
    return Path(name) if engine.dialect.name == "sqlite" and name and name != ":memory:" and not name.startswith("file:") else None


def _watch_file(engine: Engine, path: Path) -> None:
    """Have every use of a connection look whether the file is still there.

    SQLite goes on writing into a deleted file, which nobody finds again, and makes a new one, without tables, for each new connection.
    """

    def before_connecting(*_: Any) -> None:
        if not path.exists():
            raise _gone(path)

    def connected(connection: Any, record: Any) -> None:
        record.info["file"] = _identity(path)

    def before_use(connection: Any, record: Any, proxy: Any) -> None:
        if not path.exists():
            raise _gone(path)
        if record.info.setdefault("file", _identity(path)) != _identity(path):
            raise DisconnectionError("another file has taken the database's place")

    event.listen(engine, "do_connect", before_connecting)
    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", before_use)


def _identity(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_dev, facts.st_ino


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # WAL lets pages read while the hub writes; NORMAL is safe with it against everything but a power cut.
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={LOCK_PATIENCE}")
    _patiently(cursor, "PRAGMA journal_mode=WAL")
    for pragma in ("synchronous=NORMAL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _patiently(cursor: Any, statement: str) -> None:
    """SQLite does not wait where two want to turn one file into a WAL database: it refuses one of them at once."""
    until = time.monotonic() + LOCK_PATIENCE / 1_000
    while True:
        try:
            cursor.execute(statement)
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
        time.sleep(_RETRY_SECONDS)
