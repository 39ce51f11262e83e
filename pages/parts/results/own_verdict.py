"""What the network says of a picture, and how far the picture is from what it was trained on."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.parts.display import pixels
from pages.parts.figure import show_figure
from pages.parts.i18n import t
from pages.parts.inquiry import from_before
from pages.parts.results.own_steps import framed
from pages.parts.theme import current_theme
from resnet.figures.palette import INK, translucent
from resnet.figures.probabilities import probabilities_figure
from resnet.inquiries import Judgement
from resnet.wording import class_titles, listed, percent

# Of the test images, so few are as far away or farther: what is unlike all that was learned, and what lies at its edge.
UNLIKE, EDGE = 0.05, 0.25
_SIDE = 64  # pixels
_FAINT = 0.4  # opacity of what is of an earlier picture


def verdict(found: Judgement | None, *, current: bool) -> None:
    """`found` is of this picture where it is `current`, else of an earlier one and faint; the room is the same before there is any."""
    titles = class_titles(t)
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        figure = probabilities_figure(None if found is None else found.probabilities, current_theme(), t)
        if not current:
            figure.update_traces(opacity=_FAINT, textfont={"color": translucent(INK.on(current_theme()), _FAINT)})
        show_figure(figure, key="own_probabilities", alt=from_before(_alt(found, titles), current=current or found is None))
    if found is None:
        return
    with right:
        _nearest(found, titles, current=current)
        if current:
            st.markdown(_words(found, titles))


def _nearest(found: Judgement, titles: tuple[str, ...], *, current: bool) -> None:
    heading = t("The nearest of {compared:,} training images, and their distances", compared=found.compared)
    st.caption(from_before(heading, current=current))
    columns = st.columns(len(found.nearest), gap="small")
    for column, picture, label, distance in zip(columns, found.nearest, found.nearest_labels, found.nearest_distances, strict=True):
        with column:
            name = titles[label]
            alt = t("Training image: {name}, distance {distance:.2f}", name=name, distance=distance)
            st.image(framed(picture, opacity=1 if current else _FAINT), width=pixels(_SIDE), alt=from_before(alt, current=current))
            st.caption(f"{name}  \n{distance:.2f}")  # a line of its own, as names differ in length


def _words(found: Judgement, titles: tuple[str, ...]) -> str:
    """What was measured, and what it means for how much the answer is worth."""
    named = int(np.argmax(found.probabilities))
    said = t("It says **{name}**, {share:.1%}.", name=titles[named], share=float(found.probabilities[named]))
    far = t(
        "Its distance from the nearest is {distance:.2f}; of {compared:,} test images {farther:,} are farther from theirs.",
        distance=found.distance,
        compared=found.judged_by,
        farther=round(found.farther * found.judged_by),
    )
    if found.farther < UNLIKE:
        meaning = t("**So it is unlike what the network was trained on.** Softmax shares 100% among the ten classes all the same.")
    elif found.farther < EDGE:
        meaning = t("That is farther than usual: it lies at the edge of what the network was trained on.")
    else:
        meaning = t("By that it is like what the network was trained on; whether the name is right, you know better.")
    return f"{said} {far} {meaning}"


def _alt(found: Judgement | None, titles: tuple[str, ...]) -> str:
    if found is None:
        return t("Probabilities: not asked yet")
    known = listed((f"{name} {percent(share)}" for name, share in zip(titles, found.probabilities, strict=True)), t)
    return t("Probabilities: {known}", known=known)
