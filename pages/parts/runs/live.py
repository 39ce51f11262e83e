"""The live view of one run: our own component, which reads the run's event stream in the browser and draws what it brings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.display import projector, scale
from pages.parts.duration import about
from pages.parts.figure import plotly_language
from pages.parts.i18n import ASSETS, language_tag, t, tn
from pages.parts.network_state import current_view, set_view
from pages.parts.runs.live_words import live_labels
from pages.parts.runs.steering import asked_of, state_of
from pages.parts.runs.story import RunStory
from resnet.figures.palette import BACKGROUND, BROKEN, MUTED, PLAIN, RESIDUAL, Colour, Theme, strong
from resnet.runs.routes import PLOTLY_URL

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_COMPONENTS = ASSETS / "components"
_KEY = "live_run"
# In this order: each may use what stands in those before it.
_PARTS = ("plotly", "thin", "course", "marks", "chart", "gradients", "controls", "stream", "words", "view", "run")

_live_run = st.components.v2.component(
    "resnet_lab_live_run",
    js="\n".join((_COMPONENTS / f"live_{name}.js").read_text(encoding="utf-8") for name in _PARTS),
    css=(_COMPONENTS / "live_run.css").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


def live_run(
    lab: Service | None, record: RunRecord | None, story: RunStory, *, epochs: int, earlier: Sequence[Mapping[str, Any]] = ()
) -> None:
    """Show a run as it grows, or empty axes for None; `epochs` is the width of the empty axes.

    The page is made anew when the run's state changes, or what else `RunStory.key` tells.
    """
    _live_run(
        key=_KEY,
        data={
            "run": record.id if record else None,
            "attempt": record.attempt if record else 0,
            "url": f"api/runs/{record.id}/events" if record else "",
            "plotly": PLOTLY_URL.removeprefix("/"),
            "locale": language_tag(),
            "chart": {"scale": scale(), "language": plotly_language()},
            "facts": {"epochs": epochs},
            "palette": {theme: _palette(colour_of(record), theme) for theme in BACKGROUND},
            "labels": live_labels(),
            "view": current_view().for_browser(),
            "earlier": list(earlier),
            "asked": asked_of(record),
            "waiting": _waiting(lab, record),
            "key": _key(lab, record, story),
        },
        on_changed_change=lambda: None,
        on_view_change=_view_changed,
    )


def colour_of(record: RunRecord | None) -> Colour:
    """The colour of a run: plain networks are grey."""
    return PLAIN if record is not None and record.config.networks[0].shortcut == "none" else RESIDUAL


def _view_changed() -> None:
    said = st.session_state[_KEY].get("view")
    if said:
        set_view(current_view().changed_by(said))


def _palette(curve: Colour, theme: Theme) -> dict[str, str]:
    curve, muted = (strong(curve), strong(MUTED)) if projector() else (curve, MUTED)
    return {"curve": curve.on(theme), "muted": muted.on(theme), "broken": BROKEN.on(theme), "page": BACKGROUND[theme]}


def _key(lab: Service | None, record: RunRecord | None, story: RunStory) -> str:
    waiting = lab.waiting(record.id) if lab and record else None
    return f"{state_of(lab, record)}:{waiting.ahead if waiting else 0}:{story.key}"


def _waiting(lab: Service | None, record: RunRecord | None) -> str:
    """How long a waiting run waits; nothing for one that does not."""
    waiting = lab.waiting(record.id) if lab and record else None
    if waiting is None or not waiting.ahead:
        return ""
    ahead = tn("Waiting: {n} ahead of this run", "Waiting: {n} ahead of this run", waiting.ahead)
    return ahead if waiting.seconds is None else t("{ahead}, {time}", ahead=ahead, time=about(waiting.seconds))
