"""How good a network has become: its test result, its curves and its classes; or why a run has no result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.i18n import t
from pages.parts.layout import page_link
from pages.parts.literal import literally
from pages.parts.results.whom import EMBEDDED, network_of
from pages.parts.runs.course import run_course
from pages.parts.runs.listing import remark
from pages.parts.runs.live import colour_of
from pages.parts.runs.race_notice import is_race, race_notice
from pages.parts.runs.result import accuracy_metric, loss_metric, run_classes, run_metrics
from pages.parts.runs.steering import continue_run, place_to_continue
from pages.parts.runs.story import run_story
from resnet.config import Schedule
from resnet.datasets import DATASETS
from resnet.figures.curves import Curves, curves_of

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


def course(lab: Service, record: RunRecord) -> None:
    """A run's result and how it came about."""
    if is_race(record):
        race_notice(record)
        if record.result is not None:
            name = network_of(record).name
            _two_metrics(record.result.test_accuracy[name], record.result.test_loss[name], DATASETS[record.config.dataset].test_images)
        return
    if not record.ended:
        st.info(t("This run is still in progress; its curves grow on the Training page."), icon=":material/hourglass_top:")
        page_link("training.py", label=t("Watch it train"), icon=":material/visibility:", run=record.id)
        return
    _unfinished(lab, record)
    last = record.outcome.sequence if record.outcome else 0
    curves = _curves(record.id, record.created, last, record.config.recipe.schedule, lab)
    colour = colour_of(record)
    if record.result is None:
        if not curves.empty:
            run_course(record, curves, colour)
        return
    run_metrics(record, record.result, curves)
    left, right = st.columns([2.1, 1], gap="large")
    with left:
        run_course(record, curves, colour)
    with right:
        run_classes(record, record.result, colour)


def embedded_result() -> None:
    """What was measured of the network that comes with the app, whose course was not kept."""
    measured = EMBEDDED.embedded.measured(EMBEDDED.moment)
    if measured is not None:
        _two_metrics(measured.test_accuracy, measured.test_loss, DATASETS[EMBEDDED.dataset].test_images)


def _two_metrics(accuracy: float, loss: float, images: int) -> None:
    left, right = st.columns([1.3, 3.0])  # as wide as the first two of a run
    with left:
        accuracy_metric(accuracy, images)
    with right:
        loss_metric(loss)


def _unfinished(lab: Service, record: RunRecord) -> None:
    """Why there is no test result, and the way to one."""
    if record.failure is not None:
        st.error(t("Failed: {reason}", reason=literally(remark(record))), icon=":material/error:")
    elif record.interruption is not None:
        st.warning(t("Interrupted: {reason}", reason=literally(remark(record))), icon=":material/link_off:")
    elif record.result is None:
        st.warning(t("Stopped {remark}. There is no test result.", remark=remark(record)), icon=":material/stop_circle:")
    if record.can_continue:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(t("Continue"), key="continue", icon=":material/play_arrow:", on_click=continue_run, args=(lab, record.id))
            st.caption(place_to_continue(run_story(lab, record)), width="content")


@st.cache_resource(max_entries=32, show_spinner=False)
def _curves(run: str, created: float, sequence: int, schedule: Schedule, _lab: Service) -> Curves:
    """The curves of a run that has ended: reading ten thousand events takes a good part of a second. It changes no more, unless it is
    continued and comes to another end, whose `sequence` is higher."""
    return curves_of(_lab.events(run), schedule)
