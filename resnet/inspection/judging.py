"""What a network says of a picture, and how far that is from what it was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import tensorflow as tf

from resnet.inquiries import Judge, Judgement, Source
from resnet.inquiries.results import NEAREST
from resnet.inspection.embedding import received_by_classifier
from resnet.inspection.network import Network
from resnet.inspection.subjects import images_of, network_of, picture_of

# How many training images a picture is compared with, the first ones, among which the classes are mixed: as many as make less than WORK
# multiply-adds, which is done once for each network, in a few seconds.
MOST_COMPARED, FEWEST_COMPARED = 2_000, 500
WORK = 40e9


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What a picture is compared with.

    Attributes:
        places: the training images as the classifier receives them, each of length 1: float32 (images, channels).
        images: the same as pictures, uint8 (images, height, width). labels: int64 (images,).
        usual: the distance from each of some test images to its nearest training image, float64 (test images,).
    """

    places: np.ndarray
    images: np.ndarray
    labels: np.ndarray
    usual: np.ndarray


def judge(asked: Judge) -> Judgement:
    return judgement(network_of(asked.subject), picture_of(asked.subject, asked.picture), _known(asked.subject))


def judgement(network: Network, picture: np.ndarray, known: Known) -> Judgement:
    """`picture` is a batch of one."""
    received, logits = received_by_classifier(network, picture)
    (away,) = distances(of_length_one(received), known.places)
    nearest = np.argsort(away, kind="stable")[:NEAREST]
    return Judgement(
        probabilities=tf.nn.softmax(logits).numpy()[0],
        distance=float(away[nearest[0]]),
        farther=float((known.usual > away[nearest[0]]).mean()),
        nearest=known.images[nearest],
        nearest_labels=known.labels[nearest],
        nearest_distances=away[nearest],
        compared=len(known.places),
    )


def what_is_known(network: Network, images: np.ndarray, labels: np.ndarray, unseen: np.ndarray) -> Known:
    """Training images (n, height, width, 1) from 0 to 1 with their labels (n,), and images of the test split."""
    places = of_length_one(received_by_classifier(network, images)[0])
    usual = distances(of_length_one(received_by_classifier(network, unseen)[0]), places).min(axis=1)
    return Known(places, np.rint(images[..., 0] * 255).astype(np.uint8), labels.astype(np.int64), usual)


def of_length_one(vectors: np.ndarray) -> np.ndarray:
    """(n, channels), each divided by its L2 norm; one that is 0 everywhere stays so."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, norms, out=np.zeros_like(vectors), where=norms > 0)


def distances(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Euclidean, of each of (n, channels) to each of (m, channels): float64 (n, m)."""
    one, other = some.astype(np.float64), others.astype(np.float64)
    squares = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1) - 2 * one @ other.T
    return np.sqrt(np.maximum(squares, 0))  # of equal vectors, rounding may leave a little less than 0


@lru_cache(maxsize=4)
def _known(subject: Source) -> Known:
    data = images_of(subject)
    network = network_of(subject)
    compared = int(min(MOST_COMPARED, max(FEWEST_COMPARED, 100 * (WORK / network.plan.macs // 100))))
    return what_is_known(network, data.x_train[:compared], data.y_train[:compared], data.x_test[: compared // 4])
