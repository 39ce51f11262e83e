"""Experiment 8: what became of a network at a high learning rate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from resnet.experiments.readings import curves_of
from resnet.experiments.verdicts.ends import HARDLY_LEARNED, common_steps, enough, last_trouble
from resnet.training.events import Event, Trouble


@dataclass(frozen=True, slots=True)
class Rate:
    """One network at a high rate: the loss of its last tenth, the highest and where it was, and the trouble told of, if any."""

    steps: int
    loss: float
    highest: float
    highest_at: int
    trouble: Trouble | None
    recovered: bool

    @property
    def outcome(self) -> Literal["nan", "explosion", "plateau", "recovered", "stuck", "learned"]:
        if self.trouble is not None and not self.recovered:
            return self.trouble.trouble  # type: ignore[return-value]
        if self.loss > HARDLY_LEARNED or math.isnan(self.loss):
            return "stuck"
        return "recovered" if self.trouble is not None else "learned"


def rate(events: Sequence[Event]) -> Rate | None:
    """Of a run of one network."""
    curves = list(curves_of(events).values())
    if not curves:
        return None
    (curve,) = curves[:1]
    trouble, recovered = last_trouble(events)
    if trouble is None and not enough(curves):
        return None
    known = [(loss, step) for loss, step in zip(curve.loss, curve.steps, strict=True) if math.isfinite(loss)]
    highest, highest_at = max(known, default=(math.nan, 0))
    return Rate(common_steps(curves), curve.last_tenth, float(highest), int(highest_at), trouble, recovered)
