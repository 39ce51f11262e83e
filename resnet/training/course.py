"""What of a run's events still counts after it was continued from a checkpoint. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from resnet.training.events import Continued, Event


def effective(events: Sequence[Event]) -> list[Event]:
    """The events of the course that led to where the run is now, in order: no step twice, none that was lost.

    A `Continued` from step S takes back what was told before it of steps after S, and the ends that it went on from; it stays itself, and
    so does each `Interrupted`, so that a reader sees where the course was mended.
    """
    kept: list[Event] = []
    for event in events:
        if isinstance(event, Continued):
            kept = [old for old in kept if _still_counts(old, event.step)]
        kept.append(event)
    return kept


def _still_counts(event: Event, step: int) -> bool:
    if event.kind == "interrupted":
        return True
    return not event.ends_run and event.kind != "evaluating" and getattr(event, "step", 0) <= step
