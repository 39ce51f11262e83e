"""What all verdicts on curves ask: whether there are batches enough, up to which step, and whether there was trouble."""

from __future__ import annotations

import math
from collections.abc import Sequence

from resnet.experiments.catalogue import FEWEST_STEPS
from resnet.experiments.readings import Curve, curves_of, tail_of
from resnet.training.events import Event, Recovered, Trouble

GUESSING = math.log(10)  # the loss of ten classes thought equally likely
HARDLY_LEARNED = 0.95 * GUESSING


def enough(curves: Sequence[Curve]) -> bool:
    """Whether each of them is long enough to speak of."""
    return all(len(curve.steps) >= FEWEST_STEPS for curve in curves)


def common_steps(curves: Sequence[Curve]) -> int:
    """The last step that all of them did."""
    return min(int(curve.steps[-1]) for curve in curves)


def at_step(curve: Curve, step: int) -> float | None:
    """Where another run of the same network was at that step, its last tenth until then; None where it did not come so far."""
    known = curve.until(step)
    if len(known.steps) < FEWEST_STEPS or int(curve.steps[-1]) < step:
        return None
    return known.last_tenth


def batches_compared(events: Sequence[Event]) -> int:
    """Over how many batches the losses at the end of this run are means."""
    return min((tail_of(len(curve.steps)) for curve in curves_of(events).values()), default=0)


def last_trouble(events: Sequence[Event]) -> tuple[Trouble | None, bool]:
    """The last trouble that was told of, and whether it was over by itself."""
    last: Trouble | None = None
    over = False
    for event in events:
        if isinstance(event, Trouble):
            last, over = event, False
        elif isinstance(event, Recovered):
            over = True
    return last, over
