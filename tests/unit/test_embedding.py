"""The plane of the test images: against points whose plane is known, and against eigenvectors of the covariance by NumPy alone."""

from __future__ import annotations

import numpy as np
import pytest

from resnet.errors import QuestionError
from resnet.inquiries import Embedding, EmbedTest, Subject
from resnet.inspection.answering import answer
from resnet.inspection.embedding import embed, principal_plane, received_by_classifier
from tests.unit.test_inspection import TINY, ByHand, close, drawn


def images(count: int) -> np.ndarray:
    return np.random.default_rng(8).uniform(0, 1, (count, 6, 6, 1)).astype(np.float32)


def test_points_on_a_line_keep_their_distances() -> None:
    """Three points, each 5 from the next (3-4-5 triangles): all the variance is in one direction."""
    coordinates, explained = principal_plane(np.array([[1.0, 2.0, 7.0], [4.0, 6.0, 7.0], [7.0, 10.0, 7.0]]))
    np.testing.assert_allclose(np.abs(coordinates[:, 0]), [5, 0, 5], atol=1e-12)
    np.testing.assert_allclose(coordinates[:, 1], 0, atol=1e-12)
    np.testing.assert_allclose(explained, [1, 0], atol=1e-12)


def test_a_cross_is_turned_to_its_axes() -> None:
    """(±3, 0) and (0, ±1): variances 18 to 2, so that nine tenths are along the first axis."""
    coordinates, explained = principal_plane(np.array([[3.0, 0], [-3, 0], [0, 1], [0, -1]]))
    np.testing.assert_allclose(np.abs(coordinates), [[3, 0], [3, 0], [0, 1], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(explained, [0.9, 0.1])


def test_what_does_not_vary_or_has_one_channel_has_a_plane_too() -> None:
    coordinates, explained = principal_plane(np.full((4, 3), 2.5))
    assert not coordinates.any()
    assert not explained.any()
    coordinates, explained = principal_plane(np.array([[1.0], [3.0]]))
    np.testing.assert_allclose(np.abs(coordinates), [[1, 0], [1, 0]])
    np.testing.assert_allclose(explained, [1, 0])


def test_images_lie_where_numpy_puts_them() -> None:
    network, pictures = drawn(TINY), images(12)
    hand = ByHand(network)
    given = [hand.block("stage2_block1", hand.into("stage2_block1", one)) for one in pictures]
    features = np.stack([one.mean(axis=(0, 1)) for one in given])
    found_features, found_logits = received_by_classifier(network, pictures)
    close(found_features, features)
    close(found_logits, [hand.logits(one) for one in pictures])

    centred = features - features.mean(axis=0)
    values, vectors = np.linalg.eigh(np.cov(features.T))
    labels = np.arange(12, dtype=np.int32) % 4
    found = embed(network, pictures, labels)
    close(found.explained, values[::-1][:2] / values.sum())
    # A direction may point either way.
    np.testing.assert_allclose(np.abs(found.coordinates), np.abs(centred @ vectors[:, ::-1][:, :2]), rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(found.labels, labels)
    np.testing.assert_array_equal(found.named, [hand.logits(one).argmax() for one in pictures])


def test_batches_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    network, pictures = drawn(TINY), images(7)
    whole, _ = received_by_classifier(network, pictures)
    monkeypatch.setattr("resnet.inspection.cuts.NUMBERS_AT_ONCE", 3 * 6 * 6 * 2)  # three images at once
    parts, _ = received_by_classifier(network, pictures)
    close(parts, whole)


def test_a_trained_network_s_plane_comes_with_what_it_names() -> None:
    found = answer(EmbedTest(Subject("mini-resnet"), 40))
    assert isinstance(found, Embedding)
    assert found.coordinates.shape == (40, 2)
    assert (found.named == found.labels).mean() > 0.7
    assert 0.2 < found.explained.sum() <= 1
    with pytest.raises(QuestionError, match="images must be a whole number from 10 to 2,000, got 9"):
        EmbedTest(Subject("mini-resnet"), 9)
