"""Room that is reserved before what fills it is known, so that what follows stays in place. On a phone it is as high as what is in it:
assets/page.css lets go of the height there, by the beginnings of the keys."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def reserved(height: int | Literal["content"], *, key: str, **options: Any) -> DeltaGenerator:
    """A container of one height for words that differ in length. `options` are those of `st.container`."""
    return st.container(key=f"room_{key}", height=height, border=False, **options)


def drawn(key: str) -> DeltaGenerator:
    """A container for one drawing that reserves its own height."""
    return st.container(key=f"drawn_{key}", gap=None)
