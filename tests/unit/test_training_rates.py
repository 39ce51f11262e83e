"""What changes the learning rate, ends a run early and chooses its weights: the one-cycle schedule, the plateau, early stopping."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.config import Recipe
from resnet.presets import RECIPES
from resnet.training.callbacks import one_cycle
from resnet.training.events import BatchEnd, EpochEnd, Evaluating, Event, Finished
from resnet.training.workshop import Workshop
from tests.training_runs import CONFIG, RECIPE, TINY, follow, of

# Batch-norm statistics that never move leave the validation behind the network: its loss is 2.29 2.25 2.29 2.44 2.64 … after each epoch.
LAGGING = replace(CONFIG, seed=3, networks=(replace(TINY, bn_momentum=0.9999999),))


def validation_losses(events: list[Event]) -> list[float]:
    return [event.validation_loss for event in of(EpochEnd, events)]


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture(scope="module")
def best_alone(workshop: Workshop) -> Finished:
    """The end of a run that trains up to the best epoch, the second, and no further."""
    events, _ = follow(LAGGING, workshop)
    assert of(Evaluating, events)[0].best_epoch is None
    return of(Finished, events)[0]


@pytest.mark.parametrize(("epochs", "trained", "early"), [(6, 4, True), (3, 3, False)], ids=["patience exhausted", "epochs exhausted"])
def test_best_weights_are_measured(workshop: Workshop, best_alone: Finished, epochs: int, trained: int, early: bool) -> None:
    recipe = replace(RECIPE, epochs=epochs, early_stopping_patience=2)
    events, _ = follow(replace(LAGGING, recipe=recipe), workshop)
    losses = validation_losses(events)
    assert len(losses) == trained
    assert min(losses) == losses[1]
    [evaluating], [finished] = of(Evaluating, events), of(Finished, events)
    assert (finished.best_epoch, evaluating.best_epoch, finished.stopped_early) == (2, 2, early)
    assert finished.test_loss == best_alone.test_loss
    assert finished.class_accuracy == best_alone.class_accuracy


def test_last_weights_are_measured_where_nobody_asked_for_the_best(workshop: Workshop, best_alone: Finished) -> None:
    events, _ = follow(replace(LAGGING, recipe=replace(RECIPE, epochs=4)), workshop)
    assert validation_losses(events)[3] > validation_losses(events)[1] + 0.05
    assert of(Finished, events)[0].test_loss["tiny"] > best_alone.test_loss["tiny"] + 0.05


def test_plateau_and_early_stopping_wait_for_their_own_patience(workshop: Workshop) -> None:
    recipe = replace(RECIPE, epochs=8, plateau_patience=2, early_stopping_patience=4)
    events, _ = follow(replace(LAGGING, recipe=recipe), workshop)
    losses = validation_losses(events)
    assert min(losses) == losses[1]
    assert [epoch.learning_rate for epoch in of(EpochEnd, events)] == pytest.approx([0.05] * 4 + [0.025] * 2)
    assert {(batch.epoch, batch.learning_rate) for batch in of(BatchEnd, events)} == {
        (epoch.epoch, epoch.learning_rate) for epoch in of(EpochEnd, events)
    }


def test_plateau_never_cuts_below_its_floor(workshop: Workshop) -> None:
    # At so small a rate no epoch improves by the 1e-4 that count.
    recipe = replace(RECIPE, learning_rate=3e-6, epochs=5, plateau_patience=1)
    events, _ = follow(replace(LAGGING, recipe=recipe), workshop)
    losses = validation_losses(events)
    assert max(losses) - min(losses) < 1e-4
    assert [epoch.learning_rate for epoch in of(EpochEnd, events)] == pytest.approx([3e-6, 3e-6, 1.5e-6, 1e-6, 1e-6])


def test_notebook_recipe_is_the_notebooks() -> None:
    assert RECIPES["notebook"] == Recipe(
        optimizer="adam",
        learning_rate=1e-3,
        schedule="constant",
        batch_size=64,
        epochs=10,
        early_stopping_patience=5,
        plateau_patience=3,
    )


@pytest.mark.parametrize("steps", [1, 2, 3, 10, 423])
def test_one_cycle_climbs_to_the_peak_and_comes_down(steps: int) -> None:
    rates = [one_cycle(step, steps, 0.1) for step in range(1, steps + 1)]
    top = rates.index(max(rates))
    assert max(rates) == pytest.approx(0.1)
    assert min(rates) > 0
    assert rates[: top + 1] == sorted(rates[: top + 1])
    assert rates[top:] == sorted(rates[top:], reverse=True)


def test_one_cycle_takes_the_rates_of_its_definition() -> None:
    assert [one_cycle(step, 10, 1.0) for step in (1, 2, 3)] == pytest.approx([1 / 3, 2 / 3, 1])
    assert one_cycle(7, 10, 1.0) == pytest.approx(0.5)  # halfway down the cosine
    assert one_cycle(423, 423, 1.0) < 1e-4
