"""When a run may go on, and from where."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from resnet.errors import TrainingError
from resnet.presets import DEMO
from resnet.runs.attempts import last_step, may_return, repair_of, told_until
from resnet.runs.store import GoOn, RunRecord, RunState
from resnet.training.events import BatchEnd, Continued, EpochEnd, Event, Interrupted, Preparing, Saved, Started, Trouble
from tests.unit.test_store import batch


def common(sequence: int) -> dict[str, Any]:
    return {"run": "a", "sequence": sequence, "time": 1.0}


def interrupted(sequence: int) -> Event:
    return Interrupted(**common(sequence), rule="a test", values={})


def trouble(sequence: int, good_step: int | None) -> Event:
    return Trouble(
        **common(sequence),
        network="small",
        step=sequence,
        epoch=1,
        trouble="nan",
        cause="unknown",
        since=sequence,
        loss=math.nan,
        before=1.0,
        good_step=good_step,
    )


def record(attempt: int, state: RunState = "interrupted") -> RunRecord:
    return RunRecord(id="a", created=0, config=DEMO, state=state, attempt=attempt)


def test_a_repair_goes_back_to_before_the_trouble() -> None:
    assert repair_of("a", [batch("a", 1), trouble(2, 40), batch("a", 3)]) == GoOn(from_step=40, rate_factor=0.5)
    assert repair_of("a", [trouble(2, None)]) == GoOn(from_step=0, rate_factor=0.5), "without a good checkpoint, from the first weights"
    with pytest.raises(TrainingError, match="nothing is known to be wrong with run a"):
        repair_of("a", [batch("a", 1)])
    mended = [batch("a", 1), trouble(5, 1), interrupted(6), Continued(**common(7), step=1, epoch=1)]
    with pytest.raises(TrainingError, match="nothing to repair"):
        repair_of("a", mended)


def test_a_run_returns_by_itself_as_long_as_it_comes_forward() -> None:
    first = [Preparing(**common(1), phase="data"), batch("a", 2), interrupted(3)]
    assert may_return(record(1), first)
    second = [*first, Preparing(**common(4), phase="data"), Continued(**common(5), step=0, epoch=0), batch("a", 6)]
    assert not may_return(record(2), [*second, interrupted(7)]), "no new checkpoint: it would go on like this for ever"
    assert not may_return(record(2), [*second, Saved(**common(7), step=0, epoch=0), interrupted(8)]), "each attempt saves where it begins"
    assert may_return(record(2), [*second, Saved(**common(7), step=1, epoch=1), interrupted(8)])
    assert not may_return(record(3), [*second, Saved(**common(7), step=1, epoch=1), interrupted(8), interrupted(9)])
    assert not may_return(record(1, "finished"), first)


def test_a_run_that_was_taken_back_stands_where_it_was_taken_back_to() -> None:
    assert last_step([]) == (0, 0)
    said = [batch("a", 1), batch("a", 2), batch("a", 3), interrupted(4), Continued(**common(5), step=2, epoch=1)]
    assert last_step(said) == (2, 1)


def test_a_run_goes_on_from_no_later_than_what_was_heard_of_it() -> None:
    started = Started(**common(1), networks=["small"], epochs=3, steps_per_epoch=4, training_images=400)
    said: list[Event] = [started, *(batch("a", sequence) for sequence in range(2, 5))]
    said = [replace(event, step=event.sequence - 1) if isinstance(event, BatchEnd) else event for event in said]
    assert told_until([]) == 0
    assert told_until(said) == 3
    end = replace(batch("a", 5), step=4)
    assert told_until([*said, end]) == 3, "the epoch's validation has not been heard of"
    epoch = EpochEnd(
        **common(6),
        network="small",
        epoch=1,
        step=4,
        loss=1.0,
        accuracy=0.5,
        validation_loss=1.0,
        validation_accuracy=0.5,
        learning_rate=1e-3,
        seconds=1.0,
    )
    assert told_until([*said, end, epoch]) == 4
    assert told_until(said, 3) == 2, "a run that ends within an epoch measures there as well"
    assert told_until([*said, replace(epoch, step=3)], 3) == 3
    assert told_until(said, 5) == 3
