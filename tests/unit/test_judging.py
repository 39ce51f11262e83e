"""How far a picture is from what a network was trained on: distances by hand, and what the embedded networks say of known pictures."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from resnet.inquiries import Judge, Judgement, OwnPicture, Subject, TestImage
from resnet.inquiries.results import NEAREST
from resnet.inspection.answering import answer
from resnet.inspection.judging import Known, distances, judgement, of_length_one, what_is_known
from resnet.inspection.subjects import images_of, network_of
from resnet.own_picture import Ways, make
from resnet.sample_pictures import sample
from tests.unit.test_inspection import TINY, drawn

RESIDUAL = Subject("residual-20")


def judged(picture: OwnPicture | TestImage) -> Judgement:
    found = answer(Judge(RESIDUAL, picture))
    assert isinstance(found, Judgement)
    return found


def test_distances_are_euclidean() -> None:
    assert_allclose(distances(np.array([[0.0, 0.0], [3.0, 4.0]]), np.array([[0.0, 0.0], [3.0, 0.0]])), [[0, 3], [5, 4]])


def test_vectors_are_made_as_long_as_each_other_and_nothing_stays_nothing() -> None:
    assert_allclose(of_length_one(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32)), [[0.6, 0.8], [0, 0]])


def test_the_nearest_and_the_share_that_is_farther_are_counted_by_hand() -> None:
    network = drawn(TINY)
    chance = np.random.default_rng(2)
    images = chance.uniform(0, 1, (12, 6, 6, 1)).astype(np.float32)
    labels = np.arange(12) % 4
    unseen, picture = chance.uniform(0, 1, (9, 6, 6, 1)).astype(np.float32), chance.uniform(0, 1, (1, 6, 6, 1)).astype(np.float32)

    def place(one: np.ndarray) -> np.ndarray:
        x = network.model.get_layer("head_pool")(network.from_to(0, 4, one[None])).numpy()[0].astype(np.float64)
        return x / np.linalg.norm(x)

    places = [place(one) for one in images]
    away = [np.linalg.norm(place(picture[0]) - other) for other in places]
    usual = [min(np.linalg.norm(place(one) - other) for other in places) for one in unseen]
    found = judgement(network, picture, what_is_known(network, images, labels, unseen))
    order = np.argsort(away)[:NEAREST]
    assert_allclose(found.nearest_distances, np.array(away)[order], atol=1e-5)
    assert_array_equal(found.nearest_labels, labels[order])
    assert_array_equal(found.nearest, np.rint(images[order, ..., 0] * 255).astype(np.uint8))
    assert found.distance == pytest.approx(min(away), abs=1e-5)
    assert found.farther == pytest.approx(np.mean([one > min(away) for one in usual]))
    assert (found.compared, found.judged_by) == (12, 9)
    assert_allclose(found.probabilities.sum(), 1, rtol=1e-5)


def test_a_training_image_is_at_no_distance_from_itself() -> None:
    data = images_of(RESIDUAL)
    pixels = np.rint(data.x_train[7, ..., 0] * 255).astype(np.uint8)
    found = judged(OwnPicture(pixels.tobytes(), 14, 14))
    assert found.distance < 0.02  # as whole numbers from 0 to 255 the pixels are rounded
    assert found.nearest_labels[0] == data.y_train[7]
    assert np.abs(found.nearest[0].astype(int) - pixels).max() <= 1
    assert found.farther > 0.9


def test_test_images_are_judged_as_the_network_answers_them_and_are_usually_near() -> None:
    data, found = images_of(RESIDUAL), [judged(TestImage(number)) for number in range(40)]
    logits = network_of(RESIDUAL).model.predict(data.x_test[:40], verbose=0)
    assert_array_equal([one.probabilities.argmax() for one in found], logits.argmax(axis=1))
    assert 0.3 < np.mean([one.farther for one in found]) < 0.7


def test_noise_is_farther_from_all_that_was_learned_than_a_test_image_is() -> None:
    pixels = make(sample("noise"), Ways(), side=14).pixels
    noise = judged(OwnPicture(pixels.tobytes(), 14, 14))
    assert noise.farther < 0.1
    assert (noise.compared, noise.judged_by) == (2_000, 500)


def test_a_picture_without_any_answer_of_the_network_is_as_far_from_all() -> None:
    """Where every ReLU is closed the classifier receives nothing: no direction, at distance 1 from every other."""
    network = drawn(TINY)
    known = Known(of_length_one(np.eye(5, 3, dtype=np.float32)), np.zeros((5, 6, 6), np.uint8), np.arange(5), np.array([0.5, 1.5]))
    last = network.model.get_layer("stage2_block1_bn2")
    last.gamma.assign(0 * last.gamma)
    last.beta.assign(0 * last.beta - 100)
    found = judgement(network, np.ones((1, 6, 6, 1), np.float32), known)
    assert_allclose(found.nearest_distances, [0, 0, 1, 1, 1])
