"""Runs that were deleted: the notice with which this visitor takes it back, and the list of all that can still be restored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import t, tn
from pages.parts.literal import literally
from pages.parts.network_state import set_run
from pages.parts.runs.earlier import name_of
from pages.parts.runs.listing import networks_words
from pages.parts.runs.race_notice import is_race
from pages.parts.runs.steering import attempt

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_SESSION_KEY = "runs_deleted"
_MOST_LISTED = 20  # the last ones
_WIDTH = 460  # pixels


def note_deleted(record: RunRecord) -> None:
    """This visitor has deleted the run. For a callback."""
    _noted()[record.id] = _name(record)


def undo_notices(lab: Service) -> None:
    """What this visitor has deleted, each with the way back. They stay until they are answered."""
    for run, name in list(_noted().items()):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"undo_{run}"):
            st.markdown(f":material/delete: {t('Deleted: {run}', run=literally(name))}", width="stretch")
            st.button(t("Undo"), key=f"undo_delete_{run}", icon=":material/undo:", on_click=_restore, args=(lab, run), type="primary")
            st.button(t("Leave it deleted"), key=f"undo_no_{run}", type="tertiary", on_click=_forget, args=(run,))


def deleted_runs(lab: Service) -> None:
    """All that can be restored, whoever deleted it; nothing where there is none. Reads the database."""
    records = lab.deleted_runs(_MOST_LISTED)
    if not records:
        return
    label = tn("{n} deleted run", "{n} deleted runs", len(records))
    with st.popover(label, icon=":material/delete:", type="tertiary", key="deleted_runs"):
        st.caption(t("They are removed for good {days} days after they were deleted.", days=lab.days_to_restore))
        for record in records:
            with st.container(horizontal=True, vertical_alignment="center", width=pixels(_WIDTH)):
                st.markdown(literally(_name(record)), width="stretch")
                st.button(
                    t("Restore"), key=f"restore_{record.id}", icon=":material/restore_from_trash:", on_click=_restore, args=(lab, record.id)
                )


def _restore(lab: Service, run: str) -> None:
    """Bring it back, and look at it."""

    def restore() -> None:
        lab.restore(run)
        set_run(run)
        _forget(run)

    attempt(restore)


def _forget(run: str) -> None:
    _noted().pop(run, None)


def _name(record: RunRecord) -> str:
    return (record.title or networks_words(record.config.networks)) if is_race(record) else name_of(record)


def _noted() -> dict[str, str]:
    noted: dict[str, str] = st.session_state.setdefault(_SESSION_KEY, {})
    return noted
