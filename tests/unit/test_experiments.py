"""Experiments as data, and what runs are found to have shown: hand-made events whose figures can be reckoned on paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from resnet.experiments import verdicts
from resnet.experiments.catalogue import DEPTHS, KEYS, RACES, Settings, belongs, first_settings, networks_of, race_of, train_config
from resnet.experiments.lesion import Fall, RecordedCuts, changes_shape
from resnet.experiments.readings import curves_of, first_reached, gap, slopes_of, tail_of, tenths
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
    (curve,) = curves_of(batches("a", [9.0] * 180 + [1.0, 2.0] * 10)).values()
    assert curve.last_tenth == 1.5
    assert tenths(curve).tolist() == [9.0] * 9 + [1.5]
    assert curve.until(180).last_tenth == 9.0


def test_the_end_of_a_short_run_is_ten_batches() -> None:
    assert [tail_of(batches) for batches in (0, 4, 40, 100, 199, 200, 1_000)] == [0, 4, 10, 10, 19, 20, 100]
    (curve,) = curves_of(batches("a", [9.0] * 30 + [1.0, 2.0] * 5)).values()
    assert curve.last_tenth == 1.5
    assert tenths(curve).tolist() == [9.0, 9.0, 9.0, 1.5], "a part of 4 batches would be noise"


def test_a_gap_is_of_the_same_batches() -> None:
    # Differences in the last 10 of 40 steps: 0.1 and 0.3, five times each. Their mean is 0.2, their standard deviation
    # sqrt(10 * 0.1**2 / 9) = 0.105409.
    noise = [2.0 + step % 7 for step in range(40)]
    higher = [*noise[:30], *(loss + by for loss, by in zip(noise[30:], (0.1, 0.3) * 5, strict=True))]
    curves = curves_of([*batches("a", higher), *batches("b", noise)])
    found = gap(curves["a"], curves["b"])
    assert (found.mean, found.error) == pytest.approx((0.2, 0.105409 / math.sqrt(10)), abs=1e-5)
    assert found.sign == "above"
    assert gap(curves["b"], curves["a"]).sign == "below"
    assert gap(curves["a"], curves["a"]).sign == "level"


def test_what_chance_can_make_is_level() -> None:
    one, other = [1.0, 0.0] * 20, [0.0, 0.9] * 20
    curves = curves_of([*batches("a", one), *batches("b", other)])
    assert gap(curves["a"], curves["b"]).sign == "level"


@pytest.mark.parametrize(("by", "sign"), [(0.04, "level"), (0.06, "above")])
def test_what_another_seed_can_make_is_level_however_sure_it_is_of_these_batches(by: float, sign: str) -> None:
    curves = curves_of([*batches("a", [1.0 + by] * 40), *batches("b", [1.0] * 40)])
    assert gap(curves["a"], curves["b"]).sign == sign


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
    few = [*batches("plain-20", [1.0] * 39), *batches("plain-56", [1.0] * 39)]
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
    assert found.closing == "halved"
    assert found.equal_at == 20, "as soon as 20 batches make a mean"


@pytest.mark.parametrize(("last", "closing"), [(1.3, "halved"), (1.6, "narrowed"), (2.3, "open")])
def test_a_gap_that_is_half_closed_is_told_from_one_that_narrows(last: float, closing: str) -> None:
    found = verdicts.catch_up([*batches("plain-56", [2.3] * 60 + [last] * 40), *batches("residual-56", [0.5] * 100)])
    assert found is not None
    assert found.widest == pytest.approx(1.8)
    assert found.closing == closing


def test_a_gap_that_only_wavers_does_not_narrow() -> None:
    # In the last ten batches 2.0 and 2.5 by turns: 0.05 below the widest, with an error of 0.26 / sqrt(10) = 0.08.
    found = verdicts.catch_up([*batches("plain-56", [2.3] * 90 + [2.0, 2.5] * 5), *batches("residual-56", [0.5] * 100)])
    assert found is not None
    assert found.widest - found.gap.mean == pytest.approx(0.05)
    assert found.closing == "open"


def test_a_rescue_is_compared_over_its_own_steps() -> None:
    others = curves_of([*batches("plain-56", [2.2] * 40 + [0.1] * 40), *batches("residual-56", [0.6] * 40 + [0.1] * 40)])
    found = verdicts.rescue(batches("plain-56", [1.0] * 40), others["plain-56"], others["residual-56"])
    assert found is not None
    assert (found.usual, found.residual) == pytest.approx((2.2, 0.6))
    assert (found.against_usual.sign, found.against_residual.sign) == ("below", "above")


def test_a_rescue_that_ran_longer_is_cut_to_the_steps_of_the_recording() -> None:
    others = curves_of([*batches("plain-56", [2.2] * 50), *batches("residual-56", [0.6] * 60)])
    own = batches("plain-56", [1.0] * 50 + [0.1] * 450)
    found = verdicts.rescue(own, others["plain-56"], others["residual-56"])
    assert found is not None
    assert (found.steps, found.loss, found.usual, found.residual) == pytest.approx((50, 1.0, 2.2, 0.6)), "not the 0.1 of step 500"
    assert found.against_residual.mean == pytest.approx(0.4)
    short = curves_of(batches("plain-56", [2.2] * 30))["plain-56"]
    assert verdicts.rescue(own, short, others["residual-56"]) is None


def test_a_recording_is_compared_at_the_same_step_or_not_at_all() -> None:
    usual = curves_of(batches("residual-20", [0.9] * 60 + [0.5] * 40))["residual-20"]
    assert [verdicts.at_step(usual, step) for step in (39, 60, 100, 101)] == [None, pytest.approx(0.9), pytest.approx(0.5), None]


def test_the_gradient_by_depth_leaves_out_stem_and_head() -> None:
    layers = ["stem_conv", "stage1_block1_conv1", "stage1_block1_conv2", "stage2_block1_conv1", "head_dense"]
    events = [
        started({"plain-20": layers, "residual-20": layers}),
        gradients("plain-20", [100.0, 0.01, 0.1, 1.0, 100.0]),
        gradients("plain-20", [100.0, 0.04, 0.1, 1.0, 100.0], 2),
        *(gradients("plain-20", [100.0, 0.02, 0.1, 1.0, 100.0], step) for step in (3, 4, 5)),
        *(gradients("residual-20", [100.0, 0.2, 0.2, 0.2, 100.0], step) for step in range(1, 6)),
    ]
    assert slopes_of(events)["plain-20"].first == pytest.approx(0.02), "the geometric mean of 0.01, 0.04 and three times 0.02"
    plain, residual = RACERS["plain-20"], RACERS["residual-20"]
    found = verdicts.gradient_by_depth(events, plain, residual)
    assert found is not None
    # 3·3·8·8 = 576 weights in a kernel of the first stage, 3·3·8·16 = 1,152 in the second's first: the root of their ratio is 1.41421.
    root = math.sqrt(2)
    assert (found.plain, found.plain_early, found.residual, found.between) == pytest.approx((0.02 * root, 0.01 * root, root, 0.1))
    assert (found.plain_course, found.residual_course) == ("fades", "even")
    assert verdicts.gradient_by_depth(events, plain, RACERS["residual-56"]) is None
    assert verdicts.gradient_by_depth(events[:-1], plain, residual) is None, "four measurements are too few"


def test_a_gradient_that_is_no_number_has_no_course() -> None:
    layers = ["stage1_block1_conv1", "stage1_block1_conv2", "stage2_block1_conv1"]
    names = ("plain-20", "residual-20")
    events = [started(dict.fromkeys(names, layers)), *(gradients(name, [math.nan, 1.0, 1.0], step) for name in names for step in range(9))]
    assert verdicts.gradient_by_depth(events, *(RACERS[name] for name in names)) is None


def test_a_kernel_has_as_many_weights_as_the_paper_says() -> None:
    sizes = verdicts.kernel_sizes(RACERS["plain-20"])
    assert len(sizes) == 19
    assert sizes["stem_conv"] == 3 * 3 * 1 * 8
    assert (sizes["stage1_block1_conv1"], sizes["stage2_block1_conv1"], sizes["stage3_block3_conv2"]) == (576, 1_152, 9_216)


@pytest.mark.parametrize(
    ("accuracy", "images", "guessing"),
    # Of 2,000 images guessing gets a tenth, 10 ± 0.67%; of 500 it is ± 1.34%.
    [
        (0.113, 2_000, "no_better"),
        (0.114, 2_000, "little_better"),
        (0.126, 500, "no_better"),
        (0.199, 2_000, "little_better"),
        (0.2, 2_000, None),
    ],
)
def test_guessing_is_what_chance_gets_on_so_many_images(accuracy: float, images: int, guessing: str | None) -> None:
    assert Fall(accuracy, 0.85, images).guessing == guessing


def test_what_single_cuts_cost_is_told_by_place() -> None:
    recorded = RecordedCuts("m", "2026-01-01", 2_000, {"residual-20": 0.85}, {"residual-20": {"branch": {"stage1_block1": 0.25}}})
    assert recorded.falls("residual-20", "branch") == {"stage1_block1": pytest.approx(0.6)}
    assert [changes_shape(block) for block in ("stage1_block1", "stage2_block1", "stage2_block2")] == [False, True, False]


@pytest.mark.parametrize(("drawn", "sign"), [(0.1, "above"), (0.4, "level"), (0.5, "level"), (0.7, "below")])
def test_learning_the_identity_is_a_contest_of_two_that_are_drawn_alike(drawn: float, sign: str) -> None:
    run = {"plain": [2.0] + [0.5] * 100, "residual": [0.0] * 101, "drawn": [1.5] + [drawn] * 100}
    found = verdicts.identity(run)
    assert (found.steps, found.plain, found.drawn) == pytest.approx((100, 0.5, drawn))
    assert (found.plain_first, found.residual_first, found.drawn_first) == (2.0, 0.0, 1.5)
    assert found.plain_is == sign, "whatever the one does that starts at the answer"


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
