"""How large and how strong everything is drawn: as on a screen of one's own, or as a class needs it from a projector.

`display=projector` in the address says the latter. What cannot follow the page's root font size by itself (Plotly's figures, heights in
pixels) asks here; style sheets follow the custom properties that the frame sets (`assets/components/frame.js`).
"""

from __future__ import annotations

from typing import Literal, get_args

import streamlit as st

from pages.parts.held_address import follow, keep

Display = Literal["screen", "projector"]
PROJECTOR_SCALE = 1.25  # type of 16 px becomes 20, a line of 2 becomes 2.5

_NAME, _SCREEN = "display", "screen"


def projector() -> bool:
    """Whether the page is drawn for a class that looks at a projector."""
    # Our own addresses name the language and leave out a plain screen; one that says nothing at all is a click in the navigation.
    silent = _SCREEN if "lang" in st.query_params else None
    return follow(_NAME, lambda: get_args(Display), first=_SCREEN, silent=silent) == "projector"


def phone() -> bool:
    """Whether the visitor's browser says that it is a phone's, where plots cannot stand side by side.

    It is asked for its name, by the word that phones have in it (MDN, "Browser detection using the user agent"), as figures are drawn
    on the server, which does not know how wide the window is. A test without a browser is no phone.
    """
    return "Mobi" in st.context.headers.get("User-Agent", "")


def choose_display(display: Display) -> None:
    """Draw for this display from now on. For a callback, which runs before the page."""
    keep(_NAME, display, first=_SCREEN)


def display_words() -> dict[str, str]:
    """What the address is to say: nothing on a screen."""
    return {_NAME: "projector"} if projector() else {}


def scale() -> float:
    """How much larger than on a screen figures, diagrams and heights are."""
    return PROJECTOR_SCALE if projector() else 1.0


def pixels(height: float) -> int:
    """A height on a screen, in pixels, as it is on this display."""
    return round(height * scale())
