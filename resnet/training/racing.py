"""Several networks as one model: they see the same batches, and each takes the step that it would take alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from resnet.training.accuracy import ClassAccuracy
from resnet.training.observed import KernelNorms, smoothed


class Race(keras.Model):
    """Networks side by side: images (batch, height, width, channels) → logits (batch, classes) by network.

    What a step makes smaller is the sum of their losses. No weight belongs to two of them, so the sum's gradient by a weight is that of its
    own network's loss, and an optimizer that treats each weight by itself moves it as if the others were not there.

    The figures among the logs are `<network>_loss` and `<network>_accuracy`; `loss` is the sum. As in `ObservedModel`, a loss that is told
    is the plain cross-entropy, with smoothed targets too.
    """

    label_smoothing = 0.0  # read when the step is traced

    def __init__(self, networks: Sequence[keras.Model]) -> None:
        """The networks, built, with different names. Their weights are the model's, in their order."""
        super().__init__(name="race")
        self.networks = list(networks)
        self.norms = tuple(KernelNorms(network) for network in networks)
        self.told_losses = [keras.metrics.Mean(name=f"{network.name}_loss") for network in networks]
        self.accuracies = [ClassAccuracy(network.output_shape[-1], name=f"{network.name}_accuracy") for network in networks]
        self._cross_entropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.built = True  # all its layers are

    def call(self, images: tf.Tensor, training: bool = False) -> dict[str, tf.Tensor]:
        return {network.name: network(images, training=training) for network in self.networks}

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One step of every network on images (batch, height, width, channels) and labels (batch,)."""
        images, labels = data
        with tf.GradientTape() as tape:
            logits = list(self(images, training=True).values())
            losses = [self._cross_entropy(labels, own) for own in logits]
            objective = tf.add_n([smoothed(loss, own, self.label_smoothing) for loss, own in zip(losses, logits, strict=True)])
        weights = self.trainable_variables
        gradients = tape.gradient(objective, [weight.value for weight in weights])
        done = 0
        for network, norms in zip(self.networks, self.norms, strict=True):
            own_weights = network.trainable_variables
            norms.keep(own_weights, gradients[done : done + len(own_weights)])
            done += len(own_weights)
        self.optimizer.apply(gradients, weights)
        return self._told(labels, logits, losses, images=None)  # figures begin anew with each batch of a training

    def test_step(self, data: Any) -> dict[str, tf.Tensor]:
        """Count one batch of images (batch, height, width, channels) and labels (batch,)."""
        images, labels = data
        logits = list(self(images, training=False).values())
        losses = [self._cross_entropy(labels, own) for own in logits]
        return self._told(labels, logits, losses, images=tf.shape(labels)[0])  # the last batch of a split may be smaller

    def _told(
        self, labels: tf.Tensor, logits: Sequence[tf.Tensor], losses: Sequence[tf.Tensor], *, images: tf.Tensor | None
    ) -> dict[str, tf.Tensor]:
        self._loss_tracker.update_state(tf.add_n(losses), sample_weight=images)
        for own, loss, told, accuracy in zip(logits, losses, self.told_losses, self.accuracies, strict=True):
            told.update_state(loss, sample_weight=images)
            accuracy.update_state(labels, own)
        return self.get_metrics_result()
