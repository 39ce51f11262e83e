"""Live fan-out: events come in from the engine at any pace and go out to the history and to every viewer, at most ten times a second.

Nothing is dropped. Viewers get frames: all that happened since their last one, encoded once for everybody who stands at the same place.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable

from sqlalchemy.exc import SQLAlchemyError

from resnet.runs.channel import Channel, Frame, LiveState
from resnet.runs.store import ENDED, RunState, Store
from resnet.training.events import Event

logger = logging.getLogger(__name__)

FRAME_INTERVAL = 0.1  # seconds between two frames of one run
WRITE_RETRY = 1.0  # seconds before a failed database write is tried again


class Hub:
    """Takes events from any thread, keeps them through the store, and serves streams of frames."""

    def __init__(self, store: Store, on_end: Callable[[str], None] | None = None) -> None:
        self._store = store
        self._on_end = on_end
        self._channels: dict[str, Channel] = {}
        self._lock = threading.Lock()
        self._arrival = threading.Event()
        self._flushed = threading.Event()
        self._closing = False
        # Two threads, so that viewers never wait for the database.
        self._threads = [
            threading.Thread(target=work, name=f"hub-{work.__name__.strip('_')}", daemon=True) for work in (self._send, self._keep)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Write what is left and end. Streams that are open end with their connections."""
        self._closing = True
        for event, thread in zip((self._arrival, self._flushed), self._threads, strict=True):
            event.set()
            thread.join(timeout=5)

    def open(self, run: str, state: RunState = "queued") -> None:
        """Begin to follow a run that is in the store; one followed already stays as it is. Reads the database."""
        past = self._store.events(run) if state != "queued" else None
        with self._lock:
            self._channels.setdefault(run, Channel(run, state, past))
            self._place_queue()

    def publish(self, event: Event) -> None:
        """Take an event from the engine. One that came before, or comes after the run's end, is left out."""
        with self._lock:
            channel = self._channels.get(event.run)
            if channel is None or event.sequence <= channel.last_sequence or self._ended(channel):
                return
            channel.arrived.append(event)
        self._arrival.set()

    def conclude(self, run: str, make: Callable[[int], Event]) -> None:
        """End a run from this side: `make` gets the next sequence and returns the last event. A run that has ended stays as it ended."""
        with self._lock:
            channel = self._channels.get(run)
            if channel is None or self._ended(channel):
                return
            channel.arrived.append(make(channel.last_sequence + 1))
        self._arrival.set()

    def announce_stopping(self, run: str) -> None:
        """Tell viewers that a stop was asked for, before the worker has heard of it."""
        with self._lock:
            channel = self._channels.get(run)
            if channel is not None:
                channel.stopping = True
                channel.changed()

    def state(self, run: str) -> LiveState | None:
        """The live state of an active run ("stopping" where a stop was asked for), or None where the store is to be asked."""
        with self._lock:
            channel = self._channels.get(run)
            if channel is None:
                return None
            state = channel.state_with_arrivals
            return "stopping" if channel.stopping and state not in ENDED else state

    def events(self, run: str) -> list[Event] | None:
        """Everything an active run has said, written or not; None where the store is to be asked."""
        with self._lock:
            channel = self._channels.get(run)
            return [*channel.events, *channel.arrived] if channel else None

    def position(self, run: str) -> int | None:
        """How many runs are ahead of a queued one, this one included; None where it does not wait."""
        with self._lock:
            channel = self._channels.get(run)
            return channel.position if channel else None

    def active(self) -> list[str]:
        """Runs that have not ended, in the order they were opened."""
        with self._lock:
            return [run for run, channel in self._channels.items() if channel.state_with_arrivals not in ENDED]

    async def frames(self, run: str, after: int = 0) -> AsyncIterator[Frame] | None:
        """The run's frames after a sequence, live until it ends; None for a run nobody knows."""
        with self._lock:
            channel = self._channels.get(run)
        if channel is None:
            channel = await asyncio.to_thread(self._recall, run)
        return channel.frames(after) if channel else None

    def _recall(self, run: str) -> Channel | None:
        record = self._store.run(run)
        return Channel(run, record.state, self._store.events(run)) if record else None

    @staticmethod
    def _ended(channel: Channel) -> bool:
        return channel.state_with_arrivals in ENDED

    def _send(self) -> None:
        """The thread that turns arrivals into frames, at most one per run and FRAME_INTERVAL."""
        pause: float | None = None
        while not self._closing:
            self._arrival.wait(pause)
            self._arrival.clear()
            pause = self._flush(time.monotonic())
        self._flush(float("inf"))

    def _flush(self, now: float) -> float | None:
        """Send what is due at `now`. Returns the seconds until more is, or None where nothing waits."""
        with self._lock:
            waiting = [channel for channel in self._channels.values() if channel.arrived]
            due = [channel for channel in waiting if channel.due <= now]
            for channel in due:
                channel.take()
                channel.due = now + FRAME_INTERVAL
            self._place_queue()
            for channel in due:
                channel.changed()
            rest = [channel.due for channel in waiting if channel.arrived]
        if due:
            self._flushed.set()
        return max(0.0, min(rest) - time.monotonic()) if rest else None

    def _keep(self) -> None:
        """The thread that writes what was sent, and lets go of runs that have ended."""
        pause: float | None = None
        while not self._closing:
            self._flushed.wait(pause)
            self._flushed.clear()
            with self._lock:
                unwritten = [channel for channel in self._channels.values() if channel.unwritten]
            written = [self._write(channel) for channel in unwritten]
            pause = None if all(written) else WRITE_RETRY
        for channel in list(self._channels.values()):
            if channel.unwritten:
                self._write(channel)

    def _write(self, channel: Channel) -> bool:
        with self._lock:
            events, state = list(channel.unwritten), channel.state
        try:
            self._store.append(channel.run, events, state)
        except SQLAlchemyError:
            # Viewers go on from memory; the same events are tried again, so that a locked database costs nothing but time.
            logger.exception("events of run %s could not be written, trying again", channel.run)
            return False
        with self._lock:
            del channel.unwritten[: len(events)]
            ended = channel.state in ENDED and not channel.unwritten
            if ended:
                self._channels.pop(channel.run, None)
        if ended and self._on_end is not None:
            self._on_end(channel.run)
        return True

    def _place_queue(self) -> None:
        ahead = 0
        for channel in self._channels.values():
            if channel.state in ENDED:
                continue
            position = ahead if channel.state == "queued" and ahead else None
            if position != channel.position:
                channel.position = position
                channel.changed()
            ahead += 1
