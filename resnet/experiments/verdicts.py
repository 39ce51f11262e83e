"""What a race is found to have shown: measured figures, and which of several sentences is true of them. Pure: events in, data out.

A verdict speaks of its run alone: one seed, so many steps. It is None while there is too little to speak of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from resnet.experiments.readings import Curve, Gap, Sign, curves_of, first_reached, gap, slopes_of, tenths
from resnet.training.events import Event, Recovered, Trouble

GUESSING = math.log(10)  # the loss of ten classes thought equally likely
HARDLY_LEARNED = 0.95 * GUESSING
FEWEST_BATCHES = 20
STEEP = 2.0  # a gradient that changes by less than this factor from the first to the last third is called even

Course = Literal["fades", "grows", "even"]


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
    def closing(self) -> bool:
        """Whether the last gap is less than half of the widest."""
        return self.gap.mean < self.widest / 2


@dataclass(frozen=True, slots=True)
class Rescue:
    """The deep plain network at a rate of the student's own: against the same network at the usual rate, and the residual one."""

    steps: int
    loss: float
    usual: float
    residual: float
    against_usual: Gap
    against_residual: Gap
    trouble: Trouble | None


@dataclass(frozen=True, slots=True)
class GradientByDepth:
    """First third of the layers by the last third, for the plain and the residual network, and the plain one by the residual one."""

    plain: float
    residual: float
    plain_early: float
    residual_early: float
    between: float

    @property
    def plain_course(self) -> Course:
        return _course(self.plain)

    @property
    def residual_course(self) -> Course:
        return _course(self.residual)


@dataclass(frozen=True, slots=True)
class Depth:
    """Networks of growing depth: last losses at equal steps, and at the time the shallowest had ended; the deepest above the shallowest.

    `time` is in seconds of training alone, None where the networks' own step times are not known.
    """

    steps: int
    at_steps: Mapping[str, float]
    gap: Gap
    time: float | None
    at_time: Mapping[str, float]


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


def disease(events: Sequence[Event]) -> Disease | None:
    """Of a run of two plain networks, the shallower one first."""
    curves = list(curves_of(events).values())
    if len(curves) < 2 or not _enough(curves):
        return None
    shallow, deep = curves[:2]
    return Disease(_steps(curves), shallow.last_tenth, deep.last_tenth, gap(deep, shallow))


def cure(events: Sequence[Event]) -> Cure | None:
    """Of a run of plain shallow, plain deep, residual shallow and residual deep, in this order."""
    curves = list(curves_of(events).values())
    if len(curves) != 4 or not _enough(curves):
        return None
    plain_shallow, plain_deep, residual_shallow, residual_deep = curves
    return Cure(
        steps=_steps(curves),
        losses={curve.network: curve.last_tenth for curve in curves},
        plain=gap(plain_deep, plain_shallow),
        residual=gap(residual_deep, residual_shallow),
        deep=gap(plain_deep, residual_deep),
        shallow=gap(plain_shallow, residual_shallow),
    )


def catch_up(events: Sequence[Event]) -> CatchUp | None:
    """Of a run of a plain and a residual network, in this order."""
    curves = list(curves_of(events).values())
    if len(curves) != 2 or not _enough(curves):
        return None
    plain, residual = curves
    return CatchUp(
        steps=_steps(curves),
        plain=plain.last_tenth,
        residual=residual.last_tenth,
        gap=gap(plain, residual),
        widest=float((tenths(plain) - tenths(residual)).max()),
        equal_at=first_reached(residual, plain.last_tenth),
    )


def rescue(events: Sequence[Event], usual: Curve, residual: Curve) -> Rescue | None:
    """Of a run of the plain network alone. `usual` and `residual` are curves of the same seed, cut to as many steps."""
    curves = list(curves_of(events).values())
    if not curves or not _enough(curves):
        return None
    (own,) = curves[:1]
    usual, residual = (_first_steps(curve, int(own.steps[-1])) for curve in (usual, residual))
    return Rescue(
        steps=_steps(curves),
        loss=own.last_tenth,
        usual=usual.last_tenth,
        residual=residual.last_tenth,
        against_usual=gap(own, usual),
        against_residual=gap(own, residual),
        trouble=_trouble(events)[0],
    )


def gradient_by_depth(events: Sequence[Event], plain: str, residual: str) -> GradientByDepth | None:
    """Of a run in which the gradients of both networks were measured."""
    slopes = slopes_of(events)
    if plain not in slopes or residual not in slopes:
        return None
    ours, theirs = slopes[plain], slopes[residual]
    between = ours.first / theirs.first if theirs.first else math.nan
    return GradientByDepth(ours.ratio, theirs.ratio, ours.early, theirs.early, between)


def depth(events: Sequence[Event], shares: Mapping[str, float] | None = None) -> Depth | None:
    """Of a run of networks from shallow to deep. `shares` of the race's time that each would take alone, see `own_seconds`."""
    curves = list(curves_of(events).values())
    if len(curves) < 2 or not _enough(curves):
        return None
    time, at_time = _at_equal_time(curves, shares)
    return Depth(
        steps=_steps(curves),
        at_steps={curve.network: curve.last_tenth for curve in curves},
        gap=gap(curves[-1], curves[0]),
        time=time,
        at_time=at_time,
    )


def rate(events: Sequence[Event]) -> Rate | None:
    """Of a run of one network."""
    curves = list(curves_of(events).values())
    if not curves:
        return None
    (curve,) = curves[:1]
    trouble, recovered = _trouble(events)
    if trouble is None and not _enough(curves):
        return None
    known = [(loss, step) for loss, step in zip(curve.loss, curve.steps, strict=True) if math.isfinite(loss)]
    highest, highest_at = max(known, default=(math.nan, 0))
    return Rate(_steps(curves), curve.last_tenth, float(highest), int(highest_at), trouble, recovered)


def own_seconds(curve: Curve, share: float) -> Curve:
    """The curve as if the network had trained alone: `share` of the time that all networks of the race took together."""
    return Curve(curve.network, curve.steps, curve.loss, curve.seconds * share)


def _at_equal_time(curves: Sequence[Curve], shares: Mapping[str, float] | None) -> tuple[float | None, dict[str, float]]:
    """The time at which the first of them had done all its steps, and the mean loss of each one's last tenth of steps until then."""
    if shares is None or any(curve.network not in shares for curve in curves):
        return None, {}
    alone = [own_seconds(curve, shares[curve.network]) for curve in curves]
    time = min(float(curve.seconds[-1]) for curve in alone)
    if not math.isfinite(time):
        return None, {}
    return time, {curve.network: _first_steps(curve, _step_at(curve, time)).last_tenth for curve in alone}


def _step_at(curve: Curve, time: float) -> int:
    done = curve.steps[curve.seconds <= time]
    return int(done[-1]) if len(done) else int(curve.steps[0])


def _first_steps(curve: Curve, last: int) -> Curve:
    kept = curve.steps <= last
    return Curve(curve.network, curve.steps[kept], curve.loss[kept], curve.seconds[kept])


def _trouble(events: Sequence[Event]) -> tuple[Trouble | None, bool]:
    """The last trouble that was told of, and whether it was over by itself."""
    last: Trouble | None = None
    over = False
    for event in events:
        if isinstance(event, Trouble):
            last, over = event, False
        elif isinstance(event, Recovered):
            over = True
    return last, over


def _enough(curves: Sequence[Curve]) -> bool:
    return all(len(curve.steps) >= FEWEST_BATCHES for curve in curves)


def _steps(curves: Sequence[Curve]) -> int:
    return min(int(curve.steps[-1]) for curve in curves)


def _course(ratio: float) -> Course:
    if ratio > STEEP:
        return "grows"
    return "fades" if ratio < 1 / STEEP else "even"
