"""What a class takes home: the sheet to print, and the notebook, each in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial

import streamlit as st

from pages.parts.experiments.session import bench
from pages.parts.experiments.words import about_recording, experiment_titles
from pages.parts.i18n import current_language, language_tag, lesson, t
from pages.parts.layout import prose
from pages.parts.lesson_text import QUIZZES, questions
from pages.parts.places import titles
from pages.parts.run_list import time_zone
from resnet.experiments.catalogue import RACES, Key
from resnet.experiments.readings import curves_of
from resnet.experiments.recordings import load
from resnet.export.lesson_notebook import lesson_notebook
from resnet.runs import service
from resnet.teaching.handout import Sheet, Shown, handout

# Recordings that stand in for a run that this visitor did not make.
_RECORDED: tuple[Key, ...] = ("cure", "depth")


def take_home() -> None:
    """Two files, and what is in them."""
    st.header(t("To take home"), anchor=False, divider="gray")
    sheet, notebook = st.columns(2, gap="large")
    with sheet:
        prose(t("**A sheet to print:** what was run with its seeds and curves, all questions with their answers, the sources."))
        _file(t("Sheet (HTML, for A4 paper)"), "html", "text/html", lesson_sheet)
    with notebook:
        prose(t("**The notebook, repaired:** from one residual unit to a trained network. It needs Keras, and nothing of this app."))
        _file(t("Notebook (.ipynb)"), "ipynb", "application/x-ipynb+json", partial(lesson_notebook, partial(lesson, "notebook"), t))


def _file(label: str, ending: str, kind: str, make: Callable[[], str]) -> None:
    name = f"residual-networks-{current_language()}.{ending}"
    st.download_button(label, make, file_name=name, mime=kind, icon=":material/download:", on_click="ignore", key=f"lesson_{ending}")


def lesson_sheet() -> str:
    """The sheet, made when somebody asks for it: it reads the runs' histories."""
    pages = {**titles(), "exit": t("Exit question")}
    quizzes = {pages[name]: questions(name) for name in QUIZZES}
    day = f"{datetime.now(time_zone()):%Y-%m-%d}"
    return handout(Sheet(language_tag(), day, tuple(_runs()), quizzes), partial(lesson, "handout"), t)


def _runs() -> Iterator[Shown]:
    """This visitor's last run of each experiment; for some, a recording where there is none."""
    names = experiment_titles()
    for race in RACES.values():
        key = race.key
        own = _own(key, names[key])
        recording = load(race.recordings[0]) if own is None and key in _RECORDED else None
        if own is not None:
            yield own
        elif recording is not None:
            origin = t("A recording: {about}", about=about_recording(recording))
            yield Shown(names[key], origin, recording.config, tuple(curves_of(recording.events).values()))


def _own(key: Key, title: str) -> Shown | None:
    lab, run = service.current(), bench(key).run
    record = lab.run(run) if lab is not None and run else None
    if lab is None or record is None:
        return None
    curves = tuple(curves_of(lab.events(record.id)).values())
    when = f"{datetime.fromtimestamp(record.created, time_zone()):%Y-%m-%d %H:%M}"
    return Shown(title, t("Run {run} on this server, {when}", run=record.id, when=when), record.config, curves) if curves else None
