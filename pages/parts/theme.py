"""The reader's theme, for what cannot follow it by itself: Plotly figures and formulas."""

from __future__ import annotations

import streamlit as st

from resnet.figures.palette import Theme


def current_theme() -> Theme:
    """Light or dark, as the browser last said; light before it has said anything."""
    return "dark" if st.context.theme.type == "dark" else "light"
