"""Where the names of points go, so that they cover neither each other nor a point."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_CHARACTER, _LINE, _GAP = 6.8, 15.0, 9.0  # pixels: width and height of text of 12, and from a point's centre to its name

_STEP = 6.0  # pixels between the boxes that stand for a line

# Plotly's names, best first.
_POSITIONS = ("top center", "bottom center", "middle right", "middle left", "top right", "top left", "bottom right", "bottom left")


@dataclass(frozen=True, slots=True)
class Spot:
    """A point at (x, y), in pixels from the lower left corner, and its name; an empty name takes no room."""

    x: float
    y: float
    name: str


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: _Box) -> float:
        """Square pixels both have."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(0.0, width) * max(0.0, height)


def label_positions(spots: Sequence[Spot], width: float, lines: Sequence[tuple[Spot, Spot]] = ()) -> tuple[str, ...]:
    """For each spot where its name goes, as Plotly's `textposition`: one after the other, where the least is covered.

    `width` is that of the drawing; names stay within it where they can. They also keep off straight `lines` between spots.
    """
    crossed = [box for start, end in lines for box in _along(start, end)]
    taken = [_Box(spot.x - 6, spot.y - 6, spot.x + 6, spot.y + 6) for spot in spots]
    chosen = []
    for number, spot in enumerate(spots):
        others = crossed + [box for place, box in enumerate(taken) if place != number]
        boxes = [_box(spot, position) for position in _POSITIONS]
        costs = [sum(box.overlap(other) for other in others) + _outside(box, width) for box in boxes]
        best = costs.index(min(costs))
        chosen.append(_POSITIONS[best])
        if spot.name:
            taken.append(boxes[best])
    return tuple(chosen)


def _along(start: Spot, end: Spot) -> list[_Box]:
    """Small boxes on the line between two spots, but for its ends, which are covered by the points themselves."""
    steps = int(max(abs(end.x - start.x), abs(end.y - start.y)) / _STEP)
    boxes = []
    for step in range(2, steps - 1):
        x, y = (start.x + (end.x - start.x) * step / steps, start.y + (end.y - start.y) * step / steps)
        boxes.append(_Box(x - 2, y - 2, x + 2, y + 2))
    return boxes


def _box(spot: Spot, position: str) -> _Box:
    """The room that a name takes there."""
    vertical, horizontal = position.split()
    width = len(spot.name) * _CHARACTER
    beside = _GAP if vertical == "middle" else 4.0
    left = {"left": spot.x - beside - width, "center": spot.x - width / 2, "right": spot.x + beside}[horizontal]
    bottom = {"top": spot.y + _GAP - 3, "middle": spot.y - _LINE / 2, "bottom": spot.y - _GAP + 3 - _LINE}[vertical]
    return _Box(left, bottom, left + width, bottom + _LINE)


def _outside(box: _Box, width: float) -> float:
    """Square pixels beyond the drawing's sides."""
    return (max(0.0, -box.left) + max(0.0, box.right - width)) * _LINE
