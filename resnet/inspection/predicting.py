"""A trained network's answers to the whole test split."""

from __future__ import annotations

import numpy as np

from resnet.inquiries import PredictTest, RunSubject, Source, TestPredictions
from resnet.inspection.subjects import images_of, logits_of, network_of
from resnet.training.testing import answers


def predict_test(asked: PredictTest) -> TestPredictions:
    """Raises WeightsError or DataError."""
    labels = images_of(asked.subject).y_test.astype(np.int64)
    return predictions(_logits(asked.subject), labels)


def predictions(logits: np.ndarray, labels: np.ndarray) -> TestPredictions:
    """What logits (images, classes) say, in float64 until the end: their softmax, and the mean of −log p of the right class."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    log_shares = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    loss = -log_shares[np.arange(len(labels)), labels].mean()
    return TestPredictions(np.exp(log_shares).astype(np.float32), labels, float(loss))


def _logits(subject: Source) -> np.ndarray:
    """A run's as it gave them when it was tested, which may have been in another precision; an embedded network is asked now."""
    if isinstance(subject, RunSubject):
        return logits_of(subject)
    return np.concatenate(list(answers(network_of(subject).model, images_of(subject).x_test)))
