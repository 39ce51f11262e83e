"""One of a few values whose names stand side by side; on a projector, where larger type leaves no room for that, in a list."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from pages.parts.display import projector


def one_of_few(
    label: str, options: Sequence[str], *, words: Callable[[Any], str], key: str, on_change: Callable[[], None], list_width: int
) -> None:
    """Draw the choice that the session holds under `key`. `words` names an option; `label` is for the ear.

    `list_width` is in pixels, of the list on a projector.
    """
    if projector():
        st.selectbox(label, options, format_func=words, key=key, on_change=on_change, label_visibility="collapsed", width=list_width)
    else:
        st.segmented_control(label, options, format_func=words, key=key, required=True, on_change=on_change, label_visibility="collapsed")
