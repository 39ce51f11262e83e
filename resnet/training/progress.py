"""How far a run is and how long it trained: what everything that is called between two batches shares. Standard library only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any


class Stopwatch:
    """Seconds of training: stands still during pauses, and goes on from an earlier part of the run."""

    def __init__(self) -> None:
        self._before = 0.0
        self._began: float | None = perf_counter()  # None while it stands still

    def start(self, seconds: float = 0.0) -> None:
        """Go on now from `seconds`."""
        self._before, self._began = seconds, perf_counter()

    @property
    def seconds(self) -> float:
        return self._before if self._began is None else self._before + perf_counter() - self._began

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """What happens inside takes no time, and a checkpoint written inside has the seconds from before it."""
        self._before, self._began = self.seconds, None
        try:
            yield
        finally:
            self.start(self._before)


class Progress:
    """Where a run is.

    Attributes:
        step: batches done, over the whole run. epoch: that of the latest batch, from 1; 0 before the first.
        epoch_ended: the epoch is validated and its callbacks have acted, so that the next batch is another epoch's.
        batches: of each batch of the epoch so far its images, then loss and accuracy of each network in turn.
        epoch_began: by the stopwatch. learning_rate: of the latest batch.
        cut_short: the run ends here, stopped or broken. What still comes of the epoch, such as its validation, counts for nothing.
    """

    def __init__(self) -> None:
        self.step = self.epoch = 0
        self.epoch_ended = True
        self.batches: list[tuple[float, ...]] = []
        self.watch = Stopwatch()
        self.epoch_began = self.learning_rate = 0.0
        self.cut_short = False

    def begin_epoch(self, epoch: int) -> None:
        """The first batch of `epoch` is next, or, in the middle of the epoch, its next batch after an interruption."""
        if self.epoch_ended:
            self.batches, self.epoch_began = [], self.watch.seconds
        self.epoch, self.epoch_ended = epoch, False

    def state(self) -> dict[str, Any]:
        """JSON-ready data that `restore` reads."""
        return {
            "step": self.step,
            "epoch": self.epoch,
            "epoch_ended": self.epoch_ended,
            "batches": [] if self.epoch_ended else [list(batch) for batch in self.batches],
            "seconds": self.watch.seconds,
            "epoch_began": self.epoch_began,
            "learning_rate": self.learning_rate,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self.step, self.epoch, self.epoch_ended = state["step"], state["epoch"], state["epoch_ended"]
        self.batches = [tuple(batch) for batch in state["batches"]]
        self.epoch_began, self.learning_rate = state["epoch_began"], state["learning_rate"]
        self.watch.start(state["seconds"])
