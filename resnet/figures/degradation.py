"""Degradation in the paper's own numbers: validation error over depth, plain against residual."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from resnet.figures.palette import INK, LINE, MUTED, PLAIN, RESIDUAL, VALIDATION_DASH, Colour, Theme
from resnet.wording import Translate, english


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedError:
    """One network's ImageNet top-1 error on the validation set, in percent, 10-crop testing."""

    network: str
    depth: int
    error: float


# He et al. 2015, table 2. The ResNets have zero-padding shortcuts (option A), so they have no more parameters than the plain networks.
PLAIN_ERRORS = (PublishedError(network="plain-18", depth=18, error=27.94), PublishedError(network="plain-34", depth=34, error=28.54))
RESIDUAL_ERRORS = (PublishedError(network="ResNet-18", depth=18, error=27.88), PublishedError(network="ResNet-34", depth=34, error=25.03))


def degradation_figure(theme: Theme = "light", t: Translate = english) -> go.Figure:
    """Two lines from 18 to 34 layers; the marker grows with the depth, the dash says that it is validation."""
    figure = go.Figure()
    _add_line(figure, PLAIN_ERRORS, PLAIN, theme, above=True)
    _add_line(figure, RESIDUAL_ERRORS, RESIDUAL, theme, above=False)
    figure.update_layout(
        title={
            "text": t("ImageNet: top-1 validation error"),
            "subtitle": {
                "text": t("10-crop testing, option A. He et al. 2015, table 2"),
                "font": {"color": MUTED.on(theme), "size": 13},
            },
            "font": {"size": 16, "color": INK.on(theme)},
            "x": 0,
            "xanchor": "left",
            "y": 0.98,
            "yanchor": "top",
        },
        height=310,
        margin={"l": 0, "r": 0, "t": 62, "b": 0},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
    )
    figure.update_xaxes(
        title=t("layers with weights"),
        tickvals=[18, 34],
        range=[-2, 54],  # room for the names on both sides, in the type of a projector too
        fixedrange=True,
        showgrid=False,
        linecolor=LINE.on(theme),
        showline=True,
    )
    figure.update_yaxes(
        title=t("validation error"),
        ticksuffix="%",
        dtick=1,
        range=[24.2, 29.4],
        fixedrange=True,
        showgrid=False,
        zeroline=False,
        showline=True,
        linecolor=LINE.on(theme),
    )
    return figure


def _add_line(figure: go.Figure, points: tuple[PublishedError, ...], colour: Colour, theme: Theme, *, above: bool) -> None:
    left = "top left" if above else "bottom left"  # at 18 layers the two points almost touch
    figure.add_trace(
        go.Scatter(
            x=[point.depth for point in points],
            y=[point.error for point in points],
            mode="lines+markers+text",
            text=[f" <b>{point.network}</b> <br> {point.error:.2f}% " for point in points],  # two lines: in large type one is too long
            textposition=[left, "middle right"],
            textfont={"color": colour.on(theme), "size": 14},
            cliponaxis=False,
            line={"color": colour.on(theme), "dash": VALIDATION_DASH, "width": 2.5},
            # The plain ones are rings around the others where both lie in one place.
            marker={
                "size": [point.depth / 2.4 + (7 if above else 0) for point in points],
                "symbol": "circle-open" if above else "circle",
                "color": colour.on(theme),
                "opacity": 1,
                "line": {"width": 2.5},
            },
            hovertemplate="%{text}<extra></extra>",
            name=points[0].network.split("-")[0],
        )
    )
