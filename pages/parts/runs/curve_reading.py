"""How to read the curves of any run, for those who meet them for the first time."""

from __future__ import annotations

import streamlit as st

from pages.parts.i18n import lesson, t
from pages.parts.layout import prose


def curve_reading() -> None:
    """A fold in two columns: what the lines mean, and what they do not."""
    with st.expander(t("How to read these curves"), icon=":material/school:"):
        left, right = st.columns(2, gap="large")
        with left:
            prose(lesson("curves", "mean"))
            prose(lesson("curves", "cuts"))
        with right:
            prose(lesson("curves", "best"))
            prose(lesson("curves", "published"))
