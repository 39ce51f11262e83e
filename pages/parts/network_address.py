"""A network's words in an address: written as few as there can be, read with patience.

`name` is the key of a preset; then only those fields of ResNetConfig that differ from that preset; tuples are written `3,4,6,3`.
A network that goes by no preset's name has its own in `called`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any

from resnet.checks import check_name
from resnet.config import ResNetConfig, fields_that_differ
from resnet.errors import ConfigError, ExplainedError
from resnet.presets import PRESETS

DEFAULT_PRESET = "mini-resnet"
FIELDS = tuple(item.name for item in fields(ResNetConfig))
_CALLED = "called"
WORDS = (*FIELDS, _CALLED)

# Depths and widths stand or fall together: with one of them replaced the number of stages may not match.
_UNITS = (("depths", "widths"), *((name,) for name in FIELDS if name not in ("name", "depths", "widths")))

# Cut here, a longer text names no network either, and its refusal stays short enough to be shown.
_LONGEST_READ = 80


def preset_of(network: ResNetConfig) -> ResNetConfig:
    """The preset a network descends from: the one it is named after, else the one it shares most fields with."""
    named = PRESETS.get(network.name)
    return named or min(PRESETS.values(), key=lambda preset: len(fields_that_differ(network, preset)))


def to_query(network: ResNetConfig) -> dict[str, str]:
    """The network as address parameters: its preset's key, its own name if it has one, then the fields in which it differs."""
    preset = preset_of(network)
    called = {} if network.name == preset.name else {_CALLED: network.name}
    return {"name": preset.name} | called | {name: _write(getattr(network, name)) for name in fields_that_differ(network, preset)}


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
                "the address asks for a network named {value!r}, which is none of the {count} presets; {preset} is shown",
                value=name,
                count=len(PRESETS),
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
    network, unfit = _call(network, parameters.get(_CALLED, network.name))
    return network, problems + refusals + unfit


def _combine(preset: ResNetConfig, values: Mapping[str, Any]) -> tuple[ResNetConfig, list[ExplainedError]]:
    """The preset with `values`; where they make no network together, with as many of them as do, and the refusals of the others."""
    try:
        return replace(preset, **values), []
    except ConfigError:
        pass  # Some of them may still be right: each is tried for itself below, and the refusals are returned.
    network, refused = preset, dict[tuple[str, ...], ConfigError]()
    # Twice: a number of groups is right only once the blocks are bottlenecks, and whichever comes first, the second round finds both.
    for unit in _UNITS * 2:
        part = {name: values[name] for name in unit if name in values}
        try:
            network = replace(network, **part)
            refused.pop(unit, None)
        except ConfigError as error:
            refused[unit] = error
    return network, list(refused.values())


def _call(network: ResNetConfig, name: str) -> tuple[ResNetConfig, list[ExplainedError]]:
    """The network under a name of its own; as it is, with the reason, where it cannot be called that."""
    if name == network.name:
        return network, []
    try:
        check_name(name[:_LONGEST_READ])
    except ConfigError as error:
        return network, [error]
    if name in PRESETS:
        return network, [ConfigError("the address calls its network {value}, which is a preset's name", value=name)]
    return replace(network, name=name), []


def _write(value: object) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _read_whole_numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(","))


def _read_flag(text: str) -> bool:
    """True or False; ValueError for anything else."""
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


def _read_optional(text: str) -> int | None:
    return None if text.lower() == "none" else int(text)


_READERS: Mapping[str, Callable[[str], Any]] = {
    "depths": _read_whole_numbers,
    "widths": _read_whole_numbers,
    "input_shape": _read_whole_numbers,
    "num_classes": int,
    "preactivation": _read_flag,
    "groups": int,
    "width_per_group": int,
    "se_reduction": _read_optional,
    "zero_init_residual": _read_flag,
    "dropout": float,
    "bn_epsilon": float,
    "bn_momentum": float,
}


def _unreadable(name: str, text: str) -> ConfigError:
    if _READERS[name] is _read_whole_numbers:
        return ConfigError(
            "the address gives {key}={value!r}, but whole numbers separated by commas are needed there", key=name, value=text
        )
    if _READERS[name] is _read_flag:
        return ConfigError("the address gives {key}={value!r}, but true or false is needed there", key=name, value=text)
    if _READERS[name] is _read_optional:
        return ConfigError("the address gives {key}={value!r}, but a whole number or none is needed there", key=name, value=text)
    if _READERS[name] is int:
        return ConfigError("the address gives {key}={value!r}, but a whole number is needed there", key=name, value=text)
    return ConfigError("the address gives {key}={value!r}, but a number is needed there", key=name, value=text)
