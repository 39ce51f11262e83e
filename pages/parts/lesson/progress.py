"""Where a visitor is in the guided lesson: the step that is open and those that are done, in the session and in the address."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from pages.parts.held_address import hold, keep
from resnet.teaching.steps import STEPS, Step

_KEYS = tuple(step.key for step in STEPS)
_KNOWN = "lesson_known"


def open_step() -> Step:
    """The step that is shown; the first one to begin with."""
    key = hold("lesson", _KEYS, first=_KEYS[0])
    return STEPS[_KEYS.index(key)]


def show_step(key: str) -> None:
    """Open another step."""
    keep("lesson", key, first=_KEYS[0])
    st.session_state[_KNOWN] = True


def steps_done() -> tuple[str, ...]:
    """The keys of the steps that were ticked, in the lesson's order."""
    said = hold("done", first="").split(".")
    return tuple(key for key in _KEYS if key in said)


def tick(key: str, done: bool) -> None:
    """Mark a step as done, or as not done."""
    _tick_all(one for one in _KEYS if (done if one == key else one in steps_done()))


def forget_lesson() -> None:
    """Begin again: no step is done, and the first is open."""
    _tick_all(())
    show_step(_KEYS[0])


def restore_lesson(step: object, done: object) -> None:
    """What the browser remembers of a lesson that this session knows nothing of. What makes no sense is left out."""
    kept = done if isinstance(done, list) else []
    _tick_all(key for key in _KEYS if key in kept)
    show_step(step if isinstance(step, str) and step in _KEYS else _KEYS[0])


def lesson_known() -> bool:
    """Whether this session has a lesson of its own, so that the browser's memory has nothing to add."""
    return bool(st.session_state.get(_KNOWN)) or open_step() != STEPS[0] or bool(steps_done())


def _tick_all(keys: Iterable[str]) -> None:
    keep("done", ".".join(keys), first="")
    st.session_state[_KNOWN] = True
