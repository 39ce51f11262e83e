"""The training step of our own: gradients, smoothed targets and decay against the definitions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf

from resnet.model import build_resnet, draw_weights
from resnet.training.batches import training_batches
from resnet.training.workshop import Workshop
from tests.training_runs import CONFIG, RECIPE, TINY

RATE = 0.05
IMAGES = np.random.default_rng(1).random((40, 28, 28, 1), dtype=np.float32)
LABELS = np.random.default_rng(2).integers(0, 10, 40).astype(np.int32)


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_norms_loss_and_step_are_those_of_the_definition(smoothing: float) -> None:
    recipe = replace(RECIPE, label_smoothing=smoothing, learning_rate=RATE)
    config = replace(CONFIG, recipe=recipe)
    twin = build_resnet(TINY)
    draw_weights(twin, config.seed)
    with tf.GradientTape() as tape:
        logits = twin(IMAGES, training=True)
        log_p = tf.nn.log_softmax(logits)
        target = (1 - smoothing) * tf.one_hot(LABELS, 10) + smoothing / 10
        objective = -tf.reduce_mean(tf.reduce_sum(target * log_p, axis=1))
        plain = -tf.reduce_mean(tf.reduce_sum(tf.one_hot(LABELS, 10) * log_p, axis=1))
    gradients = tape.gradient(objective, [weight.value for weight in twin.trainable_variables])

    with Workshop().lend(config) as prepared:
        batches = training_batches(IMAGES, LABELS, batch_size=40, epochs=1, seed=0)
        history = prepared.model.fit(batches, steps_per_epoch=1, shuffle=False, verbose=0).history
        assert history["loss"] == pytest.approx([float(plain)], abs=1e-5)
        expected = {
            weight.path.split("/")[-2]: float(tf.norm(gradient))
            for weight, gradient in zip(twin.trainable_variables, gradients, strict=True)
            if weight.name == "kernel"
        }
        [learner] = prepared.learners
        assert learner.norms.layers == tuple(layer.name for layer in twin.layers if hasattr(layer, "kernel"))
        assert learner.norms.layers[0] == "stem_conv"
        assert learner.norms.layers[-1] == "head_dense"
        norms = dict(zip(learner.norms.layers, learner.norms.numpy(), strict=True))
        assert norms == pytest.approx(expected, rel=1e-3)
        for weight, gradient, moved in zip(twin.trainable_variables, gradients, prepared.model.trainable_variables, strict=True):
            # Nesterov momentum 0.9, first step: 1.9 times the plain step.
            np.testing.assert_allclose(moved, weight - 1.9 * RATE * gradient, atol=2e-5)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_decay_shrinks_kernels_alone(optimizer: str) -> None:
    """Black images of one class give kernels before the stem's no gradient: what moves the stem's kernel is the decay."""
    recipe = replace(RECIPE, optimizer=optimizer, weight_decay=0.1, learning_rate=RATE)
    config = replace(CONFIG, recipe=recipe)
    with Workshop().lend(config) as prepared:
        stem, norm = prepared.model.get_layer("stem_conv"), prepared.model.get_layer("stem_bn")
        before, gamma = stem.kernel.numpy(), norm.gamma.numpy()
        black = training_batches(np.zeros_like(IMAGES), LABELS, batch_size=40, epochs=1, seed=0)
        prepared.model.fit(black, steps_per_epoch=1, shuffle=False, verbose=0)
        np.testing.assert_allclose(stem.kernel, before * (1 - RATE * 0.1), rtol=1e-5)
        np.testing.assert_array_equal(norm.gamma, gamma)


def test_bfloat16_keeps_weights_statistics_and_logits_in_float32() -> None:
    config = replace(CONFIG, recipe=replace(RECIPE, precision="bfloat16"))
    with Workshop().lend(config) as prepared:
        assert prepared.precision == "bfloat16"
        assert {variable.dtype for variable in prepared.model.variables} <= {"float32", "uint32", "int64"}
        assert prepared.model.get_layer("stem_conv").compute_dtype == "bfloat16"
        assert prepared.model(IMAGES[:2]).dtype == tf.float32
    with Workshop().lend(replace(config, recipe=replace(RECIPE, precision="float32"))) as prepared:
        assert prepared.precision == "float32"
        assert prepared.model.get_layer("stem_conv").compute_dtype == "float32"
