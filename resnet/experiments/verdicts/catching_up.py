"""Experiment 3: whether the plain network catches up in a long run, or is rescued by a rate of the student's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from resnet.experiments.readings import CERTAIN, Curve, Gap, curves_of, first_reached, gap, tenths
from resnet.experiments.verdicts.ends import common_steps, enough, last_trouble
from resnet.training.events import Event, Trouble

Closing = Literal["halved", "narrowed", "open"]


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Plain against residual in a long run.

    `widest` is the largest gap of a tenth, `gap` that of the last one. `equal_at` is the step by which the residual network was as
    low as the plain one is at its end.
    """

    steps: int
    plain: float
    residual: float
    gap: Gap
    widest: float
    equal_at: int | None

    @property
    def closing(self) -> Closing:
        """What became of the widest gap: at most half of it is left, or it is smaller by more than chance batches make, or neither."""
        if self.gap.mean <= self.widest / 2:
            return "halved"
        return "narrowed" if self.widest - self.gap.mean > CERTAIN * self.gap.error else "open"


@dataclass(frozen=True, slots=True)
class Rescue:
    """The deep plain network at a rate of the student's own: against the same network at the usual rate, and the residual one.

    All three as they were after `steps`, the last step that all of them did.
    """

    steps: int
    loss: float
    usual: float
    residual: float
    against_usual: Gap
    against_residual: Gap
    trouble: Trouble | None


def catch_up(events: Sequence[Event]) -> CatchUp | None:
    """Of a run of a plain and a residual network, in this order."""
    curves = list(curves_of(events).values())
    if len(curves) != 2 or not enough(curves):
        return None
    plain, residual = curves
    return CatchUp(
        steps=common_steps(curves),
        plain=plain.last_tenth,
        residual=residual.last_tenth,
        gap=gap(plain, residual),
        widest=float((tenths(plain) - tenths(residual)).max()),
        equal_at=first_reached(residual, plain.last_tenth),
    )


def rescue(events: Sequence[Event], usual: Curve, residual: Curve) -> Rescue | None:
    """Of a run of the plain network alone. `usual` and `residual` are curves of the same seed, of as many steps or of others."""
    curves = [*list(curves_of(events).values())[:1], usual, residual]
    if len(curves) < 3 or not enough(curves):
        return None
    steps = common_steps(curves)
    curves = [curve.until(steps) for curve in curves]
    if not enough(curves):
        return None
    own, usual, residual = curves
    return Rescue(
        steps=steps,
        loss=own.last_tenth,
        usual=usual.last_tenth,
        residual=residual.last_tenth,
        against_usual=gap(own, usual),
        against_residual=gap(own, residual),
        trouble=last_trouble(events)[0],
    )
