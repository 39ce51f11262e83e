"""Test images as they are, for pages that show them: bytes, read without TensorFlow, and the embedded ones without the training images."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from resnet.config import DatasetName
from resnet.data import SUBSET_FILE, TEST_IMAGES, full_set_location, read_idx
from resnet.datasets import FASHION_CLASSES
from resnet.errors import DataError

# The classes that networks confuse most with one another come twice in a choice of a dozen.
TWICE = ("Pullover", "Shirt")


@lru_cache(maxsize=1)
def embedded_pictures() -> tuple[np.ndarray, np.ndarray]:
    """Images, uint8 (2000, 28, 28), and labels, (2000,), in the order of the subset's test split; 0 is the black around the garment."""
    with np.load(SUBSET_FILE) as file:
        return file["x_test"], file["y_test"]


@lru_cache(maxsize=2)
def pictures_of(dataset: DatasetName) -> np.ndarray:
    """The test images of a data set, uint8 (images, side, side), in the order of its split.

    Raises DataError where the full set is not on this machine: another one may have trained on it.
    """
    if dataset == "fashion-mnist":
        folder = full_set_location()
        if folder is None:
            raise DataError("the images of the full Fashion-MNIST set are not on the machine that shows this page")
        return read_idx(folder / TEST_IMAGES.name, TEST_IMAGES)
    pictures, _ = embedded_pictures()
    return pictures if dataset == "fashion-mnist-subset" else _halved(pictures)


def _halved(pictures: np.ndarray) -> np.ndarray:
    """(images, 28, 28) to (images, 14, 14): the rounded means of 2x2 pixels."""
    count, height, width = pictures.shape
    means = pictures.reshape(count, height // 2, 2, width // 2, 2).mean(axis=(2, 4))
    halved: np.ndarray = np.round(means).astype(np.uint8)
    return halved


@lru_cache(maxsize=1)
def a_dozen() -> tuple[int, ...]:
    """Twelve test images by their place in the split, class by class: the first of each, and of two classes the second too."""
    _, labels = embedded_pictures()
    wanted = [count for name in FASHION_CLASSES for count in range(2 if name in TWICE else 1)]
    classes = [label for label, name in enumerate(FASHION_CLASSES) for _ in range(2 if name in TWICE else 1)]
    return tuple(int(np.flatnonzero(labels == label)[count]) for label, count in zip(classes, wanted, strict=True))
