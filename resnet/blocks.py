"""Blocks: the units that a residual network repeats. Each is one function, read from top to bottom.

All of them take `x` of shape (batch, height, width, channels) and return (batch, ⌈height/stride⌉, ⌈width/stride⌉, filters).
`name` is the block's place in the network, such as "stage2_block1"; every layer's name begins with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import keras

from resnet.config import ResNetConfig
from resnet.layers import MinusInfinityPadding2D

Tensor: TypeAlias = keras.KerasTensor
Layer: TypeAlias = Callable[..., Callable[[Tensor], Tensor]]


def basic_block(x: Tensor, *, name: str, filters: int, stride: int, style: Style) -> Tensor:
    """The residual block of ResNet-18 and ResNet-34: y = activation(F(x) + shortcut(x)). He et al. 2015, figure 5 (left)."""
    # The branch, F(x): what this block adds to what it was given.
    y = style.conv(filters, 3, strides=stride, name=f"{name}_conv1")(x)
    y = style.norm(name=f"{name}_bn1")(y)
    y = style.activation(name=f"{name}_relu1")(y)
    y = style.conv(filters, 3, name=f"{name}_conv2")(y)
    y = style.norm(name=f"{name}_bn2")(y)

    # The shortcut: x itself, or a 1x1 projection of it where the two shapes could not be added.
    shortcut = x
    if x.shape != y.shape:
        shortcut = style.conv(filters, 1, strides=stride, name=f"{name}_shortcut_conv")(x)
        shortcut = style.norm(name=f"{name}_shortcut_bn")(shortcut)

    y = keras.layers.Add(name=f"{name}_add")([y, shortcut])
    return style.activation(name=f"{name}_relu")(y)


def plain_block(x: Tensor, *, name: str, filters: int, stride: int, style: Style) -> Tensor:
    """The same two convolutions without a shortcut: y = activation(F(x)). The plain networks of He et al. 2015, section 3.3."""
    y = style.conv(filters, 3, strides=stride, name=f"{name}_conv1")(x)
    y = style.norm(name=f"{name}_bn1")(y)
    y = style.activation(name=f"{name}_relu1")(y)
    y = style.conv(filters, 3, name=f"{name}_conv2")(y)
    y = style.norm(name=f"{name}_bn2")(y)
    return style.activation(name=f"{name}_relu")(y)


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Keras's layers with everything fixed that is the same all over one network. Each makes a layer when called."""

    conv: Layer
    norm: Layer
    activation: Layer
    max_pool: Layer

    @staticmethod
    def of(config: ResNetConfig) -> Style:
        """The style a configuration asks for."""
        symmetric = config.padding == "symmetric"
        return Style(
            conv=partial(_conv, symmetric=symmetric, initializer=CONV_INITIALIZERS[config.initializer]),
            norm=partial(keras.layers.BatchNormalization, epsilon=config.bn_epsilon, momentum=config.bn_momentum),
            activation=partial(keras.layers.Activation, config.activation),
            max_pool=partial(_max_pool, symmetric=symmetric),
        )


# Descriptions, not Initializer objects: one object used twice would give equal layers equal weights.
CONV_INITIALIZERS: dict[str, Any] = {
    "he_fan_out": {"class_name": "VarianceScaling", "config": {"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal"}},
    "he_fan_in": "he_normal",
}


def _conv(filters: int, size: int, *, name: str, strides: int = 1, symmetric: bool, initializer: Any) -> Callable[[Tensor], Tensor]:
    """A size x size convolution, and before it the padding layer that symmetric padding asks for ("…_pad1" before "…_conv1").

    Keras's "same" pads alike on both sides as long as the stride is 1, and a 1x1 window needs no padding, so that a layer of its own is
    needed before the strided larger windows only. No bias: the batch norm that follows would take it away with the mean.
    """
    padded = symmetric and strides > 1 and size > 1
    conv = keras.layers.Conv2D(
        filters, size, strides, padding="valid" if padded else "same", use_bias=False, kernel_initializer=initializer, name=name
    )
    if not padded:
        return conv
    pad = keras.layers.ZeroPadding2D(size // 2, name=name.replace("conv", "pad"))
    return lambda x: conv(pad(x))


def _max_pool(size: int, *, name: str, strides: int, symmetric: bool) -> Callable[[Tensor], Tensor]:
    """The largest of each size x size window, and before it the padding layer that symmetric padding asks for."""
    pool = keras.layers.MaxPooling2D(size, strides, padding="valid" if symmetric else "same", name=name)
    if not symmetric:
        return pool
    pad = MinusInfinityPadding2D(size // 2, name=f"{name}_pad")
    return lambda x: pool(pad(x))
