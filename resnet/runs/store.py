"""The history: every run, its configuration and every event, in any database SQLAlchemy speaks to."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.engine import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from resnet.config import TrainConfig
from resnet.errors import StoreError
from resnet.runs.database import explained, open_database
from resnet.runs.schema import EVENTS, RUNS
from resnet.training.events import Event, Failed, Finished, Interrupted, from_dict

RunState = Literal["queued", "preparing", "running", "paused", "evaluating", "finished", "stopped", "failed", "interrupted"]
ENDED: frozenset[RunState] = frozenset({"finished", "stopped", "failed", "interrupted"})
RESUMABLE: frozenset[RunState] = frozenset({"stopped", "interrupted"})  # ended, but not for ever
IMPORTED = "imported"  # in the place of the owner of a run that came as a file
BATCH = 1_000  # events that are written at once: milliseconds for which no run that trains can write its own
_IS_THERE = RUNS.c.deleted.is_(None)
_WAS_DELETED = RUNS.c.deleted > 0  # what is still being written down is hidden too, under a negative time


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn:
    """How a run is to be continued: from its newest checkpoint up to `from_step` (None: the newest), its rates scaled."""

    from_step: int | None = None
    rate_factor: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """One run as the history knows it.

    `owner` names the engine it was given to: a scheduler's address, or the server process whose own engine it is. `visitor` is the browser
    that asked for it. `attempt` counts how often it was begun: 1, and one more for each time it was continued, the last time as
    `continuation` says. `outcome` is its last event, once it has ended. `title` and `note` are what people called it and wrote beside
    it; `deleted` is when somebody deleted it, in seconds since 1970.
    """

    id: str
    created: float
    config: TrainConfig
    state: RunState
    owner: str = ""
    visitor: str = ""
    attempt: int = 1
    continuation: GoOn | None = None
    outcome: Event | None = None
    title: str = ""
    note: str = ""
    deleted: float | None = None

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def imported(self) -> bool:
        """Whether it came as a file, and was not continued here since."""
        return self.owner == IMPORTED

    @property
    def can_continue(self) -> bool:
        """Whether the run can go on from where it was interrupted or stopped."""
        return self.state in RESUMABLE

    @property
    def result(self) -> Finished | None:
        return self.outcome if isinstance(self.outcome, Finished) else None

    @property
    def failure(self) -> Failed | None:
        return self.outcome if isinstance(self.outcome, Failed) else None

    @property
    def interruption(self) -> Interrupted | None:
        return self.outcome if isinstance(self.outcome, Interrupted) else None


class Store:
    """Reads and writes the history. Every method blocks on the database, so call none on an event loop, and may raise StoreError.

    A run that was deleted is none that `run` and `runs` know, until it is restored.
    """

    def __init__(self, url: str | None = None) -> None:
        self._engine = open_database(url)
        self._reading_problem: StoreError | None = None

    def close(self) -> None:
        self._engine.dispose()

    @property
    def engine(self) -> Engine:
        return self._engine

    @property
    def reading_problem(self) -> StoreError | None:
        """Why the history could not be read when it was last asked for; None where it could."""
        return self._reading_problem

    def add_run(self, run: str, config: TrainConfig, owner: str = "", *, visitor: str = "") -> RunRecord:
        """Write down a new run, queued."""
        record = RunRecord(id=run, created=time.time(), config=config, state="queued", owner=owner, visitor=visitor)
        row = {"id": run, "created": record.created, "config": config.to_dict(), "state": "queued", "owner": owner, "visitor": visitor}
        with self._writing() as connection:
            connection.execute(RUNS.insert().values(**row))
        return record

    def add_ended(self, record: RunRecord, events: Sequence[Event]) -> None:
        """Write down a run that has ended elsewhere, with all it said: whole, or such that nobody sees it and `purge` removes it.

        It is there when its last event is. Until then other runs write between two batches of events.
        """
        row = {name: getattr(record, name) for name in ("id", "created", "state", "owner", "visitor", "title", "note")}
        row |= {"config": record.config.to_dict(), "outcome": events[-1].to_dict(), "deleted": -time.time()}
        with self._writing() as connection:
            connection.execute(RUNS.insert().values(**row))
        try:
            for start in range(0, len(events), BATCH):
                rows = _rows(record.id, events[start : start + BATCH])
                with self._writing() as connection:
                    connection.execute(EVENTS.insert(), rows)
            self._change(RUNS.c.id == record.id, deleted=None)
        except StoreError:
            with suppress(StoreError):
                self._forget(RUNS.c.id == record.id)
            raise

    def adopt(self, run: str, owner: str) -> None:
        """Give a run to another owner."""
        with self._writing() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run).values(owner=owner))

    def begin_again(self, run: str, attempt: int, owner: str, how: GoOn) -> bool:
        """Queue a run that stands still once more, as the attempt after `attempt`.

        False where it does not stand still, or somebody else was quicker: of all who ask at once, on whatever server, one succeeds.
        """
        values = {"state": "queued", "attempt": attempt + 1, "owner": owner, "continuation": asdict(how), "outcome": None}
        stands_still = _IS_THERE & (RUNS.c.id == run) & (RUNS.c.attempt == attempt) & RUNS.c.state.in_(sorted(RESUMABLE))
        with self._writing() as connection:
            return connection.execute(update(RUNS).where(stands_still).values(**values)).rowcount == 1

    def run(self, run: str) -> RunRecord | None:
        """The run of that id, or None."""
        with self._reading() as connection:
            row = connection.execute(select(RUNS).where(_IS_THERE & (RUNS.c.id == run))).first()
        return _record(row) if row else None

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The latest runs, newest first."""
        with self._reading() as connection:
            rows = connection.execute(select(RUNS).where(_IS_THERE).order_by(RUNS.c.created.desc()).limit(limit)).all()
        return [_record(row) for row in rows]

    def deleted(self, limit: int = 50) -> list[RunRecord]:
        """Runs that were deleted and can be restored, the last one first."""
        with self._reading() as connection:
            rows = connection.execute(select(RUNS).where(_WAS_DELETED).order_by(RUNS.c.deleted.desc()).limit(limit)).all()
        return [_record(row) for row in rows]

    def describe(self, run: str, *, title: str | None = None, note: str | None = None) -> bool:
        """Give a run another title or note; what is None stays. False where there is no such run."""
        words = {name: value for name, value in (("title", title), ("note", note)) if value is not None}
        return self._change(_IS_THERE & (RUNS.c.id == run), **words)

    def delete(self, run: str) -> bool:
        """Hide a run that has ended. False where there is none, or it has not ended: of all who ask, on whatever server, one succeeds."""
        return self._change(_IS_THERE & (RUNS.c.id == run) & RUNS.c.state.in_(sorted(ENDED)), deleted=time.time())

    def restore(self, run: str) -> bool:
        """Bring a deleted run back. False where it is there, or gone."""
        return self._change(_WAS_DELETED & (RUNS.c.id == run), deleted=None)

    def purge(self, before: float) -> list[str]:
        """Remove for good what was deleted before that moment (seconds since 1970), events included, and what a server began to write
        down before it and did not end. Returns the ids."""
        return self._forget(func.abs(RUNS.c.deleted) < before)

    def known(self) -> set[str]:
        """The ids of all runs, deleted ones included."""
        with self._reading() as connection:
            return set(connection.scalars(select(RUNS.c.id)))

    def brought_by(self, visitor: str) -> int:
        """How many runs a browser has brought that are there."""
        theirs = _IS_THERE & (RUNS.c.owner == IMPORTED) & (RUNS.c.visitor == visitor)
        with self._reading() as connection:
            return connection.scalar(select(func.count()).select_from(RUNS).where(theirs)) or 0

    def unfinished(self) -> list[RunRecord]:
        """Runs that have not ended, oldest first."""
        with self._reading() as connection:
            rows = connection.execute(select(RUNS).where(RUNS.c.state.not_in(sorted(ENDED))).order_by(RUNS.c.created)).all()
        return [_record(row) for row in rows]

    def events(self, run: str, after: int = 0) -> list[Event]:
        """The run's events with a sequence above `after`, in order, whether they still count or not."""
        query = select(EVENTS.c.data).where(EVENTS.c.run == run, EVENTS.c.sequence > after).order_by(EVENTS.c.sequence)
        with self._reading() as connection:
            return [from_dict(data) for data in connection.scalars(query)]

    def append(self, run: str, events: Sequence[Event], state: RunState, attempt: int = 1) -> None:
        """Keep the events of an attempt and the state they lead to. An event that is already there stays as it is, and so does the state
        of a run that is in a later attempt by now."""
        rows = _rows(run, events)
        with explained(self._engine):
            try:
                self._write(run, rows, events, state, attempt)
            except IntegrityError:
                # A replay after a lost connection brings events twice; the key (run, sequence) tells which are new.
                known = self._sequences(run)
                self._write(run, [row for row in rows if row["sequence"] not in known], events, state, attempt)

    def _write(self, run: str, rows: list[dict[str, Any]], events: Iterable[Event], state: RunState, attempt: int) -> None:
        values: dict[str, Any] = {"state": state}
        outcome = next((item for item in events if item.ends_run), None)
        if outcome is not None and state in ENDED:
            values["outcome"] = outcome.to_dict()
        with self._engine.begin() as connection:
            if rows:
                connection.execute(EVENTS.insert(), rows)
            connection.execute(update(RUNS).where(RUNS.c.id == run, RUNS.c.attempt == attempt).values(**values))

    def _sequences(self, run: str) -> set[int]:
        with self._engine.connect() as connection:
            return set(connection.scalars(select(EVENTS.c.sequence).where(EVENTS.c.run == run)))

    def _forget(self, which: ColumnElement[bool]) -> list[str]:
        with self._writing() as connection:
            gone = list(connection.scalars(select(RUNS.c.id).where(which)))
            if gone:  # else no lock is needed
                # Asked again, for one may have been restored since. A run's events go with it, by their foreign key.
                connection.execute(delete(RUNS).where(RUNS.c.id.in_(gone), which))
            back = set(connection.scalars(select(RUNS.c.id).where(RUNS.c.id.in_(gone))))
        return [run for run in gone if run not in back]

    def _change(self, which: ColumnElement[bool], **values: Any) -> bool:
        with self._writing() as connection:
            return connection.execute(update(RUNS).where(which).values(**values)).rowcount == 1

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with explained(self._engine), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        try:
            with explained(self._engine), self._engine.connect() as connection:
                yield connection
        except StoreError as error:
            self._reading_problem = error
            raise
        self._reading_problem = None


def _rows(run: str, events: Iterable[Event]) -> list[dict[str, Any]]:
    return [{"run": run, "sequence": item.sequence, "kind": item.kind, "data": item.to_dict()} for item in events]


def _record(row: Row[Any]) -> RunRecord:
    return RunRecord(
        id=row.id,
        created=row.created,
        config=TrainConfig.from_dict(row.config),
        state=row.state,
        owner=row.owner,
        visitor=row.visitor,
        attempt=row.attempt,
        continuation=GoOn(**row.continuation) if row.continuation else None,
        outcome=from_dict(row.outcome) if row.outcome else None,
        title=row.title,
        note=row.note,
        deleted=row.deleted,
    )
