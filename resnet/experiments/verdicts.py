"""What a race is found to have shown: measured figures, and which of several sentences is true of them. Pure: events in, data out.

A verdict speaks of its run alone: one seed, so many steps. It is None while there is too little to speak of.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from resnet.config import ResNetConfig
from resnet.experiments.catalogue import FEWEST_STEPS
from resnet.experiments.readings import CERTAIN, Curve, Gap, Sign, Slope, curves_of, first_reached, gap, slopes_of, tail_of, tenths
from resnet.plan import plan
from resnet.training.events import Event, Recovered, Trouble

GUESSING = math.log(10)  # the loss of ten classes thought equally likely
HARDLY_LEARNED = 0.95 * GUESSING
FEWEST_MEASUREMENTS = 5  # of the gradients
ALIKE = 1.25  # two errors of one run that differ by a smaller factor are called alike
STEEP = 2.0  # a gradient that changes by less than this factor from the first to the last third is called even

Course = Literal["fades", "grows", "even"]
Closing = Literal["halved", "narrowed", "open"]


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


@dataclass(frozen=True, slots=True)
class GradientByDepth:
    """First third of the layers by the last third, for the plain and the residual network, and the plain one by the residual one.

    A kernel's gradient is the root mean square over its weights, so that kernels of different size can be compared.
    """

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


@dataclass(frozen=True, slots=True)
class Identity:
    """How well three learners of the identity give back what they get: errors by the target's square, means of the last tenth.

    The `residual` one starts at the answer, its last kernel being zero, so that the contest is between `plain` and `drawn`: two whose
    first weights are drawn alike, without a shortcut and with one. `*_first` are the errors before the first step.
    """

    steps: int
    plain: float
    residual: float
    drawn: float
    plain_first: float
    residual_first: float
    drawn_first: float

    @property
    def plain_is(self) -> Sign:
        """Where the plain one ends by the drawn residual one; "level" where neither error is clearly larger than the other."""
        if self.plain > ALIKE * self.drawn:
            return "above"
        return "below" if self.drawn > ALIKE * self.plain else "level"


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
    """Of a run of the plain network alone. `usual` and `residual` are curves of the same seed, of as many steps or of others."""
    curves = [*list(curves_of(events).values())[:1], usual, residual]
    if len(curves) < 3 or not _enough(curves):
        return None
    steps = _steps(curves)
    curves = [curve.until(steps) for curve in curves]
    if not _enough(curves):
        return None
    own, usual, residual = curves
    return Rescue(
        steps=steps,
        loss=own.last_tenth,
        usual=usual.last_tenth,
        residual=residual.last_tenth,
        against_usual=gap(own, usual),
        against_residual=gap(own, residual),
        trouble=_trouble(events)[0],
    )


def gradient_by_depth(events: Sequence[Event], plain: ResNetConfig, residual: ResNetConfig) -> GradientByDepth | None:
    """Of a run in which the gradients of both networks were measured often enough."""
    slopes = slopes_of(events, {network.name: kernel_sizes(network) for network in (plain, residual)})
    if not all(_told(slopes.get(network.name)) for network in (plain, residual)):
        return None
    ours, theirs = slopes[plain.name], slopes[residual.name]
    return GradientByDepth(ours.ratio, theirs.ratio, ours.early, theirs.early, ours.first / theirs.first)


def kernel_sizes(network: ResNetConfig) -> dict[str, int]:
    """How many weights each convolution's kernel has, by the layer's name."""
    return {
        layer.name: layer.kernel**2 * layer.input_shape[-1] // layer.groups * layer.output_shape[-1]
        for layer in plan(network).layers
        if layer.kind == "conv"
    }


def _told(slope: Slope | None) -> bool:
    """Whether a slope was measured often enough, and its numbers are some."""
    if slope is None or slope.measurements < FEWEST_MEASUREMENTS:
        return False
    return all(math.isfinite(value) and value > 0 for value in (slope.first, slope.last, slope.early))


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


def at_step(curve: Curve, step: int) -> float | None:
    """Where another run of the same network was at that step, its last tenth until then; None where it did not come so far."""
    known = curve.until(step)
    if len(known.steps) < FEWEST_STEPS or int(curve.steps[-1]) < step:
        return None
    return known.last_tenth


def batches_compared(events: Sequence[Event]) -> int:
    """Over how many batches the losses at the end of this run are means."""
    return min((tail_of(len(curve.steps)) for curve in curves_of(events).values()), default=0)


def identity(run: Mapping[str, Sequence[float]]) -> Identity:
    """Of the errors by learner, before each step and after the last: "plain", "residual" and "drawn"."""
    ends = {name: float(np.mean(errors[len(errors) - tail_of(len(errors)) :])) for name, errors in run.items()}
    return Identity(
        steps=len(run["plain"]) - 1,
        plain=ends["plain"],
        residual=ends["residual"],
        drawn=ends["drawn"],
        plain_first=run["plain"][0],
        residual_first=run["residual"][0],
        drawn_first=run["drawn"][0],
    )


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
    return time, {curve.network: curve.until(_step_at(curve, time)).last_tenth for curve in alone}


def _step_at(curve: Curve, time: float) -> int:
    done = curve.steps[curve.seconds <= time]
    return int(done[-1]) if len(done) else int(curve.steps[0])


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
    return all(len(curve.steps) >= FEWEST_STEPS for curve in curves)


def _steps(curves: Sequence[Curve]) -> int:
    return min(int(curve.steps[-1]) for curve in curves)


def _course(ratio: float) -> Course:
    if ratio > STEEP:
        return "grows"
    return "fades" if ratio < 1 / STEEP else "even"
