"""Measured on demand: how far a step moves the weights, and how many ReLUs are dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.figure import show_figure
from pages.parts.i18n import t
from pages.parts.runs.steering import ask_measure, state_of
from pages.parts.runs.story import RunStory
from pages.parts.theme import current_theme
from resnet.figures.measurement import extremes, measurement_figure
from resnet.figures.palette import Colour

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


def measurement(lab: Service | None, record: RunRecord | None, story: RunStory, colour: Colour) -> None:
    """Draw the button and what it brought, in a fold."""
    with st.expander(t("Update-to-weight ratio and dead units"), icon=":material/vital_signs:"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                t("Measure"),
                key="measure",
                icon=":material/straighten:",
                disabled=state_of(lab, record) not in ("running", "paused"),
                on_click=ask_measure,
                args=(lab, record.id if record else ""),
            )
            st.caption(_when(story), width="content")
        show_figure(measurement_figure(story.measured, colour, current_theme(), t), key="measurement", alt=_spoken(story))
        st.caption(
            t(
                "Left: the length of a step relative to that of the kernel it moves; about a thousandth is healthy, far more shakes, far "
                "less hardly learns. Right: the share of an activation's outputs that are zero for every image of the batch, and so pass "
                "no gradient on."
            )
        )


def _when(story: RunStory) -> str:
    if story.measured is None:
        return t("Nothing measured yet.")
    when = t("Measured at step {step:,}.", step=story.measured.step)
    return when if story.measured.update_ratio else f"{when} {t('The ratio comes with the next step, which moves the weights.')}"


def _spoken(story: RunStory) -> str:
    if story.measured is None:
        return t("Nothing measured yet.")
    ratios, dead = extremes(story.measured.update_ratio), extremes(story.measured.dead)
    words = list[str]()
    if ratios:
        least, low, most, high = ratios
        words.append(
            t("Update-to-weight ratio from {low:.2g} in {least} to {high:.2g} in {most}.", least=least, low=low, most=most, high=high)
        )
    if dead:
        _, _, most, high = dead
        words.append(t("Dead units: at most {high:.1%}, in {most}.", most=most, high=high))
    return " ".join(words)
