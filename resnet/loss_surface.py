"""A slice through the loss around trained weights as it is measured: a coarse grid first, then finer ones between its points.

The grid is over the plane of `resnet.inquiries.MeasureLandscape`, from -REACH to REACH in both directions. NumPy only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

import numpy as np

from resnet.inquiries import LandscapePoints, MeasureLandscape, Source
from resnet.inquiries.effort import SECOND, images_within
from resnet.plan import Plan

Point: TypeAlias = tuple[float, float]

SIDES = (5, 9, 17)  # points along a side; each grid holds the points of the one before
REACH = 1.0
CENTRE: Point = (0.0, 0.0)

MOST_IMAGES, FEW_IMAGES, FEWEST_IMAGES = 500, 100, 20
POINT_WORK = 2e9  # multiply-adds for one point, as far as FEW_IMAGES allow it
TILE_WORK = 4e9  # for what is asked at once: well under a second on two cores, so that other questions go in between
MOST_IN_TILE = 8


@dataclass(frozen=True, slots=True)
class Slice:
    """What is to be measured: of whom, along which directions, on how many test images, so many points at once."""

    subject: Source
    seed: int
    images: int
    at_once: int

    @staticmethod
    def of(subject: Source, network: Plan, seed: int, most_images: int = MOST_IMAGES) -> Slice:
        """As large as a network of that many multiply-adds allows, on at most so many images: on fewer than FEW_IMAGES where those would
        hold up other questions."""
        wanted = images_within(POINT_WORK, network, fewest=FEW_IMAGES, most=most_images)
        images = images_within(SECOND / 3, network, fewest=FEWEST_IMAGES, most=wanted)
        return Slice(subject, seed, images, int(min(MOST_IN_TILE, max(1, TILE_WORK // (network.macs * images)))))

    def ask(self, points: Sequence[Point]) -> MeasureLandscape:
        return MeasureLandscape(self.subject, self.seed, tuple(points), self.images)


@dataclass(slots=True)
class Measured:
    """What is known of a slice: mean loss (nats) and share of right answers by point; `as_tested` is as in LandscapePoints."""

    losses: dict[Point, float] = field(default_factory=dict)
    accuracies: dict[Point, float] = field(default_factory=dict)
    as_tested: float | None = None

    def take(self, points: Sequence[Point], found: LandscapePoints) -> None:
        """`found` is the answer about these points."""
        # In this order: who draws meanwhile takes a point whose loss is known for one that is known.
        self.accuracies.update(zip(points, found.accuracy.tolist(), strict=True))
        self.as_tested = found.as_tested
        self.losses.update(zip(points, found.loss.tolist(), strict=True))

    @property
    def complete(self) -> int:
        """Points along a side of the finest grid that is known as a whole; 0 before the first is."""
        whole = [side for side in SIDES if all(point in self.losses for point in grid(side))]
        return whole[-1] if whole else 0

    @property
    def share(self) -> float:
        """Of all points of the finest grid, how many are known."""
        return len(self.losses) / SIDES[-1] ** 2

    def next_points(self, count: int, unless: frozenset[Point] = frozenset()) -> tuple[Point, ...]:
        """The next ones to measure, at most so many, of one grid; none where all are known. Those in `unless` are on their way."""
        for side in SIDES:
            missing = [point for point in grid(side) if point not in self.losses]
            if missing:
                return tuple([point for point in missing if point not in unless][:count])
        return ()

    def better_than(self, loss: float) -> float | None:
        """The share of the finest whole grid's points below that loss; None before there is one."""
        if not self.complete:
            return None
        return float(np.mean([self.losses[point] < loss for point in grid(self.complete)]))

    def on_grid(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The axis (side,), losses and accuracies (side, side), rows by the second direction, on the finest grid of which something is
        known. Points in between that are not measured yet lie on lines between those that are; NaN where there are none."""
        side = next((side for side in SIDES if side > self.complete and self._begun(side)), self.complete or SIDES[0])
        return axis(side), self._filled(self.losses, side), self._filled(self.accuracies, side)

    def _begun(self, side: int) -> bool:
        return len(self.losses) > self.complete**2 and any(point in self.losses for point in grid(side)[self.complete**2 :])

    def _filled(self, known: Mapping[Point, float], side: int) -> np.ndarray:
        places = axis(side)
        values = np.full((side, side), np.nan)
        if self.complete:
            values = _between(np.array([[known[a, b] for a in axis(self.complete)] for b in axis(self.complete)]), side)
        for row, b in enumerate(places):
            for column, a in enumerate(places):
                values[row, column] = known.get((float(a), float(b)), values[row, column])
        return values


def axis(side: int) -> np.ndarray:
    """Places along one direction, float64 (side,): multiples of a power of two, so that grids meet exactly."""
    return np.linspace(-REACH, REACH, side)


@lru_cache(maxsize=len(SIDES))
def grid(side: int) -> tuple[Point, ...]:
    """Its points: those of the coarser grid first, the others from the centre outwards."""
    coarser = grid(SIDES[SIDES.index(side) - 1]) if side != SIDES[0] else ()
    everything = [(float(a), float(b)) for b in axis(side) for a in axis(side)]
    return (*coarser, *sorted((point for point in everything if point not in set(coarser)), key=lambda point: math.hypot(*point)))


def _between(values: np.ndarray, side: int) -> np.ndarray:
    """A coarse grid on a finer one, on straight lines between its points, along one direction after the other."""
    here, there = axis(len(values)), axis(side)
    along = np.array([np.interp(there, here, row) for row in values])
    return np.array([np.interp(there, here, column) for column in along.T]).T
