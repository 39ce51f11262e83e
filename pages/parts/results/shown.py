"""Which view of the page Results is open, and which test image it is about; both are in the address, and any view may lead to another."""

from __future__ import annotations

from typing import Literal, get_args

import streamlit as st

from pages.parts.held_address import hold, keep
from pages.parts.i18n import t

View = Literal["course", "answers", "inside", "landscape", "try", "compare", "take"]
VIEWS: tuple[View, ...] = get_args(View)

PAGE = "results"  # whose parameters these are: other pages have some of the same names
_LONGEST_NUMBER = 6  # digits
_OWN = "own"  # in the place of a test image's number
_BEFORE_OWN = "results_image_before_own"
_LED = "results_times_led"


def view_titles() -> dict[View, str]:
    """Each view's name on its segment."""
    return {
        "course": t("How good"),
        "answers": t("Where it fails"),
        "inside": t("What it learned"),
        "landscape": t("Landscape"),
        "try": t("Try your own"),
        "compare": t("Compare"),
        "take": t("Take home"),
    }


def open_view() -> View:
    """The view that is open."""
    said = hold("view", VIEWS, first=VIEWS[0], page=PAGE)
    return next(one for one in VIEWS if one == said)


def show_view(view: str) -> None:
    """Open another view. For a callback, which runs before the page."""
    keep("view", view, first=VIEWS[0], page=PAGE)


def lead_to(view: View) -> None:
    """Open another view from a place far down the page: it is brought into sight and gets the focus. For a callback."""
    st.session_state[_LED] = times_led() + 1
    show_view(view)


def times_led() -> int:
    """How often this visitor was led to another view."""
    led: int = st.session_state.get(_LED, 0)
    return led


def chosen_image() -> int | None:
    """The test image last clicked on, by its place in the split, which may be shorter; None before any.

    While one's own picture is looked at, the one before it.
    """
    said = hold("image", first="", page=PAGE)
    if said == _OWN:
        before: int | None = st.session_state.get(_BEFORE_OWN)
        return before
    return int(said) if said.isdecimal() and said.isascii() and len(said) <= _LONGEST_NUMBER else None


def choose_image(number: int | None) -> None:
    """Look at this test image, in the view that is open. For a callback."""
    keep("image", "" if number is None else str(number), first="", page=PAGE)


def own_chosen() -> bool:
    """Whether a picture that the visitor brought is looked at in the place of a test image."""
    return hold("image", first="", page=PAGE) == _OWN


def choose_own() -> None:
    """Look at the visitor's picture. For a callback."""
    st.session_state[_BEFORE_OWN] = chosen_image()
    keep("image", _OWN, first="", page=PAGE)


def look_inside_with_own() -> None:
    """Open the view that shows what the network sees in the visitor's picture. For a callback."""
    choose_own()
    lead_to("inside")


def look_inside(number: int) -> None:
    """Open the view that shows what the network sees in this test image. For a callback."""
    choose_image(number)
    lead_to("inside")
