"""What a server that is left running does again every day."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

logger = logging.getLogger(__name__)

DAY = 86_400.0  # seconds


class Daily:
    """Does its work in a thread of its own, the first time after `interval` seconds."""

    def __init__(self, work: Callable[[], None], *, interval: float = DAY) -> None:
        self._work, self._interval = work, interval
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="daily", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closed.set()

    def _run(self) -> None:
        while not self._closed.wait(self._interval):
            try:
                self._work()
            except Exception:
                logger.exception("what is done every day failed; tomorrow it is tried again")
