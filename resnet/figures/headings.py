"""What two plots side by side are called, each above its left edge."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go


def head(figure: go.Figure, words: Mapping[float, str]) -> None:
    """Write each heading above the plot that begins at its share of the width, 0 to 1."""
    for left, heading in words.items():
        figure.add_annotation(
            text=f"<b>{heading}</b>",
            xref="paper",
            yref="paper",
            x=left,
            y=1.02,
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"size": 15},
        )
