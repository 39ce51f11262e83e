"""Predict, then reveal: a choice that the student makes before the data comes, and that stays beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from pages.parts.i18n import t


@dataclass(slots=True)
class Prediction:
    """What was chosen, by the key of the choice; None before anything was."""

    choice: str | None = None


def predict(key: str, question: str, choices: Mapping[str, str], *, locked: bool = False) -> str | None:
    """Draw the question with its choices, and return the key of the one that was made; it outlives a visit to another page.

    Once data came it is `locked`: it stays on the page as it was made, also where none was.
    """
    prediction = _kept(key)
    widget = f"prediction_widget_{key}"
    if widget not in st.session_state:
        st.session_state[widget] = prediction.choice
    chosen = st.radio(question, list(choices), format_func=lambda choice: choices[choice], key=widget, disabled=locked, horizontal=True)
    if not locked:
        prediction.choice = chosen
    elif prediction.choice is None:
        st.caption(t("No prediction was made before the data came."))
    return prediction.choice


def predicted(key: str) -> str | None:
    """What was chosen under that key, without drawing anything."""
    return _kept(key).choice


def forget(key: str) -> None:
    """Let the student predict anew."""
    st.session_state.pop(f"prediction_{key}", None)
    st.session_state.pop(f"prediction_widget_{key}", None)


def _kept(key: str) -> Prediction:
    found: Prediction = st.session_state.setdefault(f"prediction_{key}", Prediction())
    return found
