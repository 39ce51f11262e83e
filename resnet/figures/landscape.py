"""Networks as points: accuracy over parameters or multiply-adds, all measured by one protocol."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import plotly.graph_objects as go

from resnet.figures.labels import Spot, label_positions
from resnet.figures.palette import INK, LINE, MUTED, PLAIN, RESIDUAL, Theme, translucent
from resnet.figures.stacked import ENTRY, LEGEND_BELOW, wrapped
from resnet.landscape import Axis, Family, Landscape, Point
from resnet.tables import compact
from resnet.wording import Translate, english

HEIGHT = 430  # pixels
_WIDTH, _PLOT_HEIGHT = 720.0, 300.0  # about what is left for the points themselves; only names are placed by it
_NARROW = 280.0  # the same on a phone
# Signs of a line on a phone: of the source, over all the width; of the words at the edge and at the rule of the network at hand.
_SOURCE_LINE, _EDGE_LINE, _RULE_LINE = 50, 32, 22
_LINE, _AXIS = 18, 50  # pixels on a phone: a line of the source, the axis below the points with its title
_SYMBOLS: dict[Family, str] = {
    "plain": "x",
    "basic": "circle",
    "bottleneck": "diamond",
    "preactivation": "triangle-up",
    "resnext": "square",
    "wide": "pentagon",
    "se": "star",
}
_FAR = 2.5  # a network so many times smaller or larger than all points does not stretch the axis; an arrow points to it


def landscape_figure(chart: Landscape, axis: Axis, theme: Theme = "light", t: Translate = english, *, narrow: bool = False) -> go.Figure:
    """The points of one protocol; no points give empty axes with the network at hand alone.

    `narrow` is for a phone: without the title, for which there is no room in one line; the legend's entries are below each other.
    """
    low, high = _horizontal_range(chart, axis, narrow)
    bottom, top = _vertical_range(chart)
    figure = go.Figure()
    _add_series(figure, chart, axis, theme)
    positions = _label_positions(chart, axis, (low, high), (bottom, top), _NARROW if narrow else _WIDTH)
    for family in _SYMBOLS:
        members = [(point, where) for point, where in zip(chart.points, positions, strict=True) if point.family == family]
        if members:
            figure.add_trace(_family_trace(family, members, chart.ours.points, axis, theme, t))
    _add_ours(figure, chart, axis, (low, high), (bottom, top), theme, t, narrow)
    _lay_out(figure, chart, axis, (low, high), (bottom, top), theme, t)
    if narrow:
        _narrow_down(figure, chart)
    return figure


def _narrow_down(figure: go.Figure, chart: Landscape) -> None:
    """For a phone: above the points the source alone, in lines; below the axis one line for each family."""
    source = wrapped(chart.source, _SOURCE_LINE)
    above = _LINE * (source.count("<br>") + 1) + 16
    below = _AXIS + ENTRY * sum(trace.showlegend is not False for trace in figure.data)
    figure.update_layout(
        title={"text": source, "font": figure.layout.title.subtitle.font.to_plotly_json(), "subtitle": {"text": ""}},
        height=above + round(_PLOT_HEIGHT) + below,
        margin={"t": above, "b": below},
        legend={**LEGEND_BELOW, "orientation": "v"},
    )
    figure.update_yaxes(nticks=6)


def _label_positions(
    chart: Landscape, axis: Axis, across: tuple[float, float], upwards: tuple[float, float], width: float
) -> tuple[str, ...]:
    """Where each point's name goes: off the other points, the lines between them, their whiskers, and the rule of the network at hand."""

    def spot(cost: float, accuracy: float, name: str = "") -> Spot:
        height = (accuracy - upwards[0]) / (upwards[1] - upwards[0])
        return Spot(width * _part(cost, *across), _PLOT_HEIGHT * height, name)

    spots = {point.title: spot(point.at(axis), point.accuracy, point.label) for point in chart.points}
    lines = [(spots[start], spots[end]) for titles in chart.series for start, end in pairwise(titles)]
    lines += [
        (spot(point.at(axis), point.interval[0]), spot(point.at(axis), point.interval[1])) for point in chart.points if point.interval
    ]
    own = chart.ours.at(axis)
    if not chart.ours.points and across[0] <= own <= across[1]:
        lines.append((spot(own, upwards[0]), spot(own, upwards[1])))
    return label_positions(list(spots.values()), width, lines)


def _family_trace(
    family: Family, members: Sequence[tuple[Point, str]], ringed: tuple[str, ...], axis: Axis, theme: Theme, t: Translate
) -> go.Scatter:
    colour = (PLAIN if family == "plain" else RESIDUAL).on(theme)
    points = [point for point, _ in members]
    intervals = [point.interval or (point.accuracy, point.accuracy) for point in points]
    return go.Scatter(
        name=_family_title(family, t),
        mode="markers+text",
        x=[point.at(axis) for point in points],
        y=[point.accuracy for point in points],
        # Spaces keep a name beside its point out of the ring.
        text=[f"   {point.label}   " if point.title in ringed else point.label for point in points],
        textposition=[where for _, where in members],
        textfont={"color": INK.on(theme), "size": 12},
        cliponaxis=False,
        marker={"symbol": _SYMBOLS[family], "size": 11, "color": colour, "opacity": 1},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [high - point.accuracy for point, (_, high) in zip(points, intervals, strict=True)],
            "arrayminus": [point.accuracy - low for point, (low, _) in zip(points, intervals, strict=True)],
            "color": colour,
            "thickness": 1.2,
            "width": 3,
            "visible": any(point.interval for point in points),
        },
        hovertext=[_hover(point, t) for point in points],
        hovertemplate="%{hovertext}<extra></extra>",
    )


def _hover(point: Point, t: Translate) -> str:
    lines = [f"<b>{point.title}</b>", t("accuracy {accuracy:.2f}%", accuracy=point.accuracy)]
    if point.error is not None:
        lines[1] = t("error {error:.2f}%, so accuracy {accuracy:.2f}%", error=point.error, accuracy=point.accuracy)
    if point.interval is not None:
        lines.append(t("95% interval {low:.1f} to {high:.1f}%", low=point.interval[0], high=point.interval[1]))
    lines.append(t("{parameters:,} parameters, {macs} multiply-adds", parameters=point.parameters, macs=compact(point.macs)))
    return "<br>".join([*lines, point.remark] if point.remark else lines)


def _add_series(figure: go.Figure, chart: Landscape, axis: Axis, theme: Theme) -> None:
    known = {point.title: point for point in chart.points}
    for titles in chart.series:
        points = [known[title] for title in titles]
        colour = PLAIN if points[0].family == "plain" else RESIDUAL
        figure.add_trace(
            go.Scatter(
                mode="lines",
                x=[point.at(axis) for point in points],
                y=[point.accuracy for point in points],
                line={"color": translucent(colour.on(theme), 0.45), "width": 1.5},
                hoverinfo="skip",
                showlegend=False,
            )
        )


def _add_ours(
    figure: go.Figure,
    chart: Landscape,
    axis: Axis,
    across: tuple[float, float],
    upwards: tuple[float, float],
    theme: Theme,
    t: Translate,
    narrow: bool,
) -> None:
    """A ring around the network at hand, or a rule where it would stand; an arrow at the edge where it is far off."""
    ink, own = INK.on(theme), chart.ours.at(axis)
    mine = [point for point in chart.points if point.title in chart.ours.points]
    if mine:
        figure.add_trace(
            go.Scatter(
                name=t("the network on this page"),
                mode="markers",
                x=[point.at(axis) for point in mine],
                y=[point.accuracy for point in mine],
                marker={"symbol": "circle-open", "size": 22, "color": ink, "line": {"width": 2.5}, "opacity": 1},
                hoverinfo="skip",
                cliponaxis=False,
            )
        )
        return
    words = t("{title} (yours): no result here", title=chart.ours.title)
    left = _part(own, *across) < 0.5
    if not across[0] <= own <= across[1]:
        words = t("{title} (yours): no result here, {cost}", title=chart.ours.title, cost=_short(own))
        words = f"← {words}" if left else f"{words} →"
        place = {"x": 0 if left else 1, "xref": "x domain", "xanchor": "left" if left else "right"}
        if narrow:
            words, place["align"] = wrapped(words, _EDGE_LINE), place["xanchor"]
        figure.add_annotation(text=words, **place, y=0.02, yref="y domain", yanchor="bottom", showarrow=False, font={"color": ink})
        return
    figure.add_trace(
        go.Scatter(
            name=t("the network on this page"),
            mode="lines+text",
            x=[own, own],
            y=upwards,
            text=[f" {wrapped(words, _RULE_LINE) if narrow else words} ", ""],
            textposition="top right" if left else "top left",
            textfont={"color": ink, "size": 12},
            line={"color": ink, "width": 1.5, "dash": "dot"},
            hoverinfo="skip",
        )
    )


def _lay_out(
    figure: go.Figure,
    chart: Landscape,
    axis: Axis,
    across: tuple[float, float],
    upwards: tuple[float, float],
    theme: Theme,
    t: Translate,
) -> None:
    figure.update_layout(
        title={
            "text": chart.title,
            "subtitle": {"text": chart.source, "font": {"color": MUTED.on(theme), "size": 13}},
            "font": {"size": 16, "color": INK.on(theme)},
            "x": 0,
            "xanchor": "left",
            "y": 0.98,
            "yanchor": "top",
        },
        height=HEIGHT,
        margin={"l": 0, "r": 12, "t": 60, "b": 0},
        font={"color": INK.on(theme), "size": 13},
        showlegend=True,
        legend={"orientation": "h", "x": 0, "xanchor": "left", "y": -0.19, "yanchor": "top", "itemclick": False, "itemdoubleclick": False},
        dragmode=False,
        hovermode="closest",
    )
    ticks = _ticks(*across)
    figure.update_xaxes(
        title=t("parameters, trained") if axis == "parameters" else t("multiply-adds for one image"),
        type="log",
        range=[math.log10(value) for value in across],
        tickvals=ticks,
        ticktext=[_short(tick) for tick in ticks],
        fixedrange=True,
        gridcolor=translucent(INK.on(theme), 0.08),
        showline=True,
        linecolor=LINE.on(theme),
    )
    figure.update_yaxes(
        title=t("top-1 accuracy"),
        ticksuffix="%",
        nticks=8,
        range=list(upwards),
        fixedrange=True,
        gridcolor=translucent(INK.on(theme), 0.08),
        zeroline=False,
        showline=True,
        linecolor=LINE.on(theme),
    )


def _horizontal_range(chart: Landscape, axis: Axis, narrow: bool) -> tuple[float, float]:
    """All points, and the network at hand unless it is far from them, with room for names at both ends."""
    values = [float(point.at(axis)) for point in chart.points] or [float(chart.ours.at(axis))]
    own = chart.ours.at(axis)
    if min(values) / _FAR <= own <= max(values) * _FAR:
        values.append(float(own))
    low, high = min(values), max(values)
    room = max((high / low) ** 0.1, 1.25)
    return (low / room**2, high * room**3) if narrow else (low / room, high * room)


def _vertical_range(chart: Landscape) -> tuple[float, float]:
    """All accuracies with their intervals; below them a strip for the words about a network that has none."""
    ends = [end for point in chart.points for end in (point.interval or (point.accuracy, point.accuracy))]
    if not ends:
        return 0.0, 100.0
    room = max(0.14 * (max(ends) - min(ends)), 0.5)
    return min(ends) - room * (1.0 if chart.ours.points else 1.8), max(ends) + room


def _part(value: float, low: float, high: float) -> float:
    """Where a value stands between two others on a logarithmic axis, 0 to 1."""
    return math.log(value / low) / math.log(high / low)


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers between two values: the fewer powers of ten there are, the more between them."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps: tuple[float, ...] = (1, 1.5, 2, 3, 4, 6, 8) if high / low < 12 else (1, 2, 5) if high / low < 1000 else (1,)
    return [step * 10.0**power for power in powers for step in steps if low <= step * 10.0**power <= high]


def _short(value: float) -> str:
    """20,000,000 as 20 M, for the ends of an axis; three digits at most."""
    for power, unit in ((12, "T"), (9, "G"), (6, "M"), (3, "k")):
        if value >= 10**power:
            return f"{value / 10**power:.3g} {unit}"
    return f"{value:g}"


def _family_title(family: Family, t: Translate) -> str:
    return {
        "plain": t("plain"),
        "basic": t("basic blocks"),
        "bottleneck": t("bottlenecks"),
        "preactivation": t("pre-activation"),
        "resnext": t("grouped"),
        "wide": t("wide"),
        "se": t("squeeze-and-excitation"),
    }[family]
