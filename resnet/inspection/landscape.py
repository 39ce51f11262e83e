"""The loss in a plane through a network's trained weights, along two directions scaled filter by filter (Li et al. 2018,
arXiv 1712.09913, section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TypeAlias

import keras
import numpy as np

from resnet.errors import QuestionError
from resnet.footprint import weight_memory
from resnet.inquiries import LandscapePoints, MeasureLandscape, RunSubject, Source
from resnet.inspection.cuts import lesion, score
from resnet.inspection.memory import MEMORY
from resnet.inspection.network import Network
from resnet.inspection.predicting import predictions
from resnet.inspection.subjects import images_of, logits_of, network_of
from resnet.model import named_weights
from resnet.plan import Plan, plan

# Two directions, each float32 of the shapes of `kernels_of`.
Directions: TypeAlias = tuple[list[np.ndarray], list[np.ndarray]]


def measure_landscape(asked: MeasureLandscape) -> LandscapePoints:
    """Raises QuestionError for a network that does not fit into memory three times."""
    check_room(plan(asked.subject.config))
    data, network = images_of(asked.subject), network_of(asked.subject)
    images, labels = data.x_test[: asked.images], data.y_test[: asked.images]
    found = landscape_points(network, images, labels, _directions(asked.subject, asked.seed), asked.points)
    if not isinstance(asked.subject, RunSubject):
        return found
    as_tested = predictions(logits_of(asked.subject)[: asked.images], labels).loss
    return LandscapePoints(found.loss, found.accuracy, as_tested)


def check_room(network: Plan) -> None:
    """The network and both directions are to stay from one question to the next: to make them anew would take longer than the answer."""
    needed = 3 * weight_memory(network)
    if needed > MEMORY.most:
        raise QuestionError(
            "this network of {parameters:,} parameters and the two directions around it take {needed:,} bytes, and {most:,} are kept for "
            "what is looked into; a network with fewer channels or blocks has a landscape here",
            parameters=network.total_parameters,
            needed=needed,
            most=MEMORY.most,
        )


def landscape_points(
    network: Network, images: np.ndarray, labels: np.ndarray, directions: Directions, points: Sequence[tuple[float, float]]
) -> LandscapePoints:
    """The network at each of these points, on images (n, height, width, channels) with labels (n,). Its weights are put back."""
    predict = lesion(network, "branch", ())  # nothing is cut: the whole network, traced once for all points
    kernels, scores = kernels_of(network.model), []
    with _put_back(kernels) as trained:
        for a, b in points:
            for kernel, weights, along, across in zip(kernels, trained, *directions, strict=True):
                kernel.assign(weights + np.float32(a) * along + np.float32(b) * across)
            scores.append(score(network, images, labels, predict))
    return LandscapePoints(loss=np.array([one.loss for one in scores]), accuracy=np.array([one.accuracy for one in scores]))


def kernels_of(model: keras.Model) -> list[keras.Variable]:
    """What a direction moves: the weights of convolutions and dense layers. Biases and all of batch norm stay."""
    return [variable for _, variable in named_weights(model) if len(variable.shape) > 1]


@MEMORY.keeps(lambda subject, seed: 2 * weight_memory(plan(subject.config)))
def _directions(subject: Source, seed: int) -> Directions:
    """Drawn once for all the points that are asked for, a few at a time."""
    return directions_around(network_of(subject), seed)


def directions_around(network: Network, seed: int) -> Directions:
    trained = [kernel.numpy() for kernel in kernels_of(network.model)]
    return direction(trained, seed, 0), direction(trained, seed, 1)


def direction(trained: Sequence[np.ndarray], seed: int, number: int) -> list[np.ndarray]:
    """A random direction for kernels (…, channels out), in which each filter is as long as the trained one of the same place (L2).

    Drawn from a normal distribution; `number` tells the plane's directions apart. Without the scale, a network whose weights are large
    would look flat beside one whose weights are small, although both compute the same.
    """
    draw = np.random.default_rng([seed, number])
    return [_as_long_as(weights, draw.standard_normal(weights.shape, np.float32)) for weights in trained]


def _as_long_as(weights: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    return drawn * (_lengths(weights) / _lengths(drawn)).astype(np.float32)


def _lengths(filters: np.ndarray) -> np.ndarray:
    """Of each filter, float64 (channels out,)."""
    return np.sqrt(np.square(filters).sum(axis=tuple(range(filters.ndim - 1)), dtype=np.float64))


@contextmanager
def _put_back(kernels: list[keras.Variable]) -> Iterator[list[np.ndarray]]:
    """Gives what the kernels hold. Whatever happens meanwhile they hold it again: the network is the one that other questions are about."""
    before = [kernel.numpy() for kernel in kernels]
    try:
        yield before
    finally:
        for kernel, weights in zip(kernels, before, strict=True):
            kernel.assign(weights)
