"""A network that tells of its own training step what the curves and charts need."""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf


class ObservedModel(keras.Model):
    """Keras's training step, written out, with two things more: smoothed targets, and the norms of the kernels' gradients.

    The loss it reports is the plain cross-entropy, with smoothed targets too, so that training and validation curves speak of the same
    thing. The norms cost a sum of squares per kernel in a step that computes the gradients anyway; a probe of their own would take
    another forward and backward pass, and a second graph, which takes as long to trace as the first.
    """

    label_smoothing = 0.0  # read when the step is traced

    def watch_gradients(self) -> None:
        """Keep from now on the norms of each step. Call it before the step is traced."""
        watched = [layer for layer in self.layers if hasattr(layer, "kernel")]
        self.gradient_layers = tuple(layer.name for layer in watched)  # in the order of depth
        self._kernels = [layer.kernel.path for layer in watched]
        self.gradient_norms = tf.Variable(tf.zeros(len(watched)), trainable=False)

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One step on images (batch, height, width, channels) and labels (batch,)."""
        images, labels = data
        with tf.GradientTape() as tape:
            logits = self(images, training=True)
            loss = self.compute_loss(images, labels, logits)
            objective = self._smoothed(loss, logits) if self.label_smoothing else loss
        weights = self.trainable_variables
        gradients = tape.gradient(objective, [weight.value for weight in weights])
        by_path = {weight.path: gradient for weight, gradient in zip(weights, gradients, strict=True)}
        self.gradient_norms.assign(tf.stack([tf.norm(by_path[path]) for path in self._kernels]))
        self.optimizer.apply(gradients, weights)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(labels, logits)
        return self.get_metrics_result()

    def _smoothed(self, loss: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        """The share `label_smoothing` of the target goes to all classes alike (Szegedy et al. 2016, arXiv 1512.00567, section 7)."""
        spread = tf.reduce_mean(tf.reduce_logsumexp(logits, axis=-1) - tf.reduce_mean(logits, axis=-1))
        return (1 - self.label_smoothing) * loss + self.label_smoothing * spread
