"""A run as one file that another server can take in: a .zip of run.json and, of a finished one, each network's trained weights.

Whoever brings such a file may have made it by hand. So nothing in it is believed before it was looked at: what members there are and
how large they get, that the configuration is one, and that every event holds what events of its kind hold.
"""

from __future__ import annotations

import io
import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from resnet.config import TrainConfig
from resnet.datasets import DATASETS
from resnet.errors import ConfigError, FileError
from resnet.export.events_checked import LATEST, MOST_EVENTS, events_from
from resnet.export.unpacking import opened, planned, read_member
from resnet.plan import Plan
from resnet.training.events import Event

FORMAT = "resnet-lab-run"
VERSION = 1
MEMBER = "run.json"
MOST_TEXT = 32 * 2**20  # bytes of run.json; a batch takes about 250
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
    """

    run: str
    created: float
    config: TrainConfig
    events: tuple[Event, ...]
    title: str = ""
    note: str = ""
    trained: Mapping[str, bytes] = field(default_factory=dict)


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
        "events": [event.to_dict() for event in archive.events],
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as members:
        members.writestr(MEMBER, json.dumps(described, ensure_ascii=False, allow_nan=False))
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
    described = _parse(read_member(members, MEMBER, MOST_TEXT))
    config = _config(described)
    weights = {_weights_member(network.name): network for network in config.networks}
    plans = planned(config.networks)
    strangers = set(names) - {MEMBER, *weights}
    if strangers or len(names) != len(set(names)):
        raise FileError("the archive holds {member!r}, which is no part of a run", member=min(strangers or names))
    return RunArchive(
        run=_text(described, "run"),
        created=_moment(described),
        config=config,
        events=events_from(described.get("events"), config),
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


def _parse(text: bytes) -> dict[str, Any]:
    # Counted before they are made: each costs many times the bytes it is written with.
    for sign, most in ((b"{", _MOST_BRACKETS), (b"[", _MOST_BRACKETS), (b",", _MOST_COMMAS)):
        if text.count(sign) > most:
            raise FileError("{member} in the archive holds more than the {most:,} events of a run need", member=MEMBER, most=MOST_EVENTS)
    try:
        described = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileError("{member} in the archive is not JSON: {problem}", member=MEMBER, problem=str(error)) from error
    if not isinstance(described, dict) or described.get("format") != FORMAT:
        raise FileError('{member} in the archive does not describe a run: it lacks "format": "{format}"', member=MEMBER, format=FORMAT)
    if described.get("version") != VERSION or isinstance(described["version"], bool):
        raise FileError(
            "the archive has version {version!r} of the description of runs; version {known} is the one that can be read",
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
