"""What a training run says while it happens. Plain data: the worker emits it, the store keeps it, pages and browsers read it.

`sequence` counts 1, 2, 3 … within a run in the order the worker emitted. Steps and epochs count from 1;
`step` counts batches over the whole run, never starting anew at an epoch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

from resnet.training.event import Event as Event
from resnet.training.event import ExplainedEvent, read


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
    """The first batch is about to be computed.

    `precision` is what the machine that trains computes in, "float32" or "bfloat16". `layers` names, by network and in the order of
    depth, the layers with kernels whose gradients `GradientNorms` gives.
    """

    kind: ClassVar[str] = "started"
    networks: list[str]
    epochs: int
    steps_per_epoch: int
    training_images: int
    precision: str = "float32"
    layers: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEnd(Event):
    """One optimiser step of one network. Loss and accuracy are this batch's own, not running means; before the step was applied.

    `seconds` is the training time so far: pauses, interruptions and what was lost with them are left out; NaN in older histories.
    """

    kind: ClassVar[str] = "batch"
    network: str
    step: int
    epoch: int
    loss: float
    accuracy: float
    learning_rate: float
    images_per_second: float
    seconds: float = math.nan


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
class Paused(Event):
    """Somebody asked the run to wait; it has done `step` steps and holds its worker.

    A single step in a pause is a batch and then `Paused` again, with no `Resumed` between. `Continued` ends a pause as well.
    """

    kind: ClassVar[str] = "paused"
    step: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The pause is over; the next batch begins."""

    kind: ClassVar[str] = "resumed"
    step: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged(Event):
    """From the batch after `step` on the learning rate is another one: set by "hand", cut by a "plateau", or halved for a "repair".

    A schedule's own course is no change. Where a schedule goes on after a "repair", all that follows is scaled by
    `learning_rate / previous`; after a "hand" nothing rises above `learning_rate`: a climb ends there, and a fall starts from there.
    """

    kind: ClassVar[str] = "rate"
    step: int
    epoch: int
    previous: float
    learning_rate: float
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientNorms(Event):
    """The L2 norm of the loss's gradient for each kernel of the network in `Started.layers`' order, on the batch of `step`.

    Told about once a second, and after each single step of a paused run.
    """

    kind: ClassVar[str] = "gradients"
    network: str
    step: int
    norms: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured(Event):
    """Asked for by a person. `update_ratio` is |change of a kernel in this step| / |kernel|, by layer name; `dead` is the share of units
    (channels at a place) of an activation layer that are zero for every image of a probe, by layer name, 0 to 1.

    A paused run answers at once with an empty `update_ratio`, and once more, with both, after its next step.
    """

    kind: ClassVar[str] = "measured"
    network: str
    step: int
    update_ratio: dict[str, float]
    dead: dict[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble(Event):
    """The loss does what it should not: "nan" (no number), "explosion" or "plateau". It began after step `since`.

    `cause` is the likely reason: "rate-too-high", "rate-too-low", "no-shortcuts" or "unknown". `loss` is the latest, `before` what it
    is compared with (the best so far; for a plateau, that of guessing). `good_step` is that of the newest checkpoint from before, 0
    where first weights have to do, None for a run without checkpoints, and where the loss of step 1 is no number: no going back would
    mend that. After "nan" the run is `Interrupted`.
    """

    kind: ClassVar[str] = "trouble"
    network: str
    step: int
    epoch: int
    trouble: str
    cause: str
    since: int
    loss: float
    before: float
    good_step: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered(Event):
    """What the last `Trouble` told of is over by itself."""

    kind: ClassVar[str] = "recovered"
    network: str
    step: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved(Event):
    """A checkpoint of the state after `step` is on disk: from here the run can go on, whatever happens."""

    kind: ClassVar[str] = "saved"
    step: int
    epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveFailed(ExplainedEvent):
    """A checkpoint could not be written. Training goes on."""

    kind: ClassVar[str] = "save-failed"
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Continued(Event):
    """The run goes on from its checkpoint of `step` (0: from its first weights). What was told of later steps before this event counts
    no more: `resnet.training.course.effective` leaves it out. `rate_factor` scales the learning rate from here on.

    `epoch_ended` is False where the checkpoint is from before the end of `epoch`: an `EpochEnd` of `step` itself is then told again.
    From step 0 everything begins anew, and `Started` is told again too.
    """

    kind: ClassVar[str] = "continued"
    step: int
    epoch: int
    epoch_ended: bool = True
    rate_factor: float = 1.0


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
class Interrupted(ExplainedEvent):
    """The run stands still and can be continued from its checkpoint."""

    kind: ClassVar[str] = "interrupted"
    ends_run: ClassVar[bool] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed(ExplainedEvent):
    """The run could not go on."""

    kind: ClassVar[str] = "failed"
    ends_run: ClassVar[bool] = True


KINDS: dict[str, type[Event]] = {
    event.kind: event
    for event in (
        Preparing,
        Started,
        BatchEnd,
        EpochEnd,
        Paused,
        Resumed,
        RateChanged,
        GradientNorms,
        Measured,
        Trouble,
        Recovered,
        Saved,
        SaveFailed,
        Continued,
        Evaluating,
        Finished,
        Stopped,
        Interrupted,
        Failed,
    )
}


def from_dict(data: dict[str, Any]) -> Event:
    """The event that `to_dict` wrote. Fields a newer version added are ignored; ValueError for an unknown kind."""
    kind = KINDS.get(data.get("kind", ""))
    if kind is None:
        raise ValueError(f"an event's kind must be one of {sorted(KINDS)}, got {data.get('kind')!r}")
    return read(kind, data)
