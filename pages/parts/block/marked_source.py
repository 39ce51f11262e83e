"""Source text as a page shows it, with some of its lines marked."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import ASSETS
from resnet.figures.palette import css_variables

_COMPONENTS = ASSETS / "components"

_source = st.components.v2.component(
    "resnet_lab_source",
    html='<pre class="source" tabindex="0" role="region"><code></code></pre>',
    js=(_COMPONENTS / "source.js").read_text(encoding="utf-8"),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "source.css").read_text(encoding="utf-8"),
)


def marked_source(text: str, marked: Sequence[int], *, title: str, key: str, height: int | None, numbered: bool = False) -> None:
    """Show source text, `height` pixels high (more on a projector) and scrolled to its first marked line; without a height all of it.

    `marked` counts lines from 0; with `numbered` the reader sees them counted from 1, as in an editor, and the long ones wrapped.
    `title` is for the ear.
    """
    room = None if height is None else pixels(height)
    data = {"title": title, "lines": text.split("\n"), "lit": list(marked), "height": room, "numbered": numbered}
    _source(key=key, data=data, height="content" if room is None else room)
