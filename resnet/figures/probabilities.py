"""What a network says of one picture: a bar for each class. Pure."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from resnet.figures.palette import INK, RESIDUAL, Theme, translucent
from resnet.wording import Translate, class_titles, english, percent

HEIGHT = 236  # pixels


def probabilities_figure(probabilities: np.ndarray | None, theme: Theme = "light", t: Translate = english) -> go.Figure:
    """Shares of the ten classes (10,), the largest in full colour; None gives the classes without bars."""
    titles, colour = class_titles(t), RESIDUAL.on(theme)
    shares = [0.0] * len(titles) if probabilities is None else [float(share) for share in probabilities]
    largest = max(shares)
    figure = go.Figure(
        go.Bar(
            orientation="h",
            x=shares,
            y=list(titles),
            marker={"color": [colour if share == largest else translucent(colour, 0.55) for share in shares]},
            text=None if probabilities is None else [percent(share) for share in shares],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    figure.update_layout(
        height=HEIGHT,
        margin={"l": 0, "r": 0, "t": 4, "b": 24},
        font={"color": INK.on(theme), "size": 12},
        showlegend=False,
        dragmode=False,
        bargap=0.25,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={
            "range": [0, 1.15],  # room for the numbers
            "tickvals": [0, 0.25, 0.5, 0.75, 1],
            "tickformat": ".0%",
            "gridcolor": translucent(INK.on(theme), 0.12),
            "zeroline": False,
            "fixedrange": True,
        },
        yaxis={
            "categoryorder": "array",
            "categoryarray": list(titles),
            "range": [len(titles) - 0.5, -0.5],
            "automargin": True,
            "fixedrange": True,
            "ticksuffix": " ",
        },
    )
    return figure
