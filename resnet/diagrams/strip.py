"""The blocks of a network in a strip, each with a bar: how large its branch is beside its shortcut. A click leads to a block."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from resnet.diagrams import svg
from resnet.inquiries import Strip
from resnet.wording import Translate, listed_apart

WIDTH, HEIGHT = 1100, 92
_BASE, _TALLEST = 62, 44
_FIELD = 4


def strip_svg(strip: Strip | None, blocks: Sequence[str], chosen: str, title_of: Callable[[str], str], t: Translate) -> str:
    """Columns for `blocks`; without numbers only their names. `title_of` gives a block's name for a reader."""
    numbers = {} if strip is None else dict(zip(strip.blocks, zip(strip.ratio, strip.spread, strict=True), strict=True))
    largest = max((float(ratio) for ratio, _ in numbers.values()), default=1.0) or 1.0
    room = WIDTH / len(blocks)
    drawn, said = [], []
    for place, block in enumerate(blocks):
        ratio, spread = (float(value) for value in numbers.get(block, (0.0, 0.0)))
        words = t("‖F‖/‖x‖ = {ratio:.2f} ± {spread:.2f}", ratio=ratio, spread=spread) if block in numbers else t("not yet measured")
        said.append(f"{title_of(block)}: {words}")
        left, middle, height = room * place, room * (place + 0.5), _TALLEST * ratio / largest
        drawn.append(
            svg.element(
                "g",
                svg.element(
                    "rect", x=left + _FIELD, y=1, width=room - 2 * _FIELD, height=HEIGHT - 2, rx=6, class_="field", data_key="field"
                ),
                svg.element("path", d=f"M{left + 2 * _FIELD:.1f} {_BASE} H{left + room - 2 * _FIELD:.1f}", class_="grid", data_key="base"),
                svg.element("rect", x=middle - 62, y=_BASE - height, width=44, height=height, rx=2, class_="plate branch", data_key="bar"),
                svg.text(middle - 8, _BASE - 10, f"{ratio:.2f}" if block in numbers else "–", anchor="start", class_="title", key="value"),
                svg.text(middle, _BASE + 20, title_of(block), class_="shape", key="title"),
                tabindex=0,
                role="button",
                data_key=block,
                data_open=block,
                data_tip=f"{title_of(block)}\n{words}",
                class_="chosen" if block == chosen else None,
                aria_pressed=str(block == chosen).lower(),
                aria_label=f"{title_of(block)}: {words}",
            )
        )
    return svg.document(
        WIDTH,
        HEIGHT,
        *drawn,
        title=t("How large the branch is beside the shortcut, block by block"),
        description=listed_apart(said, t),
        interactive=True,
    )
