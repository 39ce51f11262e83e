"""One active run in memory: what it has said, the state that leads to, and those who watch it."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal

from resnet.runs.store import ENDED, RunState
from resnet.training.events import BatchEnd, Event

BATCH_COLUMNS = ("step", "epoch", "loss", "accuracy", "learning_rate")
LONG_PAST = 500  # events

LiveState = RunState | Literal["stopping"]

STATES: dict[str, RunState] = {
    "preparing": "preparing",
    "started": "running",
    "batch": "running",
    "epoch": "running",
    "evaluating": "evaluating",
    "finished": "finished",
    "stopped": "stopped",
    "failed": "failed",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What a viewer is sent at once: JSON `text`, and the sequence of the last event in it, by which a stream resumes."""

    sequence: int
    version: int
    text: str
    last: bool


class Channel:
    """One run's events in memory while it is active, and those who watch it."""

    def __init__(self, run: str, state: RunState, events: list[Event] | None = None) -> None:
        self.run = run
        self.state: RunState = state
        self.position: int | None = None
        self.stopping = False
        self.events: list[Event] = list(events or [])
        self.arrived: list[Event] = []
        self.unwritten: list[Event] = []
        self.version = 0
        self.due = 0.0
        self._frames: dict[tuple[int, int], Frame] = {}
        self._viewers: dict[asyncio.Event, asyncio.AbstractEventLoop] = {}

    @property
    def last_sequence(self) -> int:
        newest = self.arrived or self.events
        return newest[-1].sequence if newest else 0

    @property
    def state_with_arrivals(self) -> RunState:
        """The state once what has arrived is shown, a moment from now."""
        return STATES[self.arrived[-1].kind] if self.arrived else self.state

    def take(self) -> None:
        """Move what arrived into the record, to be shown and written."""
        fresh, self.arrived = self.arrived, []
        self.unwritten.extend(fresh)
        self.events.extend(fresh)
        # Last, so that whoever reads the state first and the events then has the event that led to it.
        self.state = STATES[fresh[-1].kind]

    def changed(self) -> None:
        """Wake every viewer: there is something to tell."""
        self.version += 1
        self._frames.clear()
        for waiting, loop in list(self._viewers.items()):
            try:
                loop.call_soon_threadsafe(waiting.set)
            except RuntimeError:  # that viewer's loop is closed
                self._viewers.pop(waiting, None)

    def frame_after(self, sequence: int) -> Frame:
        """Everything after `sequence`. Viewers that stand at the same place share one encoding."""
        version = self.version
        key = (sequence, version)
        frame = self._frames.get(key)
        if frame is None:
            frame = self._frames[key] = self._encode(sequence, version)
        return frame

    def _encode(self, after: int, version: int) -> Frame:
        state = self.state
        # Sequences start at 1 and have no gaps in a healthy run, so the list index is a good first guess for where `after` ends.
        events = list(self.events)
        start = min(after, len(events))
        while start > 0 and events[start - 1].sequence > after:
            start -= 1
        fresh = events[start:]
        message = {
            "state": state,
            "stopping": self.stopping and state not in ENDED,
            "position": self.position,
            "batches": _columns([event for event in fresh if isinstance(event, BatchEnd)]),
            "events": [event.to_dict() for event in fresh if not isinstance(event, BatchEnd)],
        }
        sequence = fresh[-1].sequence if fresh else after
        return Frame(sequence, version, json.dumps(message, allow_nan=False, separators=(",", ":")), state in ENDED)

    async def frames(self, after: int) -> AsyncIterator[Frame]:
        """Frames for one viewer, from `after` until the run has ended."""
        waiting = asyncio.Event()
        self._viewers[waiting] = asyncio.get_running_loop()
        try:
            while True:
                waiting.clear()
                # A long past takes a tenth of a second to encode, which the event loop has not got.
                long = self.last_sequence - after > LONG_PAST
                frame = await asyncio.to_thread(self.frame_after, after) if long else self.frame_after(after)
                yield frame
                if frame.last:
                    return
                after = frame.sequence
                await waiting.wait()
        finally:
            self._viewers.pop(waiting, None)


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
