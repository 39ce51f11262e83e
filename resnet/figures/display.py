"""A figure as a projector needs it: larger type, thicker lines, stronger colours. One pure step for every figure of ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from resnet.figures.palette import ROLES, STRONG, Theme

_TYPE = 13.0  # pixels: what our figures write in where they say nothing else
# Lengths in pixels by the name they go by in Plotly; `size` is that of type and of markers, `width` that of lines alone.
_LENGTHS = frozenset(
    ("size", "height", "l", "r", "t", "b", "pad", "standoff", "ax", "ay", "arrowwidth", "borderwidth", "gridwidth", "linewidth", "ticklen")
)
_LINES = ("line", "marker", "error_x", "error_y")


def enlarged(figure: go.Figure, scale: float, theme: Theme) -> go.Figure:
    """The figure `scale` times as large in all that is counted in pixels, its quiet colours made strong. The one given stays as it is."""
    stronger = {ROLES[role].on(theme): colour.on(theme) for role, colour in STRONG.items()}
    drawn: dict[str, Any] = figure.to_dict()
    drawn["layout"].setdefault("font", {}).setdefault("size", _TYPE)
    return go.Figure(_enlarged(drawn, "", "", scale, stronger))


def _enlarged(value: Any, name: str, inside: str, scale: float, stronger: Mapping[str, str]) -> Any:
    """`value`, which goes by `name` in a part of the figure called `inside`."""
    if isinstance(value, dict):
        return {key: _enlarged(item, key, name, scale, stronger) for key, item in value.items()}
    if isinstance(value, str):
        return _grid(stronger.get(value, value))
    if not _is_length(name, inside):
        return (
            [_enlarged(item, "", name, scale, stronger) if isinstance(item, dict) else item for item in value] if _is_list(value) else value
        )
    if _is_list(value):
        return [item * scale for item in value]
    if not isinstance(value, (int, float)):
        return value
    return round(value * scale) if name == "height" else value * scale  # of a fraction, figure and frame would never agree


def _is_length(name: str, inside: str) -> bool:
    return name in _LENGTHS or (name == "width" and inside in _LINES)


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


def _grid(colour: str) -> str:
    """A faint rule, as `palette.translucent` makes it, at twice its strength."""
    return re.sub(r"(rgba\(.*, )(0\.[01]\d*)\)", lambda found: f"{found[1]}{2 * float(found[2]):g})", colour)
