"""A whole network in a low strip: a column for the stem, for each block and for the head. In a block's column stands a bar: how large its
branch is beside its shortcut. A click opens a part."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import groupby

from resnet.diagrams import svg
from resnet.inquiries import Strip
from resnet.plan import LayerPlan, Plan
from resnet.wording import Translate, stage_title

WIDTH, HEIGHT = 1100, 88
_END = 92  # of stem and head
_BASE, _TALLEST = 60, 34
_WIDE = 40  # a column that has room for its number above the bar


def parts_of(network: Plan) -> Mapping[str, tuple[LayerPlan, ...]]:
    """Stem, blocks such as "stage1_block2", and head, in order, with their layers. The stem begins with the picture itself."""
    grouped = groupby(network.layers, key=lambda layer: layer.stage if layer.block is None else f"{layer.stage}_block{layer.block}")
    return {name: tuple(layers) for name, layers in grouped}


def parts_svg(network: Plan, strip: Strip | None, chosen: str, title_of: Callable[[str], str], t: Translate) -> str:
    """`title_of` gives a part's name for a reader. Without numbers, and where the network has no shortcuts, there are no bars."""
    names = list(parts_of(network))
    blocks = names[1:-1]
    ratios = {} if strip is None else dict(zip(strip.blocks, zip(strip.ratio, strip.spread, strict=True), strict=True))
    silent = dict.fromkeys(strip.silent if strip is not None else (), t("the shortcut brings nothing but zeros"))
    ratios.update(dict.fromkeys(silent, (math.nan, math.nan)))
    largest = max((float(ratio) for ratio, _ in ratios.values() if math.isfinite(ratio)), default=1.0) or 1.0
    room = (WIDTH - 2 * _END) / max(1, len(blocks))
    drawn, said = [], []
    for place, name in enumerate(names):
        inner = 0 < place < len(names) - 1
        left = _END + room * (place - 1) if inner else 0.0 if place == 0 else float(WIDTH - _END)
        width = room if inner else float(_END)
        ratio, spread = (float(value) for value in ratios.get(name, (math.nan, math.nan)))
        words = silent.get(name, _measured(ratio, spread, t)) if inner and network.config.shortcut != "none" else ""
        said.append(f"{title_of(name)}: {words}" if words else title_of(name))
        inside = _bar(left, width, ratio / largest, f"{ratio:.2f}") if math.isfinite(ratio) else ""
        title = "" if inner else svg.text(left + width / 2, _BASE - 18, title_of(name), class_="shape", key="title")
        drawn.append(_column(name, left, width, inside + title, name == chosen, said[-1]))
    return svg.document(
        WIDTH,
        HEIGHT,
        *drawn,
        *_stages(blocks, room, t),
        title=t("The network, part by part"),
        description="; ".join(said),
        interactive=True,
    )


def _measured(ratio: float, spread: float, t: Translate) -> str:
    return t("‖F‖/‖x‖ = {ratio:.2f} ± {spread:.2f}", ratio=ratio, spread=spread) if math.isfinite(ratio) else t("not yet measured")


def _column(name: str, left: float, width: float, inside: str, chosen: bool, words: str) -> str:
    gap = min(3.0, width / 8)
    return svg.element(
        "g",
        svg.element(
            "rect", x=left + gap, y=1, width=width - 2 * gap, height=_BASE + 5, rx=min(5.0, width / 4), class_="field", data_key="field"
        ),
        svg.element("path", d=f"M{left + 2 * gap:.1f} {_BASE} H{left + width - 2 * gap:.1f}", class_="grid", data_key="base"),
        inside,
        tabindex=0,
        role="button",
        data_key=name,
        data_open=name,
        data_tip=words.replace(": ", "\n", 1),
        class_="chosen" if chosen else None,
        aria_pressed=str(chosen).lower(),
        aria_label=words,
    )


def _bar(left: float, width: float, share: float, words: str) -> str:
    thick, height = min(28.0, 0.55 * width), _TALLEST * share
    bar = svg.element(
        "rect",
        x=left + (width - thick) / 2,
        y=_BASE - height,
        width=thick,
        height=height,
        rx=min(2.0, thick / 4),
        class_="plate branch",
        data_key="bar",
    )
    return bar + (svg.text(left + width / 2, _BASE - height - 6, words, class_="count", key="value") if width >= _WIDE else "")


def _stages(blocks: list[str], room: float, t: Translate) -> list[str]:
    """The stages' names, each under the middle of its blocks."""
    places: dict[str, list[int]] = {}
    for place, block in enumerate(blocks):
        places.setdefault(block.partition("_")[0], []).append(place)
    return [
        svg.text(_END + room * (found[0] + len(found) / 2), HEIGHT - 6, stage_title(stage, t), class_="note", key=stage)
        for stage, found in places.items()
    ]
