"""The frame that shows our SVG diagrams: in the theme's colours, changed in place, each node explained on hover or focus."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts.display import pixels, projector
from pages.parts.i18n import ASSETS
from pages.parts.reserved import drawn
from resnet.figures.palette import css_variables

_COMPONENTS = ASSETS / "components"

DIAGRAM_SHEET = (_COMPONENTS / "diagram.css").read_text(encoding="utf-8")

_diagram = st.components.v2.component(
    "resnet_lab_diagram",
    html='<div class="diagram"><div class="tip" aria-hidden="true" hidden></div></div>',
    js=(_COMPONENTS / "diagram.js").read_text(encoding="utf-8"),
    css=f":host {{ {css_variables()} }}\n{DIAGRAM_SHEET}",
)


def diagram(svg: str, *, key: str, height: int, dimmed: bool = False, on_open: Callable[[str], None] | None = None) -> None:
    """Show SVG text of `resnet.diagrams`, as wide as there is room for and at most `height` pixels high (more on a projector).

    The height is reserved before the browser draws; not on a projector, where how far a drawing can grow is up to the room beside it, and
    what it does not need is for what follows. With the same key on the next run, the drawing is changed, not replaced.
    `dimmed` shows it faintly: it is not of what the controls say.
    `on_open` is called, before that run, with the place a node leads to when it is clicked.
    """

    def opened() -> None:
        place = st.session_state[key].opened
        if on_open is not None and isinstance(place, str):
            on_open(place)

    room = pixels(height)
    data = {"svg": svg, "height": room, "dimmed": dimmed, "projector": projector()}
    with drawn(key):
        _diagram(key=key, data=data, height="content" if projector() else room, on_opened_change=opened)
