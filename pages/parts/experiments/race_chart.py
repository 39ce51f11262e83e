"""The race chart: our own component, fed by a run's event stream, a recording, or an answer that is there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from pages.parts.display import scale
from pages.parts.experiments.race_words import race_labels
from pages.parts.experiments.session import Bench
from pages.parts.figure import plotly_language
from pages.parts.i18n import ASSETS, language_tag
from resnet.config import ResNetConfig
from resnet.experiments.catalogue import Panel
from resnet.figures.palette import BACKGROUND, BROKEN, MUTED, PLAIN, RESIDUAL, Theme
from resnet.runs.routes import PLOTLY_URL, RECORDINGS_URL

_COMPONENTS = ASSETS / "components"
# In this order: each may use what stands in those before it.
_LIVE = ("plotly", "thin", "course", "gradients", "controls", "stream", "words", "view")
_RACE = ("race_course", "race_chart", "race_gradients", "race_guess", "race_player", "race_controls", "race")
_FILES = (*(f"live_{name}" for name in _LIVE), *_RACE)

_race = st.components.v2.component(
    "resnet_lab_race",
    js="\n".join((_COMPONENTS / f"{name}.js").read_text(encoding="utf-8") for name in _FILES),
    css="\n".join((_COMPONENTS / name).read_text(encoding="utf-8") for name in ("live_run.css", "race.css")),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Racer:
    """A line of the chart: what it is called, whether it is of a network without shortcuts, and how deep that is."""

    name: str
    plain: bool
    depth: int

    @staticmethod
    def of(network: ResNetConfig) -> Racer:
        return Racer(name=network.name, plain=network.shortcut == "none", depth=network.depth)

    def for_browser(self) -> dict[str, Any]:
        return {"name": self.name, "plain": self.plain, "depth": self.depth}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the chart shows: one of `run`, `recording` and `frame`, or empty axes.

    Attributes:
        racers: the lines. steps: how far the x axis goes. loss: what the curves show.
        run, attempt: a run of this server. recording: a recorded one, by name. frame: what a run or an answer said, in the shape of a
            stream's frame, with a name that changes when it does.
        about: where and when that was made.
        key: what the page was made for; the browser asks for another page when that changes (`report` in race.js).
        waiting: how long a waiting run waits, in words.
        under: curves of other runs to compare with. shares: of the time of all networks, each one's own.
        classes: the loss is a cross-entropy over ten classes. gradients, seconds: there is such a view.
        guess: the curve's name, where one can be drawn; open while that goes on.
    """

    racers: Sequence[Racer]
    steps: int
    loss: str
    run: str | None = None
    attempt: int = 0
    recording: str | None = None
    frame: tuple[str, Mapping[str, Any]] | None = None
    about: str = ""
    key: str = ""
    waiting: str = ""
    under: Sequence[Mapping[str, Any]] = field(default_factory=list)
    shares: Mapping[str, float] | None = None
    classes: bool = True
    gradients: bool = True
    seconds: bool = True
    log: bool = False
    panel: Panel = "loss"
    guess: str = ""
    guessing: bool = False

    @property
    def source(self) -> str:
        """Another source is another chart; with the same one the chart goes on."""
        names = ",".join(racer.name for racer in self.racers)
        frame = self.frame[0] if self.frame else ""
        return f"{self.run or ''}:{self.recording or ''}:{frame}:{names}"


def race_chart(experiment: str, shown: Shown, bench: Bench) -> None:
    """Draw it. What the browser tells is kept on the `bench`: the drawn curve, and that a recording was played to its end."""
    key = f"race_{experiment}"

    def changed() -> None:
        said = st.session_state[key].get("changed")
        if isinstance(said, str) and said.startswith("played:"):
            bench.played = True

    def guessed() -> None:
        heights = st.session_state[key].get("guess")
        if isinstance(heights, list) and all(isinstance(height, (int, float)) for height in heights):
            bench.guess.heights = [float(height) for height in heights]

    _race(key=key, data=_data(shown, bench), on_changed_change=changed, on_guess_change=guessed)


def _data(shown: Shown, bench: Bench) -> dict[str, Any]:
    drawn = bench.guess.heights if shown.guess else None
    return {
        "source": shown.source,
        "run": shown.run,
        "attempt": shown.attempt,
        "url": f"api/runs/{shown.run}/events" if shown.run else "",
        "recording": {"url": f"{RECORDINGS_URL.removeprefix('/')}/{shown.recording}.json"} if shown.recording else None,
        "frame": shown.frame[1] if shown.frame else None,
        "about": shown.about,
        "plotly": PLOTLY_URL.removeprefix("/"),
        "locale": language_tag(),
        "chart": {"scale": scale(), "language": plotly_language()},
        "palette": {theme: _palette(theme) for theme in BACKGROUND},
        "labels": race_labels(loss=shown.loss),
        "networks": [racer.for_browser() for racer in shown.racers],
        "steps": shown.steps,
        "under": list(shown.under),
        "shares": dict(shown.shares) if shown.shares else None,
        "classes": shown.classes,
        "gradients": shown.gradients,
        "seconds": shown.seconds,
        "panel": shown.panel,
        "view": {"x": "steps", "log": shown.log},
        "guess": {"heights": drawn, "name": shown.guess, "open": shown.guessing},
        "asked": None,
        "waiting": shown.waiting,
        "key": shown.key,
    }


def _palette(theme: Theme) -> dict[str, str]:
    colours = {"plain": PLAIN, "residual": RESIDUAL, "muted": MUTED, "broken": BROKEN}
    return {name: colour.on(theme) for name, colour in colours.items()} | {"page": BACKGROUND[theme]}
