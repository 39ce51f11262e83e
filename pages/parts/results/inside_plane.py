"""The test images in a plane, for who wants to know more: asked for when the drawer is opened."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from pages.parts.display import pixels
from pages.parts.figure import show_figure
from pages.parts.i18n import lesson, t
from pages.parts.inquiry import ask, tell
from pages.parts.results.shown import choose_image
from pages.parts.theme import current_theme
from resnet.figures.plane import neighbour, plane_figure
from resnet.inquiries import Embedding, EmbedTest, Source
from resnet.wording import class_titles

_KEY = "inside_plane"


def plane_drawer(source: Source, image: int | None) -> None:
    """`image` is the test image to mark."""
    drawer = st.expander(t("Advanced"), icon=":material/scatter_plot:", key=f"{_KEY}_drawer", on_change="rerun")
    if drawer.open:
        with drawer:
            _plane(source, image)


def _plane(source: Source, image: int | None) -> None:
    inquiry = EmbedTest.of(source)
    images = inquiry.images
    asked = ask(inquiry, Embedding, key=_KEY)
    st.markdown(lesson("inside", "plane", channels=source.config.stage_channels[-1], images=f"{images:,}"), width=pixels(760))
    found = asked.found if asked.current else None
    mistakes = 0 if found is None else int((found.labels != found.named).sum())
    alt = t(
        "{images:,} test images in the plane of two principal components, {mistakes} of them taken for another class",
        images=images,
        mistakes=mistakes,
    )
    show_figure(
        plane_figure(found, chosen=image, theme=current_theme(), t=t),
        key=f"{_KEY}_figure",
        alt=alt if found is not None else asked.status,
        on_select=_follow,
        selection_mode="points",
    )
    _walk(found, image)
    tell(asked, key=_KEY, said=f":gray[:small[{t('Click a dot to look at its image; a class in the legend, to put it away.')}]]")


def _walk(found: Embedding | None, image: int | None) -> None:
    """The way from dot to dot without a mouse, and which one it is at."""
    ways = (
        (t("Left"), "arrow_back", (-1, 0)),
        (t("Right"), "arrow_forward", (1, 0)),
        (t("Up"), "arrow_upward", (0, 1)),
        (t("Down"), "arrow_downward", (0, -1)),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(t("Next dot:"), width="content")
        for title, icon, direction in ways:
            # Never disabled while there are dots: at the edge the focus would be lost.
            st.button(
                title,
                key=f"{_KEY}_{icon}",
                icon=f":material/{icon}:",
                disabled=found is None,
                on_click=None if found is None else partial(_step, found, image, direction),
            )
        st.markdown(_words(found, image), width="content")


def _step(found: Embedding, image: int | None, direction: tuple[int, int]) -> None:
    choose_image(neighbour(found.coordinates, image, direction))


def _words(found: Embedding | None, image: int | None) -> str:
    """Which dot is marked."""
    if found is None or image is None or image >= len(found.labels):
        return ""
    titles = class_titles(t)
    return t("Image {number}: {label}, named {named}", number=image, label=titles[found.labels[image]], named=titles[found.named[image]])


def _follow() -> None:
    number = clicked(st.session_state[f"{_KEY}_figure"])
    if number is not None:
        choose_image(number)


def clicked(event: Any) -> int | None:
    """The number of the image whose dot was clicked; None where the click took a choice back."""
    points = event["selection"]["points"]
    return int(points[0]["customdata"][0]) if points and points[0].get("customdata") else None
