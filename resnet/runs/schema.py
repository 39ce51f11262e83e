"""The tables of the history, and how a database of any earlier version gets them."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import JSON, Column, Float, ForeignKey, Integer, MetaData, String, Table, inspect, text
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

VISITOR_LENGTH = 64
TITLE_LENGTH, NOTE_LENGTH = 80, 1000  # characters

METADATA = MetaData()
RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("created", Float, nullable=False, index=True),
    Column("config", JSON, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("owner", String(200), nullable=False),
    Column("outcome", JSON),
    Column("visitor", String(VISITOR_LENGTH), nullable=False, server_default=""),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("continuation", JSON),
    Column("title", String(TITLE_LENGTH), nullable=False, server_default=""),
    Column("note", String(NOTE_LENGTH), nullable=False, server_default=""),
    Column("deleted", Float),  # when, in seconds since 1970; NULL for what is there, negative for what is being written down
)
EVENTS = Table(
    "events",
    METADATA,
    Column("run", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("data", JSON, nullable=False),
)

MIGRATIONS = Path(__file__).parent / "migrations"
NEWEST = max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("*.py"))
TRIES = 5
WAIT = 1.0  # seconds between two tries


def bring_up_to_date(engine: Engine) -> None:
    """Make the tables, or change those of an earlier version into today's; no run is lost.

    Two servers may start at once: SQLite lets one in after the other. Elsewhere the one that comes second fails, tries again, and finds
    the work done.
    """
    if _version(engine) == NEWEST:  # asked without a lock, and without loading Alembic
        return
    for tries_left in reversed(range(TRIES)):
        try:
            with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if engine.dialect.name == "sqlite":
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                _upgrade(connection)
                if engine.dialect.name == "sqlite":
                    connection.exec_driver_sql("COMMIT")
            return
        except SQLAlchemyError:
            if not tries_left:
                raise
            time.sleep(WAIT)


def _version(engine: Engine) -> str | None:
    """The version of the tables; None for tables from before they had one, and where there are none."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
