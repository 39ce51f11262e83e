"""Earlier runs whose curves lie under this one's: which ones, and their points for the browser."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.i18n import t
from pages.parts.network_state import current_view, set_view
from pages.parts.runs.chart_view import MOST_EARLIER
from pages.parts.runs.listing import network_words, state_words, time_zone
from pages.parts.runs.race_notice import is_race
from resnet.figures.overlay import Overlay, overlay_of
from resnet.wording import percent

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_KEY = "earlier_runs_under"
_MOST_OFFERED = 60  # newest first
_DRAWABLE = ("finished", "stopped", "interrupted", "failed")


def earlier_runs(records: Sequence[RunRecord]) -> None:
    """Draw the choice among these runs."""
    offered = {record.id: record for record in records}
    st.session_state[_KEY] = [run for run in current_view().under if run in offered]
    # Each by other words: it is words that the browser sends back.
    words = dict(zip(offered, told_apart([(run, _offer(record)) for run, record in offered.items()]), strict=True))
    with st.popover(t("Earlier runs"), icon=":material/layers:", type="tertiary"):
        st.multiselect(
            t("Curves laid under these"),
            list(offered),
            format_func=words.__getitem__,
            max_selections=MOST_EARLIER,
            select_all=False,
            key=_KEY,
            on_change=_choose,
            placeholder=t("None chosen") if offered else t("There are none yet"),
            disabled=not offered,
            width=420,
        )


def earlier_curves(lab: Service, shown: RunRecord | None) -> list[dict[str, Any]]:
    """The chosen runs as the live view draws them. Reads the database."""
    chosen = [record for run in current_view().under if (record := lab.run(run)) and record.id != (shown and shown.id)]
    return [
        {"id": record.id, "name": name_of(record), **asdict(_overlay(record.id, record.created, record.outcome.sequence, lab))}
        for record in chosen
        if record.outcome is not None and not is_race(record)
    ]


def name_of(record: RunRecord) -> str:
    """A run in few words, as a legend has room for: what people call it, else network, rate and when."""
    if record.title:
        return record.title
    when = datetime.fromtimestamp(record.created, time_zone())
    return f"{network_words(record.config.networks[0])} · {record.config.recipe.learning_rate:g} · {when:%m-%d %H:%M}"


def told_apart(words: Sequence[tuple[str, str]]) -> list[str]:
    """Words for runs, from each one's id and words for it: where others have the same, they end with the id."""
    often = Counter(text for _, text in words)
    return [f"{text} · {run}" if often[text] > 1 else text for run, text in words]


def _offer(record: RunRecord) -> str:
    if record.result is None:
        return f"{name_of(record)} · {state_words(record)}"
    return f"{name_of(record)} · {percent(next(iter(record.result.test_accuracy.values())))}"


def offered_runs(lab: Service, shown: RunRecord | None) -> Sequence[RunRecord]:
    """Runs of one network that are over, newest first, but for the one that is `shown`. Reads the database."""
    records = lab.runs(_MOST_OFFERED)
    known = {record.id for record in records}
    # One that the address names may be older than those that are offered.
    records += [record for run in current_view().under if run not in known and (record := lab.run(run))]
    drawable = [record for record in records if record.state in _DRAWABLE and not is_race(record)]
    return [record for record in drawable if record.id != (shown and shown.id)]


def _choose() -> None:
    set_view(replace(current_view(), under=tuple(st.session_state[_KEY])))


@st.cache_resource(max_entries=64, show_spinner=False)
def _overlay(run: str, created: float, sequence: int, _lab: Service) -> Overlay:
    """A run that is over changes no more, unless it is continued and gets another end, whose `sequence` differs."""
    return overlay_of(_lab.events(run))
