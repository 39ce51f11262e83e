"""Whether a network is as often right as it is sure: the share of hits against the probability it gives, and how many images say so."""

from __future__ import annotations

import plotly.graph_objects as go

from resnet.figures.headings import head
from resnet.figures.palette import INK, MUTED, RESIDUAL, Colour, Theme, translucent
from resnet.metrics import BINS, Calibration
from resnet.wording import Translate, english

HEIGHT = 300  # pixels


def calibration_figure(found: Calibration | None, colour: Colour = RESIDUAL, theme: Theme = "light", t: Translate = english) -> go.Figure:
    """On the left the curve, on the line where it would lie at best; on the right the images in each bin. No data gives empty axes."""
    figure = go.Figure()
    figure.add_trace(
        go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": MUTED.on(theme), "dash": "dot", "width": 1.5}, hoverinfo="skip")
    )
    if found is not None:
        shown = {"x": found.confidence, "marker": {"color": colour.on(theme), "size": 8}, "customdata": found.images}
        said = t("sure %{x:.1%}, right %{y:.1%}, %{customdata:,} images") + "<extra></extra>"
        figure.add_trace(go.Scatter(**shown, y=found.accuracy, mode="lines+markers", line={"width": 2}, hovertemplate=said))
        width = 0.9 / BINS
        bars = go.Bar(x=found.confidence, y=found.images, width=width, marker={"color": colour.on(theme)}, xaxis="x2", yaxis="y2")
        figure.add_trace(bars.update(hovertemplate=t("%{y:,} images, sure %{x:.1%}") + "<extra></extra>"))
    grid = translucent(INK.on(theme), 0.12)
    share = {"range": [0, 1.02], "tickformat": ".0%", "gridcolor": grid, "zeroline": False, "fixedrange": True}
    head(figure, {0: t("Share right"), 0.58: t("Images")})
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 44, "r": 8, "t": 34, "b": 48},
        font={"color": INK.on(theme), "size": 13},
        showlegend=False,
        dragmode=False,
        xaxis={**share, "domain": [0, 0.46], "title": {"text": t("Probability of the class named")}},
        yaxis=share,
        xaxis2={**share, "domain": [0.58, 1], "anchor": "y2", "title": {"text": t("Probability of the class named")}},
        yaxis2={"anchor": "x2", "gridcolor": grid, "zeroline": False, "fixedrange": True, "tickformat": ",d"},
    )
    return figure
