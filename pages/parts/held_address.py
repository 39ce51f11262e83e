"""What a visitor chose, in the session and in the address: a language, a view, a step, a block, an experiment, each under its own name.

A link shows its reader the same; a click in the navigation, which drops the parameters, loses nothing.

What an address says is heard once, as the page begins (`listen`). A fragment that runs again still has the address that its browser knew
when it asked, and a page that takes long comes to see an address of a moment ago as one of long ago: both would take back what was chosen.
The browser's "back" and a link to another page are heard at once; another address counts as one that is still on its way.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages.parts.brought_along import brought_along

SESSION_KEY = "address_held"
# A browser that has not yet heard of the last write still sends the address before it. Long, since a busy one takes its time: all that is
# lost meanwhile is a link from a page to itself, to where the visitor has just been.
ADDRESS_TRAVEL_SECONDS = 30.0
_SAID, _PAGE = "address_said", "address_page"
_LONGEST = 60


@dataclass(slots=True)
class Held:
    """One parameter: its value, and when the address last said which (monotonic seconds)."""

    value: str
    said: dict[str | None, float] = field(default_factory=dict)

    def newly_said(self, word: str | None, said: _Said) -> bool:
        """Whether an address said this by itself, and not because we wrote it or had just written over it."""
        return said.chosen or word not in self.said or said.at - self.said[word] > ADDRESS_TRAVEL_SECONDS


@dataclass(slots=True)
class _Said:
    """An address as a page found it at its beginning.

    Attributes:
        asked: the page that the browser asked for, as Streamlit names it.
        chosen: the visitor went to it, forward or back, or from another page.
        at: that moment (monotonic seconds).
        heard: whose parameters have been asked for.
    """

    words: Mapping[str, str]
    asked: str
    chosen: bool
    at: float = field(default_factory=time.monotonic)
    heard: set[str] = field(default_factory=set)


def listen() -> None:
    """Take down what the address says. For the beginning of a page, before anything of it asks."""
    context = get_script_run_ctx()
    known: tuple[str, ...] = st.session_state.get(_PAGE, ())
    page = _page_name()
    went = context is not None and (context.is_history_navigation or page not in known)
    words = {name: st.query_params[name] for name in st.query_params}
    st.session_state[_SAID] = _Said(words, asked=page, chosen=went)


def arrive() -> None:
    """Remember which page this is, by its name and by what the browser asked for: until it has heard the name, it may ask so again.

    Not before the name is found: a run that is broken off until then has not changed the page.
    """
    st.session_state[_PAGE] = (_said().asked, _page_name())


def address_chosen() -> bool:
    """Whether the visitor went to this page's address: such a one is never still on its way."""
    return _said().chosen


def hold(name: str, allowed: tuple[str, ...] | None = None, *, first: str, page: str = "", longest: int = _LONGEST) -> str:
    """The value of a parameter: what a new address says, else what was kept, else `first`.

    A value that is not `allowed` counts as not said; None allows any of at most `longest` signs. The address is made to say what is
    returned. `page` is whose parameter it is, where several pages have one of the name.
    """
    held, said = _all().setdefault(page + name, Held(first)), _said()
    asked = None if page + name in said.heard else said.words.get(name)
    said.heard.add(page + name)
    if asked is not None and asked != held.value and held.newly_said(asked, said) and _may_be(asked, allowed, longest):
        held.value = asked
    if allowed is not None and held.value not in allowed:
        held.value = first
    _write(name, held, first)
    return held.value


def follow(name: str, allowed: Callable[[], Collection[str]], *, first: str, silent: str | None = None) -> str:
    """As `hold`, for a parameter that every page has and `write_url` puts into the address with others: nothing is written here.

    It is asked for each word on a page, so `allowed` is called only where the address says something new. An address that does not name
    the parameter says `silent`; None says nothing.
    """
    held, said = _all().get(name), _said()
    current = held.value if held is not None else first
    asked = None if name in said.heard else said.words.get(name, silent)
    said.heard.add(name)
    if asked is None or asked == current or (held is not None and not held.newly_said(asked, said)) or asked not in allowed():
        return current
    _all().setdefault(name, Held(asked)).value = asked
    return asked


def keep(name: str, value: str, *, first: str, page: str = "") -> None:
    """Change a parameter, here and in the address, which does not say what is `first`. A control that a timer brings along changes none."""
    held = _all().setdefault(page + name, Held(first))
    if brought_along(max(held.said.values(), default=-math.inf)):
        return
    held.said[held.value] = held.said[st.query_params.get(name)] = time.monotonic()
    held.value = value
    _said().heard.add(page + name)
    _write(name, held, first)


def _page_name() -> str:
    context = get_script_run_ctx()
    return context.page_script_hash if context is not None else ""


def _may_be(asked: str, allowed: tuple[str, ...] | None, longest: int) -> bool:
    return len(asked) <= longest if allowed is None else asked in allowed


def _write(name: str, held: Held, first: str) -> None:
    wanted = held.value if held.value != first else None
    if st.query_params.get(name) == wanted:
        return
    held.said[held.value] = time.monotonic()
    if wanted is None:
        del st.query_params[name]
    else:
        st.query_params[name] = wanted


def _all() -> dict[str, Held]:
    found: dict[str, Held] = st.session_state.setdefault(SESSION_KEY, {})
    return found


def _said() -> _Said:
    if _SAID not in st.session_state:  # who asks before the page begins
        listen()
    found: _Said = st.session_state[_SAID]
    return found
