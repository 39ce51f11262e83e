"""Experiment 7: depth at equal steps, and at the time that each network would have taken alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resnet.experiments.readings import Curve, Gap, curves_of, gap
from resnet.experiments.verdicts.ends import common_steps, enough
from resnet.training.events import Event


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


def depth(events: Sequence[Event], shares: Mapping[str, float] | None = None) -> Depth | None:
    """Of a run of networks from shallow to deep. `shares` of the race's time that each would take alone, see `own_seconds`."""
    curves = list(curves_of(events).values())
    if len(curves) < 2 or not enough(curves):
        return None
    time, at_time = _at_equal_time(curves, shares)
    return Depth(
        steps=common_steps(curves),
        at_steps={curve.network: curve.last_tenth for curve in curves},
        gap=gap(curves[-1], curves[0]),
        time=time,
        at_time=at_time,
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
