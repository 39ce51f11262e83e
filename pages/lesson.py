"""A lesson of 45 minutes through the app: what to click, what to ask, and what has been measured so far."""

from __future__ import annotations

import streamlit as st

from pages.parts.i18n import lesson, t
from pages.parts.layout import page_header, prose
from pages.parts.lesson.clock import lesson_clock
from pages.parts.lesson.labels import label_ten
from pages.parts.lesson.progress import open_step
from pages.parts.lesson.step import lesson_step
from pages.parts.lesson.take_home import take_home
from pages.parts.quiz import quiz


def page() -> None:
    page_header(t("Lesson"), t("How is residual learning taught in 45 minutes?"))
    step = open_step()
    lesson_clock()
    lesson_step(step)
    if step.key == "recall":
        label_ten()
    if step.key == "exit":
        quiz("exit")
    take_home()
    with st.expander(t("Before the lesson"), icon=":material/checklist:"):
        prose(lesson("guide", "before"))


page()
