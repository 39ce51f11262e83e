"""A network at a glance, small enough for a card: a bar for each block, higher where the resolution is, as wide as there is room for."""

from __future__ import annotations

from itertools import groupby

from resnet.diagrams import svg
from resnet.plan import Plan

WIDTH, HEIGHT = 150, 44
_STAGE_GAP = 4.0


def silhouette_svg(network: Plan) -> str:
    """The network's blocks from left to right, WIDTH x HEIGHT, without words; the card beside it says what it is."""
    blocks = [
        (stage, list(layers)[-1].output_shape)
        for (stage, block), layers in groupby(network.layers, key=lambda layer: (layer.stage, layer.block))
        if block is not None
    ]
    stages = len({stage for stage, _ in blocks})
    step = min(9.0, (WIDTH - _STAGE_GAP * (stages - 1)) / len(blocks))
    role = "plain" if network.config.shortcut == "none" else "shortcut"
    bars, x, before = [], 0.0, blocks[0][0]
    for stage, shape in blocks:
        x += _STAGE_GAP if stage != before else 0.0
        before = stage
        height = HEIGHT * (max(shape[:2]) / max(blocks[0][1][:2])) ** 0.4
        bars.append(
            svg.element(
                "rect", x=round(x, 2), y=round((HEIGHT - height) / 2, 2), width=round(step * 0.72, 2), height=round(height, 2), class_=role
            )
        )
        x += step
    return svg.element(
        "svg",
        *bars,
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        preserveAspectRatio="xMinYMid",
        aria_hidden="true",
    )
