"""What counts of a run that was interrupted and went on: every step once, none that was lost."""

from __future__ import annotations

from typing import Any

from resnet.training.course import effective
from resnet.training.events import (
    BatchEnd,
    Continued,
    EpochEnd,
    Evaluating,
    Event,
    Interrupted,
    Preparing,
    RateChanged,
    Saved,
    Started,
    Stopped,
)


def tell(kind: type[Event], **fields: Any) -> Event:
    return kind(run="r1", sequence=0, time=0.0, **fields)


def batch(step: int, epoch: int = 1) -> Event:
    return tell(BatchEnd, network="n", step=step, epoch=epoch, loss=1.0, accuracy=0.5, learning_rate=0.1, images_per_second=9.0)


def epoch_end(step: int, epoch: int = 1) -> Event:
    figures = {"loss": 1.0, "accuracy": 0.5, "validation_loss": 1.0, "validation_accuracy": 0.5, "learning_rate": 0.1, "seconds": 1.0}
    return tell(EpochEnd, network="n", step=step, epoch=epoch, **figures)


def rate(step: int, cause: str) -> Event:
    return tell(RateChanged, step=step, epoch=1, previous=0.1, learning_rate=0.05, cause=cause)


PREPARING = tell(Preparing, phase="data")
STARTED = tell(Started, networks=["n"], epochs=2, steps_per_epoch=2, training_images=4)
INTERRUPTED = tell(Interrupted, rule="gone", values={})


def continued(step: int, *, epoch_ended: bool = True) -> Event:
    return tell(Continued, step=step, epoch=1, epoch_ended=epoch_ended)


def test_an_undisturbed_run_counts_as_it_is() -> None:
    events = [PREPARING, STARTED, batch(1), batch(2), epoch_end(2)]
    assert effective(events) == events
    assert effective([]) == []


def test_lost_steps_are_taken_back() -> None:
    saved, again = tell(Saved, step=1, epoch=1), continued(1)
    events = [PREPARING, STARTED, batch(1), saved, batch(2), epoch_end(2), batch(3, 2), INTERRUPTED, again, batch(2), epoch_end(2)]
    assert effective(events) == [PREPARING, STARTED, batch(1), saved, INTERRUPTED, again, batch(2), epoch_end(2)]


def test_a_stop_and_an_evaluation_that_the_run_went_on_from_are_no_end() -> None:
    for last in (tell(Stopped, step=2, epoch=1), tell(Evaluating, best_epoch=1)):
        again = continued(2)
        assert effective([STARTED, batch(1), batch(2), epoch_end(2), last, again]) == [STARTED, batch(1), batch(2), epoch_end(2), again]


def test_an_epochs_end_comes_again_where_the_checkpoint_is_from_before_it() -> None:
    again = continued(2, epoch_ended=False)
    events = [STARTED, batch(1), rate(2, "hand"), batch(2), epoch_end(2), rate(2, "plateau"), INTERRUPTED, again]
    assert effective(events) == [STARTED, batch(1), rate(2, "hand"), batch(2), INTERRUPTED, again]


def test_from_step_0_the_start_comes_again() -> None:
    again = continued(0)
    assert effective([PREPARING, STARTED, batch(1), INTERRUPTED, again, STARTED]) == [PREPARING, INTERRUPTED, again, STARTED]


def test_a_second_interruption_takes_back_what_the_first_left() -> None:
    first, second = continued(2), continued(1)
    events = [STARTED, batch(1), batch(2), INTERRUPTED, first, batch(3), INTERRUPTED, second, batch(2)]
    assert effective(events) == [STARTED, batch(1), INTERRUPTED, INTERRUPTED, second, batch(2)]
