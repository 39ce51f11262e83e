"""Events from a file: each is held to what events of its kind hold, and all of them to the run that they are to be of."""

from __future__ import annotations

import math
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import fields
from itertools import islice, pairwise
from typing import Any

from resnet.config import TrainConfig
from resnet.datasets import DATASETS
from resnet.errors import FileError, fill
from resnet.training.events import KINDS, Event, Failed, Finished, GradientNorms, Interrupted, Preparing, SaveFailed, Started, from_dict

MOST_EVENTS = 100_000  # of the longest recipe four networks side by side have a third
# Bytes of all events. A batch takes 300, the gradients of 110 layers 2,400: the longest recipe's 8,440 steps come to 23 million.
MOST_TOLD = 32 * 2**20
LATEST = 4_102_444_800.0  # the year 2100, in seconds since 1970
_LARGEST = 10**12  # of any count
_LONGEST = 10_000  # characters of any text; a framework's own words on what went wrong can be long
_LONGEST_RULE = 2_000  # characters
_SPECS = frozenset({"", ",", "g", ",g", ".2g", ".3g", ".4g", ".1f", ".2f", ".3f", ".0%", ".1%"})  # how a rule's value may be written


def events_from(told: Iterable[Any], config: TrainConfig) -> tuple[Event, ...]:
    """The events of a run of `config` that has ended. Raises FileError for anything else."""
    events = tuple(_event(data, place) for place, data in enumerate(islice(told, MOST_EVENTS + 1), start=1))
    if not 1 <= len(events) <= MOST_EVENTS:
        raise FileError("the run in the file must have between 1 and {most:,} events", most=MOST_EVENTS)
    if any(later.sequence <= earlier.sequence for earlier, later in pairwise(events)) or events[0].sequence < 1:
        raise FileError("the events of the run in the file are not in order")
    if not events[-1].ends_run:
        raise FileError("the run in the file has not ended; its last event is {kind!r}", kind=events[-1].kind)
    layers: dict[str, int] = {}
    for event in events:
        _check_networks(event, {network.name for network in config.networks})
        if isinstance(event, Started):
            layers = {network: len(names) for network, names in event.layers.items()}
        if isinstance(event, GradientNorms) and len(event.norms) != layers.get(event.network):
            raise _wrong(event, "norms", len(event.norms))
    if isinstance(events[-1], Finished):
        _check_result(events[-1], config)
    return events


def _event(data: Any, place: int) -> Event:
    kind = KINDS.get(data.get("kind", "")) if isinstance(data, dict) and isinstance(data.get("kind", ""), str) else None
    if kind is None:
        raise FileError("event {place:,} of the run in the file is of no known kind", place=place)
    try:
        event = from_dict(data)
    except (TypeError, AttributeError) as error:
        raise FileError("event {place:,} of the run in the file is incomplete: {problem}", place=place, problem=str(error)) from error
    for one in fields(event):
        if not _holds(getattr(event, one.name), str(one.type)):
            raise _wrong(event, one.name, getattr(event, one.name))
    if not 0 <= event.time <= LATEST:
        raise _wrong(event, "time", event.time)
    if isinstance(event, Started) and (event.steps_per_epoch < 1 or event.precision not in ("float32", "bfloat16")):
        raise _wrong(event, "steps_per_epoch", event.steps_per_epoch)
    if isinstance(event, (Failed, Interrupted, SaveFailed)):
        _check_words(event)
    return event


def _holds(value: Any, kind: str) -> bool:
    """Whether a field annotated as `kind` can have that value. A float may be no number; a whole number is one too."""
    if kind.endswith(" | None"):
        return value is None or _holds(value, kind.removesuffix(" | None"))
    if kind.startswith("list["):
        return isinstance(value, list) and all(_holds(item, kind[5:-1]) for item in value)
    if kind.startswith("dict[str, "):
        return isinstance(value, dict) and all(_readable(name) and _holds(item, kind[10:-1]) for name, item in value.items())
    match kind:
        case "str":
            return _readable(value)
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _LARGEST
        case "float":
            return isinstance(value, float) or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST)
        case "Any":  # what fills an error's sentence
            return isinstance(value, float) or _readable(value) or (isinstance(value, int) and abs(value) <= _LARGEST)
    raise ValueError(f"no event has a field of the kind {kind!r}")


def _readable(value: Any) -> bool:
    """Whether it is text that every database takes and a page can send: no control characters, and no halves of surrogate pairs."""
    return (
        isinstance(value, str)
        and len(value) <= _LONGEST
        and all(sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs") for sign in value)
    )


def _check_words(event: Failed | Interrupted | SaveFailed) -> None:
    """A sentence with gaps that its values do not fill would break the page that shows it.

    A gap may name a value and how it is written, as the app's own rules do: `str.format` would also make it a thousand million
    characters wide, or look inside it.
    """
    try:
        gaps = [gap for gap in string.Formatter().parse(event.rule) if gap[1] is not None]
        plain = all(name in event.values and spec in _SPECS and how in (None, "r", "s") for _, name, spec, how in gaps)
        if not plain or len(event.rule) > _LONGEST_RULE:
            raise _wrong(event, "rule", event.rule)
        fill(event.rule, event.values)
        event.rule.format(**event.values)
    except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
        raise _wrong(event, "rule", event.rule) from error


def _check_networks(event: Event, known: set[str]) -> None:
    named = set(event.networks) | set(event.layers) if isinstance(event, Started) else {getattr(event, "network", None)} - {None}
    if not named <= known:
        raise _wrong(event, "network", min(str(name) for name in named - known))
    if isinstance(event, Preparing) and event.done is not None and not 0 <= event.done <= 1:
        raise _wrong(event, "done", event.done)


def _check_result(result: Finished, config: TrainConfig) -> None:
    names = {network.name for network in config.networks}
    for name, told in (("test_loss", result.test_loss), ("test_accuracy", result.test_accuracy), ("class_accuracy", result.class_accuracy)):
        if set(told) != names:
            raise _wrong(result, name, ", ".join(told))
    classes = DATASETS[config.dataset].num_classes
    shares = [*result.test_accuracy.values(), *(share for each in result.class_accuracy.values() for share in each)]
    if any(len(each) != classes for each in result.class_accuracy.values()) or not all(0 <= share <= 1 for share in shares):
        raise _wrong(result, "class_accuracy", result.class_accuracy)
    if not (math.isfinite(result.seconds) and result.seconds >= 0):
        raise _wrong(result, "seconds", result.seconds)


def _wrong(event: Event, name: str, value: object) -> FileError:
    return FileError(
        "event {sequence} of the run in the file, {kind!r}, has a value for {what!r} that it cannot have: {value!r}",
        sequence=str(event.sequence),
        kind=event.kind,
        what=name,
        value=value,
    )
