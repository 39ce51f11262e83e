"""The embedded test images as they are, for pages that show them: bytes, read without the training images and without TensorFlow."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from resnet.data import SUBSET_FILE
from resnet.datasets import FASHION_CLASSES

# The classes that networks confuse most with one another come twice in a choice of a dozen.
TWICE = ("Pullover", "Shirt")


@lru_cache(maxsize=1)
def embedded_pictures() -> tuple[np.ndarray, np.ndarray]:
    """Images, uint8 (2000, 28, 28), and labels, (2000,), in the order of the subset's test split; 0 is the black around the garment."""
    with np.load(SUBSET_FILE) as file:
        return file["x_test"], file["y_test"]


@lru_cache(maxsize=1)
def a_dozen() -> tuple[int, ...]:
    """Twelve test images by their place in the split, class by class: the first of each, and of two classes the second too."""
    _, labels = embedded_pictures()
    wanted = [count for name in FASHION_CLASSES for count in range(2 if name in TWICE else 1)]
    classes = [label for label, name in enumerate(FASHION_CLASSES) for _ in range(2 if name in TWICE else 1)]
    return tuple(int(np.flatnonzero(labels == label)[count]) for label, count in zip(classes, wanted, strict=True))
