"""What a training run says while it happens. Plain data: the worker emits it, the store keeps it, pages and browsers read it.

`sequence` counts 1, 2, 3 … within a run in the order the worker emitted. Steps and epochs count from 1;
`step` counts batches over the whole run, never starting anew at an epoch.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Common part of every event. `time` is seconds since 1970, by the clock of the machine that emitted."""

    kind: ClassVar[str]
    ends_run: ClassVar[bool] = False
    run: str
    sequence: int
    time: float

    def to_dict(self) -> dict[str, Any]:
        """The event as JSON-ready data, with its kind. JSON knows no NaN and no infinity: a loss that is neither finite becomes None."""
        return {"kind": self.kind, **{name: _finite_or_none(value) for name, value in asdict(self).items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparing(Event):
    """The worker took the run and is in `phase`: "worker" (TensorFlow is loading), "data", "download", "network" or "graph".

    `done` is a share from 0 to 1 where it is known.
    """

    kind: ClassVar[str] = "preparing"
    phase: str
    done: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started(Event):
    """The first batch is about to be computed."""

    kind: ClassVar[str] = "started"
    networks: list[str]
    epochs: int
    steps_per_epoch: int
    training_images: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEnd(Event):
    """One optimiser step of one network. Loss and accuracy are this batch's own, not running means; before the step was applied."""

    kind: ClassVar[str] = "batch"
    network: str
    step: int
    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEnd(Event):
    """One epoch of one network. Training figures are means over its batches (dropout on), validation figures are measured after it."""

    kind: ClassVar[str] = "epoch"
    network: str
    epoch: int
    step: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float
    learning_rate: float
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluating(Event):
    """Training is over; the test split is being measured with the weights of `best_epoch` (None: those of the last step)."""

    kind: ClassVar[str] = "evaluating"
    best_epoch: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished(Event):
    """The run came to its own end. `class_accuracy` per network is in the order of the data set's class names."""

    kind: ClassVar[str] = "finished"
    ends_run: ClassVar[bool] = True
    test_loss: dict[str, float]
    test_accuracy: dict[str, float]
    class_accuracy: dict[str, list[float]]
    best_epoch: int | None
    stopped_early: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped(Event):
    """Somebody stopped the run after `step` steps. There is no test result."""

    kind: ClassVar[str] = "stopped"
    ends_run: ClassVar[bool] = True
    step: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(Event):
    """The run could not go on. `rule` and `values` are those of an ExplainedError, so that a page can translate them."""

    kind: ClassVar[str] = "failed"
    ends_run: ClassVar[bool] = True
    rule: str
    values: dict[str, Any]

    @property
    def reason(self) -> str:
        """The reason in English."""
        return self.rule.format(**self.values)


KINDS: dict[str, type[Event]] = {
    event.kind: event for event in (Preparing, Started, BatchEnd, EpochEnd, Evaluating, Finished, Stopped, Failed)
}


def from_dict(data: dict[str, Any]) -> Event:
    """The event that `to_dict` wrote. Fields a newer version added are ignored; ValueError for an unknown kind."""
    kind = KINDS.get(data.get("kind", ""))
    if kind is None:
        raise ValueError(f"an event's kind must be one of {sorted(KINDS)}, got {data.get('kind')!r}")
    return kind(**{field.name: _number_again(data[field.name], field.type) for field in fields(kind) if field.name in data})


def _finite_or_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite_or_none(item) for name, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number_again(value: Any, kind: Any) -> Any:
    """A number that `_finite_or_none` took away is NaN again; `kind` is the field's annotation as text."""
    if kind == "dict[str, float]":
        return {name: math.nan if item is None else item for name, item in value.items()}
    return math.nan if value is None and kind == "float" else value
