"""Which classes are taken for which: a matrix of counts, hits in the network's colour, mistakes in that of what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go

from resnet.figures.contrast import blended, ink_on
from resnet.figures.headings import head
from resnet.figures.palette import AT_ZERO, BROKEN, INK, RESIDUAL, Colour, Theme, translucent
from resnet.wording import Translate, english

HEIGHT = 396  # pixels
_FAINTEST_END = 0.1  # of a class: where no class is taken for another that often, the colours of mistakes do not grow louder for it


def confusion_figure(
    matrix: np.ndarray | None,
    titles: Sequence[str],
    colour: Colour = RESIDUAL,
    theme: Theme = "light",
    t: Translate = english,
    *,
    height: int = HEIGHT,
) -> go.Figure:
    """`matrix` counts images: rows are what they are, columns what they are called. Row 0 is on top; axes count from 0.

    Hits and mistakes have a scale of colours each, by the share of the row, since there are so many more hits. No data gives empty axes.
    """
    figure = go.Figure()
    if matrix is not None:
        hits = np.eye(len(titles), dtype=bool)
        shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
        worst = max(_FAINTEST_END, float(shares[~hits].max()))
        figure.add_trace(_cells(matrix, np.where(hits, shares, np.nan), colour, 1.0, titles, theme, t))
        figure.add_trace(_cells(matrix, np.where(hits, np.nan, shares), BROKEN, worst, titles, theme, t))
        depths, colours = np.where(hits, shares, shares / worst), np.where(hits, colour.on(theme), BROKEN.on(theme))
        figure.add_trace(_counts(matrix, depths, colours, theme))
    head(figure, {0: t("Rows: what it is. Columns: what the network calls it")}, size=14)
    _lay_out(figure, titles, theme, height)
    return figure


def _lay_out(figure: go.Figure, titles: Sequence[str], theme: Theme, height: int) -> None:
    """Axes by class, the rows from the top."""
    classes = len(titles)
    axis = {
        "tickvals": list(range(classes)),
        "ticktext": list(titles),
        "range": [-0.5, classes - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "ticks": "",
    }
    figure.update_layout(
        height=height,
        margin={"l": 88, "r": 2, "t": 30, "b": 62, "autoexpand": False},
        font={"color": INK.on(theme), "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor=translucent(INK.on(theme), 0.1),  # the lines between the cells
        showlegend=False,
        dragmode=False,
        hoverlabel={"bgcolor": AT_ZERO.on(theme), "font": {"color": INK.on(theme)}},
        xaxis={**axis, "tickangle": -38},
        yaxis={**axis, "range": [classes - 0.5, -0.5], "ticksuffix": " "},
    )


def _cells(
    matrix: np.ndarray, shares: np.ndarray, colour: Colour, most: float, titles: Sequence[str], theme: Theme, t: Translate
) -> go.Heatmap:
    """The cells whose share is a number; `most` is the share that has the full colour."""
    words: list[list[Any]] = [
        [(label, called, f"{count:,}", f"{total:,}") for called, count in zip(titles, row, strict=True)]
        for label, row, total in zip(titles, matrix, matrix.sum(axis=1), strict=True)
    ]
    return go.Heatmap(
        z=[[None if np.isnan(share) else float(share) for share in row] for row in shares],
        customdata=words,
        zmin=0,
        zmax=most,
        colorscale=[[0, AT_ZERO.on(theme)], [1, colour.on(theme)]],
        showscale=False,
        hoverongaps=False,
        xgap=1,
        ygap=1,
        hovertemplate=t("%{customdata[0]}, called %{customdata[1]}: %{customdata[2]} of %{customdata[3]}, %{z:.1%}") + "<extra></extra>",
    )


def _counts(matrix: np.ndarray, depths: np.ndarray, colours: np.ndarray, theme: Theme) -> go.Scatter:
    """The numbers but for 0, each in the ink that is read on its cell, whose colour is `depths` (0 to 1) of the full one."""
    rows, columns = np.nonzero(matrix)
    cells = list(zip(rows, columns, strict=True))
    inks = [ink_on(blended(AT_ZERO.on(theme), str(colours[cell]), float(depths[cell]))) for cell in cells]
    return go.Scatter(
        x=columns.tolist(),
        y=rows.tolist(),
        mode="text",
        text=[f"{matrix[cell]:,}" for cell in cells],
        textfont={"color": inks},
        hoverinfo="skip",
    )
