"""Predict, then reveal: a choice that the student makes before the data comes, and that stays beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from pages.parts.i18n import t


@dataclass(slots=True)
class Prediction:
    """What was chosen, by the key of the choice, None before anything was; and what the choices were called when last drawn."""

    choice: str | None = None
    labels: tuple[str, ...] = ()


def predict(
    key: str,
    question: str,
    choices: Mapping[str, str],
    *,
    locked: bool = False,
    anew: Callable[[], None] | None = None,
    busy: bool = False,
) -> str | None:
    """Draw the question with its choices, and return the key of the one that was made; it outlives a visit to another page.

    Once data came it is `locked`: it stays on the page as it was made, also where none was. Where `anew` puts the data away, a button
    does that and forgets the choice; not while they still come (`busy`).
    """
    prediction = _kept(key)
    widget = f"prediction_widget_{key}"
    labels = tuple(choices.values())
    if widget not in st.session_state:
        st.session_state[widget] = prediction.choice
    elif labels != prediction.labels:  # the browser knows a choice by its label, and has to be told what it is called now
        made = st.session_state[widget]
        st.session_state[widget] = made if made in choices else prediction.choice
    prediction.labels = labels
    # Without an index: whatever Streamlit cannot find among the options is then no choice, instead of the first one.
    chosen = st.radio(
        question, list(choices), index=None, format_func=lambda choice: choices[choice], key=widget, disabled=locked, horizontal=True
    )
    if not locked:
        prediction.choice = chosen
        return chosen
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if prediction.choice is None:
            st.caption(t("No prediction was made before the data came."), width="content")
        if anew is not None:
            st.button(
                t("Predict anew"),
                key=f"prediction_anew_{key}",
                icon=":material/restart_alt:",
                type="tertiary",
                disabled=busy,
                help=t("Puts away the prediction and what is shown beside it; runs stay under Results."),
                on_click=_begin_anew,
                args=(key, anew),
            )
    return prediction.choice


def forget(key: str) -> None:
    """Let the student predict anew."""
    st.session_state.pop(f"prediction_{key}", None)
    st.session_state.pop(f"prediction_widget_{key}", None)


def _begin_anew(key: str, anew: Callable[[], None]) -> None:
    forget(key)
    anew()


def _kept(key: str) -> Prediction:
    found: Prediction = st.session_state.setdefault(f"prediction_{key}", Prediction())
    return found
