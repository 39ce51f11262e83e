"""A network that tells of its own training step what the curves and charts need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf


class KernelNorms:
    """The L2 norm of the gradient of each of a network's kernels in the last training step, in the order of depth."""

    def __init__(self, network: keras.Model) -> None:
        """Make it before the step is traced."""
        watched = [layer for layer in network.layers if hasattr(layer, "kernel")]
        self.layers = tuple(layer.name for layer in watched)
        self._kernels = [layer.kernel.path for layer in watched]
        self._latest = tf.Variable(tf.zeros(len(watched)), trainable=False)

    def keep(self, weights: Sequence[Any], gradients: Sequence[tf.Tensor]) -> None:
        """Keep those of this step: `gradients` are those of `weights`, the network's trainable variables, one for one."""
        by_path = {weight.path: gradient for weight, gradient in zip(weights, gradients, strict=True)}
        self._latest.assign(tf.stack([tf.norm(by_path[path]) for path in self._kernels]))

    def numpy(self) -> np.ndarray:
        """Shape (layers,)."""
        norms: np.ndarray = self._latest.numpy()
        return norms


class ObservedModel(keras.Model):
    """Keras's training step, written out, with two things more: smoothed targets, and the norms of the kernels' gradients.

    The loss it reports is the plain cross-entropy, with smoothed targets too, so that training and validation curves speak of the same
    thing. The norms cost a sum of squares per kernel in a step that computes the gradients anyway; a probe of their own would take
    another forward and backward pass, and a second graph, which takes as long to trace as the first.
    """

    label_smoothing = 0.0  # read when the step is traced
    norms: KernelNorms  # to be set before that

    def train_step(self, data: Any) -> dict[str, tf.Tensor]:
        """One step on images (batch, height, width, channels) and labels (batch,)."""
        images, labels = data
        with tf.GradientTape() as tape:
            logits = self(images, training=True)
            loss = self.compute_loss(images, labels, logits)
            objective = smoothed(loss, logits, self.label_smoothing)
        weights = self.trainable_variables
        gradients = tape.gradient(objective, [weight.value for weight in weights])
        self.norms.keep(weights, gradients)
        self.optimizer.apply(gradients, weights)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(labels, logits)
        return self.get_metrics_result()


def smoothed(loss: tf.Tensor, logits: tf.Tensor, share: float) -> tf.Tensor:
    """The cross-entropy `loss` of these logits (batch, classes) where a `share` of the target goes to all classes alike.

    Szegedy et al. 2016, arXiv 1512.00567, section 7. A share of 0 leaves the loss, and the graph, as it is.
    """
    if not share:
        return loss
    spread = tf.reduce_mean(tf.reduce_logsumexp(logits, axis=-1) - tf.reduce_mean(logits, axis=-1))
    return (1 - share) * loss + share * spread
