"""The hand on a running training: what a person may ask of it between two batches."""

from __future__ import annotations

import threading

from resnet.checks import check_number


class Control:
    """Asks a run to stop, to wait, to take one step, to learn at another rate. Safe to call from any thread.

    The asking side calls the methods, the training thread reads the rest between two batches, so that whatever is asked takes effect
    after the batch in progress. `Control()` by itself means that nobody steers.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._stop = False
        self._paused = False
        self._steps = 0  # batches a paused run may still take
        self._rate: float | None = None
        self._measure = False

    def stop(self) -> None:
        """End the run after the batch in progress, or, while it still prepares, when preparation ends. A paused run ends at once."""
        with self._changed:
            self._stop = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Wait before the next batch until `resume`, `step` or `stop`."""
        with self._changed:
            self._paused, self._steps = True, 0
            self._changed.notify_all()

    def resume(self) -> None:
        """Go on after a pause."""
        with self._changed:
            self._paused, self._steps = False, 0
            self._changed.notify_all()

    def step(self) -> None:
        """Take one batch, then wait; a run that is not paused takes its next one and waits after it."""
        with self._changed:
            self._paused = True
            self._steps += 1
            self._changed.notify_all()

    def set_learning_rate(self, rate: float) -> None:
        """Use this rate from the next batch on. Raises ConfigError unless 0 < rate <= 100."""
        check_number("learning_rate", rate, low=0, high=100, low_allowed=False)
        with self._changed:
            self._rate = float(rate)
            self._changed.notify_all()

    def measure(self) -> None:
        """Measure once how far a step moves the weights and how many ReLUs are dead."""
        with self._changed:
            self._measure = True
            self._changed.notify_all()

    @property
    def stop_requested(self) -> bool:
        return self._stop

    @property
    def paused(self) -> bool:
        """Whether a person asked for a pause that is not over, also while single steps are taken in it."""
        return self._paused

    @property
    def must_wait(self) -> bool:
        """Whether the next batch has to wait for a person."""
        with self._changed:
            return self._waits()

    def wait(self, timeout: float | None = None) -> None:
        """Block until something was asked for, `timeout` seconds at most; returns at once where the next batch need not wait."""
        with self._changed:
            if self._waits() and self._rate is None and not self._measure:
                self._changed.wait(timeout)

    def take_step(self) -> None:
        """The training thread begins a batch: one that a person asked for by `step` is used up."""
        with self._changed:
            self._steps = max(0, self._steps - 1)

    def take_learning_rate(self) -> float | None:
        """The rate that was asked for last, once; None where none was."""
        with self._changed:
            rate, self._rate = self._rate, None
            return rate

    def take_measure(self) -> bool:
        """Whether a measurement was asked for, once."""
        with self._changed:
            asked, self._measure = self._measure, False
            return asked

    def _waits(self) -> bool:
        return self._paused and self._steps == 0 and not self._stop
