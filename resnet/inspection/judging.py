"""What a network says of a picture, and how far that is from what it was trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from resnet.inquiries import Judge, Judgement, Source
from resnet.inquiries.effort import ONCE, images_within
from resnet.inquiries.results import NEAREST
from resnet.inspection.embedding import received_by_classifier
from resnet.inspection.memory import FLOAT32, MEMORY
from resnet.inspection.network import Network
from resnet.inspection.subjects import images_of, network_of, picture_of
from resnet.plan import Plan, plan

# How many images a network gets to know, once, before the first picture: four of five of the training split, among whose first ones the
# classes are mixed, the others of the test split.
MOST_KNOWN, FEWEST_KNOWN = 2_500, 300  # of fewer, "few are farther" would mean nothing


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
        judged_by=len(known.usual),
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


@MEMORY.keeps(lambda subject: _bytes_known(plan(subject.config)))
def _known(subject: Source) -> Known:
    data, network = images_of(subject), network_of(subject)
    compared, unseen = how_many(network.plan)
    return what_is_known(network, data.x_train[:compared], data.y_train[:compared], data.x_test[:unseen])


def how_many(network: Plan) -> tuple[int, int]:
    """Training images a picture is compared with, and test images that are, to tell what is usual: about four seconds' work together,
    once for a network."""
    known = images_within(ONCE, network, fewest=FEWEST_KNOWN, most=MOST_KNOWN)
    return known - known // 5, known // 5


def _bytes_known(network: Plan) -> int:
    height, width, _ = network.config.input_shape
    compared, unseen = how_many(network)
    return compared * (FLOAT32 * network.config.stage_channels[-1] + height * width + 8) + 8 * unseen
