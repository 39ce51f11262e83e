"""What a run said on its way, as tables and as JSON that others can read, and as the curves of a TensorBoard log."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any, get_args

from resnet.config import Precision, ResNetConfig, TrainConfig
from resnet.training.events import BatchEnd, Continued, EpochEnd, Event, Finished, RateChanged, Started

if TYPE_CHECKING:
    from resnet.inquiries import Series

FORMAT = "resnet-lab-history"
VERSION = 1

EPOCH_COLUMNS = (
    "network",
    "epoch",
    "step",
    "loss",
    "accuracy",
    "validation_loss",
    "validation_accuracy",
    "learning_rate",
    "seconds",
)
BATCH_COLUMNS = ("network", "step", "epoch", "loss", "accuracy", "learning_rate", "images_per_second", "seconds")


def epochs_csv(events: Iterable[Event]) -> str:
    """One row for each epoch of each network, with a header. Accuracies are shares, losses nats."""
    return _csv(EPOCH_COLUMNS, (event for event in events if isinstance(event, EpochEnd)))


def batches_csv(events: Iterable[Event]) -> str:
    """One row for each batch of each network, with a header. `seconds` is the training time so far."""
    return _csv(BATCH_COLUMNS, (event for event in events if isinstance(event, BatchEnd)))


def _csv(columns: Sequence[str], events: Iterable[Event]) -> str:
    """A number that is none leaves its field empty."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(columns)
    for event in events:
        told = event.to_dict()
        rows.writerow(["" if told[name] is None else told[name] for name in columns])
    return text.getvalue()


def history_json(run: str, config: TrainConfig, events: Sequence[Event]) -> str:
    """Configuration, epochs, batches (as columns), changes of the rate and the result as one JSON document.

    A number that is none is null.
    """
    batches = [event.to_dict() for event in events if isinstance(event, BatchEnd)]
    result = next((event for event in reversed(events) if isinstance(event, Finished)), None)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "run": run,
        "training": config.to_dict(),
        "precision": precision_of(config, events),
        "epochs": [_fields(event, EPOCH_COLUMNS) for event in events if isinstance(event, EpochEnd)],
        "batches": {name: [told[name] for told in batches] for name in BATCH_COLUMNS},
        "changes": [_change(event) for event in events if isinstance(event, (RateChanged, Continued))],
        "result": None if result is None else _fields(result, ("test_loss", "test_accuracy", "class_accuracy", "best_epoch", "seconds")),
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _fields(event: Event, names: Sequence[str]) -> dict[str, Any]:
    told = event.to_dict()
    return {name: told[name] for name in names}


def _change(event: RateChanged | Continued) -> dict[str, Any]:
    told = event.to_dict()
    return {name: told[name] for name in ("kind", *asdict(event)) if name not in ("run", "sequence", "time")}


def precision_of(config: TrainConfig, events: Iterable[Event]) -> Precision | None:
    """What the layers of a run computed in, "float32" or "bfloat16", as it said or its recipe does.

    None where nobody knows: in a file of a network may be no word of it, and a run may have gone on on a machine that computes otherwise.
    """
    told = {event.precision for event in events if isinstance(event, Started)} or {config.recipe.precision}
    for known in get_args(Precision):
        if told == {known} and known != "auto":
            return known
    return None


def trained_as(config: TrainConfig, network: ResNetConfig, events: Iterable[Event]) -> TrainConfig:
    """How one network of a run was trained, for a file of it alone: in the precision that it computed in, where the recipe left that to
    the machine."""
    return replace(config, networks=(network,), recipe=replace(config.recipe, precision=precision_of(config, events) or "auto"))


def series_of(events: Iterable[Event], network: str) -> tuple[Series, ...]:
    """The curves of one network: of each batch in the log "train", of each epoch's end in "validation". Steps count batches."""
    points: dict[tuple[str, str], list[tuple[int, float, float]]] = {}
    for event in events:
        if isinstance(event, BatchEnd) and event.network == network:
            told = {"loss": event.loss, "accuracy": event.accuracy, "learning_rate": event.learning_rate}
            log = "train"
        elif isinstance(event, EpochEnd) and event.network == network:
            told = {"loss": event.validation_loss, "accuracy": event.validation_accuracy}
            log = "validation"
        else:
            continue
        for tag, value in told.items():
            points.setdefault((log, tag), []).append((event.step, value, event.time))
    return tuple(_series(log, tag, told) for (log, tag), told in points.items())


def _series(log: str, tag: str, points: list[tuple[int, float, float]]) -> Series:
    from resnet.inquiries import Series  # inquiries need NumPy, what else is written here does not

    steps, values, times = zip(*points, strict=True)
    return Series(log, tag, steps, values, times)
