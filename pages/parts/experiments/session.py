"""What a student did on the page Experiments: settings, runs, what is looked at, the curve that was drawn."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import streamlit as st

from resnet.experiments.catalogue import RACES, Settings, first_settings

_SESSION_KEY = "experiments"


@dataclass(slots=True)
class Guess:
    """A curve of the student's own: five heights, None before anything was drawn, and whether it is being drawn."""

    heights: list[float] | None = None
    drawing: bool = False


@dataclass(slots=True)
class Bench:
    """One experiment of this session.

    Attributes:
        settings: what the next run is to be.
        run: the run that is looked at. tried: runs whose curves lie under it, oldest first.
        recording: the recording that is being watched instead, by its name.
        played: it has been played to its end.
        view: which of several questions is open. guesses: the curve that was drawn to each.
    """

    settings: Settings = field(default_factory=Settings)
    run: str | None = None
    tried: list[str] = field(default_factory=list)
    recording: str | None = None
    played: bool = False
    view: Literal["", "long", "own"] = ""
    guesses: dict[str, Guess] = field(default_factory=dict)

    @property
    def guess(self) -> Guess:
        """The curve that belongs to the question that is open."""
        return self.guesses.setdefault(self.view, Guess())


def bench(key: str) -> Bench:
    """The bench of an experiment; as it was left, also after a visit to another page."""
    benches: dict[str, Bench] = st.session_state.setdefault(_SESSION_KEY, {})
    if key not in benches:
        benches[key] = Bench(settings=first_settings(RACES[key]) if key in RACES else Settings())
    return benches[key]


def told(key: str, value: object) -> str:
    """The key of a control that starts with `value`, also after a visit to another page, where Streamlit forgets it."""
    if key not in st.session_state:
        st.session_state[key] = value
    return key
