"""Experiments 1 and 2: networks side by side at the end of a run, deep against shallow, plain against residual."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resnet.experiments.readings import Gap, Sign, curves_of, gap
from resnet.experiments.verdicts.ends import HARDLY_LEARNED, common_steps, enough
from resnet.training.events import Event


@dataclass(frozen=True, slots=True)
class Disease:
    """The deep plain network against the shallow one: mean losses of the last tenth, and the deep one's gap above."""

    steps: int
    shallow: float
    deep: float
    gap: Gap

    @property
    def shown(self) -> Sign:
        """ "above": the deeper one trains worse, which is the effect; "below" is its reverse."""
        return self.gap.sign

    @property
    def deep_hardly_learned(self) -> bool:
        return self.deep > HARDLY_LEARNED


@dataclass(frozen=True, slots=True)
class Cure:
    """The two by two: last losses by network, and the gaps that answer the questions.

    plain, residual: the deep network above the shallow one. deep, shallow: the plain network above the residual one.
    """

    steps: int
    losses: Mapping[str, float]
    plain: Gap
    residual: Gap
    deep: Gap
    shallow: Gap


def disease(events: Sequence[Event]) -> Disease | None:
    """Of a run of two plain networks, the shallower one first."""
    curves = list(curves_of(events).values())
    if len(curves) < 2 or not enough(curves):
        return None
    shallow, deep = curves[:2]
    return Disease(common_steps(curves), shallow.last_tenth, deep.last_tenth, gap(deep, shallow))


def cure(events: Sequence[Event]) -> Cure | None:
    """Of a run of plain shallow, plain deep, residual shallow and residual deep, in this order."""
    curves = list(curves_of(events).values())
    if len(curves) != 4 or not enough(curves):
        return None
    plain_shallow, plain_deep, residual_shallow, residual_deep = curves
    return Cure(
        steps=common_steps(curves),
        losses={curve.network: curve.last_tenth for curve in curves},
        plain=gap(plain_deep, plain_shallow),
        residual=gap(residual_deep, residual_shallow),
        deep=gap(plain_deep, residual_deep),
        shallow=gap(plain_shallow, residual_shallow),
    )
