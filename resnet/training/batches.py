"""Arrays → the batches a network is trained and measured on, the same for the same seed wherever they are made."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

EVALUATION_BATCH = 100  # images; divides every validation and test split, and is short enough to stop after


def training_batches(images: np.ndarray, labels: np.ndarray, *, batch_size: int, epochs: int, seed: int) -> tf.data.Dataset:
    """Every epoch's batches in one stream; each epoch takes every image once, in an order that depends on seed and epoch alone.

    Args:
        images: float32 (images, height, width, channels). labels: int32 (images,).

    The last batch of an epoch is smaller where `batch_size` does not divide the images.
    """
    # One stream instead of one data set per epoch: the next epoch's first batch is ready when the last one's validation ends.
    all_images, all_labels = tf.constant(images), tf.constant(labels)

    def one_epoch(epoch: tf.Tensor) -> tf.data.Dataset:
        order = tf.random.experimental.stateless_shuffle(tf.range(len(images)), seed=tf.stack([tf.constant(seed, tf.int64), epoch]))
        return tf.data.Dataset.from_tensor_slices(order).batch(batch_size)

    def collect(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        return tf.gather(all_images, rows), tf.gather(all_labels, rows)

    return _ready(tf.data.Dataset.range(epochs).flat_map(one_epoch).map(collect))


def evaluation_batches(images: np.ndarray, labels: np.ndarray) -> tf.data.Dataset:
    """One pass over all images, in their order."""
    return _ready(tf.data.Dataset.from_tensor_slices((images, labels)).batch(EVALUATION_BATCH))


def _ready(batches: tf.data.Dataset) -> tf.data.Dataset:
    options = tf.data.Options()
    # Its tuning loop doubles its period, and an iterator's end waits for it: up to 20 s at the end of each epoch on TensorFlow 2.21.
    options.autotune.enabled = False
    return batches.prefetch(2).with_options(options)
