"""Embedded networks with their weights, ready to be asked, and the images they are asked about."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from resnet.data import Dataset, load_dataset
from resnet.embedded import FIRST_WEIGHTS_SEED
from resnet.inquiries import Subject
from resnet.inspection.network import Network
from resnet.inspection.weights import load_weights
from resnet.model import draw_weights

KEPT = 6  # networks: all of the embedded ones, of a few megabytes each, at the moments that a class looks at


@lru_cache(maxsize=KEPT)
def network_of(subject: Subject) -> Network:
    """Build it and give it the weights of its moment; one that was asked about lately is still there. Raises WeightsError."""
    embedded = subject.embedded
    network = Network.build(embedded.network)
    file = embedded.weights_file(subject.moment)
    if file is None:
        draw_weights(network.model, FIRST_WEIGHTS_SEED)
    else:
        load_weights(network.model, file)
    return network


def images_of(subject: Subject) -> Dataset:
    """The data set it was trained on. Raises DataError."""
    return load_dataset(subject.embedded.dataset)


def image_of(subject: Subject, image: int) -> tuple[np.ndarray, np.ndarray]:
    """One image as a batch of one, float32 (1, height, width, 1), and its label, int32 (1,)."""
    data = images_of(subject)
    return data.x_test[image : image + 1], data.y_test[image : image + 1]
