"""What can be done with the run that is shown: give it a title, write a note beside it, delete it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import t
from pages.parts.network_state import set_run
from pages.parts.results.deleted import note_deleted
from pages.parts.runs.steering import attempt

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_WIDTH = 360  # pixels


def run_menu(lab: Service, record: RunRecord) -> None:
    """Draw the menu, closed."""
    with st.popover(t("Edit"), icon=":material/edit_note:", type="tertiary", help=t("Title, note, delete"), key=f"run_menu_{record.id}"):
        # What somebody else has written meanwhile makes new fields: the old ones would go on showing, and then write, what was there.
        words = f"{record.id}_{hash((record.title, record.note))}"
        title, note = f"run_title_{words}", f"run_note_{words}"
        with st.form(f"run_words_{record.id}", border=False, width=pixels(_WIDTH)):
            st.text_input(
                t("Title"),
                record.title,
                max_chars=lab.longest_title,
                key=title,
                placeholder=t("What it is to show"),
                autocomplete="off",
            )
            st.text_area(t("Note"), record.note, max_chars=lab.longest_note, key=note, height=110)
            st.form_submit_button(
                t("Save"), key=f"run_save_{record.id}", icon=":material/save:", on_click=_save, args=(lab, record, title, note)
            )
        st.button(
            t("Delete this run"),
            key="run_delete",
            icon=":material/delete:",
            disabled=not record.ended,
            on_click=_delete,
            args=(lab, record),
            help=t("It can be restored for {days} days.", days=lab.days_to_restore) if record.ended else t("Stop it first."),
        )


def _save(lab: Service, record: RunRecord, title: str, note: str) -> None:
    def save() -> None:
        lab.rename(record.id, st.session_state[title])
        lab.annotate(record.id, st.session_state[note])

    attempt(save)


def _delete(lab: Service, record: RunRecord) -> None:
    def delete() -> None:
        lab.delete(record.id)
        note_deleted(record)
        set_run(None)

    attempt(delete)
