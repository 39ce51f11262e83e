"""What every page has alike: one h1 with the page's question, the switches beside it, and prose no wider than the eye likes."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.display import display_words, pixels, projector
from pages.parts.frame import frame
from pages.parts.i18n import current_language
from pages.parts.lesson.bar import lesson_bar

PROSE_WIDTH = 600  # pixels: about 70 characters at Streamlit's 16 px


def page_header(title: str, question: str) -> None:
    """The page's single h1: where one is, and the question the page answers, in one line to leave the room to the picture."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(f":small[:gray[{title}]] {question}", anchor=False)
        with st.container(horizontal=True, vertical_alignment="center", gap=None, width="content"):  # the clock's line takes no room
            frame()
            lesson_bar()


def prose(markdown: str) -> None:
    """Running text at a readable measure."""
    st.markdown(markdown, width=pixels(PROSE_WIDTH))


def beside_a_picture(wider: float, *, on_a_projector: float) -> tuple[DeltaGenerator, DeltaGenerator]:
    """A column of words and controls, and one for the picture, so many times wider; less so where the words are larger."""
    words, picture = st.columns([1, on_a_projector if projector() else wider], gap="medium" if projector() else "large")
    return words, picture


def page_link(page: str, *, label: str, icon: str, **words: str) -> None:
    """A link to a page's file, which shows it in the same language and for the same display also in a window of its own.

    `words` are further parameters of its address.
    """
    st.page_link(page, label=label, icon=icon, query_params={"lang": current_language(), **display_words(), **words})
