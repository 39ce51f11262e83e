"""A run comes as a file: one that this app, here or elsewhere, packed whole, or a .keras file that it saved."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.i18n import explain, t
from pages.parts.inquiry import ask, forget, tell
from pages.parts.literal import literally
from pages.parts.network_state import set_run
from pages.parts.results.shown import lead_to
from pages.parts.visitor import visitor
from resnet.errors import ExplainedError, FileError
from resnet.export.model_file import read_model_file
from resnet.inquiries import Opened, OpenModel

if TYPE_CHECKING:
    from resnet.runs.service import Service

_FILE = "run_file"
_PROBLEM, _OPENING = "run_file_problem", "run_file_opening"
_LARGEST = 200  # MB


def bring_in(lab: Service) -> None:
    """The place to drop a file on, and what came of the last one."""
    file = st.file_uploader(
        t("Bring a run in (.zip, or a network as .keras)"),
        key=_FILE,
        max_upload_size=_LARGEST,
        on_change=_take,
        args=(lab,),
    )
    opening = st.session_state.get(_OPENING)
    if isinstance(opening, OpenModel):
        asked = ask(opening, Opened, key=_OPENING)
        if asked.current and asked.found is not None:
            _keep_model(lab, asked.found)
        tell(asked, key=_OPENING)
    problem = st.session_state.get(_PROBLEM)
    if isinstance(problem, ExplainedError) and file is not None:
        st.error(t("{file}: {reason}", file=literally(file.name), reason=literally(explain(problem))), icon=":material/error:")


def _take(lab: Service) -> None:
    """A file came, or was taken away."""
    st.session_state[_PROBLEM] = st.session_state[_OPENING] = None
    forget(_OPENING)
    file = st.session_state[_FILE]
    if file is None:
        return
    try:
        kind = PurePath(file.name).suffix.lower()
        if kind == ".keras":
            read_model_file(file.getvalue())  # what is not ours need not wait for a process to say so
            st.session_state[_OPENING] = OpenModel(file.getvalue())
        elif kind == ".zip":
            _show(lab.import_run(file.getvalue(), visitor=visitor()))
        else:
            raise FileError("a run comes as a .zip and a network as a .keras file, got one that ends in {kind!r}", kind=kind)
    except ExplainedError as error:
        st.session_state[_PROBLEM] = error


def _keep_model(lab: Service, opened: Opened) -> None:
    st.session_state[_OPENING] = None
    forget(_OPENING)
    try:
        _show(lab.import_model(opened, visitor=visitor()))
    except ExplainedError as error:
        st.session_state[_PROBLEM] = error
    st.rerun()


def _show(run: str) -> None:
    set_run(run)
    lead_to("course")
