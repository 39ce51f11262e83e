"""How good a classifier's answers are, and where they fail: scikit-learn's figures on plain arrays.

scikit-learn is imported by the functions that need it: that takes a second, which a server's first page should not wait for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resnet.inquiries import TestPredictions

BINS = 10  # of the calibration curve, as wide as each other; Guo et al. 2017 take 15 for 10,000 images


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """How well one class is found among `images` of it. Shares are from 0 to 1.

    Attributes:
        precision: of the images called so, the share that are; 0 where none is called so.
        recall: of its images, the share called so: the class's accuracy.
        f1: the harmonic mean of the two.
        named: how many images are called so.
    """

    label: int
    precision: float
    recall: float
    f1: float
    named: int
    images: int


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Whether what is said with 80% is right in 80% of the cases.

    Attributes:
        confidence, accuracy: float64 (bins,), of the bins that hold images: the mean probability of the class named, and the share right.
        images: int64 (bins,), how many images they hold.
        error: the expected calibration error (Naeini et al. 2015): the mean distance of the two, weighed by images.
    """

    confidence: np.ndarray
    accuracy: np.ndarray
    images: np.ndarray
    error: float


def named(found: TestPredictions) -> np.ndarray:
    """The class of the highest probability of each image, int64 (images,)."""
    classes: np.ndarray = found.probabilities.argmax(axis=1)
    return classes


def confidence(found: TestPredictions) -> np.ndarray:
    """The probability of the class that is named, float32 (images,)."""
    highest: np.ndarray = found.probabilities.max(axis=1)
    return highest


def confusion(found: TestPredictions) -> np.ndarray:
    """int64 (classes, classes): how many images of each class, by row, are called what, by column."""
    from sklearn.metrics import confusion_matrix

    matrix: np.ndarray = confusion_matrix(found.labels, named(found), labels=range(found.probabilities.shape[1]))
    return matrix


def class_scores(found: TestPredictions) -> tuple[ClassScore, ...]:
    """One for each class, in the order of the labels."""
    from sklearn.metrics import precision_recall_fscore_support

    classes = range(found.probabilities.shape[1])
    called = named(found)
    columns = precision_recall_fscore_support(found.labels, called, labels=classes, zero_division=0)
    counts = np.bincount(called, minlength=len(classes))
    return tuple(
        ClassScore(
            label=label, precision=float(precision), recall=float(recall), f1=float(f1), named=int(counts[label]), images=int(images)
        )
        for label, precision, recall, f1, images in zip(classes, *columns, strict=True)
    )


def calibration(found: TestPredictions) -> Calibration:
    """Of the class that is named, in BINS bins of its probability."""
    from sklearn.calibration import calibration_curve

    right, sure = named(found) == found.labels, confidence(found).astype(np.float64)
    accuracy, mean_confidence = calibration_curve(right, np.clip(sure, 0, 1), n_bins=BINS, strategy="uniform")
    # scikit-learn leaves out empty bins and does not say how many images the others hold; these are its edges.
    images = np.bincount(np.searchsorted(np.linspace(0, 1, BINS + 1)[1:-1], sure), minlength=BINS)
    images = images[images > 0]
    error = float(np.abs(accuracy - mean_confidence) @ images / images.sum())
    return Calibration(mean_confidence, accuracy, images, error)


def in_cell(found: TestPredictions, label: int, called: int) -> np.ndarray:
    """The images of class `label` that are called `called`, by their numbers, the surest first."""
    return _sorted(found, (found.labels == label) & (named(found) == called), surest_first=True)


def confident_mistakes(found: TestPredictions, most: int) -> np.ndarray:
    """The images called something else than they are, by their numbers, the surest first."""
    return _sorted(found, named(found) != found.labels, surest_first=True)[:most]


def uncertain_hits(found: TestPredictions, most: int) -> np.ndarray:
    """The images called what they are, by their numbers, the least sure first."""
    return _sorted(found, named(found) == found.labels, surest_first=False)[:most]


def most_confused(matrix: np.ndarray) -> tuple[int, int]:
    """The class that is most often called another, and that other; (0, 0) where nothing is confused."""
    mistakes = matrix * (1 - np.eye(len(matrix), dtype=matrix.dtype))
    row, column = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
    return int(row), int(column)


def _sorted(found: TestPredictions, which: np.ndarray, *, surest_first: bool) -> np.ndarray:
    numbers = np.flatnonzero(which)
    sure = confidence(found)[numbers]
    order: np.ndarray = numbers[np.argsort(-sure if surest_first else sure, kind="stable")]
    return order
