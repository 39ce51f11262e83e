"""The pages, in the order a lesson takes them, and which of them is open."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from pages.parts.i18n import t

FIRST = "idea"  # answers at `/`
_OPEN = "open_page"


def titles() -> Mapping[str, str]:
    """What each page is called, by the name of its file, which is also its address."""
    return {
        "idea": t("Idea"),
        "block": t("Block"),
        "architecture": t("Architecture"),
        "experiments": t("Experiments"),
        "training": t("Training"),
        "results": t("Results"),
        "lesson": t("Lesson"),
    }


def note_open(path: str) -> None:
    """The router says which page it runs, by its path in the address."""
    st.session_state[_OPEN] = path or FIRST


def open_page() -> str:
    """The page being shown."""
    name: str = st.session_state.get(_OPEN, FIRST)
    return name
