"""The row of steps: where the walk stands, and the way forward and back by pointer and by keyboard."""

from __future__ import annotations

import streamlit as st

from pages.parts.block.steps import STEPS, Step, go_to, step_label, step_name
from pages.parts.i18n import ASSETS, t
from resnet.figures.palette import css_variables

_COMPONENTS = ASSETS / "components"
_KEY = "block_steps"

_steps = st.components.v2.component(
    "resnet_lab_steps",
    html='<div class="steps" role="group"></div>',
    js=(_COMPONENTS / "steps.js").read_text(encoding="utf-8"),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "steps.css").read_text(encoding="utf-8"),
)


def step_bar(step: Step) -> None:
    """Show all steps and let the reader choose: by click, ← and →, Home and End. A choice is in force before the next run."""

    def chosen() -> None:
        key = st.session_state[_KEY].chosen
        if isinstance(key, str):
            go_to(key)

    groups = [
        {"title": title, "role": role, "steps": [{"key": one.key, "label": step_label(one), "name": step_name(one)} for one in steps]}
        for title, role, steps in (
            (t("Forward"), "forward", [one for one in STEPS if not one.backward]),
            (t("Backward"), "backward", [one for one in STEPS if one.backward]),
        )
    ]
    labels = {"title": t("Steps of the walk"), "back": t("Back one step (left arrow key)"), "forward": t("On one step (right arrow key)")}
    _steps(key=_KEY, data={"groups": groups, "current": step.key, "labels": labels}, on_chosen_change=chosen)
