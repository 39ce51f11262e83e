"""What a visitor is looking at: one typed object per session, and its words in the address.

The address carries the network (see `network_address`), the one beside it with `b_` before each name, the part that is unfolded, the
open tab, the chart of accuracies with its axis, the run, and how its charts are looked at (`chart_view`). A link therefore shows its
reader the same, and a click in the navigation, which drops the parameters, loses nothing: `write_url` puts them back on every run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar, get_args

import streamlit as st

from pages.parts.brought_along import brought_along
from pages.parts.display import display_words
from pages.parts.held_address import ADDRESS_TRAVEL_SECONDS, address_chosen
from pages.parts.i18n import current_language
from pages.parts.network_address import DEFAULT_PRESET, WORDS, from_query, to_query
from pages.parts.runs import chart_view
from pages.parts.runs.chart_view import ChartView
from resnet.config import DatasetName, ResNetConfig
from resnet.errors import ConfigError, ExplainedError, Listed
from resnet.landscape import Axis
from resnet.outline import focus_on
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.published import PROTOCOLS

# The first is open to begin with: it is the cheapest to draw anew at each move of a slider.
TABS = ("paper", "compare", "accuracy", "counting", "layers", "keras", "export")
# What accuracies are looked at together: those published under one protocol, or those of this server's runs on one data set.
OWN_CHARTS: tuple[DatasetName, ...] = ("fashion-mnist", "fashion-mnist-subset")
CHARTS: tuple[str, ...] = (*PROTOCOLS, *OWN_CHARTS)
AXES: tuple[Axis, ...] = get_args(Axis)
# What is not written while it is the first.
_CHOICES: Mapping[str, tuple[str, ...]] = MappingProxyType({"tab": TABS, "protocol": CHARTS, "axis": AXES})

EMBEDDED_RUN = "embedded"  # in the place of a run's id

_B = "b_"  # before the names of the second network's fields
_OTHER = tuple(_B + name for name in WORDS)
_OURS = (*WORDS, *_OTHER, "open", "tab", "protocol", "axis", "run", *chart_view.WORDS)

_Choice = TypeVar("_Choice", bound=str)

_SESSION_KEY = "network_session"
_LONGEST_SHOWN = 60


@dataclass(slots=True)
class NetworkSession:
    """What one browser session knows of its network.

    Attributes:
        network: the last valid network.
        other: the network it is compared with, or None where that was not chosen.
        place: the part that is unfolded, as `resnet.outline.Focus.path` writes it.
        tab: the open tab of the architecture page, one of TABS.
        protocol: the chart of accuracies, one of CHARTS.
        axis: what that chart counts as cost.
        problems: what the address asked for and could not have, each with its reason; kept until the visitor has read them.
        run: the run being looked at, or None.
        run_set: when it was chosen here (`time.monotonic`).
        view: how a run's charts are looked at.
        revision: rises whenever the network is replaced; a form compares it to know that its fields are out of date.
        edited: something was changed here and is not in the address yet, so the address has nothing to say.
        written: the addresses written lately, each with the moment (`time.monotonic`) it was superseded; the last one is in force.
    """

    network: ResNetConfig = PRESETS[DEFAULT_PRESET]
    other: ResNetConfig | None = None
    place: str = ""
    tab: str = TABS[0]
    protocol: str = CHARTS[0]
    axis: Axis = AXES[0]
    problems: tuple[ExplainedError, ...] = ()
    run: str | None = None
    run_set: float = -math.inf
    view: ChartView = field(default_factory=ChartView)
    revision: int = 0
    edited: bool = False
    written: list[tuple[float, dict[str, str]]] = field(default_factory=list)

    def in_force(self, address: Mapping[str, str]) -> bool:
        return bool(self.written) and self.written[-1][1] == address

    def has_written(self, address: Mapping[str, str]) -> bool:
        """Whether `address` is the one in force, or one that was until a moment ago."""
        oldest = time.monotonic() - ADDRESS_TRAVEL_SECONDS
        self.written = [item for item in self.written if item[0] >= oldest]
        return any(known == address for _, known in self.written)

    def note_written(self, address: dict[str, str]) -> None:
        if self.written:
            self.written[-1] = (time.monotonic(), self.written[-1][1])
        self.written.append((math.inf, address))
        self.edited = False


def current_network() -> ResNetConfig:
    """The session's network, read from the address when a visitor arrives with one or goes back to one."""
    return _session().network


def set_network(network: ResNetConfig) -> None:
    """Make `network` the session's network; the address follows at the next `write_url`."""
    session = _session()
    session.network = network
    session.revision += 1
    session.edited = True


def other_network() -> ResNetConfig | None:
    """The network that the session's is compared with; None where none was chosen."""
    return _session().other


def set_other_network(network: ResNetConfig | None) -> None:
    """Compare the session's network with `network`; the address follows at the next `write_url`."""
    session = _session()
    session.other = network
    session.edited = True


def current_place() -> str:
    """The part of the network that is unfolded, as `resnet.outline.Focus.path` writes it; the network may have changed since."""
    return _session().place


def set_place(place: str) -> None:
    """Unfold another part; the address follows at the next `write_url`."""
    session = _session()
    session.place = place
    session.edited = True


def current_tab() -> str:
    """The open tab of the architecture page, one of TABS."""
    return _session().tab


def set_tab(tab: str) -> None:
    """Another tab was opened; the address follows at the next `write_url`."""
    session = _session()
    session.tab = tab
    session.edited = True


def current_protocol() -> str:
    """The chart of accuracies that is chosen, one of CHARTS."""
    return _session().protocol


def set_protocol(protocol: str) -> None:
    """Another chart was chosen; the address follows at the next `write_url`."""
    session = _session()
    session.protocol = protocol
    session.edited = True


def current_axis() -> Axis:
    """What the chart of accuracies counts as cost."""
    return _session().axis


def set_axis(axis: Axis) -> None:
    """Another cost was chosen; the address follows at the next `write_url`."""
    session = _session()
    session.axis = axis
    session.edited = True


def network_revision() -> int:
    """A number that rises whenever the session's network is replaced, by whomever."""
    return _session().revision


def address_problems() -> tuple[ExplainedError, ...]:
    """What the address asked for and could not have."""
    return _session().problems


def dismiss_address_problems() -> None:
    """The visitor has read them."""
    _session().problems = ()


def current_run() -> str | None:
    """The id of the run in the address; whether such a run exists is for the service to say. None where it is about none."""
    run = _session().run
    return None if run == EMBEDDED_RUN else run


def embedded_chosen() -> bool:
    """Whether, in the place of a run, the network that comes with the app is looked at."""
    return _session().run == EMBEDDED_RUN


def set_run(run: str | None) -> None:
    """Make `run` the run being looked at; the address follows at the next `write_url`. Not by a control that a timer brings along."""
    session = _session()
    if brought_along(session.run_set):
        return
    session.run_set = time.monotonic()
    session.run = run
    session.edited = True


def current_view() -> ChartView:
    """How the charts of a run are looked at."""
    return _session().view


def set_view(view: ChartView) -> None:
    """The charts are looked at another way; the address follows at the next `write_url`."""
    session = _session()
    session.view = view
    session.edited = True


def read_url() -> None:
    """Look at what the address asks for, if that is something new. For the beginning of a page: `held_address` says why not later."""
    session = _session()
    address = {name: st.query_params[name] for name in st.query_params if name in _OURS}
    known = session.in_force if address_chosen() else session.has_written
    if address and not session.edited and not known(address):
        _read(session, address)


def write_url() -> None:
    """Put language, display, run and network into the address where it says otherwise, in one step; parameters of others stay.

    One step, because each change of the address is a step in the browser's history.
    """
    session = _session()
    address = _address(session)
    wanted = {"lang": current_language(), **display_words(), **address}
    ours = {name: st.query_params[name] for name in st.query_params if name in (*_OURS, "lang", "display")}
    if ours != wanted:
        foreign = {name: st.query_params.get_all(name) for name in st.query_params if name not in ours}
        st.query_params.from_dict({**foreign, **wanted})
    if session.edited or not session.has_written(address):
        session.note_written(address)


def _session() -> NetworkSession:
    session: NetworkSession = st.session_state.setdefault(_SESSION_KEY, NetworkSession())
    return session


def _address(session: NetworkSession) -> dict[str, str]:
    """All that the address is to say, but for the language: as few words as there can be."""
    other = {} if session.other is None else {_B + name: value for name, value in to_query(session.other).items()}
    chosen = {"tab": session.tab, "protocol": session.protocol, "axis": session.axis}
    rest = {"open": session.place} | {name: value for name, value in chosen.items() if value != _CHOICES[name][0]}
    rest |= {"run": session.run or ""} | chart_view.to_query(session.view)
    return to_query(session.network) | other | {name: value for name, value in rest.items() if value}


def _read(session: NetworkSession, address: dict[str, str]) -> None:
    problems = list[ExplainedError]()
    session.run = address.get("run")
    if any(name in address for name in WORDS):
        session.network, problems = from_query(address)
        session.revision += 1
    other = {name.removeprefix(_B): value for name, value in address.items() if name in _OTHER}
    session.other, refused = from_query(other) if other else (None, [])
    problems += refused
    session.place, missing = _read_place(session.network, address.get("open", ""))
    session.tab, unknown_tab = _read_choice(address, "tab", TABS)
    session.protocol, unknown_protocol = _read_choice(address, "protocol", CHARTS)
    session.axis, unknown_axis = _read_choice(address, "axis", AXES)
    session.view, unknown_view = chart_view.from_query(address)
    session.problems = (*problems, *missing, *unknown_view, *unknown_tab, *unknown_protocol, *unknown_axis)
    # Noted as if written: what was refused is reported once, and the address is put right at the next `write_url`.
    session.note_written(address)


def _read_place(network: ResNetConfig, place: str) -> tuple[str, list[ExplainedError]]:
    found = focus_on(plan(network), place).path
    if found == place:
        return place, []
    return found, [ConfigError("the address opens {value!r}, which this network does not have", value=place[:_LONGEST_SHOWN])]


def _read_choice(address: Mapping[str, str], name: str, choices: tuple[_Choice, ...]) -> tuple[_Choice, list[ExplainedError]]:
    """What the address chooses; the first where it says nothing, or what there is not."""
    value = address.get(name, choices[0])
    for choice in choices:
        if choice == value:
            return choice, []
    shown = value[:_LONGEST_SHOWN]
    error = ConfigError(
        "the address gives {field}={value!r}, but one of {choices} is needed there", field=name, value=shown, choices=Listed(choices)
    )
    return choices[0], [error]
