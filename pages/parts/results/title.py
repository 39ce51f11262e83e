"""What the page Results is about, in one line: a run's title, network, data, recipe and time, or the network that comes with the app."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.bring_up import bring_up
from pages.parts.i18n import t
from pages.parts.literal import literally
from pages.parts.results.run_menu import run_menu
from pages.parts.results.shown import open_view, times_led, view_titles
from pages.parts.results.whom import EMBEDDED, Whom
from pages.parts.runs.form import dataset_label
from pages.parts.runs.listing import network_words, setup_words, time_zone, times_opened

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_LONGEST_NOTE = 160  # signs of it, one line


def title(lab: Service, shown: Whom) -> None:
    """The line, the run's menu beside it, and the beginning of the note below."""
    with st.container(gap=None):
        bring_up(times_opened() + times_led(), key="results_top", label=view_titles()[open_view()])
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
            st.markdown(" · ".join(run_words(shown.record) if shown.record else embedded_words()), width="content")
            if shown.record is not None:
                run_menu(lab, shown.record)
        if shown.record is not None and shown.record.note:
            st.caption(literally(_beginning(shown.record.note)))


def run_words(record: RunRecord) -> list[str]:
    """A run's title, where it has one, network, data, recipe, seed and time, as Markdown."""
    when = datetime.fromtimestamp(record.created, time_zone())
    networks, *others = setup_words(record.config)
    return [
        *([f"**{literally(record.title)}**", networks] if record.title else [f"**{networks}**"]),
        *others,
        f"{when:%Y-%m-%d %H:%M}",
        *([t("brought as a file")] if record.imported else []),
    ]


def _beginning(note: str) -> str:
    """What of a note fits into a line; the menu has all of it."""
    line = " ".join(note.split())
    return line if len(line) <= _LONGEST_NOTE else line[: _LONGEST_NOTE - 1] + "…"


def embedded_words() -> list[str]:
    """The same of the network that comes with the app."""
    return [f"**{network_words(EMBEDDED.config)}**", dataset_label(EMBEDDED.dataset), t("comes trained with the app")]
