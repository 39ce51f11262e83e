"""The stream of batches can begin anywhere, and images are changed as the recipe says, the same for the same seed."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from resnet.config import Augmentation
from resnet.training.batches import augment, training_batches

IMAGES = np.random.default_rng(0).random((23, 9, 7, 2), dtype=np.float32)
LABELS = np.arange(23, dtype=np.int32)
AUGMENTATIONS: tuple[Augmentation, ...] = ("none", "flip", "flip-shift")


def stream(**options: object) -> list[tuple[np.ndarray, np.ndarray]]:
    settings = {"batch_size": 5, "epochs": 3, "seed": 4, **options}
    return [(x.numpy(), y.numpy()) for x, y in training_batches(IMAGES, LABELS, **settings)]


@pytest.mark.parametrize("augmentation", AUGMENTATIONS)
@pytest.mark.parametrize(("first_epoch", "skip"), [(0, 3), (1, 0), (1, 4), (2, 5)])
def test_a_stream_that_begins_later_is_the_rest_of_the_whole(augmentation: Augmentation, first_epoch: int, skip: int) -> None:
    whole = stream(augmentation=augmentation)
    assert len(whole) == 15
    rest = stream(augmentation=augmentation, first_epoch=first_epoch, skip_batches=skip)
    expected = whole[5 * first_epoch + skip :]
    assert len(rest) == len(expected)
    for (x, y), (expected_x, expected_y) in zip(rest, expected, strict=True):
        np.testing.assert_array_equal(x, expected_x)
        np.testing.assert_array_equal(y, expected_y)


def test_another_seed_or_epoch_changes_images_otherwise() -> None:
    first, other = stream(augmentation="flip-shift"), stream(augmentation="flip-shift", seed=5)
    assert not np.array_equal(first[0][0], other[0][0])
    of_image_0 = [x[list(y).index(0)] for x, y in first if 0 in y]
    assert len(of_image_0) == 3
    assert not np.array_equal(of_image_0[0], of_image_0[1]) or not np.array_equal(of_image_0[0], of_image_0[2])


def versions(image: np.ndarray, shift: int) -> list[np.ndarray]:
    """The image and its mirror, moved by up to `shift` pixels each way, zeros moving in."""
    height, width = image.shape[:2]
    found = []
    for mirrored in (image, image[:, ::-1]):
        padded = np.pad(mirrored, ((shift, shift), (shift, shift), (0, 0)))
        found += [padded[y : y + height, x : x + width] for y in range(2 * shift + 1) for x in range(2 * shift + 1)]
    return found


@pytest.mark.parametrize(("augmentation", "shift"), [("flip", 0), ("flip-shift", 2)])
def test_every_image_becomes_one_of_its_versions_and_all_of_them_occur(augmentation: Augmentation, shift: int) -> None:
    image = IMAGES[0]
    known = versions(image, shift)
    changed = augment(tf.constant(np.stack([image] * 800)), tf.constant([1, 2], tf.int64), augmentation).numpy()
    assert changed.shape == (800, 9, 7, 2)
    seen = {next(number for number, version in enumerate(known) if np.array_equal(one, version)) for one in changed}
    assert seen == set(range(len(known)))


def test_none_changes_nothing() -> None:
    images = tf.constant(IMAGES)
    assert augment(images, tf.constant([1, 2], tf.int64), "none") is images
