"""The built model confirms the plan, and computes what a NumPy program written from the papers' description computes."""

from __future__ import annotations

import inspect
import itertools
import math
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from resnet.blocks import Style
from resnet.config import Block, ResNetConfig
from resnet.errors import CombinationError
from resnet.export.network_code import network_code
from resnet.layers import FusedBatchNormalization, MinusInfinityPadding2D, ZeroPadShortcut
from resnet.model import BLOCKS, build_resnet, draw_weights
from resnet.plan import LayerPlan, plan, plan_block
from resnet.presets import PRESETS

MINI = PRESETS["mini-resnet"]
TINY = ResNetConfig(
    name="tiny", block="basic", depths=(1, 2), widths=(3, 5), input_shape=(18, 15, 2), num_classes=4, stem="imagenet", bn_epsilon=1e-3
)
ACTIVATIONS = ("relu", "gelu", "silu", "tanh")

KINDS = {
    keras.layers.InputLayer: "input",
    keras.layers.ZeroPadding2D: "pad",
    MinusInfinityPadding2D: "pad",
    ZeroPadShortcut: "pad",
    keras.layers.Conv2D: "conv",
    FusedBatchNormalization: "bn",
    keras.layers.Activation: "activation",
    keras.layers.MaxPooling2D: "pool",
    keras.layers.Add: "add",
    keras.layers.Multiply: "multiply",
    keras.layers.GlobalAveragePooling2D: "global-pool",
    keras.layers.Dropout: "dropout",
    keras.layers.Dense: "dense",
}


# The plan predicts, the model confirms


def facts_of(layer: keras.Layer) -> tuple[str, str, tuple[int, ...], int, int, int]:
    """What a LayerPlan claims, asked of the Keras layer: name, kind, output shape, parameters, trainable parameters, multiply-adds."""
    shape = tuple(layer.output.shape[1:])
    kernel = math.prod(layer.kernel.shape) if hasattr(layer, "kernel") else 0
    trainable = sum(math.prod(weight.shape) for weight in layer.trainable_weights)
    return layer.name, KINDS[type(layer)], shape, layer.count_params(), trainable, kernel * math.prod(shape[:-1])


def claims_of(layer: LayerPlan) -> tuple[str, str, tuple[int, ...], int, int, int]:
    return layer.name, layer.kind, layer.output_shape, layer.parameters, layer.trainable_parameters, layer.macs


def assert_confirmed(layers: tuple[LayerPlan, ...], model: keras.Model) -> None:
    # Keras lists layers by their distance from the output, which weaves branch and shortcut into each other. The plan's order is a
    # reader's. Both must be the same layers, and in the plan's order every layer must come after those it takes its input from.
    assert sorted(claims_of(layer) for layer in layers) == sorted(facts_of(layer) for layer in model.layers)
    seen: set[str] = set()
    for planned in layers:
        built = model.get_layer(planned.name)
        sources = [tensor._keras_history.operation.name for tensor in flat(built.input)]
        if planned.kind != "input":
            assert list(planned.inputs) == sources, f"{planned.name} reads {sources}"
            assert planned.input_shape == tuple(flat(built.input)[0].shape[1:])
            assert set(sources) <= seen, f"{planned.name} is planned before {sources}"
        assert (planned.kernel, planned.stride, planned.groups) == window_of(built), planned.name
        seen.add(planned.name)


def window_of(layer: keras.Layer) -> tuple[int, int, int]:
    """Kernel, stride and groups of the Keras layer."""
    if isinstance(layer, ZeroPadShortcut):
        return 1, layer.stride, 1
    kernel = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", (1, 1))
    return kernel[0], getattr(layer, "strides", (1, 1))[0], getattr(layer, "groups", 1)


def flat(tensors: Any) -> list[Any]:
    return list(tensors) if isinstance(tensors, (list, tuple)) else [tensors]


def assert_plan_confirmed(config: ResNetConfig) -> None:
    planned, model = plan(config), build_resnet(config)
    assert_confirmed(planned.layers, model)
    assert planned.total_parameters == model.count_params()
    assert planned.trainable_parameters == sum(math.prod(weight.shape) for weight in model.trainable_weights)
    assert model.name == config.name
    assert model.input_shape == (None, *config.input_shape)
    assert model.output_shape == (None, config.num_classes)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_confirm_their_plan(name: str) -> None:
    assert_plan_confirmed(PRESETS[name])


def test_the_notebooks_model_has_the_notebooks_count() -> None:
    model = build_resnet(MINI)
    assert model.count_params() == 698_282
    assert sum(math.prod(weight.shape) for weight in model.trainable_weights) == 696_042


@pytest.mark.parametrize(
    ("stem", "padding", "shortcut", "dropout", "activation"),
    [*itertools.product(("imagenet", "cifar"), ("same", "symmetric"), ("projection", "none"), (0.0, 0.2), ("relu", "gelu"))],
)
def test_a_grid_of_networks_confirms_its_plan(stem: Any, padding: Any, shortcut: Any, dropout: float, activation: Any) -> None:
    assert_plan_confirmed(replace(TINY, stem=stem, padding=padding, shortcut=shortcut, dropout=dropout, activation=activation))


BLOCK_CHOICES = {
    "block": st.sampled_from(["basic", "bottleneck"]),
    "preactivation": st.booleans(),
    "shortcut": st.sampled_from(["projection", "zero-pad", "none"]),
    "groups": st.sampled_from([1, 1, 2, 3]),
    "width_per_group": st.sampled_from([64, 64, 32, 100]),
    "se_reduction": st.sampled_from([None, 1, 2, 4]),
    "bottleneck_stride_on": st.sampled_from(["3x3", "1x1"]),
    "padding": st.sampled_from(["same", "symmetric"]),
    "zero_init_residual": st.booleans(),
    "activation": st.sampled_from(ACTIVATIONS),
    "initializer": st.sampled_from(["he_fan_out", "he_fan_in"]),
}


@st.composite
def networks(draw: st.DrawFn) -> ResNetConfig:
    stages = draw(st.integers(1, 4))
    values = {
        "depths": tuple(draw(st.lists(st.integers(1, 2), min_size=stages, max_size=stages))),
        "widths": tuple(draw(st.lists(st.integers(1, 9), min_size=stages, max_size=stages))),
        "input_shape": (draw(st.integers(1, 40)), draw(st.integers(1, 40)), draw(st.integers(1, 4))),
        "num_classes": draw(st.integers(2, 12)),
        "stem": draw(st.sampled_from(["imagenet", "cifar"])),
        "dropout": draw(st.sampled_from([0.0, 0.3])),
        **{field: draw(choices) for field, choices in BLOCK_CHOICES.items()},
    }
    return mended(ResNetConfig, {"name": "generated", **values})


def mended(make: Any, values: dict[str, Any]) -> Any:
    """What `make` makes of the values, after each refusal with the first change that it offers."""
    for _ in range(8):
        try:
            return make(**values)
        except CombinationError as refused:
            values = {**values, **refused.fixes[0]}
    raise AssertionError(f"still refused after eight of the offered changes: {values}")


@given(networks())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_generated_networks_confirm_their_plan(config: ResNetConfig) -> None:
    assert_plan_confirmed(config)


@given(
    shape=st.tuples(st.integers(2, 20), st.integers(2, 20), st.integers(1, 8)),
    filters=st.integers(1, 8),
    stride=st.sampled_from([1, 2]),
    choices=st.fixed_dictionaries(BLOCK_CHOICES),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_generated_blocks_confirm_their_plan(shape: tuple[int, int, int], filters: int, stride: int, choices: dict[str, Any]) -> None:
    config = mended(replace_tiny, {**choices, "widths": (filters, filters)})
    assume(config.shortcut != "zero-pad" or shape[-1] <= config.stage_channels[0])
    x = keras.Input(shape, name="x")
    y = BLOCKS[config.block, config.preactivation](x, name="stage2_block1", filters=filters, stride=stride, style=Style.of(config))
    model = keras.Model(x, y)
    entry = LayerPlan("x", "input", "stem", None, shape, 0, 0, 0, (), shape)
    planned = plan_block(config, input_shape=shape, filters=filters, stride=stride, stage=2, block=1)
    assert_confirmed((entry, *planned), model)


def replace_tiny(**values: Any) -> ResNetConfig:
    return replace(TINY, **values)


@pytest.mark.parametrize(("block", "preactivation"), BLOCKS)
def test_the_function_that_a_network_names_is_the_one_that_builds_it_also_in_exported_code(block: Block, preactivation: bool) -> None:
    config = replace(TINY, block=block, preactivation=preactivation)
    assert BLOCKS[block, preactivation].__name__ == config.block_function
    code = network_code(config)
    assert f"def {config.block_function}(" in code["block"]
    assert f"{config.block_function}(" in code["network"]


def one_block(config: ResNetConfig, shape: tuple[int, int, int], filters: int, stride: int) -> keras.Model:
    x = keras.Input(shape, name="input")
    block = BLOCKS[config.block, config.preactivation]
    return keras.Model(x, block(x, name="stage2_block1", filters=filters, stride=stride, style=Style.of(config)))


def test_a_network_may_be_deeper_than_pythons_stack() -> None:
    deep = replace(TINY, shortcut="none", depths=(50,), widths=(1,))
    usual = sys.getrecursionlimit()
    lowered = len(inspect.stack()) + 200  # fewer than its 309 layers; Python's usual 1,000 would take long to reach
    sys.setrecursionlimit(lowered)
    try:
        model = build_resnet(deep)
        assert sys.getrecursionlimit() == lowered
    finally:
        sys.setrecursionlimit(usual)
    assert len(model.layers) == len(plan(deep).layers) == 309  # input, 6 of the stem, 50 blocks of 6, 2 of the head


def test_a_change_of_channels_at_stride_1_is_projected() -> None:
    names = {layer.name for layer in one_block(TINY, (8, 8, 32), 64, 1).layers}
    assert {"stage2_block1_shortcut_conv", "stage2_block1_shortcut_bn"} <= names
    unchanged = {layer.name for layer in one_block(TINY, (8, 8, 64), 64, 1).layers}
    assert names - unchanged == {"stage2_block1_shortcut_conv", "stage2_block1_shortcut_bn"}


# The model computes what the papers describe


ACTIVATION_FORMULAS = {
    "relu": lambda x: np.where(x > 0, x, 0.0),
    "gelu": lambda x: 0.5 * x * (1 + np.vectorize(math.erf)(x / math.sqrt(2))),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "tanh": np.tanh,
}


class Reference:
    """A network's forward pass in float64 NumPy, on a model's weights. Knows nothing of its Keras graph but the layers' names."""

    def __init__(self, model: keras.Model, config: ResNetConfig) -> None:
        self.config = config
        self.weights = {layer.name: [np.asarray(weight, np.float64) for weight in layer.get_weights()] for layer in model.layers}
        self.activation = ACTIVATION_FORMULAS[config.activation]

    def windows(self, x: np.ndarray, size: int, stride: int, border: float) -> np.ndarray:
        """(n, h, w, c) to (n, out_h, out_w, c, size, size)."""
        if self.config.padding == "symmetric":
            pads = [(size // 2, size // 2)] * 2
        else:  # TensorFlow's rule: just enough for ⌈side / stride⌉ windows, the odd one at the end
            missing = [max((math.ceil(side / stride) - 1) * stride + size - side, 0) for side in x.shape[1:3]]
            pads = [(total // 2, total - total // 2) for total in missing]
        padded = np.pad(x, [(0, 0), *pads, (0, 0)], constant_values=border)
        return sliding_window_view(padded, (size, size), axis=(1, 2))[:, ::stride, ::stride]

    def conv(self, x: np.ndarray, name: str, stride: int = 1, groups: int = 1) -> np.ndarray:
        (kernel,) = self.weights[name]
        windows = self.windows(x, kernel.shape[0], stride, 0.0)
        parts = zip(np.split(windows, groups, axis=3), np.split(kernel, groups, axis=3), strict=True)
        return np.concatenate([np.einsum("nhwcij,ijco->nhwo", part, filters) for part, filters in parts], axis=-1)

    def norm(self, x: np.ndarray, name: str) -> np.ndarray:
        scale, offset, mean, variance = self.weights[name]
        return scale * (x - mean) / np.sqrt(variance + self.config.bn_epsilon) + offset

    def normalised(self, x: np.ndarray, name: str, number: int) -> np.ndarray:
        return self.activation(self.norm(x, f"{name}_bn{number}"))

    def branch(self, x: np.ndarray, name: str, stride: int) -> np.ndarray:
        steps = [(stride, 1), (1, 1)]
        if self.config.block == "bottleneck":
            steps = [(1, 1), (stride, self.config.groups), (1, 1)]
            if self.config.bottleneck_stride_on == "1x1":
                steps = [(stride, 1), (1, self.config.groups), (1, 1)]
        for number, (step, groups) in enumerate(steps, start=1):
            if self.config.preactivation:
                x = self.conv(self.normalised(x, name, number), f"{name}_conv{number}", step, groups)
            else:
                x = self.norm(self.conv(x, f"{name}_conv{number}", step, groups), f"{name}_bn{number}")
                x = self.activation(x) if number < len(steps) else x
        return x

    def gate(self, y: np.ndarray, name: str) -> np.ndarray:
        reduce, first = self.weights[f"{name}_se_reduce"]
        expand, second = self.weights[f"{name}_se_expand"]
        hidden = np.maximum(y.mean(axis=(1, 2)) @ reduce + first, 0)
        return (1 / (1 + np.exp(-(hidden @ expand + second))))[:, None, None, :]

    def block(self, x: np.ndarray, name: str, stride: int) -> np.ndarray:
        y = self.branch(x, name, stride)
        if self.config.se_reduction is not None:
            y = y * self.gate(y, name)
        differs = stride == 2 or x.shape[-1] != y.shape[-1]
        if self.config.shortcut == "projection" and differs and self.config.preactivation:
            y = y + self.conv(self.normalised(x, name, 1), f"{name}_shortcut_conv", stride)
        elif self.config.shortcut == "projection" and differs:
            y = y + self.norm(self.conv(x, f"{name}_shortcut_conv", stride), f"{name}_shortcut_bn")
        elif self.config.shortcut != "none":
            y[..., : x.shape[-1]] += x[:, ::stride, ::stride]
        return y if self.config.preactivation else self.activation(y)

    def stem(self, x: np.ndarray, border: float = -np.inf) -> np.ndarray:
        y = self.conv(x, "stem_conv", 1 if self.config.stem == "cifar" else 2)
        if not self.config.preactivation:
            y = self.activation(self.norm(y, "stem_bn"))
        return y if self.config.stem == "cifar" else self.windows(y, 3, 2, border).max(axis=(-2, -1))

    def logits(self, images: np.ndarray) -> np.ndarray:
        x = self.stem(images)
        for stage, depth in enumerate(self.config.depths, start=1):
            for block in range(1, depth + 1):
                x = self.block(x, f"stage{stage}_block{block}", 2 if stage > 1 and block == 1 else 1)
        if self.config.preactivation:
            x = self.activation(self.norm(x, "head_bn"))
        kernel, bias = self.weights["head_dense"]
        return x.mean(axis=(1, 2)) @ kernel + bias


def scattered(config: ResNetConfig) -> keras.Model:
    """A model whose batch norms are not near the identity: every weight, statistics too, drawn at random."""
    model = build_resnet(config)
    random = np.random.default_rng(5)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            channels = layer.gamma.shape
            low_high = ((0.5, 1.5), (-1.5, 0.5), (-0.5, 0.5), (0.2, 2.0))  # scale, offset, mean, variance
            layer.set_weights([random.uniform(low, high, channels) for low, high in low_high])
    return model


def images_for(config: ResNetConfig, count: int = 3) -> np.ndarray:
    return np.random.default_rng(7).normal(size=(count, *config.input_shape)).astype("float32")


@pytest.mark.parametrize(
    ("stem", "padding", "shortcut", "activation"),
    [
        *itertools.product(("imagenet",), ("same", "symmetric"), ("projection",), ACTIVATIONS),
        *itertools.product(("cifar",), ("same", "symmetric"), ("projection", "none"), ("relu",)),
        ("imagenet", "symmetric", "none", "tanh"),
    ],
)
def test_forward_pass_equals_numpy(stem: Any, padding: Any, shortcut: Any, activation: Any) -> None:
    config = replace(TINY, stem=stem, padding=padding, shortcut=shortcut, activation=activation)
    model, images = scattered(config), images_for(config)
    np.testing.assert_allclose(model(images, training=False), Reference(model, config).logits(images), rtol=2e-4, atol=2e-5)


@given(networks())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_generated_networks_compute_what_numpy_computes(config: ResNetConfig) -> None:
    model, images = scattered(config), images_for(config, count=2)
    np.testing.assert_allclose(model(images, training=False), Reference(model, config).logits(images), rtol=1e-3, atol=1e-4)


def test_the_paddings_are_two_different_networks() -> None:
    symmetric, same = scattered(TINY), scattered(replace(TINY, padding="same"))
    same.set_weights(symmetric.get_weights())
    images = images_for(TINY)
    assert np.abs(np.asarray(symmetric(images)) - np.asarray(same(images))).max() > 0.01


@pytest.mark.parametrize("activation", ["gelu", "silu", "tanh"])
def test_the_max_pool_never_picks_its_padding(activation: Any) -> None:
    config = replace(TINY, activation=activation)
    model, images = scattered(config), images_for(config)
    channels = config.widths[0]
    # Scale small and offset negative: every feature that reaches the pool is negative, and a border of zeros would win.
    model.get_layer("stem_bn").set_weights([np.full(channels, value) for value in (0.01, -0.5, 0.0, 1.0)])
    pooled = np.asarray(keras.Model(model.input, model.get_layer("stem_pool").output)(images))
    reference = Reference(model, config)
    np.testing.assert_allclose(pooled, reference.stem(images), rtol=1e-5)
    assert pooled.max() < 0
    assert reference.stem(images, border=0.0)[:, 0].max() == 0  # the mistake would have been seen


def test_gradients_pass_the_padded_max_pool() -> None:
    model = scattered(replace(TINY, activation="tanh"))
    model.compile(keras.optimizers.SGD(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    before = model.get_layer("stem_conv").get_weights()[0]
    loss = model.train_on_batch(images_for(TINY), np.array([0, 1, 2]))
    after = model.get_layer("stem_conv").get_weights()[0]
    assert np.isfinite(loss)
    assert np.isfinite(after).all()
    assert np.abs(after - before).max() > 0


# What is saved is what is loaded


@pytest.mark.parametrize(
    "changes",
    [
        *({"activation": activation} for activation in ACTIVATIONS),
        {"shortcut": "zero-pad", "preactivation": True, "se_reduction": 2},
        {"block": "bottleneck", "groups": 2, "width_per_group": 48, "zero_init_residual": True},
    ],
)
def test_saved_and_loaded_computes_the_same(changes: dict[str, Any], tmp_path: Path) -> None:
    config = replace(TINY, dropout=0.3, **changes)
    model, images = scattered(config), images_for(config)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert [layer.name for layer in loaded.layers] == [layer.name for layer in model.layers]
    for ours, theirs in zip(model.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(theirs, ours)
    # How oneDNN adds depends on where in memory the weights begin, so that the last digit of equal networks differs now and then.
    np.testing.assert_allclose(loaded(images, training=False), model(images, training=False), rtol=1e-5, atol=1e-6)
    # Not only equal to each other: the loaded one computes this network.
    np.testing.assert_allclose(loaded(images, training=False), Reference(loaded, config).logits(images), rtol=2e-4, atol=2e-5)
    assert_confirmed(plan(config).layers, loaded)


# Details that decide whether it is the same network as somebody else's


def test_a_seed_gives_the_same_weights_again_and_another_one_others() -> None:
    def kernels(seed: int) -> list[np.ndarray]:
        keras.utils.set_random_seed(seed)
        return build_resnet(MINI).get_weights()

    first, again, other = kernels(1), kernels(1), kernels(2)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


@pytest.mark.parametrize("initializer", ["he_fan_in", "he_fan_out"])
def test_layers_of_one_shape_start_with_different_weights(initializer: Any) -> None:
    model = build_resnet(replace(MINI, initializer=initializer))
    kernels = [layer.kernel.numpy() for layer in model.layers if layer.name.startswith("stage1") and isinstance(layer, keras.layers.Conv2D)]
    assert len(kernels) == 4
    assert all(np.abs(a - b).max() > 0.01 for a, b in itertools.combinations(kernels, 2))


def test_he_fan_out_is_torchvisions() -> None:
    keras.utils.set_random_seed(3)
    model = build_resnet(replace(MINI, initializer="he_fan_out", widths=(32, 64, 256)))
    # 3x3x64 to 256 channels: the fan-out is 9·256, and a normal distribution is not cut off at two standard deviations.
    kernel = model.get_layer("stage3_block1_conv1").kernel.numpy()
    deviation = math.sqrt(2 / (9 * 256))
    assert kernel.std() == pytest.approx(deviation, rel=0.02)
    assert np.abs(kernel).max() > 3 * deviation
    # PyTorch's default for the classifier: uniform within ± 1/√256, the bias too.
    dense, bias = model.get_layer("head_dense").get_weights()
    assert np.abs(dense).max() == pytest.approx(1 / 16, rel=0.01)
    assert dense.std() == pytest.approx(1 / 16 / math.sqrt(3), rel=0.05)
    assert 0 < np.abs(bias).max() <= 1 / 16


def test_he_fan_in_is_kerass_he_normal_for_the_classifier_too() -> None:
    keras.utils.set_random_seed(3)
    # So many classes that Keras's own default, which counts inputs and outputs, would differ by a factor of two.
    model = build_resnet(replace(MINI, widths=(32, 64, 256), num_classes=800))
    kernel = model.get_layer("stage3_block1_conv1").kernel.numpy()
    deviation = math.sqrt(2 / (9 * 64))
    assert kernel.std() == pytest.approx(deviation, rel=0.02)
    assert np.abs(kernel).max() <= 2 * deviation / 0.8796  # cut off at two, then widened to keep the deviation
    dense, bias = model.get_layer("head_dense").get_weights()
    assert dense.std() == pytest.approx(math.sqrt(2 / 256), rel=0.05)
    assert not bias.any()


def test_batch_norm_and_biases_follow_the_configuration() -> None:
    model = build_resnet(replace(TINY, bn_epsilon=2e-4, bn_momentum=0.75))
    norms = [layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert {(norm.epsilon, norm.momentum) for norm in norms} == {(2e-4, 0.75)}
    assert not any(layer.use_bias for layer in model.layers if isinstance(layer, keras.layers.Conv2D))
    assert model.get_layer("head_dense").use_bias


def test_dropout_acts_while_training_only() -> None:
    config = replace(TINY, dropout=0.5, bn_momentum=0.0)
    model, images = scattered(config), images_for(config)
    assert model.get_layer("head_dropout").rate == 0.5
    np.testing.assert_array_equal(model(images, training=False), model(images, training=False))
    assert not np.array_equal(model(images, training=True), model(images, training=True))


def test_logits_are_float32_under_a_mixed_policy_and_no_softmax() -> None:
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = scattered(TINY)
    finally:
        keras.config.set_dtype_policy(before)
    logits = model(images_for(TINY), training=False)
    assert model.get_layer("stage1_block1_conv1").compute_dtype == "bfloat16"
    assert logits.dtype == "float32"
    np.testing.assert_allclose(logits, Reference(model, TINY).logits(images_for(TINY)), atol=0.1, rtol=0.1)
    assert np.asarray(logits).min() < 0


def test_weights_come_from_the_seed_alone_whoever_else_draws_random_numbers() -> None:
    """As in a worker, where other threads draw from Python's global generator while a network is built."""
    network = replace(PRESETS["mini-resnet"], depths=(1, 1), widths=(4, 8))
    drawn = []
    for disturbance in (1, 2):
        random.seed(disturbance)
        model = build_resnet(network)
        draw_weights(model, seed=7)
        drawn.append([variable.numpy() for variable in model.variables])
    for first, second in zip(*drawn, strict=True):
        np.testing.assert_array_equal(first, second)
    other = build_resnet(network)
    draw_weights(other, seed=8)
    kernels = [(a, b.numpy()) for a, b in zip(drawn[0], other.variables, strict=True) if a.ndim > 1]
    assert kernels
    assert all(not np.array_equal(a, b) for a, b in kernels)
    same_shape = [a for a, _ in kernels if a.shape == (3, 3, 4, 4)]
    assert len(same_shape) >= 2
    assert not np.array_equal(same_shape[0], same_shape[1]), "layers of one shape must not be alike"
