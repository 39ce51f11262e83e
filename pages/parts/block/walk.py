"""The walk through a block, step by step, beside its plain twin."""

from __future__ import annotations

import streamlit as st

from pages.parts.block.steps import current_step, step_label


@st.fragment
def walk() -> None:
    """The twins on top, below them the step bar, then the numbers."""
    st.caption(step_label(current_step()))
