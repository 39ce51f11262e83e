"""Plots below each other, each over the full width, as a phone needs them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import east_asian_width

import plotly.graph_objects as go

from resnet.figures.headings import write_heading

PHONE = 298  # pixels that a plot is wide on a phone of 390, its axis taken off
ENTRY = 20  # pixels of a legend's entry in type of 13, or of 12 with a little air
_HEADING = 5  # pixels between a plot and its heading
_CLOSING = "，。；：、）》”"  # never at the beginning of a line
# At the figure's lower edge, below all axes, an entry below the other.
LEGEND_BELOW = {"orientation": "h", "x": 0, "xanchor": "left", "y": 0, "yanchor": "bottom", "yref": "container", "tracegroupgap": 0}


def stacked(count: int, plot: float, gap: float) -> list[tuple[float, float]]:
    """The shares of the height, from the bottom, that plots of `plot` pixels with `gap` pixels between them take, the first on top."""
    height = inside(count, plot, gap)
    tops = [1 - number * (plot + gap) / height for number in range(count)]
    return [(max(0.0, top - plot / height), top) for top in tops]


def inside(count: int, plot: float, gap: float) -> float:
    """Pixels from the first plot's top to the last one's bottom."""
    return count * plot + (count - 1) * gap


def head_stacked(figure: go.Figure, words: dict[float, str], *, size: int = 15) -> None:
    """Write each heading above the plot whose upper edge is at its share of the height."""
    for top, heading in words.items():
        write_heading(figure, heading, x=0, y=top, size=size, lift=_HEADING)


def wrapped(words: str, longest: int) -> str:
    """In lines of at most `longest` signs, a Chinese one counted as two; Chinese is broken anywhere, other text at its spaces."""
    lines, line = [], ""
    for piece in _pieces(words):
        if line.strip() and _width(line + piece.rstrip()) > longest:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return "<br>".join([*lines, line.rstrip()])


def _pieces(words: str) -> Iterator[str]:
    """What a line may end behind: a word with its space, or one Chinese sign."""
    piece = ""
    for sign in words:
        if piece and sign not in _CLOSING and (piece[-1] == " " or _width(piece[-1]) == 2 or _width(sign) == 2):
            yield piece
            piece = ""
        piece += sign
    yield piece


def _width(words: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in words)
