"""Brings a place on the page back into view: what a click at the foot of a page has changed may stand at its head."""

from __future__ import annotations

import streamlit as st

from pages.parts.i18n import ASSETS

_bring_up = st.components.v2.component(
    "resnet_lab_bring_up",
    html='<div class="here" role="group" tabindex="-1"></div>',
    js=(ASSETS / "components" / "bring_up.js").read_text(encoding="utf-8"),
    # The bar of the navigation stays on top, and the page's question in sight.
    css=".here { scroll-margin-top: 10rem; outline: none; }",
)


def bring_up(opened: int, *, key: str, label: str) -> None:
    """An invisible mark. When the number `opened` has changed since the last run, the browser scrolls to it and gives it the focus.

    `label` is what a screen reader says then.
    """
    _bring_up(key=key, data={"opened": opened, "label": label})
