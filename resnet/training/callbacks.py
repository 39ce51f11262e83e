"""What Keras calls between two batches: the live curves are fed here, the learning rate is set here, an early end is decided here."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import keras
import numpy as np

from resnet.config import Recipe
from resnet.training.events import BatchEnd, EpochEnd, RateChanged
from resnet.training.progress import Progress
from resnet.training.workshop import Learner

LOWEST_RATE = 1e-6  # a plateau halves the rate down to this
HIGHEST_RATE = 100.0  # as in a recipe and by hand

Logs = dict[str, float]
Report = Callable[..., None]


class StreamingCallback(keras.callbacks.Callback):
    """Tells of every batch and every epoch while `model.fit` runs.

    Keras calls the `on_…` methods from inside its training loop; `self.model` is what is in training: one network, or several that
    learn side by side. Every `report(kind, …)` becomes one event, and every event of a batch one point of a curve beside this code.
    """

    def __init__(
        self, report: Report, progress: Progress, learners: Sequence[Learner], *, images: int, batch_size: int, steps: int
    ) -> None:
        super().__init__()
        self.report, self.progress, self.learners = report, progress, learners
        self.images, self.batch_size, self.steps = images, batch_size, steps
        self.recent: deque[tuple[int, float]] = deque(maxlen=20)  # (images, seconds) of the latest batches

    def on_epoch_begin(self, epoch: int, logs: Logs) -> None:
        self.progress.begin_epoch(epoch + 1)
        self.clock = self.progress.watch.seconds

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        # Keras shows running means over the epoch, which hide the noise of single batches. Begin anew each time.
        self.model.reset_metrics()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        progress = self.progress
        count = min(self.batch_size, self.images - len(progress.batches) * self.batch_size)
        progress.step += 1
        figures = [learner.figures(logs) for learner in self.learners]
        progress.batches.append((count, *(float(figure) for pair in figures for figure in pair)))
        progress.learning_rate = float(self.model.optimizer.learning_rate)
        speed, seconds = self.speed(count), progress.watch.seconds
        for learner, (loss, accuracy) in zip(self.learners, figures, strict=True):
            self.report(
                BatchEnd,
                network=learner.name,
                step=progress.step,
                epoch=progress.epoch,
                loss=loss,
                accuracy=accuracy,
                learning_rate=progress.learning_rate,
                images_per_second=speed,
                seconds=seconds,
            )
        if progress.step == self.steps:
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        progress = self.progress
        if progress.cut_short:  # the validation may have been, too: no figure is better than a wrong one
            return
        counts, *columns = zip(*progress.batches, strict=True)
        means = [float(np.average(column, weights=counts)) for column in columns]
        seconds = progress.watch.seconds - progress.epoch_began
        for learner, loss, accuracy in zip(self.learners, means[::2], means[1::2], strict=True):
            # Keras now holds the last batch's figures for the epoch's; its other callbacks are to see the means as well.
            logs[f"{learner.prefix}loss"], logs[f"{learner.prefix}accuracy"] = loss, accuracy
            validation_loss, validation_accuracy = learner.figures(logs, "val_")
            self.report(
                EpochEnd,
                network=learner.name,
                epoch=progress.epoch,
                step=progress.step,
                loss=loss,
                accuracy=accuracy,
                validation_loss=validation_loss,
                validation_accuracy=validation_accuracy,
                learning_rate=progress.learning_rate,
                seconds=seconds,
            )
        progress.epoch_ended = True

    def speed(self, images: int) -> float:
        """Images per second over the latest batches, of which this one just ended."""
        now = self.progress.watch.seconds
        self.recent.append((images, now - self.clock))
        self.clock = now
        return sum(images for images, _ in self.recent) / sum(seconds for _, seconds in self.recent)


class LearningRate(keras.callbacks.Callback):
    """Sets the learning rate of every step of a run of `steps` steps: the recipe's schedule, as far as a person left it alone.

    A rate set by hand is what the next batch uses, and nothing rises above it by itself afterwards. Where a one-cycle still climbs, the
    set rate is its top from here on: it stays until the step where the top was to be, then falls along the same half cosine to the same
    end, in proportion. Where the cycle falls already, the rest is scaled. A repair scales everything, the climb too.
    """

    def __init__(self, report: Report, progress: Progress, recipe: Recipe, steps: int) -> None:
        super().__init__()
        self.report, self.progress, self.recipe, self.steps = report, progress, recipe, steps
        self.factor = 1.0  # of the schedule; a constant rate has none, and is the optimizer's own
        self.climbs = True  # False where a rate set by hand takes the place of what is left of the climb

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        if self.recipe.schedule == "one-cycle":
            self.model.optimizer.learning_rate = self.upcoming

    @property
    def upcoming(self) -> float:
        """The rate of the next batch, as things stand."""
        if self.recipe.schedule == "one-cycle":
            return min(HIGHEST_RATE, self.factor * self.scheduled)
        return float(self.model.optimizer.learning_rate)

    @cached_property
    def top(self) -> int:
        """The step at which the cycle is highest."""
        return max(range(1, self.steps + 1), key=lambda step: one_cycle(step, self.steps, 1.0))

    @property
    def scheduled(self) -> float:
        """The schedule's rate of the next batch; where its climb was replaced, that of its top until there."""
        step = min(self.progress.step + 1, self.steps)
        return one_cycle(step if self.climbs else max(step, self.top), self.steps, self.recipe.learning_rate)

    def change(self, rate: float) -> None:
        """A person's hand: take `rate` for the next batch, let what a schedule has in store after it start from there, and tell so."""
        previous = self.upcoming
        if self.recipe.schedule == "one-cycle":
            self.climbs = False
            self.factor = rate / self.scheduled
        else:
            self.model.optimizer.learning_rate = rate
        self.tell(previous, rate, "hand")

    def scale(self, factor: float) -> None:
        """A repair: scale the rate of the next batch and all that a schedule has in store after it, and tell so."""
        previous = self.upcoming
        if self.recipe.schedule == "one-cycle":
            self.factor *= factor
        else:
            self.model.optimizer.learning_rate = min(HIGHEST_RATE, factor * previous)
        self.tell(previous, self.upcoming, "repair")

    def state(self) -> dict[str, Any]:
        """JSON-ready data that `restore` reads. A constant rate is among the optimizer's variables."""
        return {"rate_factor": self.factor, "rate_climbs": self.climbs}

    def restore(self, state: Mapping[str, Any]) -> None:
        self.factor = state["rate_factor"]
        self.climbs = state.get("rate_climbs", True)  # checkpoints of earlier versions know the factor alone

    def tell(self, previous: float, rate: float, cause: str) -> None:
        step, epoch = self.progress.step, self.progress.epoch
        self.report(RateChanged, step=step, epoch=epoch, previous=previous, learning_rate=rate, cause=cause)


class Plateau(keras.callbacks.ReduceLROnPlateau):
    """Halves the rate where the validation loss stands still, tells so, and remembers over an interruption how long it stood."""

    def __init__(self, rate: LearningRate, patience: int) -> None:
        super().__init__(monitor="val_loss", factor=0.5, patience=patience, min_lr=LOWEST_RATE)
        self.rate = rate

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Keras's own forgets; here one run may be several fits."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if self.rate.progress.cut_short:
            return
        before = float(self.model.optimizer.learning_rate)
        super().on_epoch_end(epoch, logs)
        after = float(self.model.optimizer.learning_rate)
        if after != before and not self.model.stop_training:  # else no batch would learn at it
            self.rate.tell(before, after, "plateau")

    def state(self) -> dict[str, Any]:
        """JSON-ready data that `restore` reads."""
        return {"best": _number(self.best), "wait": self.wait, "cooldown": self.cooldown_counter}

    def restore(self, state: dict[str, Any]) -> None:
        self.best, self.wait, self.cooldown_counter = state["best"], state["wait"], state["cooldown"]


class Patience(keras.callbacks.EarlyStopping):
    """Ends training where the validation loss has not fallen for `patience` epochs, and keeps the best weights over an interruption."""

    def __init__(self, progress: Progress, patience: int) -> None:
        super().__init__(monitor="val_loss", patience=patience, restore_best_weights=True)
        self.progress = progress
        self.best: float | None = None
        self.best_epoch = 0  # from 0, as Keras counts

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Keras's own forgets; here one run may be several fits."""

    def on_train_end(self, logs: Logs | None = None) -> None:
        """Keras's own takes the best weights back, also where training is to go on; here `take_best_weights` does, at the very end."""

    def on_epoch_end(self, epoch: int, logs: Logs | None = None) -> None:
        if not self.progress.cut_short:
            super().on_epoch_end(epoch, logs)

    @property
    def exhausted(self) -> bool:
        """Whether it ended the training."""
        return bool(self.stopped_epoch > 0)

    def take_best_weights(self) -> None:
        if self.best_weights is not None:
            self.model.set_weights(self.best_weights)

    def state(self) -> dict[str, Any]:
        """JSON-ready data that `restore` reads, but for the best weights."""
        best_epoch, stopped_epoch = int(self.best_epoch), int(self.stopped_epoch)
        return {"best": _number(self.best), "wait": self.wait, "best_epoch": best_epoch, "stopped_epoch": stopped_epoch}

    def restore(self, state: dict[str, Any], best_weights: list[np.ndarray]) -> None:
        """Go on from `state`; no weights where no epoch has ended yet."""
        self.best, self.wait = state["best"], state["wait"]
        self.best_epoch, self.stopped_epoch = state["best_epoch"], state["stopped_epoch"]
        self.best_weights = best_weights or None


def one_cycle(step: int, steps: int, peak: float) -> float:
    """The rate of `step`, 1 to `steps`: a straight climb over the first 30%, then half a cosine. After Smith 2018, arXiv 1803.09820."""
    top = max(1, round(0.3 * steps))
    if step <= top:
        return peak * step / top
    return peak * (1 + math.cos(math.pi * (step - top) / (steps + 1 - top))) / 2


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)
