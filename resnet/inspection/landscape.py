"""The loss in a plane through a network's trained weights, along two directions scaled filter by filter (Li et al. 2018,
arXiv 1712.09913, section 4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import keras
import numpy as np

from resnet.inquiries import LandscapePoints, MeasureLandscape
from resnet.inspection.cuts import lesion, score
from resnet.inspection.network import Network
from resnet.inspection.subjects import images_of, network_of
from resnet.model import named_weights


def measure_landscape(asked: MeasureLandscape) -> LandscapePoints:
    data = images_of(asked.subject)
    network = network_of(asked.subject)
    return landscape_points(network, data.x_test[: asked.images], data.y_test[: asked.images], asked.seed, asked.points)


def landscape_points(
    network: Network, images: np.ndarray, labels: np.ndarray, seed: int, points: Sequence[tuple[float, float]]
) -> LandscapePoints:
    """The network at each of these points, on images (n, height, width, channels) with labels (n,). Its weights are put back."""
    predict = lesion(network, "branch", ())  # nothing is cut: the whole network, traced once for all points
    with _kept(kernels_of(network.model)) as kernels:
        trained = [kernel.numpy() for kernel in kernels]
        first, second = (direction(trained, seed, number) for number in (0, 1))
        scores = []
        for a, b in points:
            for kernel, weights, along, across in zip(kernels, trained, first, second, strict=True):
                kernel.assign(weights + np.float32(a) * along + np.float32(b) * across)
            scores.append(score(network, images, labels, predict))
    return LandscapePoints(loss=np.array([one.loss for one in scores]), accuracy=np.array([one.accuracy for one in scores]))


def kernels_of(model: keras.Model) -> list[keras.Variable]:
    """What a direction moves: the weights of convolutions and dense layers. Biases and all of batch norm stay."""
    return [variable for _, variable in named_weights(model) if len(variable.shape) > 1]


def direction(trained: Sequence[np.ndarray], seed: int, number: int) -> list[np.ndarray]:
    """A random direction for kernels (…, channels out), in which each filter is as long as the trained one of the same place (L2).

    Drawn from a normal distribution; `number` tells the plane's directions apart. Without the scale, a network whose weights are large
    would look flat beside one whose weights are small, although both compute the same.
    """
    draw = np.random.default_rng([seed, number])
    return [_as_long_as(weights, draw.standard_normal(weights.shape)) for weights in trained]


def _as_long_as(weights: np.ndarray, drawn: np.ndarray) -> np.ndarray:
    axes = tuple(range(weights.ndim - 1))
    wanted = np.linalg.norm(weights.astype(np.float64).reshape(-1, weights.shape[-1]), axis=0)
    length = np.sqrt(np.square(drawn).sum(axis=axes))
    return (drawn * (wanted / length)).astype(np.float32)


@contextmanager
def _kept(kernels: list[keras.Variable]) -> Iterator[list[keras.Variable]]:
    """Whatever happens meanwhile, the kernels are put back: the network is the one that other questions are about."""
    before = [kernel.numpy() for kernel in kernels]
    try:
        yield kernels
    finally:
        for kernel, weights in zip(kernels, before, strict=True):
            kernel.assign(weights)
