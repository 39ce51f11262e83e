"""What Keras calls between two batches: the live curves are fed here, a stop is obeyed here, a one-cycle rate is set here."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from time import perf_counter

import keras
import numpy as np

from resnet.training.control import Control
from resnet.training.events import BatchEnd, EpochEnd

Logs = dict[str, float]


class StreamingCallback(keras.callbacks.Callback):
    """Tells of every batch and every epoch while `model.fit` runs, and ends the run when somebody asks for it.

    Keras calls the `on_…` methods from inside its training loop; `self.model` is the network in training. Every
    `report(kind, …)` becomes one event, and every event of a batch one point of the curve beside this code.
    """

    def __init__(
        self, report: Callable[..., None], control: Control, *, network: str, images: int, batch_size: int, max_steps: int | None = None
    ) -> None:
        super().__init__()
        self.report, self.control, self.network = report, control, network
        self.images, self.batch_size, self.max_steps = images, batch_size, max_steps
        self.step = self.epoch = 0
        self.recent: deque[tuple[int, float]] = deque(maxlen=20)  # (images, seconds) of the latest batches

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        self.epoch = epoch + 1
        self.batches: list[tuple[int, float, float]] = []  # (images, loss, accuracy)
        self.epoch_began = self.clock = perf_counter()

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        # Keras shows running means over the epoch, which hide the noise of single batches. Begin anew each time.
        self.model.reset_metrics()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self.step += 1
        count = min(self.batch_size, self.images - batch * self.batch_size)
        self.batches.append((count, logs["loss"], logs["accuracy"]))
        self.learning_rate = float(self.model.optimizer.learning_rate)
        self.report(
            BatchEnd,
            network=self.network,
            step=self.step,
            epoch=self.epoch,
            loss=logs["loss"],
            accuracy=logs["accuracy"],
            learning_rate=self.learning_rate,
            images_per_second=self.speed(count),
        )
        if self.control.stop_requested or self.step == self.max_steps:
            self.model.stop_training = True

    def on_test_batch_end(self, batch: int, logs: Logs) -> None:
        if self.control.stop_requested:
            self.model.stop_evaluating = True

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if self.control.stop_requested:  # the validation may have been cut short: no figure is better than a wrong one
            self.model.stop_training = True
            return
        counts, losses, accuracies = zip(*self.batches, strict=True)
        # Keras now holds the last batch's figures for the epoch's; its other callbacks are to see the means as well.
        logs["loss"] = float(np.average(losses, weights=counts))
        logs["accuracy"] = float(np.average(accuracies, weights=counts))
        self.report(
            EpochEnd,
            network=self.network,
            epoch=self.epoch,
            step=self.step,
            loss=logs["loss"],
            accuracy=logs["accuracy"],
            validation_loss=logs["val_loss"],
            validation_accuracy=logs["val_accuracy"],
            learning_rate=self.learning_rate,
            seconds=perf_counter() - self.epoch_began,
        )

    def speed(self, images: int) -> float:
        """Images per second over the latest batches, of which this one just ended."""
        now = perf_counter()
        self.recent.append((images, now - self.clock))
        self.clock = now
        return sum(images for images, _ in self.recent) / sum(seconds for _, seconds in self.recent)


class OneCycle(keras.callbacks.Callback):
    """Sets the learning rate of every step of a run of `steps` steps: up to `peak`, then down to nearly 0."""

    def __init__(self, peak: float, steps: int) -> None:
        super().__init__()
        self.peak, self.steps, self.step = peak, steps, 0

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        self.step += 1
        self.model.optimizer.learning_rate = one_cycle(self.step, self.steps, self.peak)


def one_cycle(step: int, steps: int, peak: float) -> float:
    """The rate of `step`, 1 to `steps`: a straight climb over the first 30 %, then half a cosine. After Smith 2018, arXiv 1803.09820."""
    top = max(1, round(0.3 * steps))
    if step <= top:
        return peak * step / top
    return peak * (1 + math.cos(math.pi * (step - top) / (steps + 1 - top))) / 2
