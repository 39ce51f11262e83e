"""Test images as cards with what a network says of them; a click on one looks into the network with it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.parts.i18n import ASSETS, t
from pages.parts.results.shown import look_inside
from resnet.figures.palette import css_variables
from resnet.inquiries import TestPredictions

_COMPONENTS = ASSETS / "components"

_answered = st.components.v2.component(
    "resnet_lab_answered",
    html='<div class="answered" role="group"></div>',
    js=(_COMPONENTS / "answered.js").read_text(encoding="utf-8"),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "answered.css").read_text(encoding="utf-8"),
)


def show_pictures(
    numbers: Sequence[int], pictures: np.ndarray, found: TestPredictions | None, titles: Sequence[str], *, title: str, key: str, height: int
) -> None:
    """Cards of those test images, in a frame `height` pixels high that scrolls; an empty frame without answers.

    `pictures` are all of the split, uint8 (images, side, side).
    """

    def told() -> None:
        chosen = str(st.session_state[key].get("chosen") or "")
        if chosen.isdecimal() and int(chosen) < len(pictures):
            look_inside(int(chosen))

    shown = [] if found is None else [card(number, pictures[number], found, titles) for number in numbers]
    data = {"cards": shown, "side": int(pictures.shape[1]), "title": title, "height": height}
    _answered(key=key, data=data, height=height, on_chosen_change=told)


def card(number: int, picture: np.ndarray, found: TestPredictions, titles: Sequence[str]) -> dict[str, Any]:
    """One image: what it is called, with the probability, and what it is where that is something else."""
    shares, label = found.probabilities[number], int(found.labels[number])
    called = int(shares.argmax())
    words = {"number": number, "label": titles[label], "called": titles[called], "sure": shares[called], "of_label": shares[label]}
    if called == label:
        said, title = "", t("Test image {number}: a {label}, called so with {sure:.1%}. Look inside the network with it", **words)
    else:
        said = t("is {label} {of_label:.0%}", **words)
        title = t(
            "Test image {number}: a {label}, called {called} with {sure:.1%}, {label} with {of_label:.1%}. Look inside the network with it",
            **words,
        )
    return {
        "number": number,
        "pixels": b64encode(picture.tobytes()).decode(),
        "called": t("{called} {sure:.0%}", **words),
        "is": said,
        "title": title,
    }
