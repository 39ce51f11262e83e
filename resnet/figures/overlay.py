"""A run's batches in few points, to lie under another run's curves. Pure: events in, plain columns out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet.training.events import BatchEnd, Event, Started

MOST_POINTS = 500
_DIGITS = 5  # significant; what travels to the browser is drawn 330 pixels wide


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Columns of one length. A point is the mean of `stride` batches (the last one of what is left) and stands where they end.

    None is a value that is no number, or a time that an older history does not know.
    """

    stride: int
    steps: list[int]
    epochs: list[float]
    seconds: list[float | None]
    loss: list[float | None]
    accuracy: list[float | None]


def overlay_of(events: Sequence[Event], most: int = MOST_POINTS) -> Overlay:
    """The batches of a run's network, at most `most` points. A bucket that holds a loss that is no number has none itself."""
    batches = [event for event in events if isinstance(event, BatchEnd)]
    steps_per_epoch = next((event.steps_per_epoch for event in events if isinstance(event, Started)), 1)
    stride = max(1, math.ceil(len(batches) / most))
    ends = [*range(stride, len(batches), stride), *([len(batches)] if batches else [])]
    last = [batches[end - 1] for end in ends]
    return Overlay(
        stride=stride,
        steps=[batch.step for batch in last],
        epochs=[_short(batch.step / steps_per_epoch) or 0.0 for batch in last],
        seconds=[_short(batch.seconds) for batch in last],
        loss=_means(np.array([batch.loss for batch in batches], dtype=float), stride),
        accuracy=_means(np.array([batch.accuracy for batch in batches], dtype=float), stride),
    )


def _means(values: NDArray[np.float64], stride: int) -> list[float | None]:
    return [_short(float(values[start : start + stride].mean())) for start in range(0, len(values), stride)]


def _short(value: float) -> float | None:
    return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
