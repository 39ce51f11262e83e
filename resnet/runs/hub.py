"""Live fan-out: events come in from the engine at any pace and go out to the history and to every viewer, at most ten times a second.

Nothing is dropped. Viewers get frames: all that happened since their last one, encoded once for everybody who stands at the same place.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import replace
from typing import cast

from resnet.errors import StoreError
from resnet.runs.channel import Channel, Frame, LiveState
from resnet.runs.line import Place, count_ahead, in_turn
from resnet.runs.store import ENDED, RESUMABLE, RunRecord, Store
from resnet.training.events import Event

logger = logging.getLogger(__name__)

FRAME_INTERVAL = 0.1  # seconds between two frames of one run
WRITE_RETRY = 1.0  # seconds before a failed database write is tried again
SETTLE_LIMIT = 8.0  # seconds to wait for a write, longer than the database waits for a lock


class Hub:
    """Takes events from any thread, keeps them through the store, and serves streams of frames."""

    def __init__(self, store: Store, on_end: Callable[[str, int], None] | None = None) -> None:
        """`on_end` gets the run and the attempt that has ended, once that is written."""
        self._store = store
        self._on_end = on_end
        self._channels: dict[str, Channel] = {}
        self._opened = 0
        self._problem: StoreError | None = None
        self._lock = threading.Lock()
        self._written = threading.Condition(self._lock)
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

    def open(self, record: RunRecord, *, rank: int = 0) -> None:
        """Begin to follow a run that is in the store; one followed already stays as it is. Reads the database."""
        past = self._store.events(record.id) if record.state != "queued" or record.attempt > 1 else None
        with self._lock:
            self._opened += 1
            self._channels.setdefault(record.id, Channel(record, past, rank=rank, order=self._opened))
            count_ahead(self._channels.values())

    def begin_again(self, record: RunRecord, past: list[Event], *, rank: int = 0) -> None:
        """Follow a run that is queued once more, having said `past`, maybe to another server; those who watch it go on watching."""
        with self._lock:
            self._opened += 1
            channel = self._channels.get(record.id)
            if channel is None:
                self._channels[record.id] = Channel(record, past, rank=rank, order=self._opened)
            else:
                channel.begin_again(record, past, rank=rank, order=self._opened)
            count_ahead(self._channels.values())

    def describe(self, run: str, *, title: str | None = None, note: str | None = None) -> None:
        """An active run has another title or note; None leaves it."""
        with self._lock:
            channel = self._channels.get(run)
            if channel is not None:
                record = channel.record
                channel.record = replace(record, title=record.title if title is None else title, note=record.note if note is None else note)

    def publish(self, event: Event, attempt: int = 1) -> None:
        """Take an event from the engine. One that came before, comes after the run's end or from another attempt is left out."""
        with self._lock:
            channel = self._channels.get(event.run)
            if channel is None or event.sequence <= channel.last_sequence or channel.ended or channel.record.attempt != attempt:
                return
            channel.arrive(event)
        self._arrival.set()

    def conclude(self, run: str, make: Callable[[int, list[Event]], Event]) -> None:
        """End a run from this side: `make` gets the next sequence and all that was said, and returns the last event.

        A run that has ended stays as it ended.
        """
        with self._lock:
            channel = self._channels.get(run)
            if channel is None or channel.ended:
                return
            channel.arrive(make(channel.last_sequence + 1, [*channel.events, *channel.arrived]))
        self._arrival.set()

    def settle(self, run: str, timeout: float = SETTLE_LIMIT) -> bool:
        """Block until all that a run has said is in the database; False where that takes too long."""
        with self._written:
            return self._written.wait_for(lambda: self._is_written(run), timeout)

    def _is_written(self, run: str) -> bool:
        channel = self._channels.get(run)
        return channel is None or not (channel.arrived or channel.unwritten)

    @property
    def problem(self) -> StoreError | None:
        """Why what runs say cannot be written down; None while it can."""
        return self._problem

    def announce_stopping(self, run: str, *, stopping: bool = True) -> None:
        """Tell viewers that a stop was asked for, before the worker has heard of it; or that it did not hear."""
        with self._lock:
            channel = self._channels.get(run)
            if channel is not None and not channel.ended:
                channel.stopping = stopping
                channel.changed()

    def state(self, run: str) -> LiveState | None:
        """The live state of an active run ("stopping" where a stop was asked for), or None where the store is to be asked."""
        with self._lock:
            channel = self._channels.get(run)
            if channel is None or channel.at_rest:
                return None
            state = channel.state_with_arrivals
            return "stopping" if channel.stopping and state not in ENDED else state

    def events(self, run: str) -> list[Event] | None:
        """Everything an active run has said, written or not; None where the store is to be asked."""
        with self._lock:
            channel = self._channels.get(run)
            return [*channel.events, *channel.arrived] if channel else None

    def record(self, run: str) -> RunRecord | None:
        """An active run as it is this moment, written down or not; None where the store is to be asked."""
        with self._lock:
            channel = self._channels.get(run)
            if channel is None or channel.at_rest:
                return None
            outcome = next((event for event in reversed([*channel.events, *channel.arrived]) if event.ends_run), None)
            return replace(channel.record, state=channel.state_with_arrivals, outcome=outcome if channel.ended else None)

    def place(self, run: str) -> Place | None:
        """Where an active run stands."""
        with self._lock:
            channel = self._channels.get(run)
            return Place.of(channel) if channel and not channel.ended else None

    def places(self) -> list[Place]:
        """Where every active run stands: those that have begun, then those that wait, in the order of their turn."""
        with self._lock:
            return [Place.of(channel) for channel in in_turn(self._channels.values())]

    def position(self, run: str) -> int | None:
        """How many runs are ahead of a queued one; None where it does not wait."""
        with self._lock:
            channel = self._channels.get(run)
            return channel.position if channel else None

    def active(self) -> list[str]:
        """Runs that have not ended: those that have begun, then those that wait, in the order of their turn."""
        return [place.run for place in self.places()]

    async def frames(self, run: str, after: int = 0) -> AsyncGenerator[Frame] | None:
        """The run's frames after a sequence, live until it has finished or failed; None for a run nobody knows.

        Who has called this is a viewer, and keeps the run in memory, until the generator is closed or forgotten.
        """
        stream = self._watch(run, after)
        try:
            await anext(stream)  # a generator that has not begun would never clean up
        except StopAsyncIteration:
            return None
        return cast("AsyncGenerator[Frame]", stream)

    async def _watch(self, run: str, after: int) -> AsyncGenerator[Frame | None]:
        """None as soon as the viewer is known, then the frames; nothing for a run nobody knows."""
        waiting = asyncio.Event()
        channel = self._join(run, waiting) or self._join(run, waiting, await asyncio.to_thread(self._recall, run))
        if channel is None:
            return
        try:
            yield None
            while True:
                waiting.clear()
                frame = await channel.frame(after)
                yield frame
                if frame.last:
                    return
                after = frame.sequence
                await waiting.wait()
        finally:
            with self._lock:
                channel.leave(waiting)
                self._let_go(channel)

    def _join(self, run: str, waiting: asyncio.Event, recalled: Channel | None = None) -> Channel | None:
        """Add a viewer to the run that is followed, else to the one that was recalled; one that can go on is then followed."""
        with self._lock:
            channel = self._channels.get(run) or recalled
            if channel is not None:
                channel.join(waiting)
                if channel.record.can_continue:
                    self._channels[run] = channel
            return channel

    def _recall(self, run: str) -> Channel | None:
        """A run that has ended, from the store."""
        record = self._store.run(run)
        return Channel(record, self._store.events(run)) if record else None

    def _let_go(self, channel: Channel) -> None:
        """Forget a run that has ended, once it is written and nobody watches what can still go on."""
        if channel.at_rest and not (channel.watched and channel.state in RESUMABLE) and self._channels.get(channel.run) is channel:
            del self._channels[channel.run]

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
                channel.take(time.monotonic())
                channel.due = now + FRAME_INTERVAL
            count_ahead(self._channels.values())
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
            events, state, attempt = list(channel.unwritten), channel.state, channel.record.attempt
        try:
            self._store.append(channel.run, events, state, attempt)
        except StoreError as error:
            # Viewers go on from memory; the same events are tried again, so that a locked database costs nothing but time.
            if self._problem is None or self._problem.rule != error.rule:
                logger.exception("events of run %s could not be written, trying again", channel.run)
            self._problem = error
            return False
        self._problem = None
        with self._written:
            del channel.unwritten[: len(events)]
            ended = channel.at_rest
            self._let_go(channel)
            self._written.notify_all()
        if ended and self._on_end is not None:
            self._on_end(channel.run, attempt)
        return True
