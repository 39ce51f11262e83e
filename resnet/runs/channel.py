"""One active run in memory: what it has said, the state that leads to, and those who watch it."""

from __future__ import annotations

import asyncio
import json
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from resnet.runs.store import ENDED, RESUMABLE, RunRecord, RunState
from resnet.training.course import effective
from resnet.training.events import BatchEnd, Event, GradientNorms

BATCH_COLUMNS = ("step", "epoch", "loss", "accuracy", "learning_rate", "seconds")
LONG_PAST = 500  # events
NORMS_IN_FULL = 600  # gradient norms of a network that are kept each; they come about once a second

LiveState = RunState | Literal["stopping"]

# Events of any other kind leave the state as it is.
STATES: dict[str, RunState] = {
    "preparing": "preparing",
    "started": "running",
    "batch": "running",
    "epoch": "running",
    "paused": "paused",
    "resumed": "running",
    "continued": "running",
    "evaluating": "evaluating",
    "finished": "finished",
    "stopped": "stopped",
    "interrupted": "interrupted",
    "failed": "failed",
}


def state_after(state: RunState, events: Iterable[Event]) -> RunState:
    """The state a run comes to by these events. A batch that a paused run takes by single step does not end its pause."""
    for event in events:
        if state != "paused" or event.kind not in {"batch", "epoch"}:
            state = STATES.get(event.kind, state)
    return state


@dataclass(frozen=True, slots=True)
class Frame:
    """What a viewer is sent at once: JSON `text`, and the sequence of the last event in it, by which a stream resumes.

    The text holds `state`, `stopping`, `position`, `batches` (columns by network), `events` (all others, in order) and `anew`: whether
    the viewer was ahead of the history, as after a server that was killed, and is to forget what it has; then all is told. Events may hold
    "continued": whoever drew anything of later steps than its `step` takes that back first, those of this frame's `batches` excepted,
    which all count; then come the batches. `last`: nothing will follow, since the run has finished or failed. One that is interrupted or
    stopped may be continued, and its streams stay open.
    """

    sequence: int
    version: int
    text: str
    last: bool


class Channel:
    """One run's events in memory while it is active or watched, and those who watch it."""

    def __init__(self, record: RunRecord, events: list[Event] | None = None, *, rank: int = 0, order: int = 0) -> None:
        """`record` as it was when this attempt at the run was queued; `rank` and then `order` say whose turn it is among runs that wait."""
        self.record = record
        self.state: RunState = record.state
        self.rank, self.order = rank, order
        self.position: int | None = None
        self.stopping = False
        self.since = 0.0  # when it came into its state, by time.monotonic()
        self.events: list[Event] = list(events or [])
        self.arrived: list[Event] = []
        self.unwritten: list[Event] = []
        self.last_sequence = self.events[-1].sequence if self.events else 0  # of all that was said, shown or not
        self.version = 0
        self.due = 0.0
        self._norms = _count_norms(self.events)
        self._frames: dict[tuple[int, int], Frame] = {}
        self._viewers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @property
    def run(self) -> str:
        return self.record.id

    @property
    def state_with_arrivals(self) -> RunState:
        """The state once what has arrived is shown, a moment from now."""
        return state_after(self.state, self.arrived)

    @property
    def ended(self) -> bool:
        return self.state_with_arrivals in ENDED

    @property
    def at_rest(self) -> bool:
        """Whether the run has ended and all it said is in the history."""
        return self.state in ENDED and not self.arrived and not self.unwritten

    @property
    def watched(self) -> bool:
        return bool(self._viewers)

    def join(self, waiting: asyncio.Event) -> None:
        """From now on a viewer is woken by this event, on the running loop, whenever there is something to tell."""
        self._viewers[waiting] = asyncio.get_running_loop()

    def leave(self, waiting: asyncio.Event) -> None:
        self._viewers.pop(waiting, None)

    def arrive(self, event: Event) -> None:
        """Take an event in, to be shown and written a moment later.

        Of the gradients' norms of a long run ever fewer are kept: all of the first NORMS_IN_FULL, every second of as many after them,
        every third … An hour's are a third of what was measured, ten hours' a tenth.
        """
        if isinstance(event, GradientNorms):
            self._norms[event.network] += 1
            if self._norms[event.network] % math.ceil(self._norms[event.network] / NORMS_IN_FULL):
                return
        self.arrived.append(event)
        self.last_sequence = event.sequence

    def take(self, now: float) -> None:
        """Move what arrived into the record, to be shown and written."""
        fresh, self.arrived = self.arrived, []
        self.unwritten.extend(fresh)
        self.events.extend(fresh)
        # Last, so that whoever reads the state first and the events then has the event that led to it.
        self.state = state_after(self.state, fresh)
        self.since = now

    def begin_again(self, record: RunRecord, past: list[Event], *, rank: int, order: int) -> None:
        """Wait in the queue once more; what was said stays, with what the history's `past` has besides."""
        self.record, self.rank, self.order = record, rank, order
        if past and past[-1].sequence > self.last_sequence:
            self.events, self.arrived, self.last_sequence = list(past), [], past[-1].sequence
            self._norms = _count_norms(past)
        self.stopping = False
        self.state = "queued"
        self.changed()

    def changed(self) -> None:
        """Wake every viewer: there is something to tell."""
        self.version += 1
        self._frames.clear()
        for waiting, loop in list(self._viewers.items()):
            try:
                loop.call_soon_threadsafe(waiting.set)
            except RuntimeError:  # that viewer's loop is closed
                self._viewers.pop(waiting, None)

    async def frame(self, after: int) -> Frame:
        """As `frame_after`, in a thread where that is much: a long past takes a tenth of a second, which the event loop has not got."""
        last = self.last_sequence
        much = (last - after if after <= last else last) > LONG_PAST
        return await asyncio.to_thread(self.frame_after, after) if much else self.frame_after(after)

    def frame_after(self, sequence: int) -> Frame:
        """Everything after `sequence` that still counts; all of it where that is more than was ever said.

        Viewers that stand at the same place share one encoding.
        """
        version = self.version
        key = (sequence, version)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = self._encode(sequence, version)
        return frame

    def _encode(self, after: int, version: int) -> Frame:
        state = self.state
        # Sequences start at 1 and have few gaps, so the list index is a good first guess for where `after` ends.
        events = list(self.events)
        anew = after > self.last_sequence
        if anew:
            after = 0
        start = min(after, len(events))
        while start > 0 and events[start - 1].sequence > after:
            start -= 1
        fresh = effective(events[start:])
        message = {
            "state": state,
            "stopping": self.stopping and state not in ENDED,
            "position": self.position,
            "anew": anew,
            "batches": _columns([event for event in fresh if isinstance(event, BatchEnd)]),
            "events": [event.to_dict() for event in fresh if not isinstance(event, BatchEnd)],
        }
        sequence = events[-1].sequence if start < len(events) else after
        text = json.dumps(message, allow_nan=False, separators=(",", ":"))
        return Frame(sequence, version, text, state in ENDED - RESUMABLE)


def _count_norms(events: Iterable[Event]) -> Counter[str]:
    return Counter(event.network for event in events if isinstance(event, GradientNorms))


def _columns(batches: list[BatchEnd]) -> dict[str, dict[str, list[float | None]]]:
    """Batches as columns per network: a tenth of the size of one object each, and what a plotting library wants."""
    columns: dict[str, dict[str, list[float | None]]] = {}
    for event in batches:
        network = columns.setdefault(event.network, {name: [] for name in BATCH_COLUMNS})
        for name in BATCH_COLUMNS:
            value = getattr(event, name)
            network[name].append(value if math.isfinite(value) else None)  # JSON knows no NaN
        network["images_per_second"], network["time"] = [event.images_per_second], [event.time]
    return columns
