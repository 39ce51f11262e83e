"""Look closer at what was trained, and open earlier runs again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.i18n import explain, t
from pages.parts.layout import page_header, page_link
from pages.parts.literal import literally
from pages.parts.quiz import quiz
from pages.parts.results.answers import answers
from pages.parts.results.compare import compare
from pages.parts.results.course import course, embedded_result
from pages.parts.results.deleted import deleted_runs, undo_notices
from pages.parts.results.inside import inside
from pages.parts.results.landscape import landscape
from pages.parts.results.own import own
from pages.parts.results.shown import VIEWS, View, open_view, show_view, view_titles
from pages.parts.results.take_home import take_home
from pages.parts.results.title import title
from pages.parts.results.whom import Whom, choose_network, nothing_inside, whom
from pages.parts.runs.listing import run_list
from pages.parts.runs.steering import refused
from pages.parts.runs.unknown import unknown_run
from resnet.inquiries import Source
from resnet.runs import service

if TYPE_CHECKING:
    from resnet.runs.service import Service

MOST_RUNS = 200  # listed; older ones open by their address
_WIDGET = "results_view"
_OF_RUNS: tuple[View, ...] = ("course", "compare")  # views that are about runs, whether they left a network or not
# Views that are about one network alone.
_INTO: Mapping[View, Callable[[Source], None]] = MappingProxyType(
    {"answers": answers, "inside": inside, "landscape": landscape, "try": own}
)


def page() -> None:
    page_header(t("Results"), t("What did the network learn, and how well?"))
    lab = service.current()
    if lab is None:
        st.info(t("This server keeps no runs; start it with `streamlit run app.py`."), icon=":material/power_off:")
        return
    problem = refused() or lab.history_problem
    if problem is not None:
        st.warning(literally(explain(problem)), icon=":material/error:")
    undo_notices(lab)
    records = lab.runs(MOST_RUNS)
    shown = whom(lab, records, into=open_view() not in _OF_RUNS)
    if shown.unknown:
        st.warning(unknown_run(shown.unknown), icon=":material/search_off:")
    else:
        title(lab, shown)
        # In one row: the picture of each view needs the room.
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
            view = _switch()
            if view != "compare":  # which is about runs, whatever network is looked at
                choose_network(shown)
        _view(lab, shown, view)
    if records:
        st.header(t("Runs on this server"), anchor=False, divider="gray")
        st.caption(t("Click on a row to open its run."))
        run_list(records, shown.record.id if shown.record else None)
    deleted_runs(lab)
    quiz("results")


def _switch() -> View:
    view = open_view()
    titles = view_titles()
    st.session_state[_WIDGET] = view
    st.segmented_control(
        t("View"),
        VIEWS,
        format_func=titles.__getitem__,
        key=_WIDGET,
        required=True,
        on_change=lambda: show_view(st.session_state[_WIDGET]),
        label_visibility="collapsed",
        width="content",
    )
    return view


def _view(lab: Service, shown: Whom, view: View) -> None:
    source = shown.source
    if view == "compare":
        compare(lab, shown.record)
    elif view == "course":
        if shown.record is None:
            _came_trained(shown)
        else:
            course(lab, shown.record)
    elif view == "take" and (source is not None or (shown.record is not None and shown.record.ended)):
        take_home(lab, shown.record, source)
    elif source is None:
        if shown.record is not None:
            nothing_inside(shown.record)
    else:
        _INTO[view](source)


def _came_trained(shown: Whom) -> None:
    """Of the network that comes with the app there is a result and no course; where there is no run at all, the way to one."""
    embedded_result()
    if shown.offered is None:
        st.markdown(t("Nothing has been trained here yet. The quick demo takes about a minute and a half on two cores."))
        page_link("training.py", label=t("Train a network"), icon=":material/play_arrow:")


page()
