"""Whom the page Results is about: a run and one of its networks, or the network that comes with the app."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.display import pixels
from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from pages.parts.layout import page_link
from pages.parts.network_state import EMBEDDED_RUN, current_run, embedded_chosen, set_run
from pages.parts.results.shown import PAGE
from pages.parts.runs.listing import network_words
from pages.parts.runs.race_notice import is_race
from resnet.inquiries import RunSubject, Source, Subject

if TYPE_CHECKING:
    from resnet.config import ResNetConfig
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

EMBEDDED = Subject("mini-resnet")
_LAST = "results_last_run"  # the run that was looked at before the embedded network
_WIDGET = "results_network"
_WIDTH = 290  # pixels


@dataclass(frozen=True, slots=True)
class Whom:
    """Attributes:
    record: the run; None where it is about the embedded network, or the address asks for a run that there is not.
    unknown: what the address asks for and there is not.
    offered: the run whose networks can be chosen; the one looked at before where it is about the embedded network.
    """

    record: RunRecord | None
    unknown: str = ""
    offered: RunRecord | None = None

    @property
    def source(self) -> Source | None:
        """The network that can be looked into; None where the run has none that was tested."""
        if self.record is None:
            return None if self.unknown else EMBEDDED
        if self.record.result is None:
            return None
        return RunSubject(self.record.id, network_of(self.record), self.record.config.dataset)


def whom(lab: Service, records: Sequence[RunRecord], *, into: bool) -> Whom:
    """What the address asks for, else the newest result of one network, else the newest run, else the embedded network.

    `into` a run without a result nobody can look: who did not choose it is shown the embedded network.
    """
    asked = current_run()
    if embedded_chosen():
        last = st.session_state.get(_LAST)
        return Whom(None, offered=lab.run(last) if last else _latest(records))
    record = lab.run(asked) if asked else _latest(records)
    if record is None:
        return Whom(None, unknown=asked or "")
    st.session_state[_LAST] = record.id
    return Whom(None if into and not asked and record.result is None else record, offered=record)


def choose_network(shown: Whom) -> None:
    """Which network is looked at: the run's, or the one that comes with the app. Nothing where there is no choice."""
    record = shown.offered
    if record is None:
        return
    names = {network.name: network_words(network) for network in record.config.networks}
    names[EMBEDDED_RUN] = t("The app's own network")
    st.session_state[_WIDGET] = EMBEDDED_RUN if shown.record is None else network_of(record).name
    st.selectbox(
        t("Network"),
        tuple(names),
        format_func=names.__getitem__,
        key=_WIDGET,
        on_change=_take,
        args=(record,),
        label_visibility="collapsed",
        width=pixels(_WIDTH),
    )


def nothing_inside(record: RunRecord) -> None:
    """Say that this run has no network to look into, and lead to one that can be."""
    if record.ended:
        st.info(t("This run has no test result; there is no trained network of it to look into."), icon=":material/search_off:")
    else:
        st.info(
            t("This run is still in progress; its network can be looked into once it has been tested."), icon=":material/hourglass_top:"
        )
        page_link("training.py", label=t("Watch it train"), icon=":material/visibility:", run=record.id)
    st.button(
        t("Look into the network that comes with the app"), key="results_embedded", icon=":material/science:", on_click=choose_embedded
    )


def choose_embedded() -> None:
    """Look at the network that comes with the app. For a callback."""
    set_run(EMBEDDED_RUN)


def _latest(records: Sequence[RunRecord]) -> RunRecord | None:
    """The newest result of one network, else the newest run."""
    return next((record for record in records if record.result and not is_race(record)), records[0] if records else None)


def network_of(record: RunRecord) -> ResNetConfig:
    """The one of its networks that the address names, else the first."""
    networks = {network.name: network for network in record.config.networks}
    return networks.get(hold("net", first="", page=PAGE), record.config.networks[0])


def _take(record: RunRecord) -> None:
    name = st.session_state[_WIDGET]
    if name == EMBEDDED_RUN:
        choose_embedded()
        return
    set_run(record.id)
    keep("net", "" if name == record.config.networks[0].name else name, first="", page=PAGE)
