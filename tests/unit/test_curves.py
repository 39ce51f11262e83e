"""Final curves and class bars: what is read from events, and what is drawn of it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import pytest

from resnet.data import load_fashion_mnist
from resnet.datasets import DATASETS
from resnet.figures.class_accuracy import class_accuracies, class_accuracy_figure, wilson_interval
from resnet.figures.curves import RateCut, curves_figure, curves_of, lowest_validation_loss
from resnet.figures.palette import PLAIN, RESIDUAL
from resnet.training.events import BatchEnd, Continued, EpochEnd, Event, Finished, RateChanged, Started

STEPS = 4  # per epoch
NETWORK = "mini-resnet"


def batch(step: int, rate: float = 0.1) -> BatchEnd:
    return BatchEnd(
        run="a",
        sequence=step,
        time=float(step),
        network=NETWORK,
        step=step,
        epoch=(step - 1) // STEPS + 1,
        loss=2 / step,
        accuracy=1 - 1 / step,
        learning_rate=rate,
        images_per_second=300.0,
    )


def epoch(number: int, validation_loss: float) -> EpochEnd:
    return EpochEnd(
        run="a",
        sequence=100 + number,
        time=100.0,
        network=NETWORK,
        epoch=number,
        step=number * STEPS,
        loss=1.0 / number,
        accuracy=0.5 + number / 20,
        validation_loss=validation_loss,
        validation_accuracy=0.4 + number / 20,
        learning_rate=0.1,
        seconds=3.0,
    )


def run(rates: Sequence[float], validation_losses: Sequence[float], last_batches: int = STEPS) -> list[Event]:
    """A run whose epochs had these rates; of the last epoch only so many batches."""
    steps = (len(rates) - 1) * STEPS + last_batches
    events: list[Event] = [Started(run="a", sequence=0, time=0.0, networks=[NETWORK], epochs=9, steps_per_epoch=STEPS, training_images=99)]
    events += [batch(step, rates[(step - 1) // STEPS]) for step in range(1, steps + 1)]
    return events + [epoch(number, loss) for number, loss in enumerate(validation_losses, start=1)]


def finished(best_epoch: int | None) -> Finished:
    return Finished(
        run="a",
        sequence=999,
        time=200.0,
        test_loss={NETWORK: 0.4},
        test_accuracy={NETWORK: 0.9},
        class_accuracy={NETWORK: [0.9] * 10},
        best_epoch=best_epoch,
        stopped_early=False,
        seconds=20.0,
    )


def test_batches_stand_at_their_share_of_the_epoch() -> None:
    curves = curves_of(run([0.1, 0.1], [0.5, 0.4]))
    assert curves.x.tolist() == [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0]
    assert curves.loss.tolist() == [2 / step for step in range(1, 9)]
    assert curves.accuracy.tolist() == [1 - 1 / step for step in range(1, 9)]
    assert [one.epoch for one in curves.epochs] == [1, 2]


def test_every_fall_of_a_constant_rate_between_epochs_is_a_cut() -> None:
    events = run([0.1, 0.1, 0.05, 0.05, 0.025], [0.5] * 5)
    assert curves_of(events, "constant").cuts == (RateCut(epoch=2, before=0.1, after=0.05), RateCut(epoch=4, before=0.05, after=0.025))


def test_a_cut_counts_also_where_its_epoch_was_not_completed() -> None:
    assert curves_of(run([0.1, 0.05], [0.5], last_batches=1)).cuts == (RateCut(epoch=1, before=0.1, after=0.05),)


def test_a_rate_that_stays_or_rises_is_no_cut() -> None:
    # The rate comes back from the optimiser in single precision, the same each time.
    rate = float(np.float32(1e-3))
    assert curves_of(run([rate, rate, 2 * rate], [0.5] * 3)).cuts == ()


def test_a_one_cycle_has_no_cuts() -> None:
    assert curves_of(run([0.1, 0.05, 0.01], [0.5] * 3), "one-cycle").cuts == ()


@pytest.mark.parametrize(
    ("losses", "best"),
    [((0.5, 0.3, 0.4), 2), ((0.5, 0.3, 0.3), 2), ((math.nan, 0.9, 0.8), 3), ((0.7, math.nan), 1), ((math.nan,), None), ((), None)],
)
def test_the_best_epoch_is_the_first_with_the_lowest_validation_loss(losses: tuple[float, ...], best: int | None) -> None:
    assert lowest_validation_loss([epoch(number, loss) for number, loss in enumerate(losses, start=1)]) == best
    assert curves_of(run([0.1] * 3, losses)).best_epoch == best


def test_the_epoch_whose_weights_came_back_is_the_best() -> None:
    events = run([0.1] * 3, [0.5, 0.3, 0.4])
    assert curves_of([*events, finished(best_epoch=3)]).best_epoch == 3
    assert curves_of([*events, finished(best_epoch=None)]).best_epoch == 2


def scatter(figure: go.Figure, name: str, axis: str) -> go.Scatter:
    (found,) = (trace for trace in figure.data if trace.name == name and trace.yaxis == axis)
    return found


def test_the_figure_draws_what_was_measured_in_the_palettes_language() -> None:
    figure = curves_figure(curves_of(run([0.1, 0.1], [0.5, 0.4])), RESIDUAL, "dark")
    for axis, training, validation in (("y", [1.0, 0.5], [0.5, 0.4]), ("y2", [0.55, 0.6], [0.45, 0.5])):
        solid, dashed = scatter(figure, "training, mean of the epoch", axis), scatter(figure, "validation", axis)
        assert (list(solid.x), list(solid.y), solid.line.dash) == ([1, 2], training, "solid")
        assert (list(dashed.x), list(dashed.y), dashed.line.dash) == ([1, 2], validation, "dash")
        faint = scatter(figure, "each batch", axis)
        assert len(faint.x) == 8
        assert faint.opacity < 0.5
        assert {line.line.color for line in (solid, dashed, faint)} == {RESIDUAL.dark}
    assert scatter(curves_figure(curves_of(run([0.1], [0.5])), PLAIN), "validation", "y").line.color == PLAIN.light


def words(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_cuts_and_the_best_epoch_are_marked_in_both_plots() -> None:
    figure = curves_figure(curves_of(run([0.1, 0.1, 0.05], [0.5, 0.3, 0.4])))
    assert [(line.xref, line.x0, line.x1) for line in figure.layout.shapes] == [("x", 2, 2), ("x2", 2, 2)]
    rings = [(ring.yaxis, ring.x[0], ring.y[0]) for ring in figure.data if ring.mode == "markers"]
    assert rings == [("y", 2, 0.3), ("y2", 2, 0.5)]
    assert words(figure).count("rate cut to 0.05") == 2
    assert words(figure).count("best: epoch 2") == 2
    assert {"<b>Loss</b>", "<b>Accuracy</b>"} <= set(words(figure))


@pytest.mark.parametrize(
    ("losses", "below"),
    [
        ((2.0, 0.3), [28, 28]),  # the line comes down to the ring from the left
        ((1.6, 0.1), [-200, 28]),  # as steeply, and below the ring there is no room
        ((0.3, 2.0), [28, 28]),  # it leaves to the right
        ((0.9, 0.9, 0.9, 0.85), [-28, 44]),  # it is flat; the accuracies rise as slowly, and the words stand clear of them
    ],
)
def test_the_words_at_the_best_epoch_lie_on_no_line(losses: tuple[float, ...], below: list[int]) -> None:
    figure = curves_figure(curves_of(run([0.1] * len(losses), losses)))
    assert [note.ay for note in figure.layout.annotations if note.text.startswith("best: epoch")] == below


def room_below(figure: go.Figure, axes: tuple[str, str] = ("yaxis", "yaxis2")) -> tuple[float, float]:
    """Pixels between two plots that stand below each other, and below the lower one; both are as wide as the figure."""
    layout = figure.layout
    upper, lower = (layout[axis].domain for axis in axes)
    inside = layout.height - layout.margin.t - layout.margin.b
    assert layout.xaxis.domain == layout.xaxis2.domain == (0, 1)
    assert upper[1] == 1
    assert lower[0] == pytest.approx(0, abs=1e-9)
    return inside * (upper[0] - lower[1]), layout.margin.b


def test_on_a_phone_the_plots_stand_below_each_other_and_the_legend_below_both() -> None:
    curves = curves_of(run([0.1, 0.1, 0.05], [0.5, 0.3, 0.4]))
    wide, narrow = curves_figure(curves), curves_figure(curves, narrow=True)
    between, below = room_below(narrow)
    assert between > 50, "the ticks of one and the heading of the other"
    assert below >= 44 + 60, "ticks, the axis' title and three entries"
    assert 1.5 < narrow.layout.height / wide.layout.height < 1.9
    legend = narrow.layout.legend
    assert (legend.yref, legend.y, legend.yanchor) == ("container", 0, "bottom")
    assert (narrow.layout.xaxis.title.text, narrow.layout.xaxis2.title.text) == ("", "Epoch")
    headings = {note.text: note.y for note in narrow.layout.annotations if note.yref == "paper"}
    assert headings == {"<b>Loss</b>": 1, "<b>Accuracy</b>": narrow.layout.yaxis2.domain[1]}
    assert sorted(words(narrow)) == sorted(words(wide))


def test_on_a_phone_the_words_at_the_best_epoch_have_the_room_of_a_phones_plot() -> None:
    figure = curves_figure(curves_of(run([0.1] * 2, (1.6, 0.1))), narrow=True)
    loss, _ = (note.ay for note in figure.layout.annotations if note.text.startswith("best: epoch"))
    assert -240 < loss < 240


def test_where_nothing_was_cut_nothing_is_marked_and_one_epoch_is_not_the_best() -> None:
    figure = curves_figure(curves_of(run([0.1], [0.5])))
    assert not figure.layout.shapes
    assert words(figure) == ["<b>Loss</b>", "<b>Accuracy</b>"]


def test_no_data_is_a_valid_figure() -> None:
    curves = curves_of([])
    assert curves.empty
    figure = curves_figure(curves)
    assert words(figure) == ["<b>Loss</b>", "<b>Accuracy</b>"]
    assert all(not len(trace.x) for trace in figure.data)


def test_words_go_through_the_translator() -> None:
    def shout(message: str, /, **values: object) -> str:
        return message.format(**values).upper()

    figure = curves_figure(curves_of(run([0.1, 0.05], [0.5, 0.4])), t=shout)
    assert set(words(figure)) == {"<b>LOSS</b>", "<b>ACCURACY</b>", "RATE CUT TO 0.05", "BEST: EPOCH 2"}


@pytest.mark.parametrize(
    ("right", "images", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718), (20, 20, 0.8389, 1.0)],
)
def test_wilsons_interval_is_the_published_one(right: int, images: int, low: float, high: float) -> None:
    """Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3; the last row mirrors 0 of 20."""
    found = wilson_interval(right, images)
    assert [round(end, 4) for end in found] == [low, high]


def test_classes_are_sorted_best_first_and_keep_their_names() -> None:
    facts = DATASETS["fashion-mnist-subset"]
    accuracy = [0.8, 0.985, 0.7, 0.9, 0.75, 0.96, 0.6, 0.95, 0.97, 0.955]
    classes = class_accuracies(accuracy, facts)
    assert [one.accuracy for one in classes] == sorted(accuracy, reverse=True)
    assert {one.name: one.accuracy for one in classes} == dict(zip(facts.class_names, accuracy, strict=True))
    assert [(one.name, one.right, one.images) for one in (classes[0], classes[-1])] == [("Trouser", 197, 200), ("Shirt", 120, 200)]

    figure = class_accuracy_figure(classes, theme="dark")
    (bars,) = figure.data
    assert list(bars.x) == [one.accuracy for one in classes]
    assert list(bars.y) == [one.name for one in classes]
    assert figure.layout.yaxis.autorange == "reversed", "the first, the best, stands on top"
    ends = [(x - minus, x + plus) for x, minus, plus in zip(bars.x, bars.error_x.arrayminus, bars.error_x.array, strict=True)]
    assert ends == [pytest.approx(one.interval) for one in classes]
    assert "98.5%" in words(figure)


def test_no_classes_are_a_valid_figure() -> None:
    assert list(class_accuracy_figure([]).data[0].x) == []


def test_the_test_split_holds_as_many_images_of_each_class() -> None:
    data = load_fashion_mnist(subset=True)
    assert np.bincount(data.y_test).tolist() == [class_accuracies([1.0] * 10, DATASETS["fashion-mnist-subset"])[0].images] * 10


def changed(step: int, rate: float, cause: str) -> RateChanged:
    return RateChanged(
        run="a", sequence=500 + step, time=1.0, step=step, epoch=(step - 1) // STEPS + 1, previous=0.1, learning_rate=rate, cause=cause
    )


def test_changes_of_the_rate_are_told_apart_by_their_cause() -> None:
    steered = [*run([0.1, 0.05, 0.01], [0.5, 0.4]), changed(4, 0.05, "plateau"), changed(6, 0.02, "hand"), changed(8, 0.01, "repair")]
    curves = curves_of(steered)
    assert curves.cuts == (RateCut(epoch=1, before=0.1, after=0.05),)
    assert [(turn.sort, turn.step, turn.x, turn.rate) for turn in curves.turns] == [("hand", 6, 1.5, 0.02), ("repair", 8, 2.0, 0.01)]
    # A rate that a hand has lowered is no cut, though the batches' rates fall.
    assert curves_of([*run([0.1, 0.05], [0.5]), changed(4, 0.05, "hand")]).cuts == ()
    # A one-cycle has no cuts, but a hand may change it.
    assert [turn.sort for turn in curves_of(steered, "one-cycle").turns] == ["hand", "repair"]


def test_where_a_person_stepped_in_is_marked_and_marks_that_are_close_share_their_words() -> None:
    continued = Continued(run="a", sequence=700, time=1.0, step=6, epoch=2)
    figure = curves_figure(curves_of([*run([0.1, 0.1], [0.5]), changed(2, 0.2, "hand"), continued, changed(6, 0.1, "repair")]))
    notes = [note.text for note in figure.layout.annotations]
    assert notes.count("rate 0.2") == notes.count("continued here · rate halved to 0.1") == 2
    assert [shape.x0 for shape in figure.layout.shapes if shape.xref == "x"] == [0.5, 1.5]
