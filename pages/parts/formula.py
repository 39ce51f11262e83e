"""The block's formula in the colours of its drawing: the shortcut's x, the branch's F(x)."""

from __future__ import annotations

from pages.parts.theme import current_theme
from resnet.diagrams.block import ACTIVATION_NAMES, BlockView
from resnet.figures.palette import BRANCH, BROKEN, MUTED, SHORTCUT, Colour


def block_formula(view: BlockView) -> str:
    """y = ReLU(F(x) + x) as LaTeX, as it is for this block, with the shape of each summand under it."""
    shapes = (view.branch_shape, view.branch_shape if view.has_projection else view.input_shape)
    sizes = [coloured(BROKEN if view.broken else MUTED, r"\times ".join(map(str, shape))) for shape in shapes]
    branch = rf"\underset{{{sizes[0]}}}{{{coloured(BRANCH, 'F(x)')}}}"
    x = "W_s x" if view.has_projection else "x"
    shortcut = rf"\underset{{{sizes[1]}}}{{{coloured(SHORTCUT, x)}\vphantom{{F(x)}}}}"
    sign = coloured(BROKEN, "+") if view.broken else "+"
    return rf"y = \mathrm{{{ACTIVATION_NAMES[view.activation]}}}\bigl({branch} {sign} {shortcut}\bigr)"


def coloured(colour: Colour, formula: str) -> str:
    """A piece of LaTeX in one of the palette's colours."""
    return rf"\textcolor{{{colour.on(current_theme())}}}{{{formula}}}"
