"""Arrays → the batches a network is trained and measured on, the same for the same seed wherever they are made."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from resnet.config import Augmentation

EVALUATION_BATCH = 100  # images; divides every validation and test split, and is short enough to stop after
LARGEST_SHIFT = 2  # pixels, up, down, left or right


def training_batches(
    images: np.ndarray,
    labels: np.ndarray,
    *,
    batch_size: int,
    epochs: int,
    seed: int,
    augmentation: Augmentation = "none",
    first_epoch: int = 0,
    skip_batches: int = 0,
) -> tf.data.Dataset:
    """The batches of all epochs in one stream; each epoch takes every image once, in an order that depends on seed and epoch alone.

    Args:
        images: float32 (images, height, width, channels). labels: int32 (images,).
        epochs: where the stream ends; `first_epoch`, from 0, is where it begins, without the first `skip_batches` of that epoch.

    The last batch of an epoch is smaller where `batch_size` does not divide the images.
    """
    # One stream instead of one data set per epoch: the next epoch's first batch is ready when the last one's validation ends.
    all_images, all_labels = tf.constant(images), tf.constant(labels)
    whole_seed = tf.constant(seed, tf.int64)

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(tf.range(len(images)), seed=tf.stack([whole_seed, epoch]))
        return tf.data.Dataset.from_tensor_slices(order).batch(batch_size)

    def collect(number: tf.Tensor, rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        chance = tf.random.experimental.stateless_fold_in(tf.stack([whole_seed, 0]), number)
        return augment(tf.gather(all_images, rows), chance, augmentation), tf.gather(all_labels, rows)

    rows = tf.data.Dataset.range(first_epoch, epochs).flat_map(one_epoch).skip(skip_batches)
    # A batch's number over the whole run is what its augmentation is drawn from: a run that goes on sees what it would have seen.
    before = first_epoch * -(-len(images) // batch_size) + skip_batches
    return _ready(rows.enumerate(start=before).map(collect))


def augment(images: tf.Tensor, seed: tf.Tensor, augmentation: Augmentation) -> tf.Tensor:
    """Images (batch, height, width, channels) as `Recipe.augmentation` says, each image by a chance of its own; `seed` has shape (2,)."""
    if augmentation == "none":
        return images
    batch, height, width = tf.shape(images)[0], images.shape[1], images.shape[2]
    flip = tf.random.stateless_uniform([batch, 1, 1, 1], seed) < 0.5
    images = tf.where(flip, tf.reverse(images, axis=[2]), images)
    if augmentation == "flip":
        return images
    room = LARGEST_SHIFT
    padded = tf.pad(images, [[0, 0], [room, room], [room, room], [0, 0]])
    corners = tf.random.stateless_uniform([2, batch, 1], seed + 1, maxval=2 * room + 1, dtype=tf.int32)
    moved = tf.gather(padded, corners[0] + tf.range(height), axis=1, batch_dims=1)
    moved = tf.gather(tf.transpose(moved, [0, 2, 1, 3]), corners[1] + tf.range(width), axis=1, batch_dims=1)
    return tf.ensure_shape(tf.transpose(moved, [0, 2, 1, 3]), images.shape)


def evaluation_batches(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """One pass over all images, in their order."""
    return _ready(tf.data.Dataset.from_tensor_slices((images, labels)).batch(EVALUATION_BATCH))


def _ready(batches: tf.data.Dataset) -> tf.data.Dataset:
    options = tf.data.Options()
    # Its tuning loop doubles its period, and an iterator's end waits for it: up to 20 s at the end of each epoch on TensorFlow 2.21.
    options.autotune.enabled = False
    return batches.prefetch(2).with_options(options)
