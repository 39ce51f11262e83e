"""The history: every run, its configuration and every event, in any database SQLAlchemy speaks to."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import platformdirs
from sqlalchemy import JSON, Column, Float, ForeignKey, Integer, MetaData, String, Table, create_engine, event, select, update
from sqlalchemy.engine import Engine, Row
from sqlalchemy.exc import IntegrityError

from resnet.config import TrainConfig
from resnet.training.events import Event, Failed, Finished, from_dict

RunState = Literal["queued", "preparing", "running", "evaluating", "finished", "stopped", "failed"]
ENDED: frozenset[RunState] = frozenset({"finished", "stopped", "failed"})

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
)
EVENTS = Table(
    "events",
    METADATA,
    Column("run", String(32), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("data", JSON, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run as the history knows it.

    `owner` names the engine it was given to: a scheduler's address, or the server process whose own engine it is. `outcome` is its last
    event, once it has ended.
    """

    id: str
    created: float
    config: TrainConfig
    state: RunState
    owner: str = ""
    outcome: Event | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def result(self) -> Finished | None:
        return self.outcome if isinstance(self.outcome, Finished) else None

    @property
    def failure(self) -> Failed | None:
        return self.outcome if isinstance(self.outcome, Failed) else None


def default_url() -> str:
    """`RESNET_DATABASE_URL`, or a SQLite file in the user's data folder."""
    configured = os.environ.get("RESNET_DATABASE_URL")
    if configured:
        return configured
    folder = platformdirs.user_data_path("resnet-lab", ensure_exists=True)
    return f"sqlite:///{folder / 'runs.sqlite'}"


class Store:
    """Reads and writes the history. Every method blocks on the database: call none of them on an event loop."""

    def __init__(self, url: str | None = None) -> None:
        self._engine = create_engine(url or default_url())
        if self._engine.dialect.name == "sqlite":
            event.listen(self._engine, "connect", _prepare_sqlite)
        METADATA.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    @property
    def engine(self) -> Engine:
        return self._engine

    def add_run(self, run: str, config: TrainConfig, owner: str = "") -> RunRecord:
        """Write down a new run, queued."""
        created = time.time()
        with self._engine.begin() as connection:
            connection.execute(RUNS.insert().values(id=run, created=created, config=config.to_dict(), state="queued", owner=owner))
        return RunRecord(id=run, created=created, config=config, state="queued", owner=owner)

    def adopt(self, run: str, owner: str) -> None:
        """Give a run to another owner."""
        with self._engine.begin() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(owner=owner))

    def run(self, run: str) -> RunRecord | None:
        """The run of that id, or None."""
        with self._engine.connect() as connection:
            row = connection.execute(select(RUNS).where(RUNS.c.id == run)).first()
        return _record(row) if row else None

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The latest runs, newest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(RUNS).order_by(RUNS.c.created.desc()).limit(limit)).all()
        return [_record(row) for row in rows]

    def unfinished(self) -> list[RunRecord]:
        """Runs that have not ended, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(RUNS).where(RUNS.c.state.not_in(sorted(ENDED))).order_by(RUNS.c.created)).all()
        return [_record(row) for row in rows]

    def events(self, run: str, after: int = 0) -> list[Event]:
        """The run's events with a sequence above `after`, in order."""
        query = select(EVENTS.c.data).where(EVENTS.c.run == run, EVENTS.c.sequence > after).order_by(EVENTS.c.sequence)
        with self._engine.connect() as connection:
            return [from_dict(data) for data in connection.scalars(query)]

    def append(self, run: str, events: Sequence[Event], state: RunState) -> None:
        """Keep the events and the state they lead to. An event that is already there stays as it is."""
        rows = [{"run": run, "sequence": item.sequence, "kind": item.kind, "data": item.to_dict()} for item in events]
        try:
            self._write(run, rows, events, state)
        except IntegrityError:
            # A replay after a lost connection brings events twice; the key (run, sequence) tells which are new.
            known = self._sequences(run)
            self._write(run, [row for row in rows if row["sequence"] not in known], events, state)

    def _write(self, run: str, rows: list[dict[str, Any]], events: Iterable[Event], state: RunState) -> None:
        values: dict[str, Any] = {"state": state}
        outcome = next((item for item in events if item.ends_run), None)
        if outcome is not None:
            values["outcome"] = outcome.to_dict()
        with self._engine.begin() as connection:
            if rows:
                connection.execute(EVENTS.insert(), rows)
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(**values))

    def _sequences(self, run: str) -> set[int]:
        with self._engine.connect() as connection:
            return set(connection.scalars(select(EVENTS.c.sequence).where(EVENTS.c.run == run)))


def _record(row: Row[Any]) -> RunRecord:
    return RunRecord(
        id=row.id,
        created=row.created,
        config=TrainConfig.from_dict(row.config),
        state=row.state,
        owner=row.owner,
        outcome=from_dict(row.outcome) if row.outcome else None,
    )


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # WAL lets pages read while the hub writes; NORMAL is safe with it against everything but a power cut.
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
