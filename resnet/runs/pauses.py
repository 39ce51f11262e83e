"""A paused run holds its worker. After a while it goes on by itself, if others wait for the worker."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from resnet.runs.hub import Hub

logger = logging.getLogger(__name__)

INTERVAL = 1.0  # seconds between two looks


class PauseWatch:
    """Looks after pauses in a thread of its own."""

    def __init__(self, hub: Hub, resume: Callable[[str], None], *, limit: float) -> None:
        """`limit` is how many seconds a run may say nothing while it is paused and others wait."""
        self._hub, self._resume, self._limit = hub, resume, limit
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="pause-watch", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()

    def _watch(self) -> None:
        while not self._closed.wait(INTERVAL):
            try:
                self._look()
            except Exception:
                logger.exception("a pause that has lasted long enough could not be ended; the next look is in %s s", INTERVAL)

    def _look(self) -> None:
        places = self._hub.places()
        if any(place.state == "queued" for place in places):
            for place in places:
                if place.state == "paused" and place.seconds > self._limit:
                    self._resume(place.run)
