"""What a plot is called, above its left edge; of two side by side each."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go


def head(figure: go.Figure, words: Mapping[float, str], *, size: int = 15) -> None:
    """Write each heading above the plot that begins at its share of the width, 0 to 1; `size` of its type in pixels."""
    for left, heading in words.items():
        write_heading(figure, heading, x=left, y=1.02, size=size)


def write_heading(figure: go.Figure, heading: str, *, x: float, y: float, size: int, lift: int = 0) -> None:
    """Write one from that place of the figure on, `lift` pixels above it."""
    figure.add_annotation(
        text=f"<b>{heading}</b>",
        xref="paper",
        yref="paper",
        x=x,
        y=y,
        yshift=lift,
        xanchor="left",
        yanchor="bottom",
        showarrow=False,
        font={"size": size},
    )
