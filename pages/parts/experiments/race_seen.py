"""What there is to look at in a race: a run of this server and what it said so far, or a recording; and which question is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pages.parts.experiments.session import Bench
from pages.parts.network_state import current_run
from resnet.config import TrainConfig
from resnet.experiments.catalogue import Race, Settings, belongs
from resnet.experiments.readings import curves_of
from resnet.experiments.recordings import Recording, load
from resnet.training.events import BatchEnd, Event

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


@dataclass(frozen=True, slots=True)
class Seen:
    """A run and what it said so far, or a recording, or nothing yet."""

    record: RunRecord | None = None
    events: Sequence[Event] = ()
    recording: Recording | None = None

    @property
    def config(self) -> TrainConfig | None:
        if self.recording is not None:
            return self.recording.config
        return self.record.config if self.record is not None else None

    @property
    def has_data(self) -> bool:
        return self.recording is not None or any(isinstance(event, BatchEnd) for event in self.events)

    def depth(self, settings: Settings) -> int:
        """Layers of the deep networks: of those that are looked at, else of those that `settings` would train."""
        return max(network.depth for network in self.config.networks) if self.config is not None else settings.depth

    def steps(self, settings: Settings) -> int:
        """How many steps it was to have, in the same way."""
        return self.config.max_steps or settings.steps if self.config is not None else settings.steps


def look(lab: Service | None, race: Race, own: Bench) -> Seen:
    """The recording being watched; else the run in the address, if it is one of this experiment, or the last one of this session.

    The question about the long run is answered by its recording alone.
    """
    if own.recording is not None:
        return Seen(recording=load(own.recording))
    if lab is None or own.view == "long":
        return Seen()
    for run in (current_run(), own.run):
        record = _run_of(lab, race, run)
        if record is not None:
            own.run = record.id
            return Seen(record, lab.events(record.id))
    return Seen()


def open_question(lab: Service | None, race: Race, own: Bench) -> None:
    """Choose between the two questions of the rescue: that of a run that the address brings, else the one that was open.

    At first that is the recorded one, where there is a recording.
    """
    brought = _run_of(lab, race, current_run())
    if brought is not None and brought.id != own.run:
        own.view, own.recording, own.played = "own", None, False
    elif not own.view:
        own.view = "long" if load(race.recordings[0]) is not None else "own"


def steps_done(events: Sequence[Event]) -> int:
    """Steps that all networks have done; fewer than were asked for where a run was stopped."""
    return min((int(curve.steps[-1]) for curve in curves_of(events).values()), default=0)


def _run_of(lab: Service | None, race: Race, run: str | None) -> RunRecord | None:
    """That run, where it is one of this experiment."""
    record = lab.run(run) if lab is not None and run else None
    return record if record is not None and belongs(race, record.config) else None
