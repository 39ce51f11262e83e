"""Where two networks spend their parameters and their work: bars for each stage, A above B."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from resnet.comparison import Share
from resnet.figures.headings import head
from resnet.figures.palette import BACKGROUND, INK, PLAIN, RESIDUAL, Theme, translucent
from resnet.figures.stacked import ENTRY, LEGEND_BELOW, head_stacked, inside, stacked
from resnet.tables import compact
from resnet.wording import Translate, english, percent, stage_title

_ROW, _FRAME = 44, 84  # pixels for each stage, and for what is around them
_PANELS = ((0.0, 0.44), (0.52, 0.96))  # parameters, multiply-adds; what is left is for the numbers behind the bars
_ABOVE, _TICKS, _BETWEEN = 30, 26, 54  # pixels on a phone: above the bars; their axis; from one panel to the next, its heading too
_WIDER = 1.2  # times the scale of a panel on a computer: on a phone the numbers behind the longest bar need more of it


@dataclass(frozen=True, slots=True)
class Shared:
    """One of the two networks: what it is called, whether it is plain, and its stages."""

    title: str
    plain: bool
    shares: tuple[Share, ...]


def stage_shares_figure(networks: Sequence[Shared], theme: Theme = "light", t: Translate = english, *, narrow: bool = False) -> go.Figure:
    """Two panels, parameters and multiply-adds, a group of bars for each stage; shares are of each network's own total.

    The first network's bars are filled, the second's hatched. A stage that one of them lacks has no bar. No networks give empty axes.
    `narrow` is for a phone: the panels below each other.
    """
    stages = _stages(networks)
    figure = go.Figure()
    longest = max((share for one in networks for item in one.shares for share in (item.parameter_share, item.mac_share)), default=1.0)
    for number, network in enumerate(networks):
        for panel in (0, 1):
            figure.add_trace(_bars(network, number, panel, theme, t))
    grid = translucent(INK.on(theme), 0.1)
    scale = {"range": [0, longest * 1.3], "tickformat": ".0%", "nticks": 5, "gridcolor": grid, "zeroline": False, "fixedrange": True}
    figure.update_layout(
        height=_FRAME + _ROW * len(stages),
        margin={"l": 0, "r": 0, "t": 30, "b": 52},
        font={"color": INK.on(theme), "size": 13},
        barmode="group",
        bargap=0.28,
        bargroupgap=0.08,
        dragmode=False,
        legend={
            "orientation": "h",
            "x": 0,
            "y": 0,  # below the axis: above, on a phone, the headings have all the width
            "yref": "container",
            "yanchor": "bottom",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        xaxis=scale | {"domain": _PANELS[0]},
        xaxis2=scale | {"domain": _PANELS[1], "anchor": "y"},
        yaxis={
            "categoryorder": "array",
            "categoryarray": [stage_title(stage, t) for stage in stages],
            "autorange": "reversed",
            "showgrid": False,
            "fixedrange": True,
            "ticksuffix": "  ",
        },
    )
    if narrow:
        _stack(figure, len(stages), t)
    else:
        (left, _), (right, _) = _PANELS
        head(figure, {left: t("Parameters, trained"), right: t("Multiply-adds")}, size=14)
    return figure


def _stack(figure: go.Figure, stages: int, t: Translate) -> None:
    """The panels below each other, each with the names of the stages, the legend below both."""
    rows = _ROW * max(stages, 1)
    upper, lower = stacked(2, rows, _BETWEEN)
    head_stacked(figure, {upper[1]: t("Parameters, trained"), lower[1]: t("Multiply-adds")}, size=14)
    figure.update_traces(selector={"xaxis": "x2"}, yaxis="y2")
    below = _TICKS + 2 * ENTRY
    end = figure.layout.xaxis.range[1] * _WIDER
    figure.update_layout(
        height=_ABOVE + round(inside(2, rows, _BETWEEN)) + below,
        margin={"b": below},
        legend=LEGEND_BELOW,
        xaxis={"domain": (0, 1), "range": [0, end]},
        xaxis2={"domain": (0, 1), "range": [0, end], "anchor": "y2"},
        yaxis2={**figure.layout.yaxis.to_plotly_json(), "domain": lower, "anchor": "x2"},
        yaxis={"domain": upper},
    )


def _stages(networks: Sequence[Shared]) -> list[str]:
    """All names of stages, stem first and head last."""
    names = {share.stage for network in networks for share in network.shares}
    inner = sorted(names - {"stem", "head"}, key=lambda name: int(name.removeprefix("stage")))
    return [name for name in ("stem", *inner, "head") if name in names]


def _bars(network: Shared, number: int, panel: int, theme: Theme, t: Translate) -> go.Bar:
    colour = (PLAIN if network.plain else RESIDUAL).on(theme)
    parts = [share.mac_share if panel else share.parameter_share for share in network.shares]
    counts = [share.macs if panel else share.parameters for share in network.shares]
    hatched = {"pattern": {"shape": "/", "size": 5, "solidity": 0.35, "fgcolor": colour, "bgcolor": BACKGROUND[theme]}}
    name = t("{letter}: {network}", letter="AB"[number], network=network.title)
    return go.Bar(
        orientation="h",
        name=name,
        legendgroup=str(number),
        showlegend=panel == 0,
        # Both traces of a panel stand on the same rows; the first of a group is the upper one, as the axis runs downwards.
        x=parts,
        y=[stage_title(share.stage, t) for share in network.shares],
        xaxis="x2" if panel else "x",
        marker={"color": colour, "line": {"color": colour, "width": 1}} | (hatched if number else {}),
        text=[f"{_percent(part)} · {compact(count)}" for part, count in zip(parts, counts, strict=True)],
        textposition="outside",
        textfont={"size": 12, "color": INK.on(theme)},
        cliponaxis=False,
        customdata=counts,
        hovertemplate="%{y}: %{customdata:,}, %{x:.2%}<extra>" + name + "</extra>",
    )


def _percent(part: float) -> str:
    """A share with one decimal; one that would be rounded to nothing says so."""
    return percent(part) if part >= 0.0005 else "< 0.1%"
