"""The residual block, looked at in four ways: step by step, in its kinds, with less of its branch, and backward."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

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
from pages.parts.one_of_few import one_of_few
from pages.parts.quiz import quiz

VIEWS: Mapping[str, Callable[[], None]] = MappingProxyType({"walk": walk, "kinds": kinds, "amount": amount, "back": back})
_WIDGET = "block_view"


def page() -> None:
    # An address from before there were views is of a kind of block.
    view = hold("view", tuple(VIEWS), first="kinds" if KIND_ADDRESS in st.query_params and "view" not in st.query_params else "walk")
    heading, switch = st.columns([3, 1] if projector() else [1.5, 1], vertical_alignment="center")
    with heading:
        page_header(t("Block"), t("What does a block add to its input?"))
    st.session_state[_WIDGET] = view
    with switch.container(horizontal=True, horizontal_alignment="right"):
        one_of_few(t("View"), tuple(VIEWS), words=view_label, key=_WIDGET, on_change=_switch, list_width=210)
    VIEWS[view]()
    quiz("block")


def view_label(view: str) -> str:
    """A view's name where it is chosen."""
    return {"walk": t("Step by step"), "kinds": t("Kinds"), "amount": t("How much of F"), "back": t("Backward")}[view]


def _switch() -> None:
    keep("view", st.session_state[_WIDGET], first="walk")


page()
