"""Dotted lines across both plots of a run's curves, with words along them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from resnet.figures.palette import MUTED, Theme

CLOSE, AT_THE_EDGE = 0.03, 0.06  # of the width: marks that share their words; no room for words to the left


def write_along(figure: go.Figure, marks: Sequence[tuple[float, str]], width: float, theme: Theme) -> None:
    """A line at each mark's x, its words beside it; `width` is what the x-axis spans, from 0. Marks close together share their words."""
    for lines, words in _close_together(sorted(marks), CLOSE * width):
        # The words stand where the curves leave room: above a falling loss, below a rising accuracy.
        for axis, end, anchor in (("", 1, "top"), ("2", 0, "bottom")):
            for x in lines:
                figure.add_shape(
                    type="line",
                    xref=f"x{axis}",
                    yref=f"y{axis} domain",
                    x0=x,
                    x1=x,
                    y0=0,
                    y1=1,
                    line={"color": MUTED.on(theme), "width": 1.5, "dash": "dot"},
                    layer="below",
                )
            figure.add_annotation(
                text=words,
                xref=f"x{axis}",
                yref=f"y{axis} domain",
                x=lines[0],
                y=end,
                xanchor="left" if lines[0] < AT_THE_EDGE * width else "right",
                yanchor=anchor,
                textangle=-90,
                showarrow=False,
                font={"size": 11, "color": MUTED.on(theme)},
            )


def _close_together(marks: Sequence[tuple[float, str]], distance: float) -> list[tuple[list[float], str]]:
    """Marks no further than `distance` from the first of a group share their words, which would lie on one another."""
    groups: list[list[tuple[float, str]]] = []
    for mark in marks:
        if groups and mark[0] - groups[-1][0][0] <= distance:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return [(list(dict.fromkeys(x for x, _ in group)), " · ".join(dict.fromkeys(words for _, words in group))) for group in groups]
