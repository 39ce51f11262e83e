"""A run as files to keep, and the way back: a file of a run, or of a network, becomes a run of this server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.file_button import file_button
from pages.parts.i18n import current_language, explain, t, translator
from pages.parts.inquiry import ask, tell
from pages.parts.literal import literally
from pages.parts.results.shown import view_titles
from pages.parts.results.take_home_bring import bring_in
from pages.parts.results.take_home_figures import figure_files
from pages.parts.results.take_home_model import model_files
from pages.parts.results.take_home_report import report_of
from pages.parts.results.whom import network_of
from resnet.config import ResNetConfig
from resnet.data import SUBSET_FILE
from resnet.export import file_stem, reproducible, run_notebook, run_script
from resnet.export.archive import lines_of
from resnet.export.history import batches_csv, epochs_csv, history_json
from resnet.export.run_code import DATA_FILES, Reproducible
from resnet.export.unpacking import returns
from resnet.families import title_of
from resnet.inquiries import PredictTest, Source, TestPredictions
from resnet.wording import listed, listed_apart

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_PREDICTIONS = "take_predictions"


def take_home(lab: Service, record: RunRecord | None, source: Source | None) -> None:
    """The network, its code and its course as files. Without a run `record` is None: the embedded network is being looked at.

    A run that ended before it was tested has no `source`: of it there is everything but the trained network and its answers.
    Reads the database.
    """
    if record is None:
        if source is not None:
            _embedded(lab, source)
        return
    network = source.config if source is not None else network_of(record)
    stem = f"{file_stem(network)}_{record.id}"
    left, right = st.columns(2, gap="large")
    with left, st.container(gap="small"):
        if source is None:
            _not_tested(record)
        model_files(lab, record, network, source, stem)
        _code(lab, record, network, stem)
        bring_in(lab)
    with right, st.container(gap="small"):
        asked = ask(PredictTest(source), TestPredictions, key=_PREDICTIONS) if source is not None else None
        found = asked.found if asked is not None and asked.current else None
        _course(lab, record, network, stem, found)
        figure_files(lab, record, network, stem, found)
        if asked is not None:
            tell(asked, key=_PREDICTIONS)


def _embedded(lab: Service, source: Source) -> None:
    left, _ = st.columns(2, gap="large")
    with left, st.container(gap="small"):
        model_files(lab, None, source.config, source, file_stem(source.config))
        bring_in(lab)


def _not_tested(record: RunRecord) -> None:
    """What there is not of this run, why, and what would bring it about."""
    words = t("This run ended before its network was tested: there are no trained weights of it to take home, and no confusion matrix.")
    if record.can_continue:
        words += " " + t("Continue it under “{view}”, and both come with its end.", view=view_titles()["course"])
    st.info(words, icon=":material/info:")


def _code(lab: Service, record: RunRecord, network: ResNetConfig, stem: str) -> None:
    """What trains the network again, with the images it needs."""
    st.markdown(f"**{t('Code that trains it again')}**")
    speak, known = translator(current_language()), _told(lab, record, network).known
    with st.container(horizontal=True):
        file_button(t("Python script"), f"{stem}.py", "text/x-python", partial(run_script, known), key="take_script")
        book = partial(run_notebook, known, speak)
        file_button(t("Notebook"), f"{stem}.ipynb", "application/x-ipynb+json", book, key="take_notebook")
        images = DATA_FILES[record.config.dataset]
        if images is not None:
            file_button(t("Images (.npz)"), images, "application/octet-stream", SUBSET_FILE.read_bytes, key="take_images")
    st.caption(_same_course(known))


@dataclass(frozen=True, slots=True)
class _Told:
    """What a run's events say of how to train its network again, how many events there are, and their bytes in a file."""

    known: Reproducible
    events: int
    told: int


def _told(lab: Service, record: RunRecord, network: ResNetConfig) -> _Told:
    return _read(record.id, record.created, record.outcome.sequence if record.outcome else 0, network.name, lab, record, network)


@st.cache_resource(max_entries=32, show_spinner=False)
def _read(run: str, created: float, sequence: int, name: str, _lab: Service, _record: RunRecord, _network: ResNetConfig) -> _Told:
    """As long as the run has not come to another end, whose `sequence` is higher."""
    events = _lab.events(run)
    return _Told(reproducible(run, _record.config, _network, events), len(events), len(lines_of(events)))


def _same_course(known: Reproducible) -> str:
    """How far the code does what the run did: what it repeats is known, what comes of it is to be compared."""
    said = [t("The code starts from the same first weights and sees the same batches in the same order.")]
    if known.first_loss is not None:
        said.append(t("The run's training loss in epoch 1 was {loss:.4f}: compare. Other machines round otherwise.", loss=known.first_loss))
    if known.steered:
        steps = listed_apart((f"{step:,}" for step in known.steered), t)
        said.append(
            t("After step {steps} somebody stepped in, which the code does not do: its course is another one from there.", steps=steps)
        )
    if known.test is None:
        said.append(t("It trains to the end of the recipe, which the run did not reach."))
    return " ".join(said)


def _course(lab: Service, record: RunRecord, network: ResNetConfig, stem: str, found: TestPredictions | None) -> None:
    """What the run said, as tables and data, as a report to read, and whole; the report tells of the test images once `found` are there."""
    run = record.id
    st.markdown(f"**{t('The run')}**")
    with st.container(horizontal=True):
        report = report_of(lab, record, network, found)
        file_button(t("Report (HTML)"), f"{stem}.html", "text/html", report, key="take_report", primary=True)
        whole = partial(lab.export_run, run)
        file_button(t("Whole run (.zip)"), f"run_{run}.zip", "application/zip", whole, key="take_run", primary=True)
    with st.container(horizontal=True):
        file_button(t("Epochs (CSV)"), f"{stem}_epochs.csv", "text/csv", lambda: epochs_csv(lab.events(run)), key="take_epochs")
        file_button(t("Batches (CSV)"), f"{stem}_batches.csv", "text/csv", lambda: batches_csv(lab.events(run)), key="take_batches")
        history = partial(_history, lab, record)
        file_button(t("History (JSON)"), f"{stem}.json", "application/json", history, key="take_history")
    st.caption(" ".join(_about_the_files(lab, record, _told(lab, record, network))))


def _history(lab: Service, record: RunRecord) -> str:
    return history_json(record.id, record.config, lab.events(record.id))


def _about_the_files(lab: Service, record: RunRecord, known: _Told) -> list[str]:
    """What report and whole run are good for; what of the run is not there to go with it, and why it would not come back."""
    said = [t("The report opens in any browser without a network.")]
    problem, lost = returns(record.config.networks, known.events, known.told), listed(map(title_of, lab.missing_weights(record.id)), t)
    if problem is not None:
        said.append(t("The whole run cannot be brought back to a server: {reason}.", reason=literally(explain(problem))))
    else:
        said.append(t("The whole run can be brought to another server on this page."))
    if lost:
        said.append(t("It goes without the weights of {networks}, which are not on this machine.", networks=lost))
    elif record.result is not None:
        said.append(t("Its weights go with it."))
    return said
