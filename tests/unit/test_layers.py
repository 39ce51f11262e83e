"""The fused batch normalization against Keras's own: the same parameters, the same numbers, saved and loaded."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

import keras
import numpy as np
import pytest
import tensorflow as tf

from resnet import layers
from resnet.config import Activation
from resnet.layers import FusedBatchNormalization, kernel_exists
from resnet.model import build_resnet
from tests.training_runs import TINY


def pair(channels: int, **options: object) -> tuple[keras.layers.BatchNormalization, FusedBatchNormalization]:
    """Keras's layer and ours with equal parameters and statistics, none of them 0 or 1."""
    random = np.random.default_rng(3)
    kinds = (keras.layers.BatchNormalization, FusedBatchNormalization)
    theirs, ours = (kind(momentum=0.7, epsilon=1e-4, **options) for kind in kinds)
    weights = [random.uniform(low, high, channels) for low, high in ((0.5, 1.5), (-1, 1), (-0.5, 0.5), (0.3, 2))]
    for layer in (theirs, ours):
        layer.build((None, None, None, channels))
        layer.set_weights(weights)
    return theirs, ours


def images(shape: tuple[int, ...]) -> tf.Tensor:
    return tf.constant(np.random.default_rng(5).normal(2, 3, shape), tf.float32)


@pytest.fixture
def fused_calls(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Grows by one entry for each use of the kernel, so that a test cannot compare Keras with itself."""
    for dtype in ("float32", "bfloat16"):
        kernel_exists(dtype)  # which tries the kernel, once
    calls: list[bool] = []
    original = layers._fused

    def spy(*arguments: object, training: bool) -> object:
        calls.append(training)
        return original(*arguments, training=training)

    monkeypatch.setattr(layers, "_fused", spy)
    return calls


@pytest.mark.parametrize("shape", [(8, 7, 5, 6), (2, 1, 1, 3), (1, 4, 4, 16)])
def test_training_gives_the_same_numbers_gradients_and_statistics(shape: tuple[int, ...], fused_calls: list[bool]) -> None:
    theirs, ours = pair(shape[-1])
    x, weigh = images(shape), tf.constant(np.random.default_rng(6).normal(size=shape), tf.float32)
    found = []
    for layer in (theirs, ours):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = layer(x, training=True)
            goal = tf.reduce_sum(y * weigh)
        found.append([y, *tape.gradient(goal, [x, *(variable.value for variable in layer.trainable_variables)]), *layer.get_weights()])
    assert fused_calls == [True]
    for expected, got in zip(*found, strict=True):
        np.testing.assert_allclose(got, expected, rtol=2e-4, atol=2e-5)


def test_inference_uses_the_statistics_and_leaves_them(fused_calls: list[bool]) -> None:
    theirs, ours = pair(4)
    before = ours.get_weights()
    np.testing.assert_allclose(ours(images((3, 5, 5, 4)), training=False), theirs(images((3, 5, 5, 4)), training=False), atol=1e-5)
    assert fused_calls == [False]
    for old, new in zip(before, ours.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_frozen_layer_infers_also_while_training() -> None:
    theirs, ours = pair(4)
    theirs.trainable = ours.trainable = False
    np.testing.assert_allclose(ours(images((3, 5, 5, 4)), training=True), theirs(images((3, 5, 5, 4)), training=True), atol=1e-5)
    np.testing.assert_array_equal(ours.get_weights()[2], theirs.get_weights()[2])


def test_parameters_and_configuration_are_those_of_keras() -> None:
    theirs, ours = pair(4)
    assert [(v.name, v.shape, v.trainable) for v in ours.variables] == [(v.name, v.shape, v.trainable) for v in theirs.variables]
    assert {**ours.get_config(), "name": ""} == {**theirs.get_config(), "name": ""}


def test_bfloat16_activations_keep_float32_statistics(fused_calls: list[bool]) -> None:
    theirs, ours = pair(4, dtype="mixed_bfloat16")
    x = images((8, 6, 6, 4))
    expected, got = theirs(x, training=True), ours(x, training=True)
    assert fused_calls == ([True] if kernel_exists("bfloat16") else [])
    assert got.dtype == tf.bfloat16
    np.testing.assert_allclose(tf.cast(got, tf.float32), tf.cast(expected, tf.float32), atol=0.05)
    for variable, other in zip(ours.variables, theirs.variables, strict=True):
        assert variable.dtype == "float32"
        np.testing.assert_allclose(variable, other, rtol=1e-2, atol=1e-2)


@pytest.mark.parametrize("reason", ["dense input", "another axis", "no kernel", "no scale"])
def test_without_a_kernel_keras_computes(reason: str, fused_calls: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"another axis": {"axis": 1}, "no scale": {"scale": False}}.get(reason, {})
    shape = (5, 4) if reason == "dense input" else (5, 4, 4, 4)
    if reason == "no kernel":
        monkeypatch.setattr(layers, "kernel_exists", lambda dtype: False)
    theirs, ours = keras.layers.BatchNormalization(**options), FusedBatchNormalization(**options)
    np.testing.assert_array_equal(ours(images(shape), training=True), theirs(images(shape), training=True))
    np.testing.assert_array_equal(ours.get_weights()[-1], theirs.get_weights()[-1])
    assert fused_calls == []


def test_an_unknown_dtype_has_no_kernel() -> None:
    assert kernel_exists("float32")
    assert not kernel_exists("float64")
    assert not kernel_exists("int8")


def test_saved_and_loaded_it_computes_the_same(tmp_path: Path) -> None:
    _, ours = pair(4)
    inputs = keras.Input((5, 5, 4))
    model = keras.Model(inputs, ours(inputs))
    model.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    assert type(loaded.layers[-1]) is FusedBatchNormalization
    np.testing.assert_array_equal(loaded(images((2, 5, 5, 4))), model(images((2, 5, 5, 4))))


@pytest.mark.parametrize("activation", get_args(Activation))
def test_a_graph_that_predicts_has_code_for_what_tensorflow_joins(activation: Activation) -> None:
    """Convolution, batch norm and tanh it makes one operation of that does not exist. A graph of the model's own variables, as in fit()."""
    network = build_resnet(replace(TINY, activation=activation))
    shown = images((2, *TINY.input_shape))
    traced = tf.function(lambda batch: network(batch, training=False))
    np.testing.assert_allclose(traced(shown), network(shown, training=False), atol=1e-4)
