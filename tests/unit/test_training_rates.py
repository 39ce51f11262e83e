"""What changes the learning rate, ends a run early and chooses its weights: the one-cycle schedule, the plateau, early stopping."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from resnet.config import Recipe
from resnet.presets import RECIPES
from resnet.training.callbacks import LearningRate, one_cycle
from resnet.training.events import BatchEnd, EpochEnd, Evaluating, Event, Finished
from resnet.training.progress import Progress
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


# A hand on the one-cycle, 4,300 steps long with its top, 0.2, at step 1,290


class Cycle:
    """The rate of each step of a run, without the run."""

    def __init__(self, peak: float = 0.2) -> None:
        self.progress, self.told = Progress(), []
        recipe = replace(RECIPE, schedule="one-cycle", learning_rate=peak)
        self.rate = LearningRate(lambda kind, **fields: self.told.append(fields), self.progress, recipe, 4_300)

    def until(self, step: int) -> list[float]:
        """The rates of the steps up to this one."""
        rates = []
        while self.progress.step < step:
            rates.append(self.rate.upcoming)
            self.progress.step += 1
        return rates


def schedule(first: int, last: int) -> list[float]:
    return [one_cycle(step, 4_300, 0.2) for step in range(first, last + 1)]


@pytest.mark.parametrize("typed", [0.1, 0.001, 0.9], ids=["above the schedule", "below it", "above its top"])
def test_a_rate_set_in_the_climb_is_the_top_of_the_cycle(typed: float) -> None:
    cycle = Cycle()
    assert cycle.until(20) == schedule(1, 20)
    cycle.rate.change(typed)
    assert cycle.until(1_290) == pytest.approx([typed] * 1_270, rel=1e-12)
    fall = cycle.until(4_300)
    assert fall == pytest.approx([typed / 0.2 * rate for rate in schedule(1_291, 4_300)], rel=1e-12)
    assert max(fall) < typed
    [told] = cycle.told
    assert (told["step"], told["cause"], told["learning_rate"]) == (20, "hand", typed)
    assert told["previous"] == pytest.approx(0.2 * 21 / 1_290)


@pytest.mark.parametrize("step", [1_289, 1_290], ids=["for the top itself", "for the step after it"])
def test_a_rate_set_where_the_cycle_turns_falls_from_there(step: int) -> None:
    cycle = Cycle()
    cycle.until(step)
    cycle.rate.change(0.3)
    rates = cycle.until(4_300)
    scale = 0.3 / one_cycle(step + 1, 4_300, 0.2)
    assert rates == pytest.approx([scale * rate for rate in schedule(step + 1, 4_300)], rel=1e-12)
    assert rates == sorted(rates, reverse=True)


def test_each_rate_that_is_set_replaces_the_one_before() -> None:
    cycle = Cycle()
    cycle.until(20)
    cycle.rate.change(0.1)
    cycle.until(500)
    cycle.rate.change(0.05)
    assert cycle.until(1_290) == pytest.approx([0.05] * 790, rel=1e-12)
    cycle.until(3_000)
    cycle.rate.change(0.4)
    rates = cycle.until(4_300)
    assert rates[0] == pytest.approx(0.4, rel=1e-12)
    assert rates == sorted(rates, reverse=True)
    assert [told["previous"] for told in cycle.told][1] == pytest.approx(0.1)


def test_a_repair_scales_the_climb_and_what_a_hand_made_of_it() -> None:
    cycle = Cycle()
    cycle.until(20)
    cycle.rate.scale(0.5)
    assert cycle.until(1_290) == pytest.approx([rate / 2 for rate in schedule(21, 1_290)], rel=1e-12)
    held = Cycle()
    held.until(20)
    held.rate.change(0.1)
    held.rate.scale(0.5)
    assert held.until(1_290) == pytest.approx([0.05] * 1_270, rel=1e-12)
    assert held.until(4_300) == pytest.approx([rate / 4 for rate in schedule(1_291, 4_300)], rel=1e-12)
    assert [(told["cause"], told["learning_rate"]) for told in held.told] == [("hand", 0.1), ("repair", pytest.approx(0.05))]


def test_no_factor_brings_a_cycle_above_a_hundred() -> None:
    cycle = Cycle(peak=80)
    cycle.until(1_289)
    cycle.rate.scale(3)
    assert cycle.until(1_290) == [100]
    assert cycle.told[0]["learning_rate"] == 100
    assert max(cycle.until(4_300)) == 100


def test_a_rate_set_in_the_climb_comes_back_from_a_checkpoint_to_the_last_bit() -> None:
    cycle, other = Cycle(), Cycle()
    cycle.until(20)
    cycle.rate.change(0.1)
    other.progress.step = cycle.progress.step
    other.rate.restore(json.loads(json.dumps(cycle.rate.state())))
    assert other.until(4_300) == cycle.until(4_300)


def test_a_checkpoint_that_knows_the_factor_alone_scales_the_whole_cycle() -> None:
    cycle = Cycle()
    cycle.rate.restore({"rate_factor": 0.5})
    assert cycle.until(4_300) == [0.5 * rate for rate in schedule(1, 4_300)]
