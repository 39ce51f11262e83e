"""The loss in a plane through trained weights, seen from above or as a surface; several networks side by side on one scale. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from resnet.figures.palette import INK, LINE, PLAIN, RESIDUAL, Theme, translucent
from resnet.figures.stacked import inside
from resnet.wording import Translate, english

HEIGHT = 350  # pixels
_STACKED, _BETWEEN = 290, 50  # pixels on a phone: a panel's height, all the width it has; from one to the next, for ticks and a title
_ABOVE, _BELOW, _SCALE = 30, 40, 76  # pixels around the panels, and for the colours' scale below them
# The scale is the same for every network and does not move while points come in: nats, by their logarithm.
LOWEST, HIGHEST = 0.1, 20.0
_TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0)
_COLOURS = "Cividis"  # the same to every kind of colour vision (Nuñez et al. 2018)

Kind = Literal["above", "surface"]


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One network's slice.

    Attributes:
        title: its name. plain: it has no shortcuts.
        axis: places along both directions, (side,). losses, accuracies: (side, side), rows by the second direction; NaN: not known.
        guessing: the loss of guessing, in nats.
    """

    title: str
    plain: bool
    axis: np.ndarray
    losses: np.ndarray
    accuracies: np.ndarray
    guessing: float


def loss_surface_figure(
    panels: Sequence[Panel], kind: Kind = "above", theme: Theme = "light", t: Translate = english, *, narrow: bool = False
) -> go.Figure:
    """Networks from left to right; none gives an empty figure of the same height.

    `narrow` is for a phone: below each other, and the scale of the colours below them; none is then as high as one.
    """
    figure = _places(panels, kind, narrow)
    for number, panel in enumerate(panels, start=1):
        traces = _surface(panel, t) if kind == "surface" else _contours(panel, theme, t)
        for trace in traces:
            figure.add_trace(trace, row=number if narrow else 1, col=1 if narrow else number)
    for title, panel in zip(figure.layout.annotations, panels, strict=True):
        title.update(font={"size": 14, "color": (PLAIN if panel.plain else RESIDUAL).on(theme)})
    _lay_out(figure, kind, theme, t)
    if narrow:
        _stack(figure, max(len(panels), 1))
    return figure


def _places(panels: Sequence[Panel], kind: Kind, narrow: bool) -> go.Figure:
    """A figure with a place and a title for each panel, and nothing in it."""
    if not panels:
        return go.Figure()
    place = {"type": "scene" if kind == "surface" else "xy"}
    titles = [panel.title for panel in panels]
    if narrow:
        between = _BETWEEN / inside(len(panels), _STACKED, _BETWEEN)
        return make_subplots(rows=len(panels), specs=[[place]] * len(panels), subplot_titles=titles, vertical_spacing=between)
    return make_subplots(
        cols=len(panels),
        specs=[[place] * len(panels)],
        subplot_titles=titles,
        horizontal_spacing=0.05 if kind == "above" else 0.01,
    )


def _stack(figure: go.Figure, count: int) -> None:
    """What is around panels that stand below each other: the direction across is named below the last, and then comes the scale."""
    height = round(inside(count, _STACKED, _BETWEEN))
    scale = {"orientation": "h", "x": 0, "xanchor": "left", "xpad": 0, "y": -_BELOW / height, "yanchor": "top", "title": {"side": "top"}}
    figure.update_layout(
        height=_ABOVE + height + _BELOW + _SCALE,
        margin={"r": 16, "b": _BELOW + _SCALE},
        coloraxis={"colorbar": scale},
    )
    for axis in list(figure.select_xaxes())[:-1]:
        axis.title.text = ""


def _contours(panel: Panel, theme: Theme, t: Translate) -> list[Any]:
    heights = _heights(panel.losses)
    shown = {"x": panel.axis, "y": panel.axis, "z": heights, "connectgaps": False}
    guessing = math.log10(panel.guessing)
    return [
        go.Contour(
            **shown,
            coloraxis="coloraxis",
            contours={"start": math.log10(LOWEST), "end": math.log10(HIGHEST), "size": 0.1},
            line={"width": 0.5, "color": translucent("#ffffff", 0.35)},
            customdata=_words(panel, t),
            hovertemplate="%{customdata}<extra></extra>",
        ),
        go.Contour(
            **shown,
            contours={"start": guessing, "end": guessing, "size": 1, "coloring": "none"},
            line={"width": 2.5, "color": "#ffffff", "dash": "dash"},
            showscale=False,
            hoverinfo="skip",
        ),
        go.Scatter(
            x=[0],
            y=[0],
            mode="markers",
            marker={"symbol": "cross-thin", "size": 12, "line": {"width": 2.5, "color": "#ffffff"}},
            hoverinfo="skip",
        ),
    ]


def _surface(panel: Panel, t: Translate) -> list[Any]:
    return [
        go.Surface(
            x=panel.axis,
            y=panel.axis,
            z=_heights(panel.losses),
            coloraxis="coloraxis",
            customdata=_words(panel, t),
            hovertemplate="%{customdata}<extra></extra>",
            contours={
                "z": {
                    "show": True,
                    "start": math.log10(LOWEST),
                    "end": math.log10(HIGHEST),
                    "size": 0.1,
                    "width": 1,
                    "color": "rgba(255,255,255,0.35)",
                }
            },
        )
    ]


def _heights(losses: np.ndarray) -> np.ndarray:
    """log10 of the loss, cut off where the scale ends; rounded to what a browser can tell apart."""
    return np.round(np.log10(np.clip(losses, LOWEST, HIGHEST)), 4)


def _words(panel: Panel, t: Translate) -> list[list[str]]:
    def point(row: int, column: int) -> str:
        loss, accuracy = panel.losses[row, column], panel.accuracies[row, column]
        if math.isnan(loss):
            return ""
        place = t("at ({a:.3g}, {b:.3g})", a=panel.axis[column], b=panel.axis[row])
        return place + "<br>" + t("loss {loss:.3g}, accuracy {accuracy:.1%}", loss=loss, accuracy=accuracy)

    return [[point(row, column) for column in range(len(panel.axis))] for row in range(len(panel.axis))]


def _lay_out(figure: go.Figure, kind: Kind, theme: Theme, t: Translate) -> None:
    ink, line = INK.on(theme), LINE.on(theme)
    ends = {_TICKS[0]: f"≤ {_TICKS[0]:g}", _TICKS[-1]: f"≥ {_TICKS[-1]:g}"}
    places, words = [math.log10(value) for value in _TICKS], [ends.get(value, f"{value:g}") for value in _TICKS]
    heights = [math.log10(LOWEST), math.log10(HIGHEST)]
    figure.update_layout(
        height=HEIGHT,
        # The scale beside the networks comes with the first point; its room is there before.
        margin={"l": 52, "r": 84, "t": _ABOVE, "b": _BELOW, "autoexpand": False},
        font={"color": ink, "size": 12},
        showlegend=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        uirevision=kind,
        coloraxis={
            "colorscale": _COLOURS,
            "cmin": heights[0],
            "cmax": heights[1],
            "colorbar": {
                "title": {"text": t("test loss")},
                "thickness": 12,
                "x": 1.01,
                "outlinewidth": 0,
                "tickvals": places,
                "ticktext": words,
            },
        },
    )
    # The range is said, as an empty panel has none of its own.
    flat = {
        "range": [-1, 1],
        "fixedrange": True,
        "showgrid": False,
        "zeroline": False,
        "linecolor": line,
        "tickvals": [-1, -0.5, 0, 0.5, 1],
    }
    figure.update_xaxes(**flat, title={"text": t("along the first direction"), "standoff": 4}, constrain="domain")
    figure.update_yaxes(**flat, constrain="domain")
    if kind == "above":
        for axis in figure.select_yaxes():
            axis.update(scaleanchor=axis.anchor)  # both directions are of one length: a round basin is to look round
        figure.update_layout(yaxis={"title": {"text": t("along the second"), "standoff": 4}})
    bare = {"title": {"text": ""}, "tickvals": [-1, 0, 1], "gridcolor": line, "backgroundcolor": "rgba(0,0,0,0)", "color": ink}
    figure.update_scenes(
        xaxis=bare,
        yaxis=bare,
        zaxis={**bare, "range": heights, "tickvals": places[::2], "ticktext": words[::2]},
        aspectmode="manual",
        aspectratio={"x": 1, "y": 1, "z": 0.8},
        camera={"eye": {"x": 1.3, "y": 1.3, "z": 0.9}},
        dragmode="turntable",
    )
