"""Accuracy of a trained network without one of its parts, part by part, and with several gone at once. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from resnet.figures.palette import BACKGROUND, BRANCH, INK, LINE, MUTED, PLAIN, SHORTCUT, Colour, Theme, translucent
from resnet.wording import Translate, english

HEIGHT = 230  # pixels
COLOURS: Mapping[str, Colour] = {"branch": BRANCH, "shortcut": SHORTCUT, "layer": PLAIN}


def lesion_figure(
    labels: Mapping[str, str],
    accuracies: Mapping[str, float],
    kind: str,
    *,
    untouched: float | None = None,
    chosen: Sequence[str] = (),
    theme: Theme = "light",
    t: Translate = english,
) -> go.Figure:
    """A bar for each place of `labels` whose accuracy is known, those `chosen` in full colour, and the untouched network as a line."""
    figure = go.Figure()
    colour = COLOURS[kind].on(theme)
    faint = translucent(colour, 0.55)
    figure.add_trace(
        go.Bar(
            x=list(labels.values()),
            y=[accuracies.get(place) for place in labels],
            marker={"color": [colour if place in chosen or not chosen else faint for place in labels]},
            hovertemplate="<b>%{x}</b>: %{y:.1%}<extra></extra>",
        )
    )
    if untouched is not None:
        _line(figure, untouched, t("untouched {share:.1%}", share=untouched), INK, theme)
    _line(figure, 0.1, t("guessing"), MUTED, theme)
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 48, "r": 8, "t": 10, "b": 40},
        showlegend=False,
        bargap=0.25,
        font={"color": INK.on(theme), "size": 13},
        dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
    )
    return _with_axes(figure, list(labels.values()), theme, t)


def _with_axes(figure: go.Figure, places: Sequence[str], theme: Theme, t: Translate) -> go.Figure:
    """A place for each of `places`, known or not, and shares from none to all."""
    return figure.update_layout(
        xaxis={
            "title": {"text": t("cut alone"), "standoff": 6},
            "type": "category",
            "categoryorder": "array",
            "categoryarray": places,
            "range": [-0.6, len(places) - 0.4],
            "showgrid": False,
            "linecolor": LINE.on(theme),
            "fixedrange": True,
            "tickangle": None if len(places) <= 30 else 90,  # upright where they would touch: in large type, on a phone
            "tickfont": {"size": 11},
        },
        yaxis={
            "title": {"text": t("test accuracy"), "standoff": 6},
            "range": [0, 1.02],
            "tickformat": ".0%",
            "gridcolor": translucent(INK.on(theme), 0.12),
            "fixedrange": True,
            "zeroline": False,
        },
    )


def _line(figure: go.Figure, share: float, words: str, role: Colour, theme: Theme) -> None:
    colour = role.on(theme)
    figure.add_shape(type="line", xref="paper", x0=0, x1=1, y0=share, y1=share, line={"color": colour, "width": 1.5, "dash": "dot"})
    figure.add_annotation(
        text=words,
        xref="paper",
        x=1,
        y=share,
        xanchor="right",
        yanchor="bottom",
        yshift=2,
        showarrow=False,
        font={"size": 12, "color": colour},
        bgcolor=BACKGROUND[theme],  # it stands on the bars
        borderpad=1,
    )
