"""Training, with real (tiny) networks on the real subset: what it reports is checked against computations of its own."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from resnet import data
from resnet.data import load_fashion_mnist
from resnet.errors import DataError
from resnet.model import build_resnet, draw_weights
from resnet.training import loop
from resnet.training.batches import evaluation_batches, training_batches
from resnet.training.callbacks import one_cycle
from resnet.training.control import Control
from resnet.training.events import (
    BatchEnd,
    EpochEnd,
    Evaluating,
    Event,
    Failed,
    Finished,
    GradientNorms,
    Interrupted,
    Started,
    Stopped,
    Trouble,
)
from resnet.training.loop import train
from resnet.training.workshop import Workshop
from tests.training_runs import CONFIG, RECIPE, TINY, follow, of


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    """One for all tests here, so that the tiny network is traced once for each optimizer."""
    return Workshop()


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """The mean over images, from the definition, in double precision."""
    logits = logits.astype(np.float64)
    return float(np.mean(np.log(np.exp(logits).sum(axis=1)) - logits[np.arange(len(labels)), labels]))


def hits(logits: np.ndarray, labels: np.ndarray) -> np.ndarray:
    return np.argmax(logits, axis=1) == labels


# What is reported


def test_run_tells_its_story_in_order() -> None:
    events, result = follow(CONFIG, None)
    told = [getattr(event, "phase", event.kind) for event in events if not isinstance(event, GradientNorms)]  # these go by the clock
    assert told == ["data", "network", "graph", "started", *["batch"] * 10, "epoch", *["batch"] * 10, "epoch", "evaluating", "finished"]
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert {event.run for event in events} == {"r1"}
    assert [event.time for event in events] == sorted(event.time for event in events)
    [started], batches, [first, second] = of(Started, events), of(BatchEnd, events), of(EpochEnd, events)
    assert (started.networks, started.epochs, started.steps_per_epoch, started.training_images) == (["tiny"], 2, 10, 9_000)
    assert [(event.step, event.epoch) for event in batches] == [(step, 1 + (step > 10)) for step in range(1, 21)]
    assert [(first.epoch, first.step), (second.epoch, second.step)] == [(1, 10), (2, 20)]
    assert all(event.images_per_second > 0 for event in batches)
    assert result.history == (first, second)
    assert not result.stopped
    [finished] = of(Finished, events)
    assert (result.test_loss, result.test_accuracy) == (finished.test_loss, finished.test_accuracy)
    assert (finished.best_epoch, finished.stopped_early) == (None, False)
    assert first.seconds + second.seconds < finished.seconds


def test_figures_are_true(workshop: Workshop) -> None:
    """With a rate too small to move a weight, every figure of the run can be computed from the untrained network."""
    recipe = replace(RECIPE, learning_rate=1e-30, batch_size=1_600, epochs=1)
    config = replace(CONFIG, recipe=recipe)
    events, _ = follow(config, workshop)

    dataset = load_fashion_mnist(subset=True)
    model = build_resnet(TINY)
    draw_weights(model, config.seed)
    sizes, losses, accuracies = [], [], []
    for images, labels in training_batches(dataset.x_train, dataset.y_train, batch_size=1_600, epochs=1, seed=config.seed):
        logits = model(images, training=True).numpy()  # also moves the batch-norm statistics, as training does
        sizes.append(len(labels))
        losses.append(cross_entropy(logits, labels.numpy()))
        accuracies.append(hits(logits, labels.numpy()).mean())
    assert sizes == [1_600] * 5 + [1_000]
    batches, [epoch], [finished] = of(BatchEnd, events), of(EpochEnd, events), of(Finished, events)
    assert [event.loss for event in batches] == pytest.approx(losses, abs=2e-6)
    assert [event.accuracy for event in batches] == pytest.approx(accuracies, abs=1e-6)
    assert epoch.loss == pytest.approx(np.average(losses, weights=sizes), abs=2e-6)
    assert epoch.accuracy == pytest.approx(np.average(accuracies, weights=sizes), abs=1e-6)
    assert epoch.loss != pytest.approx(np.mean(losses), abs=2e-6)

    logits = model.predict(dataset.x_val, verbose=0)
    assert epoch.validation_loss == pytest.approx(cross_entropy(logits, dataset.y_val), abs=2e-5)
    assert epoch.validation_accuracy == pytest.approx(hits(logits, dataset.y_val).mean(), abs=1e-6)
    logits = model.predict(dataset.x_test, verbose=0)
    assert finished.test_loss["tiny"] == pytest.approx(cross_entropy(logits, dataset.y_test), abs=2e-5)
    assert finished.test_accuracy["tiny"] == pytest.approx(hits(logits, dataset.y_test).mean(), abs=1e-6)
    right = hits(logits, dataset.y_test)
    assert finished.class_accuracy["tiny"] == pytest.approx([right[dataset.y_test == label].mean() for label in range(10)], abs=1e-6)


def test_reported_rate_is_the_one_used_by_nesterov_momentum(workshop: Workshop) -> None:
    """Four steps done by hand from the definition give the reported losses only with the reported rates."""
    # At a peak ten times as high, rounding may grow to 1e-4 within four steps. Here a rate wrong by a tenth shows thirtyfold that.
    recipe = replace(RECIPE, learning_rate=0.02, schedule="one-cycle")
    config = replace(CONFIG, recipe=recipe, max_steps=4)
    events, _ = follow(config, workshop)
    batches = of(BatchEnd, events)
    assert [event.learning_rate for event in batches] == pytest.approx([one_cycle(step, 4, 0.02) for step in (1, 2, 3, 4)])

    dataset = load_fashion_mnist(subset=True)
    model = build_resnet(TINY)
    draw_weights(model, config.seed)
    momentum = [tf.zeros(variable.shape) for variable in model.trainable_variables]
    data_stream = training_batches(dataset.x_train, dataset.y_train, batch_size=900, epochs=1, seed=config.seed)
    losses = []
    for event, (images, labels) in zip(batches, data_stream, strict=False):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(images, training=True)))
        losses.append(float(loss))
        rate = event.learning_rate
        gradients = tape.gradient(loss, model.trainable_variables)
        momentum = [0.9 * old - rate * gradient for old, gradient in zip(momentum, gradients, strict=True)]
        for variable, pace, gradient in zip(model.trainable_variables, momentum, gradients, strict=True):
            variable.assign_add(0.9 * pace - rate * gradient)
    assert len(losses) == 4
    assert [event.loss for event in batches] == pytest.approx(losses, abs=1e-4)


def test_run_learns(workshop: Workshop) -> None:
    events, result = follow(replace(CONFIG, recipe=replace(RECIPE, batch_size=100, epochs=1)), workshop)
    losses = [event.loss for event in of(BatchEnd, events)]
    assert len(losses) == 90
    assert np.mean(losses[-10:]) < 0.6 * np.mean(losses[:5])
    assert result.test_accuracy["tiny"] > 0.5


def test_loss_that_is_no_number_interrupts_the_run(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = load_fashion_mnist(subset=True)
    poisoned = replace(dataset, x_train=np.full_like(dataset.x_train, np.nan))
    monkeypatch.setattr(loop, "load_dataset", lambda *_: poisoned)
    recipe = replace(RECIPE, early_stopping_patience=1, plateau_patience=1)
    events, result = follow(replace(CONFIG, recipe=recipe), workshop)
    assert [math.isnan(event.loss) for event in of(BatchEnd, events)] == [True]
    assert not of(EpochEnd, events)
    trouble, interrupted = events[-2:]
    assert isinstance(trouble, Trouble)
    assert (trouble.trouble, trouble.cause, trouble.step, trouble.since, trouble.good_step) == ("nan", "unknown", 1, 0, None)
    assert isinstance(interrupted, Interrupted)
    assert "the images themselves must be looked at" in interrupted.reason
    assert (result.stopped, result.test_loss) == (True, {})


# Batches


def test_every_epoch_takes_every_image_once_in_an_order_of_its_own() -> None:
    images, labels = np.arange(10, dtype=np.float32).reshape(10, 1, 1, 1), np.arange(10, dtype=np.int32)

    def orders(seed: int) -> list[list[int]]:
        batches = list(training_batches(images, labels, batch_size=4, epochs=3, seed=seed))
        assert [len(y) for _, y in batches] == [4, 4, 2] * 3
        assert all(np.array_equal(np.ravel(x), y) for x, y in batches)
        epochs = [batches[0:3], batches[3:6], batches[6:9]]
        return [[int(label) for _, y in epoch for label in y] for epoch in epochs]

    first = orders(seed=1)
    assert all(sorted(order) == list(range(10)) for order in first)
    assert first[0] != first[1] != first[2] != first[0]
    assert orders(seed=1) == first
    assert orders(seed=2) != first


def test_evaluation_batches_keep_their_order() -> None:
    images, labels = np.zeros((250, 1, 1, 1), np.float32), np.arange(250, dtype=np.int32)
    batches = [y.numpy() for _, y in evaluation_batches(images, labels)]
    assert [len(batch) for batch in batches] == [100, 100, 50]
    assert np.array_equal(np.concatenate(batches), labels)


def test_no_data_set_waits_for_autotune() -> None:
    images, labels = np.zeros((2, 1, 1, 1), np.float32), np.zeros(2, np.int32)
    for batches in (training_batches(images, labels, batch_size=1, epochs=1, seed=0), evaluation_batches(images, labels)):
        assert batches.options().autotune.enabled is False


# Ends


def test_max_steps_end_a_run_normally_within_an_epoch(workshop: Workshop) -> None:
    events, result = follow(replace(CONFIG, max_steps=13), workshop)
    assert [event.step for event in of(BatchEnd, events)] == list(range(1, 14))
    assert [(event.epoch, event.step) for event in of(EpochEnd, events)] == [(1, 10), (2, 13)]
    assert [event.kind for event in events[-2:]] == ["evaluating", "finished"]
    assert not result.stopped


class Impatient(Control):
    """Stops by itself when asked for the `patience`-th time whether to stop."""

    def __init__(self, patience: int) -> None:
        super().__init__()
        self.patience, self.asked = patience, 0

    @property
    def stop_requested(self) -> bool:
        self.asked += 1
        if self.asked == self.patience:
            self.stop()
        return super().stop_requested


def test_stop_ends_the_run_after_the_batch_in_progress(workshop: Workshop) -> None:
    control, events = Control(), []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, BatchEnd) and event.step == 3:
            control.stop()

    result = train(CONFIG, emit, control, workshop=workshop)
    assert [event.step for event in of(BatchEnd, events)] == [1, 2, 3]
    assert isinstance(events[-1], Stopped)
    assert (events[-1].step, events[-1].epoch) == (3, 1)
    assert not of(EpochEnd, events)
    assert not of(Evaluating, events)
    assert (result.stopped, result.test_loss, result.test_accuracy, result.history) == (True, {}, {}, ())


def test_stop_cuts_the_validation_short(workshop: Workshop) -> None:
    control = Impatient(patience=2 + 10 + 2)  # after preparation, before training, after ten batches, two of ten validation batches
    events, result = follow(CONFIG, workshop, control)
    assert len(of(BatchEnd, events)) == 10
    assert not of(EpochEnd, events)
    assert (events[-1].kind, events[-1].step, events[-1].epoch) == ("stopped", 10, 1)
    assert control.asked == control.patience  # not for eight more batches
    assert result.stopped


def test_stop_cuts_the_test_short(workshop: Workshop) -> None:
    control = Impatient(patience=2 + 10 + 10 + 1 + 3)  # … ten validation batches, the epoch's end, three test batches
    events, result = follow(replace(CONFIG, recipe=replace(RECIPE, epochs=1)), workshop, control)
    assert [event.kind for event in events[-3:]] == ["epoch", "evaluating", "stopped"]
    assert control.asked == control.patience
    assert (result.stopped, result.test_loss, len(result.history)) == (True, {}, 1)


def test_stop_during_preparation_is_obeyed_when_it_ends(workshop: Workshop) -> None:
    control = Control()
    control.stop()
    events, result = follow(CONFIG, workshop, control)
    assert [event.kind for event in events if event.kind != "preparing"] == ["stopped"]
    assert (events[-1].step, events[-1].epoch, result.stopped) == (0, 0, True)


def test_broken_data_fails_with_the_reason(workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "SUBSET_FILE", tmp_path / "gone.npz")
    events: list[Event] = []
    with pytest.raises(DataError, match=r"gone\.npz is missing") as caught:
        train(CONFIG, events.append, Control(), workshop=workshop)
    assert [event.kind for event in events] == ["preparing", "failed"]
    assert events[-1].reason == str(caught.value)


def test_unforeseen_error_fails_with_its_name(workshop: Workshop) -> None:
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, BatchEnd):
            raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"):
        train(CONFIG, emit, Control(), workshop=workshop)
    assert [event.kind for event in events[-2:]] == ["batch", "failed"]
    assert isinstance(events[-1], Failed)
    assert events[-1].reason == "the training broke off: RuntimeError: the disk is full"


def test_memory_that_is_not_there_is_named(workshop: Workshop) -> None:
    def allocate(event: Event) -> None:
        if isinstance(event, BatchEnd):
            tf.zeros([2**20, 2**20, 2**10])  # four petabytes, which TensorFlow does ask the machine for

    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        allocate(event)

    with pytest.raises(tf.errors.ResourceExhaustedError):
        train(CONFIG, emit, Control(), workshop=workshop)
    assert isinstance(events[-1], Failed)
    assert events[-1].reason.startswith("the training needs more memory than this machine has left; choose a smaller network or")
    assert "\n" not in events[-1].reason
