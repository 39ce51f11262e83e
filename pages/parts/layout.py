"""What every page has alike: one h1 with the page's question, and prose no wider than the eye likes."""

from __future__ import annotations

import streamlit as st

PROSE_WIDTH = 600  # pixels: about 70 characters at Streamlit's 16 px


def page_header(title: str, question: str) -> None:
    """The page's single h1: where one is, and the question the page answers, in one line to leave the room to the picture."""
    st.title(f":small[:gray[{title}]] {question}", anchor=False)


def prose(markdown: str) -> None:
    """Running text at a readable measure."""
    st.markdown(markdown, width=PROSE_WIDTH)
