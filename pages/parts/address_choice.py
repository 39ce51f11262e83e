"""A choice that a visitor makes once for all pages: the session keeps it, and the address carries it to others."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

import streamlit as st

# A browser that has not yet heard of the last choice still sends the address before it.
_ADDRESS_TRAVEL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen; what it took the place of, which an address on its way may still say until that moment (`time.monotonic`)."""

    value: str
    superseded: str = ""
    until: float = 0.0

    def outdates(self, asked: str) -> bool:
        return asked == self.superseded and time.monotonic() < self.until


def kept(name: str) -> str | None:
    """What this visitor has chosen under that name, here or by an earlier address; None before any choice."""
    choice: Choice | None = st.session_state.get(_key(name))
    return choice.value if choice else None


def keep(name: str, value: str, *, instead_of: str = "") -> None:
    """Remember a choice. `instead_of` is what it replaces, where the visitor chose on the page: the address follows later."""
    until = time.monotonic() + _ADDRESS_TRAVEL_SECONDS if instead_of else 0.0
    st.session_state[_key(name)] = Choice(value, instead_of, until)


def follow(name: str, asked: str | None, current: str, known: Callable[[], Collection[str]]) -> str:
    """The choice in force: what the address asks for, if there is such a thing and it is news, else `current`."""
    if asked is None or asked == current or asked not in known():
        return current
    choice: Choice | None = st.session_state.get(_key(name))
    if choice is not None and choice.outdates(asked):
        return current
    keep(name, asked)
    return asked


def _key(name: str) -> str:
    return f"chosen_{name}"
