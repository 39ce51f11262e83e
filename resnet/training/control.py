"""The hand on a running training: what a person may ask of it between two batches."""

from __future__ import annotations

import threading


class Control:
    """Asks a run to stop. Safe to call from any thread; `Control()` by itself means that nobody steers."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def stop(self) -> None:
        """End the run after the batch in progress, or, while it still prepares, when preparation ends."""
        self._stop.set()

    @property
    def stop_requested(self) -> bool:
        return self._stop.is_set()
