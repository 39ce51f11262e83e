"""The source of the block that is walked through, the lines of the step marked."""

from __future__ import annotations

from pages.parts.block.marked_source import marked_source
from pages.parts.block.steps import Step
from pages.parts.i18n import t
from resnet.source import lines_with, source_of

FUNCTIONS = ("basic_block", "add_shortcut")
_HEIGHT = 192  # pixels: the drawing, the steps and this are on screen together


def source_drawer(step: Step) -> None:
    """The functions that build the block, as their file has them."""
    text = source_of("resnet.blocks", *FUNCTIONS)
    title = t("The function that builds the block, and the one that adds its shortcut; the step’s lines are marked")
    marked_source(text, lines_with(text, *step.marks), title=title, key="block_source", height=_HEIGHT)
