"""What answers are worth: three classes reckoned by hand, and scikit-learn on predictions as a run stores them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import classification_report, log_loss

from resnet.figures.calibration import calibration_figure
from resnet.figures.confusion import confusion_figure
from resnet.figures.contrast import blended, contrast, ink_on
from resnet.figures.palette import AT_ZERO, BROKEN, PLAIN, RESIDUAL, Colour, Theme
from resnet.inquiries import TestPredictions
from resnet.inspection.predicting import predictions
from resnet.metrics import (
    calibration,
    class_scores,
    confident_mistakes,
    confusion,
    in_cell,
    most_confused,
    uncertain_hits,
)

# Seven images of three classes: what each is, and what is said of it.
LABELS = [0, 0, 0, 1, 1, 2, 2]
SAID = [
    [0.92, 0.04, 0.04],
    [0.18, 0.72, 0.10],  # a 0 called 1
    [0.62, 0.28, 0.10],
    [0.08, 0.82, 0.10],
    [0.55, 0.35, 0.10],  # a 1 called 0
    [0.33, 0.25, 0.42],
    [0.30, 0.46, 0.24],  # a 2 called 1
]
HAND = TestPredictions(np.array(SAID, np.float32), np.array(LABELS), 0.0)


def stored() -> TestPredictions:
    """Logits as a run keeps them, of a network that is right in about three cases of four."""
    random = np.random.default_rng(5)
    labels = np.repeat(np.arange(10), 40)
    logits = random.normal(0, 1, (400, 10)) + 2.2 * np.eye(10)[labels]
    return predictions(logits.astype(np.float32), labels)


def test_three_classes_by_hand() -> None:
    assert confusion(HAND).tolist() == [[2, 1, 0], [1, 1, 0], [0, 1, 1]]
    found = [(one.precision, one.recall, one.f1, one.named, one.images) for one in class_scores(HAND)]
    assert found == [
        pytest.approx((2 / 3, 2 / 3, 2 / 3, 3, 3)),
        pytest.approx((1 / 3, 1 / 2, 2 / 5, 3, 2)),
        pytest.approx((1, 1 / 2, 2 / 3, 1, 2)),
    ]


def test_calibration_by_hand() -> None:
    found = calibration(HAND)
    # Seven probabilities in six bins; 0.42, which is right, and 0.46, which is not, share one.
    assert found.images.tolist() == [2, 1, 1, 1, 1, 1]
    assert found.accuracy.tolist() == [0.5, 0, 1, 0, 1, 1]
    assert found.confidence.tolist() == pytest.approx([0.44, 0.55, 0.62, 0.72, 0.82, 0.92])
    assert found.error == pytest.approx((2 * 0.06 + 0.55 + 0.38 + 0.72 + 0.18 + 0.08) / 7)


def test_images_are_found_in_the_order_of_how_sure_the_network_is() -> None:
    assert confident_mistakes(HAND, 2).tolist() == [1, 4]
    assert confident_mistakes(HAND, 9).tolist() == [1, 4, 6]
    assert uncertain_hits(HAND, 3).tolist() == [5, 2, 3]
    assert in_cell(HAND, 0, 0).tolist() == [0, 2]
    assert in_cell(HAND, 2, 1).tolist() == [6]
    assert in_cell(HAND, 2, 0).tolist() == []


def test_the_most_frequent_mistake_is_found_and_none_where_there_is_none() -> None:
    matrix = np.array([[50, 2, 1], [0, 40, 13], [4, 9, 40]])
    assert most_confused(matrix) == (1, 2)
    assert most_confused(np.diag([3, 4, 5])) == (0, 0)


def test_they_are_scikit_learns_on_stored_predictions() -> None:
    found = stored()
    called = found.probabilities.argmax(axis=1)
    report = classification_report(found.labels, called, output_dict=True)
    assert isinstance(report, dict)
    assert 0.5 < report["accuracy"] < 0.95
    assert found.accuracy == pytest.approx(report["accuracy"])
    for one in class_scores(found):
        theirs = report[str(one.label)]
        assert (one.precision, one.recall, one.f1) == pytest.approx((theirs["precision"], theirs["recall"], theirs["f1-score"]))
        assert one.images == theirs["support"] == 40
    shares = found.probabilities.astype(np.float64)
    assert found.loss == pytest.approx(log_loss(found.labels, shares / shares.sum(axis=1, keepdims=True)), rel=1e-5)


def test_the_matrix_and_the_bins_count_each_image_once() -> None:
    found = stored()
    counted = np.zeros((10, 10), int)
    for label, shares in zip(found.labels, found.probabilities, strict=True):
        counted[label, int(shares.argmax())] += 1
    assert (confusion(found) == counted).all()
    curve = calibration(found)
    assert curve.images.sum() == 400
    assert len(curve.images) == len(curve.accuracy) == len(curve.confidence)
    assert curve.accuracy @ curve.images == pytest.approx(counted.trace())
    assert curve.confidence @ curve.images == pytest.approx(found.probabilities.max(axis=1).sum(dtype=np.float64))


def test_a_network_that_is_certain_fills_the_last_bin() -> None:
    certain = TestPredictions(np.eye(3, dtype=np.float32), np.array([0, 1, 1]), 0.0)
    found = calibration(certain)
    assert (found.images.tolist(), found.confidence.tolist(), found.accuracy.tolist()) == ([3], [1.0], [pytest.approx(2 / 3)])
    assert found.error == pytest.approx(1 / 3)


def test_a_class_that_is_never_named_has_a_precision_of_nothing() -> None:
    never = TestPredictions(np.array([[0.9, 0.1], [0.8, 0.2]], np.float32), np.array([0, 1]), 0.0)
    assert class_scores(never)[1].precision == class_scores(never)[1].f1 == 0


def test_the_matrix_is_drawn_with_hits_and_mistakes_on_a_scale_each() -> None:
    matrix = np.array([[8, 2, 0], [0, 10, 0], [1, 4, 5]])
    hits, mistakes, counts = confusion_figure(matrix, ["a", "b", "c"]).data
    assert np.allclose(np.array(hits.z, float), [[0.8, np.nan, np.nan], [np.nan, 1, np.nan], [np.nan, np.nan, 0.5]], equal_nan=True)
    assert np.allclose(np.array(mistakes.z, float), [[np.nan, 0.2, 0], [0, np.nan, 0], [0.1, 0.4, np.nan]], equal_nan=True)
    assert (hits.zmax, mistakes.zmax) == (1, 0.4)
    written = dict(zip(zip(counts.y, counts.x, strict=True), counts.text, strict=True))
    assert written == {(0, 0): "8", (0, 1): "2", (1, 1): "10", (2, 0): "1", (2, 1): "4", (2, 2): "5"}
    assert not confusion_figure(None, ["a", "b", "c"]).data


def test_no_calibration_is_drawn_as_the_line_alone() -> None:
    assert len(calibration_figure(None).data) == 1
    assert len(calibration_figure(calibration(HAND)).data) == 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("colour", [RESIDUAL, PLAIN, BROKEN])
def test_numbers_are_read_on_a_cell_of_any_depth(theme: Theme, colour: Colour) -> None:
    for share in np.linspace(0, 1, 21):
        ground = blended(AT_ZERO.on(theme), colour.on(theme), float(share))
        assert contrast(ink_on(ground), ground) >= 4.5


def test_colours_are_blended_and_told_apart() -> None:
    assert blended("#000000", "#ffffff", 0.5) == "#808080"
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
