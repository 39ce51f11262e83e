"""Real (tiny) runs that go wrong, each in its way: what is said of them, and how they are repaired."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resnet.config import Recipe
from resnet.data import load_fashion_mnist
from resnet.errors import TrainingError
from resnet.training import loop, saving
from resnet.training.batches import training_batches
from resnet.training.checkpoints import Checkpoints
from resnet.training.continuation import Continuation
from resnet.training.control import Control
from resnet.training.course import effective
from resnet.training.events import BatchEnd, Continued, Event, Finished, Interrupted, RateChanged, Recovered, SaveFailed, Stopped, Trouble
from resnet.training.fitting import Training
from resnet.training.workshop import Workshop
from tests.training_runs import CONFIG, RECIPE, follow, of

ORDINARY = Recipe(optimizer="sgd", learning_rate=0.1, batch_size=64, epochs=2, precision="float32")


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return Workshop()


@pytest.mark.parametrize(
    "recipe",
    [
        ORDINARY,
        replace(ORDINARY, learning_rate=1.0),
        replace(ORDINARY, learning_rate=0.2, schedule="one-cycle"),
        replace(ORDINARY, optimizer="adam", learning_rate=1e-3),
        replace(ORDINARY, optimizer="adam", learning_rate=4e-3, schedule="one-cycle"),
    ],
    ids=["usual", "ten times the usual", "one cycle", "adam", "adam, one cycle"],
)
def test_ordinary_runs_are_no_trouble(workshop: Workshop, recipe: Recipe) -> None:
    events, _ = follow(replace(CONFIG, recipe=recipe), workshop)
    assert len(of(BatchEnd, events)) == 2 * 141
    assert not of(Trouble, events)
    assert not of(Recovered, events)


@pytest.mark.parametrize(
    ("rate", "step", "trouble", "cause"),
    [(100, 9, "explosion", "rate-too-high"), (1e-4, 141, "plateau", "rate-too-low")],
)
def test_a_rate_that_is_far_off_is_told(workshop: Workshop, rate: float, step: int, trouble: str, cause: str) -> None:
    events, _ = follow(replace(CONFIG, recipe=replace(ORDINARY, learning_rate=rate), max_steps=150), workshop)
    [told] = of(Trouble, events)
    assert (told.step, told.epoch, told.trouble, told.cause, told.since) == (step, 1, trouble, cause, 0)
    assert events[events.index(told) - 1].kind in ("batch", "gradients")
    assert told.good_step is None
    assert isinstance(events[-1], Finished)


def test_a_rate_raised_too_far_by_hand_is_repaired_from_before_it_was_raised(workshop: Workshop, tmp_path: Path) -> None:
    control, checkpoints = Control(), Checkpoints(tmp_path / "run")
    config = replace(CONFIG, recipe=replace(RECIPE, batch_size=450, epochs=4))  # 20 steps an epoch

    def on(event: Event) -> None:
        if isinstance(event, BatchEnd):
            checkpoints.flush()
        if isinstance(event, BatchEnd) and event.step == 45:
            control.set_learning_rate(100)
        if isinstance(event, Trouble):
            control.stop()

    broken, _ = follow(config, workshop, control, on=on, checkpoints=checkpoints)
    [told] = of(Trouble, broken)
    # The checkpoint of step 45, written when the rate was set, has the right weights and the wrong rate.
    assert (told.trouble, told.cause, told.good_step) == ("explosion", "rate-too-high", 40)
    assert told.since >= 45
    assert isinstance(broken[-1], Stopped)

    repair = Continuation(last_sequence=broken[-1].sequence, from_step=told.good_step, rate_factor=0.5)
    repaired, _ = follow(config, workshop, checkpoints=checkpoints, continuation=repair)
    course = effective(broken + repaired)
    assert [event.learning_rate for event in of(BatchEnd, course)] == pytest.approx([0.05] * 40 + [0.025] * 40)
    assert [change.cause for change in of(RateChanged, course)] == ["repair"]
    assert not of(Trouble, course)
    assert isinstance(course[-1], Finished)


def test_weights_that_are_no_numbers_interrupt_the_run_which_goes_on_from_before(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SAVE_EVERY", 0)
    dataset, checkpoints = load_fashion_mnist(subset=True), Checkpoints(tmp_path / "run")
    numbers = np.arange(len(dataset.x_train), dtype=np.int32)
    order = training_batches(dataset.x_train, numbers, batch_size=RECIPE.batch_size, epochs=1, seed=CONFIG.seed)
    [in_eighth_batch, *_] = list(order)[7][1].numpy()
    images = dataset.x_train.copy()
    images[in_eighth_batch] = np.nan
    with monkeypatch.context() as patch:
        patch.setattr(loop, "load_dataset", lambda *_: replace(dataset, x_train=images))
        broken, result = follow(CONFIG, workshop, on=lambda event: checkpoints.flush(), checkpoints=checkpoints)
    trouble, interrupted = of(Trouble, broken)[0], broken[-1]
    assert (trouble.step, trouble.trouble, trouble.cause, trouble.since, trouble.good_step) == (8, "nan", "rate-too-high", 6, 6)
    assert isinstance(interrupted, Interrupted)
    assert interrupted.reason == (
        "the loss of step 8 is no number: the weights have grown beyond all bounds, and no further step would bring them back; "
        "the run can go on from step 6 at a lower learning rate"
    )
    assert result.stopped
    assert max(checkpoints.steps) == 7

    repair = Continuation(last_sequence=interrupted.sequence, from_step=trouble.good_step, rate_factor=0.5)
    repaired, _ = follow(CONFIG, workshop, checkpoints=checkpoints, continuation=repair)
    course = effective(broken + repaired)
    assert of(Continued, course)[0].step == 6
    assert [event.step for event in of(BatchEnd, course)] == list(range(1, 21))
    assert [event.kind for event in course if event.kind in ("interrupted", "continued", "trouble", "finished")] == [
        "interrupted",
        "continued",
        "finished",
    ]


def test_a_first_loss_that_is_no_number_has_no_step_to_go_back_to(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset, checkpoints = load_fashion_mnist(subset=True), Checkpoints(tmp_path / "run")
    monkeypatch.setattr(loop, "load_dataset", lambda *_: replace(dataset, x_train=np.full_like(dataset.x_train, np.nan)))
    events, _ = follow(CONFIG, workshop, on=lambda event: checkpoints.flush(), checkpoints=checkpoints)
    [trouble] = of(Trouble, events)
    assert (trouble.step, trouble.trouble, trouble.good_step) == (1, "nan", None)
    assert checkpoints.steps == [0]
    assert not of(SaveFailed, events)


@pytest.mark.parametrize("breaks", [False, True], ids=["the loss is still a number", "the loss is none either"])
def test_weights_that_cannot_be_saved_are_told_once_unless_the_run_is_broken_anyway(breaks: bool, tmp_path: Path) -> None:
    checkpoints, config, told = Checkpoints(tmp_path / "run"), replace(CONFIG, recipe=replace(RECIPE, batch_size=450)), []
    report = lambda kind, **fields: told.append((kind.__name__, fields["step"]))  # noqa: E731
    with Workshop().lend(config) as prepared:
        training = Training(config, report, Control(), checkpoints, prepared, load_fashion_mnist(subset=True))
        [*_, variance] = prepared.model.non_trainable_variables
        usual = variance.numpy()
        for step, number in enumerate([usual, usual + np.inf, usual + np.nan, usual], start=1):
            variance.assign(number)
            training.progress.step = step
            training.saving.save()
            checkpoints.flush()
            if breaks and step == 2:
                training.alarm.broken = TrainingError("the loss of step 2 is no number")
            training.saving.tell()
    assert told == ([("Saved", 1)] if breaks else [("Saved", 1), ("SaveFailed", 2), ("Saved", 4)])
    assert checkpoints.steps == ([1] if breaks else [1, 4])
