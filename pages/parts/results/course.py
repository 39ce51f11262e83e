"""How good a network has become: its test result, its curves and its classes; or why a run has no result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.i18n import t
from pages.parts.layout import page_link
from pages.parts.literal import literally
from pages.parts.results.run_figures import colour_of, curves_known
from pages.parts.results.whom import EMBEDDED, network_of
from pages.parts.runs.course import run_course
from pages.parts.runs.listing import remark
from pages.parts.runs.race_notice import is_race, race_notice, watch_race
from pages.parts.runs.result import accuracy_metric, loss_metric, run_classes, run_metrics
from pages.parts.runs.steering import continue_run, place_to_continue
from pages.parts.runs.story import run_story
from resnet.datasets import DATASETS
from resnet.wording import listed

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


def course(lab: Service, record: RunRecord) -> None:
    """A run's result and how it came about; of a race, those of the network that is chosen. Reads the database."""
    if not record.ended:
        _in_progress(record)
        return
    network = network_of(record)
    if is_race(record):
        _racers(record)
    _unfinished(lab, record)
    curves = curves_known(lab, record, network)
    if record.result is None:
        if not curves.empty:
            run_course(record, network, curves, colour_of(network))
        return
    run_metrics(record, network, record.result, curves)
    left, right = st.columns([2.1, 1], gap="large")
    with left:
        if curves.empty:
            st.caption(t("There are no curves: the history of this run holds its end alone."))
        else:
            run_course(record, network, curves, colour_of(network))
    with right:
        run_classes(record, network, record.result, colour_of(network))


def _in_progress(record: RunRecord) -> None:
    if is_race(record):
        race_notice(record)
        return
    st.info(t("This run is still in progress; its curves grow on the Training page."), icon=":material/hourglass_top:")
    page_link("training.py", label=t("Watch it train"), icon=":material/visibility:", run=record.id)


def _racers(record: RunRecord) -> None:
    """Who raced, and the way to all of them side by side."""
    networks = listed((network.name for network in record.config.networks), t)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(t("A race of {networks}; this is the network chosen above.", networks=networks), width="content")
        watch_race(record)


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
