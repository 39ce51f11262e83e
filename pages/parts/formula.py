"""The block's formula in the colours of its drawing: the shortcut's x, the branch's F(x)."""

from __future__ import annotations

from pages.parts.theme import current_theme
from resnet.diagrams.block import BlockView
from resnet.figures.palette import BRANCH, BROKEN, MUTED, SHORTCUT, Colour
from resnet.wording import ACTIVATION_NAMES

_NORMED = r"\hat{x}"


def block_formula(view: BlockView) -> str:
    """The block as LaTeX, e.g. y = ReLU(F(x) + x), as it is for its kind, with the shape of each summand under it.

    s stands for what squeeze-and-excitation scales with; x̂ for the first batch norm and activation of x, where a projection shares it.
    """
    x = _NORMED if view.shares_activation else "x"
    branch = coloured(BRANCH, rf"s \cdot F({x})" if view.excites else f"F({x})")
    summands = _under(branch, view.branch_shape, view)
    if view.route != "none":
        route = {"projection": f"W_s {x}" if view.has_projection else x, "zero-pad": r"\mathrm{pad}(x)", "identity": x}[view.route]
        shape = view.input_shape if view.broken else view.branch_shape
        summands += rf"\;{coloured(BROKEN, '+') if view.broken else '+'}\;" + _under(
            coloured(SHORTCUT, route) + rf"\vphantom{{F({x})}}", shape, view
        )
    activation = rf"\mathrm{{{ACTIVATION_NAMES[view.activation]}}}"
    if not view.preactivation:
        return rf"y = {activation}\bigl({summands}\bigr)"
    meaning = rf",\quad {_NORMED} = {activation}(\mathrm{{BN}}(x))" if view.shares_activation else ""
    return f"y = {summands}{meaning}"


def coloured(colour: Colour, formula: str) -> str:
    """A piece of LaTeX in one of the palette's colours."""
    return rf"\textcolor{{{colour.on(current_theme())}}}{{{formula}}}"


def _under(formula: str, shape: tuple[int, ...], view: BlockView) -> str:
    size = coloured(BROKEN if view.broken else MUTED, r"\times ".join(map(str, shape)))
    return rf"\underset{{{size}}}{{{formula}}}"
