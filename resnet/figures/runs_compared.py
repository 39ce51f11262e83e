"""The courses of several runs over each other: loss and accuracy, training solid and validation dashed. Pure: events in, figure out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any, Literal

import plotly.graph_objects as go

from resnet.figures.headings import head
from resnet.figures.overlay import overlay_of
from resnet.figures.palette import FURTHER_RUNS, INK, PLAIN, RESIDUAL, TRAINING_DASH, VALIDATION_DASH, Colour, Theme, translucent
from resnet.figures.stacked import ENTRY, LEGEND_BELOW, head_stacked, inside, stacked
from resnet.training.events import BatchEnd, EpochEnd, Event, Started
from resnet.wording import Translate, english

Unit = Literal["epochs", "steps", "seconds"]

HEIGHT = 280  # pixels; on a projector the axis below is still on the first screen
MOST_POINTS = 60  # of a training curve: a mean over many batches, calm enough to be told from others
BEYOND = 2.0  # times the highest loss that a run began with; what is above it is not drawn
_LEFT, _RIGHT = (0.0, 0.37), (0.43, 0.8)  # the two plots' shares of the width; the rest is the legend's
_STACKED, _BETWEEN = 190, 58  # pixels on a phone: a plot's height; from one to the next, for ticks and a heading
_ABOVE, _BELOW, _SECOND_LINE = 34, 50, 16  # pixels around the plots; what an entry of two lines is higher than one of one
_LONGEST_LINE = 30  # signs
# What tells lines of one colour apart: the first has no mark, then Plotly's symbols, each with the sign that stands for it in words.
_MARKS = (("", ""), ("square", "■"), ("triangle-up", "▲"), ("circle", "●"), ("triangle-down", "▼"), ("star", "★"), ("cross", "✚"))
_MARKS_ON_A_LINE = 8
_SHALLOW, _DEEP = 14, 56  # layers with the thinnest and the thickest line


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Columns of one length. None is a value that is no number, or a time that an older history does not know.

    Attributes:
        epochs, steps, seconds: how far the run was: passes over the training images, optimiser steps, training time.
        loss: cross-entropy. accuracy: 0 to 1.
    """

    epochs: Sequence[float]
    steps: Sequence[int]
    seconds: Sequence[float | None]
    loss: Sequence[float | None]
    accuracy: Sequence[float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunCurve:
    """One network's course in one run. A point of `training` is a mean of `stride` batches; `validation` has one for each epoch."""

    stride: int
    training: Points
    validation: Points


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRun:
    """A line of the figure: what it is called, whether its network is without shortcuts, how deep that is, and its course."""

    name: str
    plain: bool
    depth: int
    curve: RunCurve


def run_curve(events: Sequence[Event], network: str) -> RunCurve:
    """The course of the network of that name, from the events that still count."""
    own = [event for event in events if getattr(event, "network", network) == network]
    overlay = overlay_of(own, MOST_POINTS)
    ends = [event for event in own if isinstance(event, EpochEnd)]
    per_epoch = next((event.steps_per_epoch for event in own if isinstance(event, Started)), 1)
    seconds = {event.step: event.seconds for event in own if isinstance(event, BatchEnd)}
    return RunCurve(
        stride=overlay.stride,
        training=Points(epochs=overlay.epochs, steps=overlay.steps, seconds=overlay.seconds, loss=overlay.loss, accuracy=overlay.accuracy),
        validation=Points(
            epochs=[end.step / per_epoch for end in ends],
            steps=[end.step for end in ends],
            seconds=[_number(seconds.get(end.step)) for end in ends],
            loss=[_number(end.validation_loss) for end in ends],
            accuracy=[_number(end.validation_accuracy) for end in ends],
        ),
    )


def colours_of(runs: Sequence[ComparedRun]) -> tuple[Colour, ...]:
    """A colour for each: grey for the first plain network, the shortcut's for the first with shortcuts, then others, over and over.

    It depends on those before it alone, so that one more run at the end changes no colour.
    """
    own, further = {True: PLAIN, False: RESIDUAL}, cycle(FURTHER_RUNS)
    return tuple(own.pop(run.plain) if run.plain in own else next(further) for run in runs)


def marks_of(runs: Sequence[ComparedRun]) -> tuple[str, ...]:
    """For each line the sign it is marked with; nothing for the first one of its colour. It depends on those before it alone."""
    return tuple(sign for _, sign in _marks(runs))


def _marks(runs: Sequence[ComparedRun]) -> list[tuple[str, str]]:
    earlier, marks = Counter[Colour](), list[tuple[str, str]]()
    for colour in colours_of(runs):
        again = earlier[colour]
        marks.append(_MARKS[again if again < len(_MARKS) else 1 + (again - 1) % (len(_MARKS) - 1)])
        earlier[colour] += 1
    return marks


def ceiling(runs: Sequence[ComparedRun]) -> float:
    """Where the axis of losses ends: above all of them, unless one has left for heights where the others would be a flat line."""
    curves = [run.curve for run in runs]
    first = [next((loss for loss in curve.training.loss if loss is not None), None) for curve in curves]
    losses = [loss for curve in curves for points in (curve.training, curve.validation) for loss in points.loss if loss is not None]
    limit = BEYOND * max((loss for loss in first if loss is not None), default=1.0)
    return min(1.05 * max(losses, default=1.0), limit)


def leaving(runs: Sequence[ComparedRun]) -> tuple[str, ...]:
    """Names of the runs some of whose losses are above the ceiling."""
    top = ceiling(runs)
    both = {run.name: (*run.curve.training.loss, *run.curve.validation.loss) for run in runs}
    return tuple(name for name, losses in both.items() if any(loss is not None and loss > top for loss in losses))


def runs_compared_figure(
    runs: Sequence[ComparedRun], unit: Unit = "epochs", theme: Theme = "light", t: Translate = english, *, narrow: bool = False
) -> go.Figure:
    """Loss left, accuracy right, against `unit`; the line's width is the network's depth. No data gives empty axes.

    `narrow` is for a phone: below each other, and the legend below both.
    """
    figure = go.Figure()
    for number, (run, colour, (symbol, _)) in enumerate(zip(runs, colours_of(runs), _marks(runs), strict=True)):
        for axis, measure in (("", "loss"), ("2", "accuracy")):
            for trace in _traces(run, measure, unit, colour.on(theme), symbol, t):
                figure.add_trace(trace.update(xaxis=f"x{axis}", yaxis=f"y{axis}", legendgroup=str(number)))
    figure.update_layout(_layout(runs, unit, theme, t))
    if narrow:
        _stack(figure, runs, t)
    else:
        head(figure, {_LEFT[0]: t("Loss"), _RIGHT[0]: t("Accuracy")})
    return figure


def _stack(figure: go.Figure, runs: Sequence[ComparedRun], t: Translate) -> None:
    """The plots below each other, the legend below both, one run below the other; Plotly scrolls a legend higher than the plots."""
    upper, lower = stacked(2, _STACKED, _BETWEEN)
    head_stacked(figure, {upper[1]: t("Loss"), lower[1]: t("Accuracy")})
    plots = round(inside(2, _STACKED, _BETWEEN))
    entries = sum(ENTRY + _SECOND_LINE * _in_the_legend(run.name).count("<br>") for run in runs)
    below = _BELOW + min(entries, plots)
    figure.update_layout(
        height=_ABOVE + plots + below,
        margin={"b": below},
        legend={**LEGEND_BELOW, "orientation": "v"},
        xaxis={"domain": (0, 1), "title": {"text": ""}},
        xaxis2={"domain": (0, 1)},
        yaxis={"domain": upper},
        yaxis2={"domain": lower},
    )


def _traces(run: ComparedRun, measure: str, unit: Unit, colour: str, symbol: str, t: Translate) -> list[go.Scatter]:
    number = "%{y:.3f}" if measure == "loss" else "%{y:.1%}"
    marked = {"mode": "lines+markers", "marker": {"size": 8, "symbol": symbol, "maxdisplayed": _MARKS_ON_A_LINE}}
    ends = {"mode": "lines+markers", "marker": {"size": 7 if symbol else 6, "symbol": f"{symbol or 'diamond'}-open"}}
    series = (
        (run.curve.training, t("training"), TRAINING_DASH, marked if symbol else {"mode": "lines"}),
        (run.curve.validation, t("validation"), VALIDATION_DASH, ends),
    )
    return [
        go.Scatter(
            name=_in_the_legend(run.name),
            x=list(getattr(points, unit)),
            y=list(getattr(points, measure)),
            line={"width": _width(run.depth), "dash": dash, "color": colour},
            showlegend=measure == "loss" and dash == TRAINING_DASH,
            hovertemplate=f"{_plain_text(run.name)}, {words}<br>{number}<extra></extra>",
            **look,
        )
        for points, words, dash, look in series
    ]


def _layout(runs: Sequence[ComparedRun], unit: Unit, theme: Theme, t: Translate) -> dict[str, Any]:
    ink, grid = INK.on(theme), translucent(INK.on(theme), 0.12)
    axis: dict[str, Any] = {"showgrid": True, "gridcolor": grid, "zeroline": False, "linecolor": grid, "automargin": True}
    title = {"epochs": t("Epoch"), "steps": t("Step"), "seconds": t("Seconds of training")}[unit]
    across = {**axis, "title": {"text": title, "standoff": 10}, "rangemode": "tozero", "nticks": 9}
    return {
        "height": HEIGHT,
        "margin": {"l": 48, "r": 12, "t": _ABOVE, "b": _BELOW},
        "font": {"color": ink, "size": 13},
        "hovermode": "closest",
        "hoverlabel": {"namelength": -1},
        "showlegend": True,  # also of one run
        "legend": {"x": _RIGHT[1] + 0.02, "xanchor": "left", "y": 1, "yanchor": "top", "font": {"size": 12}},
        "xaxis": {**across, "domain": _LEFT},
        "xaxis2": {**across, "domain": _RIGHT, "anchor": "y2", "matches": "x"},
        "yaxis": {**axis, "range": [0, ceiling(runs)]},
        "yaxis2": {**axis, "anchor": "x2", "range": [0, 1.005], "tickformat": ".0%"},
    }


def _width(depth: int) -> float:
    return 1.6 + 2.4 * (min(max(depth, _SHALLOW), _DEEP) - _SHALLOW) / (_DEEP - _SHALLOW)


def _in_the_legend(name: str) -> str:
    """The name in two lines at most, each as long as there is room for."""
    lines = [line for line in name.split(" · ", maxsplit=1) if line]
    return "<br>".join(_plain_text(line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 1] + "…") for line in lines)


def _plain_text(name: str) -> str:
    """A name as Plotly shows it sign by sign: it reads some HTML, and `%{…}` in what it shows under the pointer."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("%{", "%\u200b{")


def _number(value: float | None) -> float | None:
    return value if value is not None and abs(value) < float("inf") else None  # NaN is below nothing
