"""The clock of the guided lesson in one line, on every other page while the lesson runs in this browser."""

from __future__ import annotations

import streamlit as st

from pages.parts.display import projector
from pages.parts.i18n import ASSETS, t
from pages.parts.lesson.clock import clock_steps
from pages.parts.places import open_page
from resnet.figures.palette import css_variables

_COMPONENTS = ASSETS / "components"
_LESSON = "lesson"  # the page

_bar = st.components.v2.component(
    "resnet_lab_clock_bar",
    html='<button type="button" hidden><b></b><span></span><small></small></button>',
    js="".join((_COMPONENTS / name).read_text(encoding="utf-8") for name in ("clock_kept.js", "clock_bar.js")),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "clock_bar.css").read_text(encoding="utf-8"),
)


def lesson_bar() -> None:
    """Draw the line, but not on the lesson's own page. It hides itself where no lesson runs, which the browser alone knows."""
    if open_page() == _LESSON:
        return
    labels = {"ended": t("The time is over"), "left": t("{time} left for it", time="{time}")}
    pressed = _bar(
        key="lesson_bar",
        data={"steps": clock_steps(), "projector": projector(), "labels": labels},
        width="content",
        on_back_change=lambda: None,
    )
    if pressed.back:
        st.switch_page(f"{_LESSON}.py")
