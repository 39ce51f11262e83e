"""Experiments: predict, run live, explain. Each can also be watched as a recording of a real run."""

from __future__ import annotations

from typing import cast

import streamlit as st

from pages.parts.experiments.identity import identity_view
from pages.parts.experiments.lesion import lesion_view
from pages.parts.experiments.race_view import race_view
from pages.parts.experiments.session import bench
from pages.parts.experiments.words import experiment_titles
from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from pages.parts.layout import page_header
from pages.parts.network_state import set_run
from pages.parts.quiz import quiz
from resnet.experiments.catalogue import KEYS, RACES, Key

_NAME, _WIDGET = "experiment", "experiment_chosen"


def page() -> None:
    page_header(t("Experiments"), t("What do shortcuts change? Predict, then see"))
    key = hold(_NAME, KEYS, first=KEYS[0])
    st.session_state[_WIDGET] = key
    titles = experiment_titles()
    st.segmented_control(
        t("Experiment"),
        KEYS,
        format_func=lambda one: titles[cast("Key", one)],
        key=_WIDGET,
        required=True,
        on_change=_switch,
        label_visibility="collapsed",
    )
    if key in RACES:
        race_view(RACES[key])
    elif key == "lesion":
        lesion_view()
    else:
        identity_view()
    quiz("experiments")


def _switch() -> None:
    key = st.session_state[_WIDGET]
    keep(_NAME, key, first=KEYS[0])
    run = bench(key).run
    if run is not None:  # else the run of another page, or of another experiment, stays in the address and is not shown here
        set_run(run)


page()
