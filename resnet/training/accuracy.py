"""How many images of each class a network gets right."""

from __future__ import annotations

import keras
import numpy as np
import tensorflow as tf


class ClassAccuracy(keras.metrics.Metric):
    """The share of images whose largest logit is the right one; `per_class()` gives it for each class."""

    def __init__(self, num_classes: int, name: str = "accuracy") -> None:
        super().__init__(name=name)
        self.num_classes = num_classes
        self.hits = self.add_weight(shape=(num_classes,), initializer="zeros", name="hits")
        self.images = self.add_weight(shape=(num_classes,), initializer="zeros", name="images")

    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> None:
        """Count labels (batch,) against logits (batch, classes)."""
        labels = tf.reshape(tf.cast(y_true, tf.int64), [-1])
        classes = tf.one_hot(labels, self.num_classes)
        right = tf.cast(tf.argmax(y_pred, axis=-1) == labels, tf.float32)
        self.hits.assign_add(tf.linalg.matvec(classes, right, transpose_a=True))
        self.images.assign_add(tf.reduce_sum(classes, axis=0))

    def result(self) -> tf.Tensor:
        return tf.math.divide_no_nan(tf.reduce_sum(self.hits), tf.reduce_sum(self.images))

    def per_class(self) -> list[float]:
        """Accuracy of each class in the order of the labels; NaN for a class without images."""
        with np.errstate(invalid="ignore"):
            return [float(share) for share in self.hits.numpy() / self.images.numpy()]
