"""What a class takes home: the sheet to print, and the notebook, each in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.experiments.session import bench
from pages.parts.experiments.words import experiment_titles, machine_words
from pages.parts.file_button import file_button
from pages.parts.i18n import current_language, language_tag, t, translator
from pages.parts.layout import prose
from pages.parts.lesson.text import QUIZZES, lesson_words, questions
from pages.parts.places import titles
from pages.parts.runs.listing import time_zone
from resnet.experiments.catalogue import RACES, Key, Race
from resnet.experiments.readings import curves_of
from resnet.experiments.recordings import Recording, load
from resnet.export.lesson_notebook import lesson_notebook
from resnet.runs import service
from resnet.teaching.handout import Sheet, Shown, handout
from resnet.wording import Translate

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

    from resnet.runs.service import Service

# Recordings that stand in for a run that this visitor did not make.
_RECORDED: tuple[Key, ...] = ("cure", "depth")


@dataclass(frozen=True, slots=True)
class _Experiment:
    """One of the experiments: its title, this visitor's run of it; what is shown where there is none, and its machine in words."""

    title: str
    run: str | None
    recording: Recording | None
    machine: str


def take_home() -> None:
    """Two files, and what is in them."""
    st.header(t("To take home"), anchor=False, divider="gray")
    sheet, notebook = st.columns(2, gap="large")
    with sheet, _over_its_button():
        prose(t("**A sheet to print:** what was run with its seeds and curves, all questions with their answers, the sources."))
        file_button(t("Sheet (HTML, for A4 paper)"), _named("html"), "text/html", lesson_sheet(), key="lesson_html")
    with notebook, _over_its_button():
        prose(t("**The notebook, repaired:** from one residual unit to a trained network. It needs Keras, and nothing of this app."))
        made = partial(lesson_notebook, lesson_words("notebook"), translator(current_language()))
        file_button(t("Notebook (.ipynb)"), _named("ipynb"), "application/x-ipynb+json", made, key="lesson_ipynb")


def _over_its_button() -> DeltaGenerator:
    """A column's words at its top and its button at its foot, so that the buttons stand at one height whatever the words need."""
    return st.container(height="stretch", vertical_alignment="distribute")


def _named(ending: str) -> str:
    return f"residual-networks-{current_language()}.{ending}"


def lesson_sheet() -> Callable[[], str]:
    """What makes the sheet when somebody asks for it, which is outside of the session: so all that this visitor said and chose is
    gathered now, and the histories of the runs are read then."""
    pages = {**titles(), "exit": t("Exit question")}
    quizzes = {pages[name]: questions(name) for name in QUIZZES}
    names, zone = experiment_titles(), time_zone()
    experiments = [_experiment(race, names[race.key]) for race in RACES.values()]
    lab, tag, speak, words = service.current(), language_tag(), translator(current_language()), lesson_words("handout")

    def make() -> str:
        runs = tuple(shown for one in experiments if (shown := _shown(one, lab, zone, speak)))
        return handout(Sheet(tag, f"{datetime.now(zone):%Y-%m-%d}", runs, quizzes), words, speak)

    return make


def _experiment(race: Race, title: str) -> _Experiment:
    recording = load(race.recordings[0]) if race.key in _RECORDED else None
    return _Experiment(title, bench(race.key).run, recording, machine_words(recording.machine) if recording else "")


def _shown(experiment: _Experiment, lab: Service | None, zone: tzinfo, t: Translate) -> Shown | None:
    """The visitor's own run, else the recording; None where there is neither. Reads the database."""
    record = lab.run(experiment.run) if lab is not None and experiment.run else None
    if lab is not None and record is not None:
        curves = tuple(curves_of(lab.events(record.id)).values())
        when = f"{datetime.fromtimestamp(record.created, zone):%Y-%m-%d %H:%M}"
        if curves:
            return Shown(experiment.title, t("Run {run} on this server, {when}", run=record.id, when=when), record.config, curves)
    recording = experiment.recording
    if recording is None:
        return None
    origin = t("A recording: {machine}, {day}", machine=experiment.machine, day=recording.recorded)
    return Shown(experiment.title, origin, recording.config, tuple(curves_of(recording.events).values()))
