"""The source of the block that is walked through, the lines of the step lit."""

from __future__ import annotations

import streamlit as st

from pages.parts.block.steps import Step
from pages.parts.i18n import ASSETS, t
from resnet.figures.palette import css_variables
from resnet.source import lines_with, source_of

HEIGHT = 262
FUNCTIONS = ("basic_block", "add_shortcut")
_COMPONENTS = ASSETS / "components"

_source = st.components.v2.component(
    "resnet_lab_source",
    html='<pre class="source" tabindex="0" role="region"><code></code></pre>',
    js=(_COMPONENTS / "source.js").read_text(encoding="utf-8"),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "source.css").read_text(encoding="utf-8"),
)


def source_drawer(step: Step) -> None:
    """The functions that build the block, as their file has them, HEIGHT pixels high."""
    text = source_of("resnet.blocks", *FUNCTIONS)
    title = t("The function that builds the block, and the one that adds its shortcut; the step’s lines are marked")
    data = {"title": title, "lines": text.split("\n"), "lit": lines_with(text, *step.marks), "height": HEIGHT}
    _source(key="block_source", data=data, height=HEIGHT)
