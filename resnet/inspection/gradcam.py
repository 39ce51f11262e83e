"""Grad-CAM: where in a picture a layer speaks for a class (Selvaraju et al. 2017, arXiv 1610.02391, equations 1 and 2)."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from resnet.inquiries import ExplainDecision, GradCam
from resnet.inspection.layers import sent_through
from resnet.inspection.network import Network
from resnet.inspection.subjects import network_of, picture_of


def explain_decision(asked: ExplainDecision) -> GradCam:
    return grad_cam(network_of(asked.subject), asked.layer, picture_of(asked.subject, asked.picture), asked.target)


def grad_cam(network: Network, layer: str, image: np.ndarray, target: int | None = None) -> GradCam:
    """`image` is a batch of one. Without a target, the class the network names is meant; the gradient is that of its logit, before softmax:
    behind it, classes would speak against each other."""
    images = tf.convert_to_tensor(image)
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(images)
        maps, logits = sent_through(network, layer, images)
        chosen = int(tf.argmax(logits[0])) if target is None else target
        score = logits[0, chosen]
    slopes = np.asarray(tape.gradient(score, maps), np.float64)[0]
    weights = slopes.mean(axis=(0, 1))
    seen = np.asarray(maps, np.float64)[0]
    # Minus infinity, which padding puts around maps before a max-pool, speaks for nothing.
    heat = np.maximum(np.where(np.isfinite(seen), seen, 0) @ weights, 0)
    return GradCam(heat=heat.astype(np.float32), target=chosen, image=image[0], probabilities=tf.nn.softmax(logits)[0].numpy())
