"""What every page has alike: the one question at its head, and prose no wider than the eye likes."""

from __future__ import annotations

import streamlit as st

PROSE_WIDTH = 600  # pixels: about 70 characters at Streamlit's 16 px


def page_head(question: str, answer: str = "") -> None:
    """The page's single h1, a question, and below it in one or two lines what the page shows about it."""
    st.title(question, anchor=False)
    if answer:
        st.markdown(answer, width=PROSE_WIDTH)


def prose(markdown: str) -> None:
    """Running text at a readable measure."""
    st.markdown(markdown, width=PROSE_WIDTH)
