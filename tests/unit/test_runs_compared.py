"""Runs over each other: what is read from their events, what is drawn of it, and which is best."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from resnet.config import TrainConfig
from resnet.figures.palette import FURTHER_RUNS, PLAIN, RESIDUAL
from resnet.figures.runs_compared import ComparedRun, ceiling, colours_of, leaving, marks_of, run_curve, runs_compared_figure
from resnet.presets import PRESETS, RECIPES
from resnet.side_by_side import Score, best, differing, settings
from tests.unit.test_curves import NETWORK, STEPS, batch, epoch, room_below, run
from tests.unit.test_theme import contrast


def compared(name: str = "a", *, plain: bool = False, depth: int = 14, losses: tuple[float, ...] = (2.0, 1.0)) -> ComparedRun:
    events = [replace(batch(step), loss=loss) for step, loss in enumerate(losses, start=1)]
    return ComparedRun(name=name, plain=plain, depth=depth, curve=run_curve(events, NETWORK))


def test_a_curve_has_training_points_and_one_validation_an_epoch() -> None:
    curve = run_curve(
        [replace(event, seconds=event.step / 2) if event.kind == "batch" else event for event in run([0.1, 0.1], [0.5, 0.4])], NETWORK
    )
    assert curve.stride == 1
    assert list(curve.training.steps) == list(range(1, 2 * STEPS + 1))
    assert list(curve.validation.epochs) == [1, 2]
    assert list(curve.validation.steps) == [STEPS, 2 * STEPS]
    assert list(curve.validation.seconds) == [STEPS / 2, STEPS], "the training time of the epoch's last batch"
    assert list(curve.validation.loss) == [0.5, 0.4]
    assert list(curve.validation.accuracy) == [0.45, 0.5]


def test_an_epoch_that_max_steps_cut_short_stands_where_it_ended() -> None:
    events = [*run([0.1, 0.1], [0.5], last_batches=2), replace(epoch(2, 0.4), step=STEPS + 2)]
    assert list(run_curve(events, NETWORK).validation.epochs) == [1, 1.5]


def test_of_a_race_each_network_has_its_own_points() -> None:
    started, *said = run([0.1], [0.5])
    other = [replace(event, network="other", loss=9.0) for event in said]  # type: ignore[call-arg]
    curve = run_curve([started, *said, *other], "other")
    assert list(curve.training.loss) == [9.0] * STEPS
    assert list(curve.validation.epochs) == [1]


def test_what_is_no_number_is_a_gap() -> None:
    events = [*run([0.1], []), replace(epoch(1, math.nan), validation_accuracy=0.1), epoch(2, math.inf)]
    curve = run_curve(events, NETWORK)
    assert list(curve.validation.loss) == [None, None]
    assert list(curve.validation.seconds) == [None, None], "an older history knows no training time"


def test_the_first_plain_and_the_first_residual_run_wear_their_colours_and_no_run_changes_its_by_another() -> None:
    runs = [compared(plain=plain) for plain in (False, True, True, False, False, False, False, False)]
    assert colours_of(runs) == (RESIDUAL, PLAIN, *FURTHER_RUNS, FURTHER_RUNS[0])
    assert colours_of(runs[:3]) == colours_of(runs)[:3]


def test_lines_of_one_colour_are_told_apart_by_marks() -> None:
    runs = [compared(name=str(number)) for number in range(36)]
    looks = list(zip(colours_of(runs), marks_of(runs), strict=True))
    assert len(set(looks)) == 36, "six colours without the plain networks' grey"
    assert marks_of(runs)[:7] == ("", "", "", "", "", "", "■")
    drawn = runs_compared_figure(runs[:7]).data
    first, repeated = (next(trace for trace in drawn if trace.name == name and trace.showlegend) for name in ("1", "6"))
    assert first.line.color == repeated.line.color
    assert (first.mode, repeated.mode, repeated.marker.symbol) == ("lines", "lines+markers", "square")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_line_is_seen_against_the_page(theme: str) -> None:
    page = {"light": "#ffffff", "dark": "#11161d"}[theme]
    assert all(contrast(colour.on(theme), page) >= 4.5 for colour in FURTHER_RUNS)  # type: ignore[arg-type]


def test_a_run_that_explodes_does_not_flatten_the_others() -> None:
    calm, wild = compared("calm"), compared("wild", losses=(2.5, 400.0, 1e9))
    assert ceiling([calm, wild]) == 5.0
    assert leaving([calm, wild]) == ("wild",)
    assert ceiling([calm]) == pytest.approx(2.1)
    assert leaving([calm]) == ()


def test_the_figure_draws_training_solid_and_validation_dashed_in_one_colour_with_one_entry_a_run() -> None:
    curve = run_curve(run([0.1], [0.5]), NETWORK)
    runs = [ComparedRun(name=name, plain=False, depth=depth, curve=curve) for name, depth in (("shallow", 14), ("<b>deep</b>", 56))]
    figure = runs_compared_figure(runs, "steps")
    assert [trace.line.dash for trace in figure.data] == ["solid", "dash"] * 4
    assert {trace.line.color for trace in figure.data[:4]} == {RESIDUAL.light}
    assert {trace.line.width for trace in figure.data} == {1.6, 4.0}
    assert [trace.name for trace in figure.data if trace.showlegend] == ["shallow", "&lt;b&gt;deep&lt;/b&gt;"]
    assert list(figure.data[0].x) == [1, 2, 3, 4]
    assert list(figure.data[1].x) == [4]
    assert figure.layout.xaxis.title.text == "Step"


def test_nothing_chosen_is_empty_axes() -> None:
    figure = runs_compared_figure([])
    assert not figure.data
    assert figure.layout.yaxis.range == (0, 1.05)


@pytest.mark.parametrize("count", [0, 1, 4, 30])
def test_on_a_phone_the_legend_has_its_room_below_both_plots(count: int) -> None:
    figure = runs_compared_figure([compared("mini-resnet · Fashion-MNIST")] * count, narrow=True)
    between, below = room_below(figure)
    plots = figure.layout.height - figure.layout.margin.t - below
    assert between > 50
    assert below == 50 + min(36 * count, plots), "two lines a run; Plotly scrolls what is higher than the plots"
    assert (figure.layout.legend.yref, figure.layout.legend.y, figure.layout.legend.x) == ("container", 0, 0)
    assert (figure.layout.xaxis.title.text, figure.layout.xaxis2.title.text) == ("", "Epoch")


def test_settings_that_differ_are_named_in_the_order_of_their_fields() -> None:
    network = PRESETS[NETWORK]
    one = TrainConfig(networks=(network,), dataset="fashion-mnist", recipe=RECIPES["notebook"], seed=1)
    plain = replace(network, shortcut="none", name="another-name")
    two = replace(one, networks=(plain,), recipe=replace(one.recipe, learning_rate=0.5), seed=2)
    both = [settings(one, network), settings(two, plain)]
    assert differing(both) == ("shortcut", "learning_rate", "seed")
    assert differing([both[0], both[0]]) == differing([]) == ()


def test_the_best_of_each_data_set_and_those_it_cannot_be_told_from() -> None:
    close, low = Score(name="close", dataset="fashion-mnist", accuracy=0.895), Score(name="low", dataset="fashion-mnist", accuracy=0.88)
    top = Score(name="top", dataset="fashion-mnist", accuracy=0.90)
    alone = Score(name="alone", dataset="fashion-mnist-subset", accuracy=0.99)
    # Wilson on 10,000 images, by hand: 0.90 is 89.40 to 90.57%, 0.895 is 88.88 to 90.09%, 0.88 is 87.35 to 88.62%.
    (found,) = best([close, None, alone, top, low])
    assert found.tested is top
    assert found.near == (close,)
    assert best([top]) == best([None]) == ()
