"""What was measured on demand, by depth: how far a step moves each kernel, and how many units of each activation are dead. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from resnet.figures.headings import head
from resnet.figures.palette import ADD, BROKEN, INK, MUTED, RESIDUAL, Colour, Theme, translucent
from resnet.training.events import Measured
from resnet.wording import Translate, english, stage_title

HEIGHT = 300  # pixels
HEALTHY = (3e-4, 3e-3)  # around 1e-3, a rule of thumb: a step changes a kernel by about a thousandth of itself
_LEFT, _RIGHT = (0.0, 0.46), (0.56, 1.0)


def measurement_figure(measured: Measured | None, colour: Colour = RESIDUAL, theme: Theme = "light", t: Translate = english) -> go.Figure:
    """Update-to-weight ratio left, share of dead units right, each against depth. None gives empty axes."""
    figure = go.Figure()
    ratios = measured.update_ratio if measured else {}
    dead = measured.dead if measured else {}
    figure.add_trace(
        go.Scatter(
            x=list(range(1, len(ratios) + 1)),
            y=[ratio if ratio > 0 else None for ratio in ratios.values()],
            customdata=list(ratios),
            mode="lines+markers",
            line={"width": 2, "color": colour.on(theme)},
            marker={"size": 6},
            hovertemplate="<b>%{customdata}</b><br>%{y:.2g}<extra></extra>",
        )
    )
    figure.add_trace(
        go.Bar(
            x=list(range(1, len(dead) + 1)),
            y=list(dead.values()),
            customdata=list(dead),
            xaxis="x2",
            yaxis="y2",
            marker={"color": BROKEN.on(theme)},
            hovertemplate="<b>%{customdata}</b><br>%{y:.1%}<extra></extra>",
        )
    )
    _healthy_zone(figure, theme, t)
    figure.update_layout(_layout(ratios, dead, theme, t))
    return figure


def extremes(values: Mapping[str, float]) -> tuple[str, float, str, float] | None:
    """The layer with the least value and the one with the greatest, each with its value; None where nothing is a number."""
    known = {name: value for name, value in values.items() if math.isfinite(value)}
    if not known:
        return None
    least, most = min(known, key=lambda name: known[name]), max(known, key=lambda name: known[name])
    return least, known[least], most, known[most]


def _healthy_zone(figure: go.Figure, theme: Theme, t: Translate) -> None:
    figure.add_shape(
        type="rect",
        xref="x domain",
        yref="y",
        x0=0,
        x1=1,
        y0=HEALTHY[0],
        y1=HEALTHY[1],
        fillcolor=translucent(ADD.on(theme), 0.16),
        line={"width": 0},
        layer="below",
    )
    figure.add_annotation(
        text=t("healthy"),
        xref="x domain",
        yref="y",
        x=1,
        y=math.log10(HEALTHY[1]),
        xanchor="right",
        yanchor="top",
        showarrow=False,
        font={"size": 11, "color": ADD.on(theme)},
    )
    head(figure, {_LEFT[0]: t("Update-to-weight ratio"), _RIGHT[0]: t("Dead units")})


def _layout(ratios: Mapping[str, float], dead: Mapping[str, float], theme: Theme, t: Translate) -> dict[str, Any]:
    ink, grid = INK.on(theme), translucent(INK.on(theme), 0.12)
    axis: dict[str, Any] = {"gridcolor": grid, "zeroline": False, "linecolor": grid, "automargin": True}
    known = [math.log10(ratio) for ratio in ratios.values() if ratio > 0 and math.isfinite(ratio)]
    low, high = min([*known, -4.0]), max([*known, -2.0])
    most_dead = max([share for share in dead.values() if math.isfinite(share)], default=0.0)
    return {
        "height": HEIGHT,
        "margin": {"l": 56, "r": 12, "t": 36, "b": 44},
        "font": {"color": ink, "size": 13},
        "showlegend": False,
        "hovermode": "closest",
        "bargap": 0.25,
        "xaxis": _depth(axis, list(ratios), t) | {"domain": _LEFT},
        "xaxis2": _depth(axis, list(dead), t) | {"domain": _RIGHT, "anchor": "y2"},
        "yaxis": {**axis, "type": "log", "range": [low - 0.2, high + 0.2], "exponentformat": "power", "dtick": 1},
        "yaxis2": {**axis, "anchor": "x2", "range": [0, min(1.0, max(0.1, 1.15 * most_dead))], "tickformat": ".0%"},
        "hoverlabel": {"bordercolor": MUTED.on(theme)},
    }


def _depth(axis: Mapping[str, Any], layers: list[str], t: Translate) -> dict[str, Any]:
    """An axis of layers, labelled by the stage they stand in: names are paths, "stage1_block2_conv1"."""
    places: dict[str, list[int]] = {}
    for place, layer in enumerate(layers, start=1):
        places.setdefault(layer.split("_")[0], []).append(place)
    return {
        **axis,
        "showgrid": False,
        "title": {"text": t("Layers, input to output"), "standoff": 6},
        "range": [0.4, max(len(layers), 5) + 0.6],
        "tickmode": "array",
        "tickvals": [(stage[0] + stage[-1]) / 2 for stage in places.values()],
        "ticktext": [stage_title(name, t) for name in places],
    }
