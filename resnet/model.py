"""From a configuration to a Keras model."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator
from typing import Any

import keras

from resnet.blocks import Style, Tensor, basic_block, bottleneck_block, preactivation_block, preactivation_bottleneck_block
from resnet.config import ResNetConfig
from resnet.layers import FusedBatchNormalization

# By the configuration's `block` and `preactivation`.
BLOCKS = {
    ("basic", False): basic_block,
    ("bottleneck", False): bottleneck_block,
    ("basic", True): preactivation_block,
    ("bottleneck", True): preactivation_bottleneck_block,
}


def build_resnet(config: ResNetConfig, model_class: type[keras.Model] = keras.Model) -> keras.Model:
    """The network as one flat functional graph: images (batch, height, width, channels) to logits (batch, num_classes).

    Layers carry the names of `plan(config)`. Logits are float32 under every dtype policy: train with `from_logits=True`.
    Weights are drawn from Keras's global random state; `draw_weights` draws them again from a seed.
    """
    style = Style.of(config)
    block = BLOCKS[config.block, config.preactivation]

    images = keras.Input(config.input_shape, name="input")
    x = _stem(images, config, style)
    for stage, (depth, width) in enumerate(zip(config.depths, config.widths, strict=True), start=1):
        for number in range(1, depth + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            x = block(x, name=f"stage{stage}_block{number}", filters=width, stride=stride, style=style)
    with deep_enough(20 * sum(config.depths)):
        model = model_class(images, _head(x, config, style), name=config.name)
    for layer in model.layers:
        if isinstance(layer, FusedBatchNormalization):
            layer.stands_alone = config.activation == "tanh"
    return model


@contextlib.contextmanager
def deep_enough(layers: int) -> Iterator[None]:
    """Room on Python's stack for what follows a network of so many layers: Keras does by functions that call themselves for each."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, 2 * layers + 1_000))
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


def draw_weights(model: keras.Model, seed: int) -> None:
    """Draw every initial weight of a network just built anew, and begin its dropout anew, from `seed` alone.

    `keras.utils.set_random_seed` would not do where other threads run: Keras draws the seeds of layers from Python's global generator,
    which Dask's threads in a worker draw from as well.
    """
    seeds = random.Random(seed)
    for layer in model.layers:
        for name in ("kernel", "bias"):
            initializer, variable = getattr(layer, f"{name}_initializer", None), getattr(layer, name, None)
            if initializer is not None and variable is not None and "seed" in initializer.get_config():
                seeded = initializer.from_config({**initializer.get_config(), "seed": seeds.randrange(2**31)})
                variable.assign(seeded(variable.shape, dtype=variable.dtype))
        if isinstance(layer, keras.layers.Dropout):
            layer.seed_generator.state.assign([seeds.randrange(2**31), 0])


def named_weights(model: keras.Model) -> list[tuple[str, keras.Variable]]:
    """Every weight and statistic of a network, under names such as "stage1_block1_conv1/kernel", in the order of its layers.

    A dropout layer's state is left out: it is a place in a sequence.
    """
    kept = [layer for layer in model.layers if not isinstance(layer, keras.layers.Dropout)]
    return [(f"{layer.name}/{variable.name}", variable) for layer in kept for variable in layer.weights]


def _stem(x: Tensor, config: ResNetConfig, style: Style) -> Tensor:
    """From images to (batch, ⌈h/4⌉, ⌈w/4⌉, widths[0]) with the ImageNet stem (He et al. 2015, table 1), or to
    (batch, h, w, widths[0]) with the CIFAR stem (section 4.2)."""
    kernel, stride = (7, 2) if config.stem == "imagenet" else (3, 1)
    x = style.conv(config.widths[0], kernel, strides=stride, name="stem_conv")(x)
    if not config.preactivation:  # there each block brings its own
        x = style.norm(name="stem_bn")(x)
        x = style.activation(name="stem_relu")(x)
    if config.stem == "imagenet":
        x = style.max_pool(3, strides=2, name="stem_pool")(x)
    return x


def _head(x: Tensor, config: ResNetConfig, style: Style) -> Tensor:
    """From (batch, h, w, features) to logits (batch, num_classes)."""
    if config.preactivation:  # the last add is followed by nothing else
        x = style.norm(name="head_bn")(x)
        x = style.activation(name="head_relu")(x)
    x = keras.layers.GlobalAveragePooling2D(name="head_pool")(x)
    if config.dropout > 0:
        x = keras.layers.Dropout(config.dropout, name="head_dropout")(x)
    return keras.layers.Dense(config.num_classes, dtype="float32", name="head_dense", **_dense_initializers(config, x.shape[-1]))(x)


def _dense_initializers(config: ResNetConfig, features: int) -> dict[str, Any]:
    """he_fan_in starts the classifier like the convolutions and its bias at 0. he_fan_out is there for torchvision's sake, and
    torchvision leaves the classifier to PyTorch's default: weights and bias uniform within ± 1/√features."""
    if config.initializer == "he_fan_in":
        return {"kernel_initializer": "he_normal"}
    bound = features**-0.5
    return {
        "kernel_initializer": keras.initializers.RandomUniform(-bound, bound),
        "bias_initializer": keras.initializers.RandomUniform(-bound, bound),
    }
