"""A run as files to keep, and the way back: a file of a run, or of a network, becomes a run of this server."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.i18n import current_language, t
from pages.parts.inquiry import ask, tell
from pages.parts.lesson.text import translator
from pages.parts.results.take_home_bring import bring_in
from pages.parts.results.take_home_figures import figure_files
from pages.parts.results.take_home_model import model_files
from pages.parts.results.take_home_report import report_of
from resnet.config import ResNetConfig
from resnet.data import SUBSET_FILE
from resnet.export import file_stem, reproducible, run_notebook, run_script
from resnet.export.history import batches_csv, epochs_csv, history_json
from resnet.export.run_code import DATA_FILES, Reproducible
from resnet.inquiries import PredictTest, Source, TestPredictions

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_PREDICTIONS = "take_predictions"


def take_home(lab: Service, record: RunRecord | None, source: Source) -> None:
    """The network, its code and its course as files. Without a run `record` is None: the embedded network is being looked at."""
    stem = file_stem(source.config) + (f"_{record.id}" if record else "")
    left, right = st.columns(2, gap="large")
    with left, st.container(gap="small"):
        model_files(lab, record, source, stem)
        if record is not None:
            _code(lab, record, source.config, stem)
        bring_in(lab)
    if record is not None:
        with right, st.container(gap="small"):
            asked = ask(PredictTest(source), TestPredictions, key=_PREDICTIONS)
            found = asked.found if asked.current else None
            _course(lab, record, source.config, stem, found)
            figure_files(lab, record, source.config, stem, found)
            tell(asked, key=_PREDICTIONS)


def _code(lab: Service, record: RunRecord, network: ResNetConfig, stem: str) -> None:
    """What trains the network again, with the images it needs."""
    st.markdown(f"**{t('Code that trains it again')}**")
    speak, run, config = translator(current_language()), record.id, record.config

    def known() -> Reproducible:
        return reproducible(run, config, network, lab.events(run))

    with st.container(horizontal=True):
        file(t("Python script"), f"{stem}.py", "text/x-python", lambda: run_script(known()))
        file(t("Notebook"), f"{stem}.ipynb", "application/x-ipynb+json", lambda: run_notebook(known(), speak))
        images = DATA_FILES[config.dataset]
        if images is not None:
            file(t("Images (.npz)"), images, "application/octet-stream", SUBSET_FILE.read_bytes)
    st.caption(
        t("It starts from the same first weights, sees the same batches in the same order, and comes to the same losses but for rounding.")
    )


def _course(lab: Service, record: RunRecord, network: ResNetConfig, stem: str, found: TestPredictions | None) -> None:
    """What the run said, as tables and data, as a report to read, and whole; the report tells of the test images once `found` are there."""
    run, config = record.id, record.config
    st.markdown(f"**{t('The run')}**")
    with st.container(horizontal=True):
        file(t("Report (HTML)"), f"{stem}.html", "text/html", report_of(lab, record, network, found), primary=True)
        file(t("Whole run (.zip)"), f"run_{run}.zip", "application/zip", partial(lab.export_run, run), primary=True)
    with st.container(horizontal=True):
        file(t("Epochs (CSV)"), f"{stem}_epochs.csv", "text/csv", lambda: epochs_csv(lab.events(run)))
        file(t("Batches (CSV)"), f"{stem}_batches.csv", "text/csv", lambda: batches_csv(lab.events(run)))
        file(t("History (JSON)"), f"{stem}.json", "application/json", lambda: history_json(run, config, lab.events(run)))
    st.caption(
        t(
            "The report opens in any browser without a network. The whole run, weights included, can be brought to another server "
            "on this page."
        )
    )


def file(label: str, name: str, kind: str, make: Callable[[], str | bytes], *, primary: bool = False) -> None:
    """A button for a file that is made when it is asked for."""
    st.download_button(
        label,
        make,
        file_name=name,
        mime=kind,
        icon=":material/download:",
        on_click="ignore",
        key=f"take_{name}",
        type="primary" if primary else "secondary",
    )
