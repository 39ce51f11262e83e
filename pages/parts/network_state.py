"""The network a visitor is looking at: one typed object per session, and its words in the address.

The address carries `name`, the key of a preset, and only those fields of ResNetConfig that differ from that preset; tuples are
written `3,4,6,3`. A link therefore shows its reader the same network, and a click in the navigation, which drops the parameters,
loses nothing: `write_url` puts them back on every run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

import streamlit as st

from pages.parts.i18n import current_language
from resnet.config import ResNetConfig
from resnet.errors import ConfigError, ExplainedError
from resnet.presets import PRESETS

DEFAULT_PRESET = "mini-resnet"
FIELDS = tuple(item.name for item in fields(ResNetConfig))
_OURS = (*FIELDS, "run")

# Depths and widths stand or fall together: with one of them replaced the number of stages may not match.
_UNITS = (("depths", "widths"), *((name,) for name in FIELDS if name not in ("name", "depths", "widths")))

_SESSION_KEY = "network_session"
_LONGEST_SHOWN = 60
# Cut here, a longer text names no network either, and its refusal stays short enough to be shown.
_LONGEST_READ = 80
# A browser that has not yet heard of the last write still sends the address before it.
_ADDRESS_TRAVEL_SECONDS = 2.0


@dataclass(slots=True)
class NetworkSession:
    """What one browser session knows of its network.

    Attributes:
        network: the last valid network.
        problems: what the address asked for and could not have, each with its reason; kept until the visitor has read them.
        run: the run being looked at, or None.
        revision: rises whenever the network is replaced; a form compares it to know that its fields are out of date.
        edited: network or run was changed here and is not in the address yet, so the address has nothing to say.
        written: the addresses written lately, each with the moment (`time.monotonic`) it was superseded; the last one is in force.
    """

    network: ResNetConfig = PRESETS[DEFAULT_PRESET]
    problems: tuple[ExplainedError, ...] = ()
    run: str | None = None
    revision: int = 0
    edited: bool = False
    written: list[tuple[float, dict[str, str]]] = field(default_factory=list)

    def has_written(self, address: Mapping[str, str]) -> bool:
        """Whether `address` is the one in force, or one that was until a moment ago."""
        oldest = time.monotonic() - _ADDRESS_TRAVEL_SECONDS
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
    """The id of the run in the address; whether such a run exists is for the service to say."""
    return _session().run


def set_run(run: str | None) -> None:
    """Make `run` the run being looked at; the address follows at the next `write_url`."""
    session = _session()
    session.run = run
    session.edited = True


def write_url() -> None:
    """Put language, run and network into the address where it says otherwise, in one step; parameters of others stay.

    One step, because each change of the address is a step in the browser's history.
    """
    session = _session()
    address = to_query(session.network) | ({"run": session.run} if session.run else {})
    wanted = {"lang": current_language(), **address}
    ours = {name: st.query_params[name] for name in st.query_params if name in _OURS or name == "lang"}
    if ours != wanted:
        foreign = {name: st.query_params.get_all(name) for name in st.query_params if name not in ours}
        st.query_params.from_dict({**foreign, **wanted})
    if session.edited or not session.has_written(address):
        session.note_written(address)


def preset_of(network: ResNetConfig) -> ResNetConfig:
    """The preset a network descends from: the one it is named after, else the one it shares most fields with."""
    named = PRESETS.get(network.name)
    return named or min(PRESETS.values(), key=lambda preset: len(_differences(network, preset)))


def to_query(network: ResNetConfig) -> dict[str, str]:
    """The network as address parameters: its preset's key, then the fields in which it differs from that preset."""
    preset = preset_of(network)
    return {"name": preset.name} | {name: _write(getattr(network, name)) for name in _differences(network, preset)}


def from_query(parameters: Mapping[str, str]) -> tuple[ResNetConfig, list[ExplainedError]]:
    """The network that `to_query` wrote, and what could not be read. Never raises.

    A value that cannot be read, or that makes no network together with the others, is left out: the preset's own stands in for it.
    """
    problems: list[ExplainedError] = []
    preset = PRESETS[DEFAULT_PRESET]
    name = parameters.get("name", DEFAULT_PRESET)
    if name in PRESETS:
        preset = PRESETS[name]
    else:
        problems.append(
            ConfigError(
                "the address asks for a network named {value!r}, which is not one of {choices}; {preset} is shown",
                value=_shorten(name),
                choices=", ".join(PRESETS),
                preset=DEFAULT_PRESET,
            )
        )
    values: dict[str, Any] = {}
    for key in FIELDS:
        if key == "name" or key not in parameters:
            continue
        try:
            values[key] = _READERS.get(key, str)(parameters[key][:_LONGEST_READ])
        except ValueError:
            problems.append(_unreadable(key, parameters[key]))
    network, refusals = _combine(preset, values)
    return network, problems + refusals


def _session() -> NetworkSession:
    session: NetworkSession = st.session_state.setdefault(_SESSION_KEY, NetworkSession())
    address = {name: st.query_params[name] for name in st.query_params if name in _OURS}
    if address and not session.edited and not session.has_written(address):
        _read(session, address)
    return session


def _read(session: NetworkSession, address: dict[str, str]) -> None:
    session.run = address.get("run")
    if any(name in address for name in FIELDS):
        session.network, problems = from_query(address)
        session.problems = tuple(problems)
        session.revision += 1
    # Noted as if written: what was refused is reported once, and the address is put right at the next `write_url`.
    session.note_written(address)


def _combine(preset: ResNetConfig, values: Mapping[str, Any]) -> tuple[ResNetConfig, list[ExplainedError]]:
    """The preset with `values`; where they make no network together, with as many of them as do, and the refusals of the others."""
    try:
        return replace(preset, **values), []
    except ConfigError:
        pass  # Some of them may still be right: each is tried for itself below, and the refusals are returned.
    network, refusals = preset, list[ExplainedError]()
    for unit in _UNITS:
        part = {name: values[name] for name in unit if name in values}
        try:
            network = replace(network, **part)
        except ConfigError as error:
            refusals.append(error)
    return network, refusals


def _differences(network: ResNetConfig, preset: ResNetConfig) -> list[str]:
    return [name for name in FIELDS if name != "name" and getattr(network, name) != getattr(preset, name)]


def _write(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _read_whole_numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


_READERS: Mapping[str, Callable[[str], Any]] = {
    "depths": _read_whole_numbers,
    "widths": _read_whole_numbers,
    "input_shape": _read_whole_numbers,
    "num_classes": int,
    "dropout": float,
    "bn_epsilon": float,
    "bn_momentum": float,
}


def _unreadable(name: str, text: str) -> ConfigError:
    shown = _shorten(text)
    if _READERS[name] is _read_whole_numbers:
        return ConfigError(
            "the address gives {field}={value!r}, but whole numbers separated by commas are needed there", field=name, value=shown
        )
    if _READERS[name] is int:
        return ConfigError("the address gives {field}={value!r}, but a whole number is needed there", field=name, value=shown)
    return ConfigError("the address gives {field}={value!r}, but a number is needed there", field=name, value=shown)


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
