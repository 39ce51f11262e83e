"""The service's side of the history: runs and what they said, what people call them, and a deletion that can be taken back."""

from __future__ import annotations

import logging
import shutil
import threading
import time

from resnet.errors import ConfigError, ExplainedError, StoreError, TrainingError
from resnet.inquiries import Opened
from resnet.runs import attempts, importing
from resnet.runs.daily import DAY, Daily
from resnet.runs.hub import Hub
from resnet.runs.leftovers import remove_leftovers
from resnet.runs.queueing import Limits
from resnet.runs.schema import NOTE_LENGTH, TITLE_LENGTH
from resnet.runs.store import RunRecord, Store
from resnet.runs.words import note_of, title_of
from resnet.training.checkpoints import run_folder
from resnet.training.course import effective
from resnet.training.events import Event

logger = logging.getLogger(__name__)


class History:
    """Runs as they are known, active or long over. Every method reads or writes the database and may raise StoreError."""

    longest_title, longest_note = TITLE_LENGTH, NOTE_LENGTH  # characters
    days_to_restore = 7

    def __init__(self, store: Store, hub: Hub, limits: Limits | None = None) -> None:
        self._store = store
        self._hub = hub
        self._limits = limits or Limits()
        self._bringing = threading.Lock()  # one file at a time is opened and counted
        self._daily = Daily(self._purge)

    @property
    def history_problem(self) -> ExplainedError | None:
        """Why the history cannot be written or read this moment, and what happens meanwhile; None where it can."""
        return self._hub.problem or self._store.reading_problem

    def run(self, run: str) -> RunRecord | None:
        """The run as the history knows it; None where there is none, or it was deleted."""
        return self._hub.record(run) or self._store.run(run)

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The latest runs, newest first."""
        return self._store.runs(limit)

    def events(self, run: str) -> list[Event]:
        """The events that led to where the run is now: no step twice, however often it was continued."""
        said = self._hub.events(run)
        return effective(self._store.events(run) if said is None else said)

    def rename(self, run: str, title: str) -> None:
        """Call a run something; an empty title takes its name away. Line breaks become spaces.

        Raises ConfigError for a title that is too long, TrainingError where there is no such run.
        """
        title = title_of(title)
        if len(title) > self.longest_title:
            raise ConfigError("a run's title must have at most {most} characters, got {count}", most=self.longest_title, count=len(title))
        self._describe(run, title=title)

    def annotate(self, run: str, note: str) -> None:
        """Write something beside a run; an empty note takes it away. Raises as `rename` does."""
        note = note_of(note)
        if len(note) > self.longest_note:
            raise ConfigError("a run's note must have at most {most} characters, got {count}", most=self.longest_note, count=len(note))
        self._describe(run, note=note)

    def delete(self, run: str) -> None:
        """Hide a run that has ended: it can be restored for `days_to_restore` days.

        Raises TrainingError where it has not ended, or there is no such run.
        """
        if self._hub.place(run) is not None:
            raise _active(run)
        if not self._hub.settle(run):
            raise self._hub.problem or StoreError("what this run has said is not in the database yet; try again in a moment")
        if not self._store.delete(run):
            attempts.known(self._store.run(run), run)
            raise _active(run)  # on another server

    def restore(self, run: str) -> None:
        """Bring a deleted run back. One that is there stays; raises TrainingError where it is gone."""
        if not self._store.restore(run):
            attempts.known(self._store.run(run), run)

    def deleted_runs(self, limit: int = 50) -> list[RunRecord]:
        """Runs that were deleted and can be restored, the last one first."""
        return self._store.deleted(limit)

    def missing_weights(self, run: str) -> tuple[str, ...]:
        """The networks of a run that were trained to the end and whose weights are not on this machine: its file comes without them.

        Raises TrainingError where there is no such run.
        """
        return importing.missing_weights(attempts.known(self.run(run), run))

    def export_run(self, run: str) -> bytes:
        """A run that has ended as a file for `import_run`. Raises TrainingError where it has not, or there is no such run."""
        record = attempts.known(self.run(run), run)
        return importing.export_run(record, self.events(run))

    def import_run(self, data: bytes, *, visitor: str = "") -> str:
        """Take in a run that `export_run` made a file of, here or elsewhere, and return its id here.

        Raises FileError for anything else, and where a limit is reached.
        """
        with self._bringing:
            return importing.import_run(self._store, data, visitor=visitor, limits=self._limits)

    def import_model(self, opened: Opened, *, visitor: str = "") -> str:
        """Take in a network from a .keras file, as a run of which nothing is known but its end, and return its id.

        Raises FileError where a limit is reached.
        """
        with self._bringing:
            return importing.import_model(self._store, opened, visitor=visitor, limits=self._limits)

    def _purge(self) -> None:
        """Remove for good what was deleted long ago, with the weights and checkpoints that this machine keeps of it, or of what another
        server removed."""
        try:
            gone = self._store.purge(time.time() - self.days_to_restore * DAY)
            known = self._store.known()
        except StoreError:
            logger.warning("what was deleted long ago could not be removed; tomorrow, or the next start, tries again", exc_info=True)
            return
        for run in gone:
            shutil.rmtree(run_folder(run), ignore_errors=True)
        remove_leftovers(self._store.engine.url, known)

    def _describe(self, run: str, *, title: str | None = None, note: str | None = None) -> None:
        if not self._store.describe(run, title=title, note=note):
            attempts.known(None, run)
        self._hub.describe(run, title=title, note=note)


def _active(run: str) -> TrainingError:
    return TrainingError("run {run} waits or trains; stop it before you delete it", run=run)
