"""One training run, from data to test result, the same in a test, a script and a worker."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import tensorflow as tf
from safetensors import SafetensorError

from resnet.config import TrainConfig
from resnet.data import Dataset, load_dataset
from resnet.errors import ExplainedError, TrainingError
from resnet.model import named_weights
from resnet.training import trained
from resnet.training.checkpoints import Checkpoints
from resnet.training.continuation import Continuation
from resnet.training.control import Control
from resnet.training.events import EpochEnd, Evaluating, Event, Failed, Finished, Interrupted, Preparing, SaveFailed, Stopped
from resnet.training.fitting import Training
from resnet.training.testing import Tested, answers
from resnet.training.workshop import Workshop


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """How a run ended: its epochs (of a continued one those since then), then test loss and accuracy by network.

    These are empty for a run that was `stopped`, by a person or by a loss that is no number.
    """

    history: tuple[EpochEnd, ...]
    test_loss: dict[str, float]
    test_accuracy: dict[str, float]
    stopped: bool


class Reporter:
    """Makes the run's events: numbers them from `last_sequence` + 1 on, stamps the time, hands them to `emit` and keeps epochs'."""

    def __init__(self, run: str, emit: Callable[[Event], None], *, last_sequence: int = 0) -> None:
        self._run, self._emit, self._sequence = run, emit, last_sequence
        self.epochs: list[EpochEnd] = []

    def __call__(self, kind: type[Event], **fields: Any) -> None:
        self._sequence += 1
        event = kind(run=self._run, sequence=self._sequence, time=time.time(), **fields)
        if isinstance(event, EpochEnd):
            self.epochs.append(event)
        self._emit(event)


def train(
    config: TrainConfig,
    emit: Callable[[Event], None],
    control: Control,
    *,
    run: str = "local",
    workshop: Workshop | None = None,
    checkpoints: Checkpoints | None = None,
    continuation: Continuation | None = None,
) -> Result:
    """Train `config.networks` and measure them on the test split, telling `emit` everything on the way.

    Args:
        emit: gets every event, in order, from the thread that trains.
        control: asked between two batches, of evaluations too, what a person wants.
        run: the name the events carry.
        workshop: keeps traced models between runs; without it the graph is traced anew.
        checkpoints: where the run's state is saved, from which it can be continued; removed when the run has finished.
        continuation: go on from a checkpoint instead of starting. `Continued` then stands for `Started`, but for a run that goes on
            from step 0: there both are told.

    Raises:
        DataError: the data set cannot be had. Whatever is raised was emitted as `Failed` before.
    """
    report = Reporter(run, emit, last_sequence=continuation.last_sequence if continuation else 0)
    try:
        return _Run(config, report, control, checkpoints, continuation).train(workshop or Workshop())
    except ExplainedError as error:
        report(Failed, rule=error.rule, values=error.plain_values)
        raise
    except Exception as error:
        broken = _explained(error)
        report(Failed, rule=broken.rule, values=broken.plain_values)
        raise
    finally:
        if checkpoints:
            checkpoints.flush()  # whoever continues the run finds nobody else writing


class _Run:
    """What the steps of one run share."""

    def __init__(
        self,
        config: TrainConfig,
        report: Reporter,
        control: Control,
        checkpoints: Checkpoints | None,
        continuation: Continuation | None,
    ) -> None:
        self.config, self.report, self.control = config, report, control
        self.checkpoints, self.continuation = checkpoints, continuation
        self.began = time.perf_counter()

    def train(self, workshop: Workshop) -> Result:
        self.report(Preparing, phase="data")
        dataset = load_dataset(self.config.dataset, lambda share: self.report(Preparing, phase="download", done=share))
        with workshop.lend(self.config, lambda phase: self.report(Preparing, phase=phase)) as prepared:
            training = Training(self.config, self.report, self.control, self.checkpoints, prepared, dataset)
            if self.continuation:
                training.go_back(self.continuation)
            if self.control.stop_requested:
                return self.stopped(training)
            preparation = time.perf_counter() - self.began
            training.begin(self.continuation)
            training.fit()
            training.saving.finish()
            if training.alarm.broken:
                return self.interrupted(training.alarm.broken)
            if training.progress.cut_short:
                return self.stopped(training)
            return self.measure(training, dataset, preparation)

    def measure(self, training: Training, dataset: Dataset, preparation: float) -> Result:
        """Measure each network on the test split; `preparation` is what came before the first batch, in seconds."""
        patience = training.patience
        best_epoch = patience.best_epoch + 1 if patience else None
        self.report(Evaluating, best_epoch=best_epoch)
        training.take_final_weights()
        tested = self.test(training, dataset)
        if tested is None:
            return self.stopped(training)
        self.keep(training, tested)
        test_loss = {name: one.loss for name, one in tested.items()}
        test_accuracy = {name: one.accuracy for name, one in tested.items()}
        self.report(
            Finished,
            test_loss=test_loss,
            test_accuracy=test_accuracy,
            class_accuracy={name: one.class_accuracy for name, one in tested.items()},
            best_epoch=best_epoch,
            stopped_early=patience is not None and patience.exhausted,
            seconds=preparation + training.progress.watch.seconds,
        )
        if self.checkpoints:
            self.checkpoints.delete()
        return Result(history=tuple(self.report.epochs), test_loss=test_loss, test_accuracy=test_accuracy, stopped=False)

    def test(self, training: Training, dataset: Dataset) -> dict[str, Tested] | None:
        """By network; None for a run that was stopped meanwhile. A person's hand is obeyed after each batch, as while training."""
        training.steering.set_model(training.prepared.model)
        tested = {}
        for learner in training.prepared.learners:
            logits = []
            for batch in answers(learner.network, dataset.x_test):
                logits.append(batch)
                training.steering.obey()
                if training.progress.cut_short:
                    return None
            tested[learner.name] = Tested.of(np.concatenate(logits), dataset.y_test)
        return tested

    def keep(self, training: Training, tested: Mapping[str, Tested]) -> None:
        """Keep each network as it was tested. A disk that has no room for it costs the looks inside, not the result."""
        if self.checkpoints is None:
            return
        try:
            for learner, config in zip(training.prepared.learners, self.config.networks, strict=True):
                weights = {name: variable.numpy() for name, variable in named_weights(learner.network)}
                kept = trained.Trained(config, self.config.dataset, weights, tested[learner.name].logits)
                trained.keep(kept, self.checkpoints.folder)
        except (OSError, MemoryError, SafetensorError) as error:
            self.report(
                SaveFailed,
                step=training.progress.step,
                rule="the trained weights could not be written to {folder}: {problem}; the result stands, but cannot be looked into",
                values={"folder": str(self.checkpoints.folder), "problem": getattr(error, "strerror", None) or str(error)},
            )

    def stopped(self, training: Training) -> Result:
        self.report(Stopped, step=training.progress.step, epoch=training.progress.epoch)
        return Result(history=tuple(self.report.epochs), test_loss={}, test_accuracy={}, stopped=True)

    def interrupted(self, reason: TrainingError) -> Result:
        self.report(Interrupted, rule=reason.rule, values=reason.plain_values)
        return Result(history=tuple(self.report.epochs), test_loss={}, test_accuracy={}, stopped=True)


def _explained(error: Exception) -> TrainingError:
    problem = f"{type(error).__name__}: {error}"
    if isinstance(error, (MemoryError, tf.errors.ResourceExhaustedError)):
        return TrainingError(
            "the training needs more memory than this machine has left; choose a smaller network or a smaller batch ({problem})",
            problem=problem.splitlines()[0],
        )
    return TrainingError("the training broke off: {problem}", problem=problem)
