"""The loss in a plane through a network's weights (Li et al. 2018, arXiv 1712.09913), asked for a few points at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resnet.datasets import DATASETS
from resnet.errors import QuestionError
from resnet.inquiries.subjects import MOST_SEED, Source, check_count

MOST_POINTS = 64
FARTHEST = 2.0


@dataclass(frozen=True, slots=True)
class MeasureLandscape:
    """The test loss at some points of the plane, on the first `images` test images. Answered by LandscapePoints.

    A point (a, b) is the network whose weights are those trained plus a times one random direction plus b times another. Each direction is
    drawn from `seed` and scaled filter by filter to the norm of the trained filter; biases and batch norm stay, as in the paper.
    """

    subject: Source
    seed: int
    points: tuple[tuple[float, float], ...]
    images: int

    def __post_init__(self) -> None:
        check_count("seed", self.seed, 0, MOST_SEED)
        check_count("points", len(self.points), 1, MOST_POINTS)
        check_count("images", self.images, 1, DATASETS[self.subject.dataset].test_images)
        for a, b in self.points:
            if not (abs(a) <= FARTHEST and abs(b) <= FARTHEST):
                raise QuestionError("a point's coordinates must be from -{most:g} to {most:g}, got {point!r}", most=FARTHEST, point=(a, b))


@dataclass(frozen=True, slots=True, eq=False)
class LandscapePoints:
    """float64 (points,) each, in the order they were asked for: mean cross-entropy in nats, and the share of right answers.

    `as_tested`: the loss on the same images by the answers a run gave when it was tested; None of an embedded network. The centre equals it
    up to rounding: of float32 where the run computed in that, else of bfloat16, which has three digits.
    """

    loss: np.ndarray
    accuracy: np.ndarray
    as_tested: float | None = None
