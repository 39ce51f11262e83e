"""A run as one file that another server can take in: a .zip of run.json, of events.jsonl, an event a line, and, of a finished one, each
network's trained weights.

Whoever brings such a file may have made it by hand. So nothing in it is believed before it was looked at: what members there are and
how large they get, that the configuration is one, and that every event holds what events of its kind hold.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from resnet.config import TrainConfig
from resnet.datasets import DATASETS
from resnet.errors import ConfigError, FileError
from resnet.export.events_checked import LATEST, MOST_EVENTS, MOST_TOLD, events_from
from resnet.export.unpacking import opened, parsed, planned, read_member
from resnet.plan import Plan
from resnet.training.events import Event

FORMAT = "resnet-lab-run"
VERSION = 2  # version 1 has its events in run.json
MEMBER, EVENTS = "run.json", "events.jsonl"
MOST_DESCRIBED = 8 * 2**20  # bytes of run.json: it is parsed in one go, while nobody else is served
_LONGEST_LINE = 2**20  # bytes; what is measured of each of 5,000 layers takes half of it
_MOST_BRACKETS = 2 * MOST_EVENTS  # an event is a dict, and rarely one in a dict
_MOST_COMMAS = 30 * MOST_EVENTS  # a batch has nine, the gradients of a very deep network some hundred, once a second
_HEADER = 2**20  # bytes of a weights file beside its numbers, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class RunArchive:
    """A run that has ended, as it is in a file.

    Attributes:
        run: its id where it was trained.
        created: when it was asked for, in seconds since 1970.
        title, note: what people called it and wrote beside it.
        events: all it said, in order; the last one ends it.
        trained: by network, the file that `resnet.training.trained` keeps; empty where there is none.
        missing: networks that were trained to the end, and whose weights could not be packed. A note for who opens the file by hand.
    """

    run: str
    created: float
    config: TrainConfig
    events: tuple[Event, ...]
    title: str = ""
    note: str = ""
    trained: Mapping[str, bytes] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def lines_of(events: Iterable[Event]) -> bytes:
    """An event a line, as JSON."""
    return "".join(json.dumps(event.to_dict(), ensure_ascii=False, allow_nan=False) + "\n" for event in events).encode()


def pack(archive: RunArchive) -> bytes:
    """The file. `unpack` gives the run back."""
    described = {
        "format": FORMAT,
        "version": VERSION,
        "run": archive.run,
        "created": archive.created,
        "title": archive.title,
        "note": archive.note,
        "training": archive.config.to_dict(),
        "missing_weights": list(archive.missing),
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr(MEMBER, json.dumps(described, ensure_ascii=False, allow_nan=False))
        members.writestr(EVENTS, lines_of(archive.events))
        for network, weights in archive.trained.items():
            members.writestr(_weights_member(network), weights)
    return file.getvalue()


def unpack(data: bytes) -> RunArchive:
    """The run in a file that `pack` made. Raises FileError, saying what is wrong, for anything else.

    The weights are as they are in the file; that they are this network's is for whoever opens them to see.
    """
    with opened(data) as members:
        return _read(members)


def _read(members: zipfile.ZipFile) -> RunArchive:
    names = members.namelist()
    if MEMBER not in names:
        raise FileError("the archive is not that of a run: it lacks {member}", member=MEMBER)
    described = _described(_counted(read_member(members, MEMBER, MOST_DESCRIBED), MEMBER))
    config = _config(described)
    weights = {_weights_member(network.name): network for network in config.networks}
    plans = planned(config.networks)
    strangers = set(names) - {MEMBER, EVENTS, *weights}
    if strangers or len(names) != len(set(names)):
        raise FileError("the archive holds {member!r}, which is no part of a run", member=min(strangers or names))
    return RunArchive(
        run=_text(described, "run"),
        created=_moment(described),
        config=config,
        events=events_from(_told(members, described), config),
        title=_text(described, "title"),
        note=_text(described, "note"),
        trained={
            network.name: read_member(members, name, _most(size, config))
            for (name, network), size in zip(weights.items(), plans, strict=True)
            if name in names
        },
    )


def _weights_member(network: str) -> str:
    return f"trained/{network}.safetensors"


def _most(network: Plan, config: TrainConfig) -> int:
    """Bytes that the weights and the answers to the test split take, in float32."""
    answers = DATASETS[config.dataset].test_images * network.config.num_classes
    return 4 * (network.total_parameters + answers) + _HEADER


def _counted(text: bytes, member: str) -> bytes:
    """The text, if it is not of more parts than a run has: made into objects, each costs many times the bytes it is written with."""
    for sign, most in ((b"{", _MOST_BRACKETS), (b"[", _MOST_BRACKETS), (b",", _MOST_COMMAS), (b"\n", MOST_EVENTS)):
        if text.count(sign) > most:
            raise FileError("{member} in the archive holds more than the {most:,} events of a run need", member=member, most=MOST_EVENTS)
    return text


def _told(members: zipfile.ZipFile, described: Mapping[str, Any]) -> Iterable[Any]:
    """What are to be the run's events. Lines are parsed as they are asked for, and others are served in between."""
    if described["version"] == 1:
        told = described.get("events")
        return told if isinstance(told, list) else []
    if EVENTS not in members.namelist():
        raise FileError("the archive is not that of a run: it lacks {member}", member=EVENTS)
    lines = _counted(read_member(members, EVENTS, MOST_TOLD), EVENTS).split(b"\n")
    longest = max(map(len, lines))
    if longest > _LONGEST_LINE:
        raise FileError(
            "a line of {member} in the archive has {count:,} bytes, at most {most:,} are read",
            member=EVENTS,
            count=longest,
            most=_LONGEST_LINE,
        )
    return (parsed(line, EVENTS) for line in lines if line)


def _described(text: bytes) -> dict[str, Any]:
    described = parsed(text, MEMBER)
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise FileError('{member} in the archive does not describe a run: it lacks "format": "{format}"', member=MEMBER, format=FORMAT)
    if isinstance(described.get("version"), bool) or described.get("version") not in range(1, VERSION + 1):
        raise FileError(
            "the archive has version {version!r} of the description of runs; versions 1 to {known} can be read",
            version=described.get("version"),
            known=VERSION,
        )
    return described


def _config(described: Mapping[str, Any]) -> TrainConfig:
    try:
        return TrainConfig.from_dict(described["training"])
    except KeyError as error:
        raise FileError("the description of the run lacks {what!r}", what="training") from error
    except (ConfigError, TypeError, AttributeError) as error:
        raise FileError("the run in the file cannot have been trained: {problem}", problem=str(error)) from error


def _text(described: Mapping[str, Any], name: str) -> str:
    value = described.get(name, "")
    if not isinstance(value, str):
        raise FileError("{what} in the description of the run must be text, got {value!r}", what=name, value=value)
    return value


def _moment(described: Mapping[str, Any]) -> float:
    value = described.get("created")
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or not 0 <= value <= LATEST:
        raise FileError(
            "{what} in the description of the run must be a time in seconds since 1970, got {value!r}", what="created", value=value
        )
    return float(value)
