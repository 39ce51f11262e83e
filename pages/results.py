"""Look closer at what was trained, and open earlier runs again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.bring_up import bring_up
from pages.parts.i18n import explain, t
from pages.parts.layout import page_header, page_link
from pages.parts.literal import literally
from pages.parts.network_state import current_run
from pages.parts.quiz import quiz
from pages.parts.runs.course import run_course
from pages.parts.runs.form import dataset_label
from pages.parts.runs.listing import networks_words, recipe_words, remark, run_list, time_zone, times_opened
from pages.parts.runs.live import colour_of
from pages.parts.runs.race_notice import is_race, race_notice
from pages.parts.runs.result import run_classes, run_metrics
from pages.parts.runs.steering import continue_run, place_to_continue, refused
from pages.parts.runs.story import run_story
from pages.parts.runs.unknown import unknown_run
from resnet.config import Schedule
from resnet.figures.curves import Curves, curves_of
from resnet.runs import service

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

MOST_RUNS = 200  # listed; older ones open by their address


def page() -> None:
    page_header(t("Results"), t("What did the network learn, and how well?"))
    lab = service.current()
    if lab is None:
        st.info(t("This server keeps no runs; start it with `streamlit run app.py`."), icon=":material/power_off:")
        return
    problem = refused() or lab.history_problem
    if problem is not None:
        st.warning(literally(explain(problem)), icon=":material/error:")
    records, asked = lab.runs(MOST_RUNS), current_run()
    record = lab.run(asked) if asked else _latest(records)
    if record is not None:
        _run(lab, record)
    elif asked:
        st.warning(unknown_run(asked), icon=":material/search_off:")
    if records:
        st.header(t("Runs on this server"), anchor=False, divider="gray")
        st.caption(t("Click on a row to open its run."))
        run_list(records, record.id if record else None)
    else:
        _nothing_yet()
    quiz("results")


def _latest(records: Sequence[RunRecord]) -> RunRecord | None:
    """What to show a visitor who asked for no run: the newest result of one network, else the newest run."""
    return next((record for record in records if record.result and not is_race(record)), records[0] if records else None)


def _nothing_yet() -> None:
    st.markdown(t("Nothing has been trained here yet. The quick demo takes about a minute and a half on two cores."))
    page_link("training.py", label=t("Train a network"), icon=":material/play_arrow:")


def _run(lab: Service, record: RunRecord) -> None:
    _title(record)
    if is_race(record):
        race_notice(record)
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


def _title(record: RunRecord) -> None:
    when = datetime.fromtimestamp(record.created, time_zone())
    words = [
        f"**{networks_words(record.config.networks)}**",
        dataset_label(record.config.dataset),
        recipe_words(record.config.recipe),
        t("seed {seed}", seed=record.config.seed),
        f"{when:%Y-%m-%d %H:%M}",
    ]
    with st.container(gap=None):
        bring_up(times_opened(), key="results_top")
        st.markdown(" · ".join(words))


@st.cache_resource(max_entries=32, show_spinner=False)
def _curves(run: str, created: float, sequence: int, schedule: Schedule, _lab: Service) -> Curves:
    """The curves of a run that has ended: reading ten thousand events takes a good part of a second. It changes no more, unless it is
    continued and comes to another end, whose `sequence` is higher."""
    return curves_of(_lab.events(run), schedule)


page()
