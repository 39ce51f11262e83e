"""What of a run's events still counts after it was continued from a checkpoint. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from resnet.training.events import Continued, EpochEnd, Evaluating, Event, Interrupted, RateChanged, Started


def effective(events: Sequence[Event]) -> list[Event]:
    """The events of the course that led to where the run is now, in order: no step twice, none that was lost.

    A `Continued` from step S takes back what was told before it of steps after S, and the ends that it went on from; it stays itself, and
    so does each `Interrupted`, so that a reader sees where the course was mended. An epoch's end at S is taken back where it comes again.
    """
    kept: list[Event] = []
    for event in events:
        if isinstance(event, Continued):
            kept = [old for old in kept if _still_counts(old, event)]
        kept.append(event)
    return kept


def _still_counts(event: Event, continued: Continued) -> bool:
    if isinstance(event, Interrupted):
        return True
    if event.ends_run or isinstance(event, Evaluating):
        return False
    if isinstance(event, Started):
        return continued.step > 0
    step = getattr(event, "step", 0)
    if step == continued.step and _comes_with_the_epochs_end(event):
        return continued.epoch_ended
    return step <= continued.step


def _comes_with_the_epochs_end(event: Event) -> bool:
    return isinstance(event, EpochEnd) or (isinstance(event, RateChanged) and event.cause == "plateau")
