"""Experiments as data, and what runs are found to have shown: hand-made events whose figures can be reckoned on paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from resnet.experiments import verdicts
from resnet.experiments.catalogue import DEPTHS, KEYS, RACES, Settings, belongs, first_settings, networks_of, race_of, train_config
from resnet.experiments.readings import curves_of, first_reached, gap, slopes_of, tenths
from resnet.experiments.verdicts import GUESSING
from resnet.plan import plan
from resnet.presets import DEMO, RACERS, race
from resnet.training.events import BatchEnd, Event, GradientNorms, Recovered, Started, Trouble


def batches(network: str, losses: Sequence[float], seconds: float = 0.1) -> list[Event]:
    """One batch for each loss, from step 1 on, `seconds` apart."""
    return [
        BatchEnd(
            run="r",
            sequence=step,
            time=float(step),
            network=network,
            step=step,
            epoch=1,
            loss=loss,
            accuracy=0.5,
            learning_rate=1e-3,
            images_per_second=100.0,
            seconds=seconds * step,
        )
        for step, loss in enumerate(losses, start=1)
    ]


def trouble(kind: str, step: int, loss: float, before: float = GUESSING) -> Trouble:
    return Trouble(
        run="r",
        sequence=step,
        time=1.0,
        network="a",
        step=step,
        epoch=1,
        trouble=kind,
        cause="rate-too-high",
        since=1,
        loss=loss,
        before=before,
    )


def gradients(network: str, norms: list[float], step: int = 1) -> GradientNorms:
    return GradientNorms(run="r", sequence=step, time=1.0, network=network, step=step, norms=norms)


def started(layers: dict[str, list[str]]) -> Started:
    return Started(run="r", sequence=1, time=0.0, networks=list(layers), epochs=1, steps_per_epoch=9, training_images=9, layers=layers)


def test_the_experiments_are_eight_and_six_of_them_races() -> None:
    assert len(KEYS) == 8
    assert set(KEYS) - set(RACES) == {"lesion", "identity"}


@pytest.mark.parametrize("key", RACES)
def test_a_race_is_what_its_configuration_says(key: str) -> None:
    config = train_config(RACES[key], replace(first_settings(RACES[key]), steps=150, seed=7))
    assert (config.dataset, config.seed, config.max_steps) == ("fashion-mnist-14", 7, 150)
    assert config.recipe.epochs == 2, "141 batches of 64 are an epoch of 9,000 images"
    assert race_of(config) is RACES[key]
    assert not belongs(RACES[key], DEMO)


def test_the_cure_is_the_race_of_four() -> None:
    assert train_config(RACES["cure"], Settings()) == race("plain-20", "plain-56", "residual-20", "residual-56")


@pytest.mark.parametrize("depth", DEPTHS)
def test_a_network_of_another_depth_has_as_many_layers(depth: int) -> None:
    plain, residual = networks_of(RACES["gradient"], depth)
    assert (plain.depth, residual.depth) == (depth, depth)
    assert (plain.name, residual.name) == (f"plain-{depth}", f"residual-{depth}")
    assert plan(plain).trainable_parameters == plan(residual).trainable_parameters, "zero-padding has no parameters"
    assert replace(plain, name="plain-56", depths=(9, 9, 9)) == RACERS["plain-56"]


def test_the_last_tenth_is_the_mean_of_the_last_tenth() -> None:
    (curve,) = curves_of(batches("a", [9.0] * 18 + [1.0, 2.0])).values()
    assert curve.last_tenth == 1.5
    assert tenths(curve).tolist() == [9.0] * 9 + [1.5]


def test_a_gap_is_of_the_same_batches() -> None:
    # Differences in the last tenth, 4 of 40 steps: 0.1, 0.3, 0.1, 0.3. Their mean is 0.2, their standard deviation 0.11547.
    noise = [2.0 + step % 7 for step in range(40)]
    higher = [*noise[:36], *(loss + by for loss, by in zip(noise[36:], (0.1, 0.3, 0.1, 0.3), strict=True))]
    curves = curves_of([*batches("a", higher), *batches("b", noise)])
    found = gap(curves["a"], curves["b"])
    assert (found.mean, found.error) == pytest.approx((0.2, 0.11547 / 2), abs=1e-5)
    assert found.sign == "above"
    assert gap(curves["b"], curves["a"]).sign == "below"
    assert gap(curves["a"], curves["a"]).sign == "level"


def test_what_chance_can_make_is_level() -> None:
    one, other = [1.0, 0.0] * 20, [0.0, 0.9] * 20
    curves = curves_of([*batches("a", one), *batches("b", other)])
    assert gap(curves["a"], curves["b"]).sign == "level"


def test_no_number_lies_above_any_number() -> None:
    curves = curves_of([*batches("a", [math.nan] * 40), *batches("b", [2.0] * 40)])
    assert gap(curves["a"], curves["b"]).sign == "above"
    assert gap(curves["b"], curves["a"]).sign == "below"


def test_when_a_loss_was_first_reached() -> None:
    (curve,) = curves_of(batches("a", [3.0] * 20 + [1.0] * 20)).values()
    # The mean of 20 batches is 2 as soon as half of them are at 1.
    assert first_reached(curve, 2.0) == 30
    assert first_reached(curve, 0.5) is None


@pytest.mark.parametrize(
    ("shallow", "deep", "shown", "hardly"), [(0.8, 2.2, "above", True), (0.8, 0.5, "below", False), (1, 1, "level", False)]
)
def test_the_disease_shows_or_not(shallow: float, deep: float, shown: str, hardly: bool) -> None:
    found = verdicts.disease([*batches("plain-20", [shallow] * 40), *batches("plain-56", [deep] * 40)])
    assert found is not None
    assert (found.shown, found.deep_hardly_learned) == (shown, hardly)
    assert (found.steps, found.shallow, found.deep) == pytest.approx((40, shallow, deep))


def test_too_few_batches_show_nothing() -> None:
    few = [*batches("plain-20", [1.0] * 19), *batches("plain-56", [1.0] * 19)]
    assert verdicts.disease(few) is None
    assert verdicts.disease([]) is None
    assert verdicts.rate([]) is None


def test_the_cure_answers_four_questions() -> None:
    losses = {"plain-20": 0.77, "plain-56": 2.20, "residual-20": 0.55, "residual-56": 0.61}
    found = verdicts.cure([event for name, loss in losses.items() for event in batches(name, [loss] * 200)])
    assert found is not None
    gaps = (found.plain, found.residual, found.deep, found.shallow)
    assert [round(one.mean, 2) for one in gaps] == [1.43, 0.06, 1.59, 0.22]
    assert [one.sign for one in gaps] == ["above"] * 4


def test_catching_up_is_a_gap_that_closes() -> None:
    plain = [2.3] * 60 + [1.0] * 40
    residual = [0.5] * 100
    found = verdicts.catch_up([*batches("plain-56", plain), *batches("residual-56", residual)])
    assert found is not None
    assert (found.gap.mean, found.widest) == pytest.approx((0.5, 1.8))
    assert found.closing
    assert found.equal_at == 20, "as soon as 20 batches make a mean"


def test_a_rescue_is_compared_over_its_own_steps() -> None:
    others = curves_of([*batches("plain-56", [2.2] * 40 + [0.1] * 40), *batches("residual-56", [0.6] * 40 + [0.1] * 40)])
    found = verdicts.rescue(batches("plain-56", [1.0] * 40), others["plain-56"], others["residual-56"])
    assert found is not None
    assert (found.usual, found.residual) == pytest.approx((2.2, 0.6))
    assert (found.against_usual.sign, found.against_residual.sign) == ("below", "above")


def test_the_gradient_by_depth_leaves_out_stem_and_head() -> None:
    layers = ["stem_conv", "stage1_block1_conv1", "stage1_block1_conv2", "stage2_block1_conv1", "head_dense"]
    events = [
        started({"plain-20": layers, "residual-20": layers}),
        gradients("plain-20", [100.0, 0.01, 0.1, 1.0, 100.0]),
        gradients("plain-20", [100.0, 0.04, 0.1, 1.0, 100.0], 2),
        gradients("residual-20", [100.0, 0.2, 0.2, 0.2, 100.0]),
    ]
    assert slopes_of(events)["plain-20"].first == pytest.approx(0.02), "the geometric mean of 0.01 and 0.04"
    found = verdicts.gradient_by_depth(events, "plain-20", "residual-20")
    assert found is not None
    assert (found.plain, found.plain_early, found.residual, found.between) == pytest.approx((0.02, 0.01, 1.0, 0.1))
    assert (found.plain_course, found.residual_course) == ("fades", "even")
    assert verdicts.gradient_by_depth(events, "plain-20", "another") is None


def test_the_same_time_is_fewer_steps_for_a_slower_network() -> None:
    fast, slow = [2.0 - step / 100 for step in range(100)], [1.0] * 50 + [0.2] * 50
    events = [*batches("residual-20", fast, seconds=1.0), *batches("residual-56", slow, seconds=1.0)]
    # Of 100 s together the shallow network takes a quarter: 25 s for all its steps, in which the deep one does a third of its own.
    found = verdicts.depth(events, {"residual-20": 0.25, "residual-56": 0.75})
    assert found is not None
    assert found.time == pytest.approx(25.0)
    assert found.at_steps == {"residual-20": pytest.approx(1.055), "residual-56": pytest.approx(0.2)}
    assert found.at_time == {"residual-20": pytest.approx(1.055), "residual-56": pytest.approx(1.0)}
    without = verdicts.depth(events)
    assert without is not None
    assert (without.time, without.gap.sign) == (None, "below")


@pytest.mark.parametrize(
    ("losses", "told", "outcome"),
    [
        ([1.0] * 40, [], "learned"),
        ([2.3] * 40, [], "stuck"),
        ([2.3] * 40, [trouble("plateau", 30, 2.31)], "plateau"),
        (
            [9.0] * 10 + [0.5] * 30,
            [trouble("explosion", 9, 9.0), Recovered(run="r", sequence=1, time=1, network="a", step=20, epoch=1)],
            "recovered",
        ),
        ([1.0, math.nan], [trouble("nan", 2, math.nan)], "nan"),
    ],
)
def test_what_a_high_rate_did(losses: list[float], told: list[Event], outcome: str) -> None:
    found = verdicts.rate([*batches("residual-20", losses), *told])
    assert found is not None
    assert found.outcome == outcome
    assert found.highest == max(loss for loss in losses if loss == loss)
