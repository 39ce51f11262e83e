"""Training loss over steps as a drawing for paper: SVG that needs no script, in the colours and widths of the app's charts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from resnet.config import ResNetConfig
from resnet.experiments.readings import Curve
from resnet.figures.palette import INK, LINE, MUTED, PLAIN, RESIDUAL
from resnet.wording import Translate, english

WIDTH, HEIGHT = 680, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 46, 116, 10, 40
_WINDOW = 10  # batches that a point of a line is the mean of
_MOST_POINTS = 200
_HIGHEST = 3.0  # nats; a loss above is drawn at the upper edge
GUESSING = math.log(10)
_LEAST_APART = 15.0  # pixels between two names at the right


def loss_svg(curves: Sequence[Curve], networks: Sequence[ResNetConfig], t: Translate = english) -> str:
    """One line for each network, named at its end; the mean of 10 batches at each point. No curves give an empty chart."""
    steps = max((int(curve.steps[-1]) for curve in curves if len(curve.steps)), default=1)
    kinds = {network.name: network for network in networks}
    lines = [(curve, _points(curve, steps)) for curve in curves if len(curve.steps) >= _WINDOW]
    heights = _apart([points[-1][1] for _, points in lines])
    drawn = [_line(curve, points, kinds.get(curve.network), y) for (curve, points), y in zip(lines, heights, strict=True)]
    title = t("Training loss over {steps} steps", steps=steps)
    return "\n".join(
        [
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}" font-size="13" fill="{INK.light}">',
            *_axes(steps, t),
            *drawn,
            "</svg>",
        ]
    )


def _x(step: float, steps: int) -> float:
    return _LEFT + (WIDTH - _LEFT - _RIGHT) * step / steps


def _y(loss: float) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * min(loss, _HIGHEST) / _HIGHEST


def _points(curve: Curve, steps: int) -> list[tuple[float, float]]:
    loss = np.where(np.isfinite(curve.loss), curve.loss, _HIGHEST)
    means = np.convolve(loss, np.full(_WINDOW, 1 / _WINDOW), mode="valid")
    at = curve.steps[_WINDOW - 1 :]
    every = max(1, math.ceil(len(means) / _MOST_POINTS))
    kept = sorted({*range(0, len(means), every), len(means) - 1})
    return [(_x(float(at[place]), steps), _y(float(means[place]))) for place in kept]


def _line(curve: Curve, points: list[tuple[float, float]], network: ResNetConfig | None, label_y: float) -> str:
    plain = network is not None and network.shortcut == "none"
    colour = (PLAIN if plain else RESIDUAL).light
    width = 1 + (network.depth if network else 20) / 20  # depth is the line's width
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width:.1f}" stroke-linejoin="round"/>'
        f'<text x="{points[-1][0] + 6:.1f}" y="{label_y + 4:.1f}" fill="{colour}">{escape(curve.network)}</text>'
    )


def _apart(heights: list[float]) -> list[float]:
    """The heights of the names, moved down where two would overlap."""
    moved, last = dict[int, float](), -math.inf
    for place in sorted(range(len(heights)), key=heights.__getitem__):
        last = moved[place] = max(heights[place], last + _LEAST_APART)
    return [moved[place] for place in range(len(heights))]


def _axes(steps: int, t: Translate) -> list[str]:
    left, right, bottom = _LEFT, WIDTH - _RIGHT, HEIGHT - _BOTTOM
    parts = []
    for tenths in range(int(_HIGHEST * 2) + 1):
        y = _y(tenths / 2)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="{LINE.light}" stroke-width="0.6"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end" fill="{MUTED.light}">{tenths / 2:g}</text>')
    for quarter in range(5):
        step = round(steps * quarter / 4)
        x = _x(step, steps)
        parts.append(f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle" fill="{MUTED.light}">{step}</text>')
    y = _y(GUESSING)
    parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{right}" y2="{y:.1f}" stroke="{MUTED.light}" stroke-dasharray="2 4"/>')
    parts.append(f'<text x="{right - 4}" y="{y - 5:.1f}" text-anchor="end" fill="{MUTED.light}">{escape(t("guessing: 2.303"))}</text>')
    parts.append(f'<text x="{(left + right) / 2:.0f}" y="{HEIGHT - 6}" text-anchor="middle">{escape(t("step"))}</text>')
    return parts
