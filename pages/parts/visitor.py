"""Who looks at a page, as far as the server needs to know: one browser is told from another."""

from __future__ import annotations

import streamlit as st

from resnet.runs.routes import VISITOR_COOKIE


def visitor() -> str:
    """The visitor's id, by which the server is fair to all; nothing before the browser has one."""
    cookie = st.context.cookies.get(VISITOR_COOKIE)
    return cookie if isinstance(cookie, str) else ""
