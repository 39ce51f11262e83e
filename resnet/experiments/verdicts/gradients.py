"""Experiment 4: how the gradient changes with depth, in the plain and in the residual network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from resnet.config import ResNetConfig
from resnet.experiments.readings import Slope, slopes_of
from resnet.plan import plan
from resnet.training.events import Event

FEWEST_MEASUREMENTS = 5  # of the gradients
STEEP = 2.0  # a gradient that changes by less than this factor from the first to the last third is called even

Course = Literal["fades", "grows", "even"]


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


def _course(ratio: float) -> Course:
    if ratio > STEEP:
        return "grows"
    return "fades" if ratio < 1 / STEEP else "even"
