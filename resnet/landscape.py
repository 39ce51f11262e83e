"""Networks as points of a chart: what each costs, and how well it did by one protocol. Plain data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from resnet.config import ResNetConfig
from resnet.plan import plan
from resnet.published import Protocol, remark_words
from resnet.wording import Translate, english

Axis = Literal["parameters", "macs"]
Family = Literal["plain", "basic", "bottleneck", "preactivation", "resnext", "wide", "se"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One network with a result. Accuracies are in percent.

    Attributes:
        title: its name in the chart; `label` is what stands beside the point, "" for none.
        error: where an error was published, which `accuracy` is 100 minus.
        interval: lowest and highest accuracy that the test images leave open, or None.
        remark: what is shown besides on hover.
    """

    title: str
    label: str
    family: Family
    parameters: int
    macs: int
    accuracy: float
    error: float | None = None
    interval: tuple[float, float] | None = None
    remark: str = ""

    def at(self, axis: Axis) -> int:
        return self.parameters if axis == "parameters" else self.macs


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """The network at hand: its cost, and the titles of the points that are exactly this network; none where there is no result."""

    title: str
    parameters: int
    macs: int
    points: tuple[str, ...] = ()

    def at(self, axis: Axis) -> int:
        return self.parameters if axis == "parameters" else self.macs


@dataclass(frozen=True, slots=True, kw_only=True)
class Landscape:
    """One protocol's chart: what was measured and by whom, the points, and titles of points joined by lines."""

    title: str
    source: str
    points: tuple[Point, ...]
    ours: Ours
    series: tuple[tuple[str, ...], ...] = ()


def family_of(network: ResNetConfig) -> Family:
    """The idea that sets a network apart: the last one that was added to it."""
    if network.shortcut == "none":
        return "plain"
    if network.preactivation:
        return "preactivation"
    if network.se_reduction is not None:
        return "se"
    if network.groups > 1:
        return "resnext"
    if network.width_per_group > 64:
        return "wide"
    return network.block


def published_points(protocol: Protocol, t: Translate = english) -> tuple[Point, ...]:
    """A protocol's results as points, parameters and multiply-adds from our plans."""
    return tuple(
        Point(
            title=result.title,
            label=result.title,
            family=family_of(result.network),
            parameters=cost(result.network)[0],
            macs=cost(result.network)[1],
            accuracy=protocol.accuracy(result),
            error=result.value if protocol.measured == "error" else None,
            remark=remark_words(result.remark, t) if result.remark else "",
        )
        for result in protocol.results
    )


@lru_cache(maxsize=256)
def cost(network: ResNetConfig) -> tuple[int, int]:
    """Trained parameters and multiply-adds. Kept: the 1,202 layers of the deepest take the plan a good part of 50 ms."""
    totals = plan(network)
    return totals.trainable_parameters, totals.macs
