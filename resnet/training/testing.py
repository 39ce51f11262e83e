"""The test at a run's end: each network's answers to the test split, and what they are worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import keras
import numpy as np

from resnet.training.batches import EVALUATION_BATCH


@dataclass(frozen=True, slots=True, eq=False)
class Tested:
    """Attributes:
    logits: float32 (images, classes).
    loss: mean cross-entropy in nats; NaN where a logit is none.
    accuracy: share of images whose largest logit is the right one. class_accuracy: the same by class; NaN for one without images.
    """

    logits: np.ndarray
    loss: float
    accuracy: float
    class_accuracy: list[float]

    @staticmethod
    def of(logits: np.ndarray, labels: np.ndarray) -> Tested:
        """Labels have the shape (images,)."""
        wide = logits.astype(np.float64)
        with np.errstate(invalid="ignore"):  # of logits that are no numbers
            wide -= wide.max(axis=1, keepdims=True)
            losses = np.log(np.exp(wide).sum(axis=1)) - wide[np.arange(len(labels)), labels]
        right = logits.argmax(axis=1) == labels
        by_class = [right[labels == number] for number in range(logits.shape[1])]
        classes = [float(answers.mean()) if len(answers) else float("nan") for answers in by_class]
        return Tested(logits, float(losses.mean()), float(right.mean()), classes)


def answers(network: keras.Model, images: np.ndarray) -> Iterator[np.ndarray]:
    """Logits, float32 (images, classes), batch by batch, as the network predicts; no graph has to be traced for them."""
    for begin in range(0, len(images), EVALUATION_BATCH):
        yield np.asarray(network(images[begin : begin + EVALUATION_BATCH], training=False), np.float32)
