"""One step of the guided lesson: its aim, what to click with links to it, what to ask, and what was measured."""

from __future__ import annotations

import streamlit as st

from pages.parts.i18n import lesson, t
from pages.parts.layout import page_link
from pages.parts.lesson.clock import minutes
from pages.parts.lesson.progress import show_step, steps_done, tick
from pages.parts.places import titles
from resnet.datasets import DATASETS
from resnet.embedded import EMBEDDED
from resnet.teaching.steps import STEPS, Link, Step, part_title, read_step, step_title


def lesson_step(step: Step) -> None:
    """The step in two columns: what the teacher does, and what the class is asked and may see."""
    _heading(step)
    parts = read_step(lesson("guide", step.key, embedded=_embedded()))
    doing, asking = st.columns(2, gap="large")
    with doing:
        _part("aim", parts["aim"])
        _part("click", parts["click"])
        with st.container(gap="xsmall"):
            for link in step.links:
                _link(link)
    with asking:
        _part("ask", parts["ask"])
        _part("expect", parts["expect"])


def _heading(step: Step) -> None:
    place = STEPS.index(step)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(f"{place + 1}. {step_title(step.key, t)} :small[:gray[{minutes(step)}]]", anchor=False, width="content")
        st.space("stretch")
        widget = f"lesson_done_{step.key}"
        st.session_state[widget] = step.key in steps_done()
        st.checkbox(t("Done"), key=widget, on_change=_tick, args=(step.key, widget))
        _move(t("Previous step"), ":material/arrow_back:", place - 1)
        _move(t("Next step"), ":material/arrow_forward:", place + 1)


def _move(words: str, icon: str, place: int) -> None:
    there = 0 <= place < len(STEPS)
    st.button(
        words,
        icon=icon,
        key=f"lesson_{'next' if icon.endswith('forward:') else 'previous'}",
        disabled=not there,
        on_click=show_step,
        args=(STEPS[place].key if there else "",),
    )


def _tick(key: str, widget: str) -> None:
    tick(key, bool(st.session_state[widget]))


def _part(part: str, words: str) -> None:
    with st.container(gap=None):
        st.markdown(f":gray[**{part_title(part, t)}**]")
        st.markdown(words)


def _link(link: Link) -> None:
    page_link(f"{link.page}.py", label=_label(link), icon=":material/arrow_forward:", **link.address)


def _label(link: Link) -> str:
    page = titles()[link.page]
    places = {
        "disease": t("the disease"),
        "cure": t("the cure"),
        "rescue": t("the rescue"),
        "lesion": t("the lesion"),
        "walk": t("step by step"),
        "kinds": t("break and repair"),
        "back": t("backward"),
    }
    place = next((places[word] for word in link.address.values() if word in places), "")
    return t("{page}: {place}", page=page, place=place) if place else page


def _embedded() -> str:
    """How well the networks of the lesion do before anything is removed, as it was measured when their weights were made."""
    found = {name: EMBEDDED[name].measured("trained") for name in ("residual-56", "plain-20") if name in EMBEDDED}
    known = {name: measured.test_accuracy for name, measured in found.items() if measured is not None}
    if len(known) < 2:
        return ""
    images = DATASETS[EMBEDDED["residual-56"].dataset].test_images
    return t(
        "Untouched, our residual-56 has {residual:.1%} of {images:,} test images right, plain-20 {plain:.1%}.",
        residual=known["residual-56"],
        plain=known["plain-20"],
        images=images,
    )
