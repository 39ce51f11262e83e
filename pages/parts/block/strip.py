"""The strip of all blocks of the network: how large each one's branch is beside its shortcut. A click leads to a block."""

from __future__ import annotations

from collections.abc import Callable

from pages.parts.block.look import block_title, subject
from pages.parts.block.steps import blocks, current_block
from pages.parts.diagram import diagram
from pages.parts.i18n import t
from pages.parts.inquiry import ask, tell
from resnet.diagrams.strip import HEIGHT, strip_svg
from resnet.inquiries import MeasureStrip, Strip

_KEY = "block_strip"


def strip(on_open: Callable[[str], None]) -> None:
    """Draw it. `on_open` is called with the name of the block that is clicked, such as "stage2_block1"."""
    inquiry = MeasureStrip(subject())
    asked = ask(inquiry, Strip, key=_KEY)
    diagram(
        strip_svg(asked.found, blocks(), current_block(), block_title, t),
        key=f"{_KEY}_drawing",
        height=HEIGHT,
        dimmed=asked.found is not None and not asked.current,
        on_open=on_open,
    )
    said = t(
        "‖F‖/‖x‖: the branch's length by the shortcut's at the add, mean and spread over {images} test images. Click a block to load it.",
        images=inquiry.images,
    )
    tell(asked, key=_KEY, said=f":gray[:small[{said}]]")
