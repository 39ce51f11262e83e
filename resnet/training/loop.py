"""One training run, from data to test result, the same in a test, a script and a worker."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import keras

from resnet.config import Recipe, TrainConfig
from resnet.data import Dataset, load_fashion_mnist
from resnet.errors import ExplainedError, TrainingError
from resnet.training.batches import evaluation_batches, training_batches
from resnet.training.callbacks import OneCycle, StreamingCallback
from resnet.training.control import Control
from resnet.training.events import EpochEnd, Evaluating, Event, Failed, Finished, Preparing, Started, Stopped
from resnet.training.workshop import Prepared, Workshop

LOWEST_RATE = 1e-6  # a plateau halves the rate down to this


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended: its epochs, then test loss and accuracy by network, empty for a run that was `stopped`."""

    history: tuple[EpochEnd, ...]
    test_loss: dict[str, float]
    test_accuracy: dict[str, float]
    stopped: bool


class Reporter:
    """Makes the run's events: numbers them 1, 2, 3 …, stamps the time, hands them to `emit` and keeps those of epochs."""

    def __init__(self, run: str, emit: Callable[[Event], None]) -> None:
        self._run, self._emit, self._sequence = run, emit, 0
        self.epochs: list[EpochEnd] = []

    def __call__(self, kind: type[Event], **fields: Any) -> None:
        self._sequence += 1
        event = kind(run=self._run, sequence=self._sequence, time=time.time(), **fields)
        if isinstance(event, EpochEnd):
            self.epochs.append(event)
        self._emit(event)


def train(
    config: TrainConfig, emit: Callable[[Event], None], control: Control, *, run: str = "local", workshop: Workshop | None = None
) -> Result:
    """Train `config.networks` and measure them on the test split, telling `emit` everything on the way.

    Args:
        emit: gets every event, in order, from the thread that trains.
        control: asked between two batches, of evaluations too, whether to stop.
        run: the name the events carry.
        workshop: keeps traced models between runs; without it the graph is traced anew.

    Raises:
        DataError: the data set cannot be had. Whatever is raised was emitted as `Failed` before.
    """
    report = Reporter(run, emit)
    try:
        return _Run(config, report, control).train(workshop or Workshop())
    except ExplainedError as error:
        report(Failed, rule=error.rule, values=error.plain_values)
        raise
    except Exception as error:
        broken = TrainingError("the training broke off: {problem}", problem=f"{type(error).__name__}: {error}")
        report(Failed, rule=broken.rule, values=broken.plain_values)
        raise


class _Run:
    """What the steps of one run share."""

    def __init__(self, config: TrainConfig, report: Reporter, control: Control) -> None:
        self.config, self.report, self.control = config, report, control
        self.began = time.perf_counter()
        self.network = config.networks[0].name

    def train(self, workshop: Workshop) -> Result:
        self.report(Preparing, phase="data")
        dataset = load_fashion_mnist(
            subset=self.config.dataset == "fashion-mnist-subset",
            progress=lambda share: self.report(Preparing, phase="download", done=share),
        )
        with workshop.lend(self.config, lambda phase: self.report(Preparing, phase=phase)) as prepared:
            if self.control.stop_requested:
                return self.stopped(step=0, epoch=0)
            streaming, early_stopping = self.fit(prepared, dataset)
            if self.control.stop_requested:
                return self.stopped(step=streaming.step, epoch=streaming.epoch)
            best_epoch = early_stopping.best_epoch + 1 if early_stopping else None
            self.report(Evaluating, best_epoch=best_epoch)
            batches = evaluation_batches(dataset.x_test, dataset.y_test)
            test = prepared.model.evaluate(batches, callbacks=[streaming], return_dict=True, verbose=0)
            if self.control.stop_requested:
                return self.stopped(step=streaming.step, epoch=streaming.epoch)
            test_loss, test_accuracy = {self.network: test["loss"]}, {self.network: test["accuracy"]}
            self.report(
                Finished,
                test_loss=test_loss,
                test_accuracy=test_accuracy,
                class_accuracy={self.network: prepared.accuracy.per_class()},
                best_epoch=best_epoch,
                stopped_early=early_stopping is not None and early_stopping.stopped_epoch > 0,
                seconds=time.perf_counter() - self.began,
            )
        return Result(history=tuple(self.report.epochs), test_loss=test_loss, test_accuracy=test_accuracy, stopped=False)

    def fit(self, prepared: Prepared, dataset: Dataset) -> tuple[StreamingCallback, keras.callbacks.EarlyStopping | None]:
        """Train until the epochs, the patience, `max_steps` or somebody's own are at an end."""
        recipe, images = self.config.recipe, len(dataset.x_train)
        steps_per_epoch = -(-images // recipe.batch_size)
        steps = min(recipe.epochs * steps_per_epoch, self.config.max_steps or recipe.epochs * steps_per_epoch)
        epochs = -(-steps // steps_per_epoch)
        streaming = StreamingCallback(
            self.report, self.control, network=self.network, images=images, batch_size=recipe.batch_size, max_steps=steps
        )
        early_stopping = _early_stopping(recipe)
        self.report(Started, networks=[self.network], epochs=epochs, steps_per_epoch=steps_per_epoch, training_images=images)
        prepared.model.fit(
            training_batches(dataset.x_train, dataset.y_train, batch_size=recipe.batch_size, epochs=epochs, seed=self.config.seed),
            epochs=epochs,
            steps_per_epoch=steps_per_epoch,
            shuffle=False,  # the batches are
            validation_data=evaluation_batches(dataset.x_val, dataset.y_val),
            # First of all the stream: it tells the rate an epoch had, before a plateau cuts it.
            callbacks=[streaming, *([early_stopping] if early_stopping else []), *_rate_callbacks(recipe, steps)],
            verbose=0,
        )
        return streaming, early_stopping

    def stopped(self, *, step: int, epoch: int) -> Result:
        self.report(Stopped, step=step, epoch=epoch)
        return Result(history=tuple(self.report.epochs), test_loss={}, test_accuracy={}, stopped=True)


def _early_stopping(recipe: Recipe) -> keras.callbacks.EarlyStopping | None:
    if recipe.early_stopping_patience is None:
        return None
    return keras.callbacks.EarlyStopping(monitor="val_loss", patience=recipe.early_stopping_patience, restore_best_weights=True)


def _rate_callbacks(recipe: Recipe, steps: int) -> list[keras.callbacks.Callback]:
    """Whatever changes the learning rate in a run of `steps` steps."""
    if recipe.schedule == "one-cycle":
        return [OneCycle(recipe.learning_rate, steps)]
    if recipe.plateau_patience is None:
        return []
    return [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=recipe.plateau_patience, min_lr=LOWEST_RATE)]
