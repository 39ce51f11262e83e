"""Recorded runs: what a real run said, with where and when it was made, as one compact file that a browser can play.

A file is JSON, gzipped, in the shape of one frame of the event stream (`resnet.runs.channel.Frame`) with more beside it:
    about: machine, recorded (ISO date), raced and shares (see `Recording`)
    config: the TrainConfig as data
    batches: columns by network; events: all other events that are worth watching
"""

from __future__ import annotations

import gzip
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from resnet.config import TrainConfig
from resnet.training.events import BatchEnd, Event, Finished, GradientNorms, Recovered, Started, Trouble, from_dict

FOLDER = Path(__file__).parents[2] / "assets" / "recordings"
SUFFIX = ".json.gz"
_KEPT = (Started, GradientNorms, Trouble, Recovered, Finished)
_COLUMNS = ("step", "epoch", "loss", "accuracy", "seconds")
_DIGITS = 4  # significant
_Value = TypeVar("_Value")
MOST_NORMS = 40  # measurements of a network that are kept


@dataclass(frozen=True, slots=True)
class Recording:
    """A run that was recorded.

    Attributes:
        machine: what it ran on, in words. recorded: the day, as ISO 8601 writes it.
        config: what was trained. events: what it said, batches among the rest, in order.
        raced: how many networks trained side by side when it was made; more than are shown, where others were left out.
        shares: the share of the race's time that each network would take alone; step times measured one network after another on the
            same machine. Empty where that was not measured.
    """

    name: str
    machine: str
    recorded: str
    config: TrainConfig
    events: tuple[Event, ...]
    raced: int
    shares: Mapping[str, float]


def names() -> tuple[str, ...]:
    """All recordings there are."""
    return tuple(sorted(path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}")))


def path_of(name: str) -> Path:
    """The file of a recording, whether there is one or not. `name` is one of ours, never a visitor's."""
    return FOLDER / f"{name}{SUFFIX}"


@lru_cache
def load(name: str) -> Recording | None:
    """The recording of that name; None where this installation has none."""
    path = path_of(name)
    if not path.is_file():
        return None
    data = json.loads(gzip.decompress(path.read_bytes()))
    about = data["about"]
    config = TrainConfig.from_dict(data["config"])
    events = sorted((*(from_dict(event) for event in data["events"]), *_batches(data, config)), key=_order)
    return Recording(name, about["machine"], about["recorded"], config, tuple(events), about["raced"], about["shares"])


def write(
    path: Path,
    config: TrainConfig,
    events: Sequence[Event],
    *,
    machine: str,
    recorded: str,
    shares: Mapping[str, float] = MappingProxyType({}),
) -> None:
    """Keep what of a run's events is worth watching, numbers to four digits.

    Where `config` names fewer networks than ran, only theirs are kept: each learns in a race as it would without the others.
    """
    raced = len({event.network for event in events if isinstance(event, BatchEnd)})
    events = [part for event in events if (part := _part(event, {network.name for network in config.networks})) is not None]
    batches: dict[str, dict[str, list[Any]]] = {}
    for event in events:
        if isinstance(event, BatchEnd):
            columns = batches.setdefault(event.network, {name: [] for name in _COLUMNS})
            for name in _COLUMNS:
                columns[name].append(_short(getattr(event, name)))
    for columns in batches.values():
        columns["images_per_second"], columns["time"] = [None], [None]
    kept = [event for event in _fewer_norms(events) if isinstance(event, _KEPT)]
    data = {
        "about": {
            "machine": machine,
            "recorded": recorded,
            "raced": raced,
            "shares": {name: _short(share) for name, share in shares.items()},
        },
        "config": config.to_dict(),
        "state": "finished",
        "stopping": False,
        "position": None,
        "anew": True,
        "batches": batches,
        "events": [_rounded(event.to_dict()) for event in kept],
    }
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))


def _part(event: Event, networks: set[str]) -> Event | None:
    """What an event says of these networks; None where it is of others alone."""
    if getattr(event, "network", None) not in (None, *networks):
        return None
    if isinstance(event, Started):
        return replace(event, networks=[name for name in event.networks if name in networks], layers=_of(event.layers, networks))
    if isinstance(event, Finished):
        return replace(
            event,
            test_loss=_of(event.test_loss, networks),
            test_accuracy=_of(event.test_accuracy, networks),
            class_accuracy=_of(event.class_accuracy, networks),
        )
    return event


def _of(values: Mapping[str, _Value], networks: set[str]) -> dict[str, _Value]:
    return {name: value for name, value in values.items() if name in networks}


def _batches(data: Mapping[str, Any], config: TrainConfig) -> list[BatchEnd]:
    rate = config.recipe.learning_rate
    return [
        BatchEnd(
            run="recording",
            sequence=0,
            time=0.0,
            network=network,
            step=step,
            epoch=epoch,
            loss=math.nan if loss is None else loss,
            accuracy=math.nan if accuracy is None else accuracy,
            learning_rate=rate,
            images_per_second=math.nan,
            seconds=math.nan if seconds is None else seconds,
        )
        for network, columns in data["batches"].items()
        for step, epoch, loss, accuracy, seconds in zip(*(columns[name] for name in _COLUMNS), strict=True)
    ]


def _order(event: Event) -> tuple[float, int]:
    """By step; what is told of a step comes after its batch, the beginning first and the end last."""
    if isinstance(event, Started):
        return -1, 0
    return (math.inf if event.ends_run else getattr(event, "step", 0)), 0 if isinstance(event, BatchEnd) else 1


def _fewer_norms(events: Sequence[Event]) -> list[Event]:
    """The events with the gradients' norms thinned to MOST_NORMS a network, the first and the last among them."""
    kept: list[Event] = []
    total = Counter(event.network for event in events if isinstance(event, GradientNorms))
    places = {network: _spread(count, MOST_NORMS) for network, count in total.items()}
    seen = Counter[str]()
    for event in events:
        if isinstance(event, GradientNorms):
            seen[event.network] += 1
            if seen[event.network] - 1 not in places[event.network]:
                continue
        kept.append(event)
    return kept


def _spread(count: int, most: int) -> set[int]:
    """At most so many of the places 0 to count - 1, evenly spread, the first and the last among them."""
    return set(range(count)) if count <= most else {round(place * (count - 1) / (most - 1)) for place in range(most)}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: item if name == "time" else _rounded(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return _short(value)


def _short(value: Any) -> Any:
    if not isinstance(value, float):
        return value
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
