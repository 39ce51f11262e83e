"""The clock over the guided lesson: it runs in the browser, without a rerun, and goes on while other pages are read."""

from __future__ import annotations

import streamlit as st

from pages.parts.display import pixels, projector
from pages.parts.i18n import ASSETS, t
from pages.parts.lesson.progress import forget_lesson, lesson_known, open_step, restore_lesson, show_step, steps_done
from resnet.figures.palette import css_variables
from resnet.teaching.steps import STEPS, Step, step_title

_COMPONENTS = ASSETS / "components"
_KEY = "lesson_clock"
_LINES, _ON_A_PROJECTOR = 2, 3  # of a step's name
_BAR, _LINE = 78, 16  # pixels of the clock without them, and of each

_clock = st.components.v2.component(
    "resnet_lab_clock",
    html='<div class="clock"></div>',
    js="".join((_COMPONENTS / name).read_text(encoding="utf-8") for name in ("clock_kept.js", "clock.js")),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "clock.css").read_text(encoding="utf-8"),
)


def minutes(step: Step) -> str:
    """When a step takes place."""
    return t("minutes {start} to {end}", start=step.start, end=step.end)


def lesson_clock() -> None:
    """Draw the clock and the row of steps."""
    lines = _ON_A_PROJECTOR if projector() else _LINES
    _clock(
        key=_KEY,
        data={
            "steps": clock_steps(),
            "step": open_step().key,
            "done": list(steps_done()),
            "known": lesson_known(),
            "labels": _labels(),
            "lines": lines,
        },
        height=pixels(_BAR + lines * _LINE),  # reserved before the browser draws; on a phone what does not fit is left out or scrolled to
        on_chosen_change=_chosen,
        on_restored_change=_restored,
        on_over_change=forget_lesson,
    )


def clock_steps() -> list[dict[str, str | int]]:
    """The steps as the browser's side of the clock wants them."""
    return [
        {"key": step.key, "title": step_title(step.key, t), "start": step.start, "end": step.end, "minutes": minutes(step)}
        for step in STEPS
    ]


def _labels() -> dict[str, str]:
    """Times and steps are filled in by the browser."""
    return {
        "clock": t("Time since the lesson began"),
        "steps": t("Steps of the lesson"),
        "done": t("done"),
        "start": t("Start"),
        "pause": t("Pause"),
        "resume": t("Go on"),
        "over": t("Start over"),
        "waiting": t("The clock is not running yet"),
        "due": t("Now: {step}", step="{step}"),
        "ended": t("The time is over"),
        "left": t("{time} left for it", time="{time}"),
        "behind": t("open step: {time} behind the plan", time="{time}"),
        "ahead": t("open step: {time} ahead of the plan", time="{time}"),
        "on_plan": t("open step: on time"),
    }


def _chosen() -> None:
    key = st.session_state[_KEY].chosen
    if any(step.key == key for step in STEPS):
        show_step(key)


def _restored() -> None:
    kept = st.session_state[_KEY].restored or {}
    restore_lesson(kept.get("step"), kept.get("done"))
