"""The curves of a run that has ended: loss and accuracy, with the best epoch, each change of the learning rate and each continuation
marked.

Two steps, both pure: `curves_of` reads the run's events, `curves_figure` draws. The look is that of the live chart
(assets/components/live_chart.js), so that a run keeps its face when it ends.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from resnet.config import Schedule
from resnet.figures.headings import head
from resnet.figures.marks import write_along
from resnet.figures.palette import BACKGROUND, INK, RESIDUAL, TRAINING_DASH, VALIDATION_DASH, Colour, Theme, translucent
from resnet.figures.stacked import ENTRY, LEGEND_BELOW, PHONE, head_stacked, inside, stacked
from resnet.training.events import BatchEnd, Continued, EpochEnd, Evaluating, Event, Finished, RateChanged, Started
from resnet.wording import Translate, english

HEIGHT = 390  # pixels
_LEFT, _RIGHT = (0.0, 0.46), (0.54, 1.0)  # the two plots' shares of the width, as in the live chart
_ABOVE, _BELOW = 68, 44  # pixels around the plots
_MARGIN = 1.02  # of the epochs, how many the x-axis spans
# Pixels: a plot at its narrowest; the words at the best epoch, and the air around them; how far from its ring they may stand.
_PLOT = (226, HEIGHT - _ABOVE - _BELOW)
_STACKED = (PHONE, 240)  # pixels: a plot on a phone
_BETWEEN, _TOP_STACKED = 54, 30  # pixels: from one plot to the next, for ticks and a heading; above the first
_WORDS, _AIR = (92, 18), 4
_DISTANCES = (28, 44, 80, 120, 160, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCut:
    """A plateau cut the learning rate from `before` to `after` when `epoch` had ended."""

    epoch: int
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A person stepped in after `step`, `x` epochs into the run: set the rate by "hand", halved it for a "repair", or "continued" it."""

    x: float
    step: int
    sort: Literal["hand", "repair", "continued"]
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curves:
    """What a run's events say of its course.

    Attributes:
        x: where each batch stands, in epochs: its step divided by the steps of an epoch. Shape (batches,), as the next two.
        loss: of each batch, before its step. A loss that was no number is NaN.
        accuracy: of each batch, 0 to 1.
        epochs: those that were completed, validation included, in order.
        best_epoch: the one with the lowest validation loss, the first of several; None without a completed epoch.
        cuts: each time a plateau cut the learning rate, in order.
        turns: each time a person stepped in, in order.
    """

    x: NDArray[np.float64]
    loss: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    epochs: tuple[EpochEnd, ...]
    best_epoch: int | None
    cuts: tuple[RateCut, ...]
    turns: tuple[Turn, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether not a single batch was trained."""
        return not len(self.x)

    @property
    def best(self) -> EpochEnd | None:
        return next((epoch for epoch in self.epochs if epoch.epoch == self.best_epoch), None)


def curves_of(events: Sequence[Event], schedule: Schedule = "constant") -> Curves:
    """The curves of the run's network, from the events that still count. Only a constant `schedule` can be cut; a one-cycle falls by
    itself."""
    batches = [event for event in events if isinstance(event, BatchEnd)]
    epochs = tuple(event for event in events if isinstance(event, EpochEnd))
    steps_per_epoch = next((event.steps_per_epoch for event in events if isinstance(event, Started)), 1)
    told = next((event.best_epoch for event in reversed(events) if isinstance(event, (Finished, Evaluating))), None)
    return Curves(
        x=np.array([batch.step / steps_per_epoch for batch in batches], dtype=float),
        loss=np.array([batch.loss for batch in batches], dtype=float),
        accuracy=np.array([batch.accuracy for batch in batches], dtype=float),
        epochs=epochs,
        best_epoch=told if told is not None else lowest_validation_loss(epochs),
        cuts=_cuts(events, batches) if schedule == "constant" else (),
        turns=tuple(turn for event in events if (turn := _turn(event, steps_per_epoch))),
    )


def lowest_validation_loss(epochs: Sequence[EpochEnd]) -> int | None:
    """The epoch early stopping would have gone back to: the first with the lowest validation loss. NaN is never the lowest."""
    measured = [epoch for epoch in epochs if not math.isnan(epoch.validation_loss)]
    return min(measured, key=lambda epoch: epoch.validation_loss).epoch if measured else None


def _cuts(events: Sequence[Event], batches: Sequence[BatchEnd]) -> tuple[RateCut, ...]:
    changes = [event for event in events if isinstance(event, RateChanged)]
    if changes:
        return tuple(
            RateCut(epoch=event.epoch, before=event.previous, after=event.learning_rate) for event in changes if event.cause == "plateau"
        )
    # Older histories tell of cuts by the rates of their batches alone.
    rates = {batch.epoch: batch.learning_rate for batch in batches}
    return tuple(
        RateCut(epoch=epoch - 1, before=rates[epoch - 1], after=rate)
        for epoch, rate in rates.items()
        if epoch - 1 in rates and rate < rates[epoch - 1]
    )


def _turn(event: Event, steps_per_epoch: int) -> Turn | None:
    match event:
        case RateChanged(cause="hand" | "repair" as sort):
            return Turn(x=event.step / steps_per_epoch, step=event.step, sort=sort, rate=event.learning_rate)
        case Continued():
            return Turn(x=event.step / steps_per_epoch, step=event.step, sort="continued")
    return None


def curves_figure(
    curves: Curves, colour: Colour = RESIDUAL, theme: Theme = "light", t: Translate = english, *, narrow: bool = False
) -> go.Figure:
    """Loss left, accuracy right, against the epoch: batches faint, training solid, validation dashed. No data gives empty axes.

    `narrow` is for a phone: below each other.
    """
    figure = go.Figure()
    for axis, measure in (("", "loss"), ("2", "accuracy")):
        for trace in _traces(curves, measure, colour.on(theme), t):
            figure.add_trace(trace.update(xaxis=f"x{axis}", yaxis=f"y{axis}", showlegend=axis == ""))
    _mark_cuts(figure, curves, theme, t)
    _mark_best(figure, curves, theme, t, _STACKED if narrow else _PLOT)
    figure.update_layout(_layout(curves, theme, t))
    if narrow:
        _stack(figure, t)
    else:
        head(figure, {_LEFT[0]: t("Loss"), _RIGHT[0]: t("Accuracy")})
    return figure


def _stack(figure: go.Figure, t: Translate) -> None:
    """The plots below each other, the legend below both."""
    upper, lower = stacked(2, _STACKED[1], _BETWEEN)
    head_stacked(figure, {upper[1]: t("Loss"), lower[1]: t("Accuracy")})
    below = _BELOW + 3 * ENTRY
    figure.update_layout(
        height=_TOP_STACKED + round(inside(2, _STACKED[1], _BETWEEN)) + below,
        margin={"t": _TOP_STACKED, "b": below},
        legend=LEGEND_BELOW,
        xaxis={"domain": (0, 1), "title": {"text": ""}},
        xaxis2={"domain": (0, 1)},
        yaxis={"domain": upper},
        yaxis2={"domain": lower},
    )


def _traces(curves: Curves, measure: str, colour: str, t: Translate) -> list[go.Scatter]:
    ends = [epoch.epoch for epoch in curves.epochs]
    number = "%{y:.3f}" if measure == "loss" else "%{y:.1%}"
    series: list[dict[str, Any]] = [
        {
            "name": t("each batch"),
            "x": curves.x,
            "y": getattr(curves, measure),
            "mode": "lines",
            "opacity": 0.45,
            "line": {"width": 1, "color": colour},
        },
        {
            "name": t("training, mean of the epoch"),
            "x": ends,
            "y": [getattr(epoch, measure) for epoch in curves.epochs],
            "mode": "lines+markers",
            "line": {"width": 2.5, "dash": TRAINING_DASH, "color": colour},
            "marker": {"size": 7},
        },
        {
            "name": t("validation"),
            "x": ends,
            "y": [getattr(epoch, f"validation_{measure}") for epoch in curves.epochs],
            "mode": "lines+markers",
            "line": {"width": 2.5, "dash": VALIDATION_DASH, "color": colour},
            "marker": {"size": 8, "symbol": "diamond-open"},
        },
    ]
    return [go.Scatter(**line, legendgroup=line["name"], hovertemplate=number) for line in series]


def _mark_cuts(figure: go.Figure, curves: Curves, theme: Theme, t: Translate) -> None:
    """A dotted line where the rate became another one or the run was continued, with what happened written along it."""
    marks = [(float(cut.epoch), t("rate cut to {rate:.3g}", rate=cut.after)) for cut in curves.cuts]
    marks += [(turn.x, turn_words(turn, t)) for turn in curves.turns]
    write_along(figure, marks, _width(curves), theme)


def _width(curves: Curves) -> float:
    """Epochs that the x-axis spans."""
    return float(max([*curves.x[-1:], *(epoch.epoch for epoch in curves.epochs), 1.0]))


def turn_words(turn: Turn, t: Translate = english) -> str:
    """What a mark of a person's hand says, in the words of the live chart."""
    rate = f"{turn.rate:.3g}" if turn.rate is not None else ""
    return {
        "hand": t("rate {rate}", rate=rate),
        "repair": t("rate halved to {rate}", rate=rate),
        "continued": t("continued here"),
    }[turn.sort]


def _mark_best(figure: go.Figure, curves: Curves, theme: Theme, t: Translate, plot: tuple[int, int]) -> None:
    """A ring around the best epoch's validation, in both plots; one epoch by itself is not the best of anything.

    `plot` is the width and the height of one, in pixels.
    """
    best = curves.best
    if best is None or len(curves.epochs) < 2:
        return
    width = _width(curves)
    side = "left" if best.epoch < width / 3 else "right" if best.epoch > width * 2 / 3 else "center"
    for axis, measure, upwards in (("", "loss", True), ("2", "accuracy", False)):
        value = getattr(best, f"validation_{measure}")
        figure.add_trace(
            go.Scatter(
                x=[best.epoch],
                y=[value],
                xaxis=f"x{axis}",
                yaxis=f"y{axis}",
                mode="markers",
                marker={"size": 17, "symbol": "circle-open", "color": INK.on(theme), "line": {"width": 2}},
                cliponaxis=False,
                hoverinfo="skip",
                showlegend=False,
            )
        )
        figure.add_annotation(
            text=t("best: epoch {epoch}", epoch=best.epoch),
            xref=f"x{axis}",
            yref=f"y{axis}",
            x=best.epoch,
            y=value,
            ax=0,
            ay=-_room_for_words(curves, best, measure, side, upwards, plot),
            xanchor=side,
            standoff=10,
            arrowwidth=1.5,
            arrowhead=0,
            arrowcolor=INK.on(theme),
            font={"size": 13, "color": INK.on(theme)},
            bgcolor=translucent(BACKGROUND[theme], 0.8),
        )


def _room_for_words(curves: Curves, best: EpochEnd, measure: str, side: str, upwards: bool, plot: tuple[int, int]) -> int:
    """How many pixels above the best epoch's ring, or below it where negative, its words lie on neither line of the epochs, validation
    or training: the nearest such place within the plot, of two equally near the one that is wanted."""
    epochs = [epoch.epoch for epoch in curves.epochs]
    lines = [np.array([getattr(epoch, name) for epoch in curves.epochs]) for name in (f"validation_{measure}", measure)]
    across, up = plot[0] / (_MARGIN * _width(curves)), plot[1] / _top(curves, measure)
    begin = across * best.epoch - _WORDS[0] * {"left": 0.0, "center": 0.5, "right": 1.0}[side]
    places = np.clip(np.linspace(begin, begin + _WORDS[0], 30) / across, epochs[0], epochs[-1])
    heights = [up * np.interp(places, epochs, line) for line in lines]
    ring = up * getattr(best, f"validation_{measure}")
    wanted = 1 if upwards else -1
    for away in (sign * distance for distance in _DISTANCES for sign in (wanted, -wanted)):
        low, high = ring + away - _WORDS[1] / 2, ring + away + _WORDS[1] / 2
        crossed = any(np.any((np.minimum(y[1:], y[:-1]) < high + _AIR) & (np.maximum(y[1:], y[:-1]) > low - _AIR)) for y in heights)
        if low >= 0 and high <= plot[1] and not crossed:
            return away
    return wanted * _DISTANCES[0]


def _top(curves: Curves, measure: str) -> float:
    """About the highest number on the y-axis."""
    if measure == "accuracy":
        return 1.0
    seen = np.array([*curves.loss, *(loss for epoch in curves.epochs for loss in (epoch.loss, epoch.validation_loss))])
    seen = seen[np.isfinite(seen)]
    return 1.05 * float(seen.max()) if seen.size and seen.max() > 0 else 1.0


def _layout(curves: Curves, theme: Theme, t: Translate) -> dict[str, Any]:
    ink, grid = INK.on(theme), translucent(INK.on(theme), 0.12)
    axis: dict[str, Any] = {"showgrid": True, "gridcolor": grid, "zeroline": False, "linecolor": grid, "automargin": True}
    epochs = {
        **axis,
        "title": {"text": t("Epoch"), "standoff": 6},
        "range": [0, _width(curves) * _MARGIN],
        "nticks": 11,
        "unifiedhovertitle": {"text": t("Epoch") + " %{x:.2f}"},
    }
    return {
        "height": HEIGHT,
        "margin": {"l": 48, "r": 12, "t": _ABOVE, "b": _BELOW},
        "font": {"color": ink, "size": 13},
        "hovermode": "x unified",
        "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.1, "yanchor": "bottom"},
        "xaxis": {**epochs, "domain": _LEFT},
        "xaxis2": {**epochs, "domain": _RIGHT, "anchor": "y2"},
        "yaxis": {**axis, "rangemode": "tozero"},
        "yaxis2": {**axis, "anchor": "x2", "range": [0, 1.005], "tickformat": ".0%"},
    }
