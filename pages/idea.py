"""Why residual learning: deeper need not be worse, yet it was, and what a shortcut changes."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.parts.diagram import diagram
from pages.parts.figure import show_figure
from pages.parts.formula import coloured
from pages.parts.i18n import lesson, t
from pages.parts.layout import page_header, page_link, prose
from pages.parts.quiz import quiz
from pages.parts.theme import current_theme
from resnet.diagrams.idea import construction_svg, units_svg
from resnet.figures.degradation import PLAIN_ERRORS, RESIDUAL_ERRORS, PublishedError, degradation_figure
from resnet.figures.palette import BRANCH, SHORTCUT
from resnet.wording import listed


def page() -> None:
    page_header(t("Idea"), t("Why would a deeper network be worse?"))
    _surprise()
    _way_out()
    _misconceptions()
    quiz("idea")


def _surprise() -> None:
    """What ought to be, and what was found."""
    plain, residual = (points[1].error - points[0].error for points in (PLAIN_ERRORS, RESIDUAL_ERRORS))
    promise, finding = st.columns(2, gap="large")
    with promise:
        diagram(construction_svg(t), key="construction", height=188)
        prose(lesson("idea", "promise"))
        prose(lesson("idea", "training_error"))
    with finding:
        show_figure(degradation_figure(current_theme(), t), key="degradation", alt=_in_words((*PLAIN_ERRORS, *RESIDUAL_ERRORS)))
        prose(lesson("idea", "finding", plain_gap=f"{plain:.2f}", residual_gap=f"{-residual:.2f}"))


def _in_words(points: Iterable[PublishedError]) -> str:
    """The chart for those who do not see it."""
    errors = listed((f"{point.network} {point.error:.2f}%" for point in points), t)
    return t("Top-1 validation error on ImageNet: {errors}.", errors=errors)


def _way_out() -> None:
    st.header(t("Learn the difference, keep the rest"), anchor=False)
    picture, words = st.columns(2, gap="large")
    with picture:
        diagram(units_svg(t), key="units", height=320)
    with words:
        prose(lesson("idea", "residual", branch=coloured(BRANCH, "F(x)"), x=coloured(SHORTCUT, "x")))
        page_link("block.py", label=t("Walk through a block"), icon=":material/arrow_forward:")


def _misconceptions() -> None:
    st.header(t("Often heard"), anchor=False)
    numbers = {"plain_18": PLAIN_ERRORS[0].error, "residual_18": RESIDUAL_ERRORS[0].error}
    left, right = st.columns(2, gap="large")
    with left:
        prose(lesson("idea", "overfitting"))
        prose(lesson("idea", "always", **numbers))
    with right:
        prose(lesson("idea", "gradients"))
        prose(lesson("idea", "optimum"))


page()
