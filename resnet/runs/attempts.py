"""A run that stands still goes on: when it may, from where, and that nobody starts it twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from resnet.errors import StoreError, TrainingError
from resnet.runs.hub import Hub
from resnet.runs.store import GoOn, RunRecord, Store
from resnet.training.course import effective
from resnet.training.events import BatchEnd, Continued, EpochEnd, Event, Saved, Started, Trouble

REPAIR_FACTOR = 0.5  # of the learning rate
FIRST = -1  # the rank of a run that goes on before all others


def begin_again(store: Store, hub: Hub, run: str, how: GoOn, *, owner: str, rank: int) -> None:
    """Queue a run that was interrupted or stopped once more, as the same run. Reads and writes the database.

    Raises TrainingError with the reason where that cannot be; of all who ask at the same time, on whatever server, one succeeds.
    """
    if not hub.settle(run):
        raise hub.problem or StoreError("what this run has said is not in the database yet; try again in a moment")
    record = known(store.run(run), run)
    if not record.can_continue:
        raise _not_now(record)
    past = store.events(run)
    if not store.begin_again(run, record.attempt, owner, how):
        raise TrainingError("run {run} has been continued by somebody else this moment", run=run)
    again = replace(record, state="queued", attempt=record.attempt + 1, owner=owner, continuation=how, outcome=None)
    hub.begin_again(again, past, rank=rank)


def known(record: RunRecord | None, run: str) -> RunRecord:
    """The record. Raises TrainingError where there is none."""
    if record is None:
        raise TrainingError("there is no run {run}", run=run)
    return record


def _not_now(record: RunRecord) -> TrainingError:
    if record.state == "finished":
        return TrainingError("run {run} has finished: there is nothing to continue", run=record.id)
    if record.state == "failed":
        return TrainingError("run {run} has failed and would do so again; start a new one", run=record.id)
    return TrainingError("run {run} waits or trains already", run=record.id)


def repair_of(run: str, events: Sequence[Event]) -> GoOn:
    """From before the trouble that was told of last, at half the rate. Raises TrainingError where none was."""
    trouble = next((event for event in reversed(effective(events)) if isinstance(event, Trouble)), None)
    if trouble is None:
        raise TrainingError("nothing is known to be wrong with run {run}, so there is nothing to repair", run=run)
    return GoOn(from_step=trouble.good_step or 0, rate_factor=REPAIR_FACTOR)


def may_return(record: RunRecord, events: Sequence[Event]) -> bool:
    """Whether a run that its engine took with it may go on by itself: once, then as long as each attempt has come to a later checkpoint.

    A run that ends the engine each time would do so for ever. Each attempt begins by saving where it goes on from; that is no progress.
    """
    if not record.can_continue or record.attempt == 1:
        return record.can_continue
    ends = [index for index, event in enumerate(events) if event.ends_run]
    since = ends[-2] + 1 if len(ends) > 1 else 0
    began = next((event.step for event in events[since:] if isinstance(event, Continued)), None)
    return began is not None and any(isinstance(event, Saved) and event.step > began for event in events[since:])


def told_until(events: Sequence[Event], max_steps: int | None = None) -> int:
    """The last step of which all has been heard: a run that went on from later would have a hole in its curve.

    With the last step of an epoch, and with step `max_steps`, comes what is measured after it. A worker may live on for a moment, and
    save, when nobody hears it any more.
    """
    course = effective(events)
    step, _ = last_step(course)
    per_epoch = next((event.steps_per_epoch for event in course if isinstance(event, Started)), 0)
    ends_epoch = step > 0 and (step == max_steps or (per_epoch > 0 and step % per_epoch == 0))
    measured = any(isinstance(event, EpochEnd) and event.step == step for event in reversed(course))
    return step - 1 if ends_epoch and not measured else step


def last_step(events: Sequence[Event]) -> tuple[int, int]:
    """The step and the epoch that a run has come to."""
    latest = next((event for event in reversed(effective(events)) if isinstance(event, BatchEnd)), None)
    return (latest.step, latest.epoch) if latest else (0, 0)
