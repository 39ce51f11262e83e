"""The residual block, looked at in four ways: step by step, in its kinds, with less of its branch, and backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import streamlit as st

from pages.parts.block.amount import amount
from pages.parts.block.back import back
from pages.parts.block.kinds import ADDRESS as KIND_ADDRESS
from pages.parts.block.kinds import kinds
from pages.parts.block.walk import walk
from pages.parts.display import projector
from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from pages.parts.layout import page_header
from pages.parts.quiz import quiz

VIEWS: Mapping[str, Callable[[], None]] = MappingProxyType({"walk": walk, "kinds": kinds, "amount": amount, "back": back})
_WIDGET = "block_view"


def page() -> None:
    # An address from before there were views is of a kind of block.
    view = hold("view", tuple(VIEWS), first="kinds" if KIND_ADDRESS in st.query_params and "view" not in st.query_params else "walk")
    heading, switch = st.columns([3, 1] if projector() else [1.05, 1], vertical_alignment="center")
    with heading:
        page_header(t("Block"), t("What does a block add to its input?"))
    with switch.container(horizontal=True, horizontal_alignment="right"):
        _view_switch(view)
    VIEWS[view]()
    quiz("block")


def _view_switch(view: str) -> None:
    """On a projector the views are in a list, as the pages are: the larger question needs the room beside it."""
    st.session_state[_WIDGET] = view
    control: dict[str, Any] = {"format_func": view_label, "key": _WIDGET, "on_change": _switch, "label_visibility": "collapsed"}
    if projector():
        st.selectbox(t("View"), tuple(VIEWS), **control)
    else:
        st.segmented_control(t("View"), tuple(VIEWS), required=True, **control)


def view_label(view: str) -> str:
    """A view's name on its segment."""
    return {"walk": t("Step by step"), "kinds": t("Kinds"), "amount": t("How much of F"), "back": t("Backward")}[view]


def _switch() -> None:
    keep("view", st.session_state[_WIDGET], first="walk")


page()
