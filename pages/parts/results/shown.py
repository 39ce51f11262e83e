"""Which view of the page Results is open, and which test image it is about; both are in the address, and any view may lead to another."""

from __future__ import annotations

from typing import Literal, get_args

from pages.parts.held_address import hold, keep
from pages.parts.i18n import t

View = Literal["course", "answers", "inside", "landscape", "try", "compare", "take"]
VIEWS: tuple[View, ...] = get_args(View)

PAGE = "results"  # whose parameters these are: other pages have some of the same names
_LONGEST_NUMBER = 6  # digits
_OWN = "own"  # in the place of a test image's number


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


def chosen_image() -> int | None:
    """The test image last clicked on, by its place in the split, which may be shorter; None before any, and for one's own picture."""
    said = hold("image", first="", page=PAGE)
    return int(said) if said.isdecimal() and said.isascii() and len(said) <= _LONGEST_NUMBER else None


def choose_image(number: int | None) -> None:
    """Look at this test image, in the view that is open. For a callback."""
    keep("image", "" if number is None else str(number), first="", page=PAGE)


def own_chosen() -> bool:
    """Whether a picture that the visitor brought is looked at in the place of a test image."""
    return hold("image", first="", page=PAGE) == _OWN


def choose_own() -> None:
    """Look at the visitor's picture. For a callback."""
    keep("image", _OWN, first="", page=PAGE)


def look_inside_with_own() -> None:
    """Open the view that shows what the network sees in the visitor's picture. For a callback."""
    choose_own()
    show_view("inside")


def look_inside(number: int) -> None:
    """Open the view that shows what the network sees in this test image. For a callback."""
    choose_image(number)
    show_view("inside")
