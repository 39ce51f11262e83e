"""Blocks: the units that a residual network repeats. Each is one function, read from top to bottom.

All of them take `x` of shape (batch, height, width, channels).
`name` is the block's place in the network, such as "stage2_block1"; every layer's name begins with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import keras

from resnet.config import BOTTLENECK_EXPANSION, ResNetConfig, Shortcut
from resnet.layers import FusedBatchNormalization, MinusInfinityPadding2D, ZeroPadShortcut

Tensor: TypeAlias = keras.KerasTensor
Layer: TypeAlias = Callable[..., Callable[[Tensor], Tensor]]


def basic_block(x: Tensor, *, name: str, filters: int, stride: int, style: Style) -> Tensor:
    """The block of ResNet-18 and ResNet-34: y = activation(F(x) + shortcut(x)). He et al. 2015, figure 5 (left).

    Gives (batch, ⌈height/stride⌉, ⌈width/stride⌉, filters).
    """
    y = style.conv(filters, 3, strides=stride, name=f"{name}_conv1")(x)
    y = style.norm(name=f"{name}_bn1")(y)
    y = style.activation(name=f"{name}_relu1")(y)
    y = style.conv(filters, 3, name=f"{name}_conv2")(y)
    y = style.last_norm(name=f"{name}_bn2")(y)
    if style.se_reduction:
        y = squeeze_excite(y, name=name, style=style)
    y = add_shortcut(y, x, name=name, stride=stride, style=style)
    return style.activation(name=f"{name}_relu")(y)


def bottleneck_block(x: Tensor, *, name: str, filters: int, stride: int, style: Style) -> Tensor:
    """The block of ResNet-50 and deeper: 1x1 to few channels, 3x3 on these, 1x1 to many. He et al. 2015, figure 5 (right).

    Gives (batch, ⌈height/stride⌉, ⌈width/stride⌉, 4 · filters). With groups, the 3x3 is ResNeXt's (Xie et al. 2017, figure 3c).
    """
    inner = style.inner_width(filters)
    first, second = (stride, 1) if style.stride_on_first else (1, stride)
    y = style.conv(inner, 1, strides=first, name=f"{name}_conv1")(x)
    y = style.norm(name=f"{name}_bn1")(y)
    y = style.activation(name=f"{name}_relu1")(y)
    y = style.conv(inner, 3, strides=second, groups=style.groups, name=f"{name}_conv2")(y)
    y = style.norm(name=f"{name}_bn2")(y)
    y = style.activation(name=f"{name}_relu2")(y)
    y = style.conv(BOTTLENECK_EXPANSION * filters, 1, name=f"{name}_conv3")(y)
    y = style.last_norm(name=f"{name}_bn3")(y)
    if style.se_reduction:
        y = squeeze_excite(y, name=name, style=style)
    y = add_shortcut(y, x, name=name, stride=stride, style=style)
    return style.activation(name=f"{name}_relu")(y)


def preactivation_block(x: Tensor, *, name: str, filters: int, stride: int, style: Style) -> Tensor:
    """The basic block of ResNet-V2: y = F(x) + shortcut(x), and nothing after the add. He et al. 2016, figure 4(e).

    Gives (batch, ⌈height/stride⌉, ⌈width/stride⌉, filters).
    """
    y = style.norm(name=f"{name}_bn1")(x)
    y = activated = style.activation(name=f"{name}_relu1")(y)
    y = style.conv(filters, 3, strides=stride, name=f"{name}_conv1")(y)
    y = style.norm(name=f"{name}_bn2")(y)
    y = style.activation(name=f"{name}_relu2")(y)
    y = style.conv(filters, 3, name=f"{name}_conv2")(y)
    if style.se_reduction:
        y = squeeze_excite(y, name=name, style=style)
    return add_shortcut(y, x, activated, name=name, stride=stride, style=style)


def preactivation_bottleneck_block(x: Tensor, *, name: str, filters: int, stride: int, style: Style) -> Tensor:
    """The bottleneck of ResNet-V2: y = F(x) + shortcut(x), and nothing after the add. He et al. 2016, section 4 and appendix.

    Gives (batch, ⌈height/stride⌉, ⌈width/stride⌉, 4 · filters).
    """
    inner = style.inner_width(filters)
    first, second = (stride, 1) if style.stride_on_first else (1, stride)
    y = style.norm(name=f"{name}_bn1")(x)
    y = activated = style.activation(name=f"{name}_relu1")(y)
    y = style.conv(inner, 1, strides=first, name=f"{name}_conv1")(y)
    y = style.norm(name=f"{name}_bn2")(y)
    y = style.activation(name=f"{name}_relu2")(y)
    y = style.conv(inner, 3, strides=second, groups=style.groups, name=f"{name}_conv2")(y)
    y = style.norm(name=f"{name}_bn3")(y)
    y = style.activation(name=f"{name}_relu3")(y)
    y = style.conv(BOTTLENECK_EXPANSION * filters, 1, name=f"{name}_conv3")(y)
    if style.se_reduction:
        y = squeeze_excite(y, name=name, style=style)
    return add_shortcut(y, x, activated, name=name, stride=stride, style=style)


def add_shortcut(y: Tensor, x: Tensor, activated: Tensor | None = None, *, name: str, stride: int, style: Style) -> Tensor:
    """F(x) + shortcut(x): x itself, or x made to fit where the two could not be added. Plain networks leave both out.

    A projection of ResNet-V2 reads `activated`, the batch norm and activation of x that the branch begins with, and has no batch
    norm of its own.
    """
    if style.shortcut == "none":
        return y
    shortcut = x
    if x.shape != y.shape and style.shortcut == "zero-pad":
        shortcut = ZeroPadShortcut(y.shape[-1], stride, name=f"{name}_shortcut_pad")(x)
    elif x.shape != y.shape and activated is not None:
        shortcut = style.conv(y.shape[-1], 1, strides=stride, name=f"{name}_shortcut_conv")(activated)
    elif x.shape != y.shape:
        shortcut = style.conv(y.shape[-1], 1, strides=stride, name=f"{name}_shortcut_conv")(x)
        shortcut = style.norm(name=f"{name}_shortcut_bn")(shortcut)
    return keras.layers.Add(name=f"{name}_add")([y, shortcut])


def squeeze_excite(y: Tensor, *, name: str, style: Style) -> Tensor:
    """Scale each channel by a number between 0 and 1 that depends on all channels' means. Hu et al. 2018, section 3. Keeps the shape."""
    channels = y.shape[-1]
    gate = keras.layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_se_pool")(y)
    gate = style.dense(channels // style.se_reduction, name=f"{name}_se_reduce")(gate)
    gate = keras.layers.Activation("relu", name=f"{name}_se_relu")(gate)
    gate = style.dense(channels, name=f"{name}_se_expand")(gate)
    gate = keras.layers.Activation("sigmoid", name=f"{name}_se_sigmoid")(gate)
    return keras.layers.Multiply(name=f"{name}_se_scale")([y, gate])


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What is the same in all blocks of one network: Keras's layers with their constants fixed, each made when called, and the
    configuration's choices for blocks."""

    conv: Layer
    norm: Layer
    last_norm: Layer
    activation: Layer
    dense: Layer
    max_pool: Layer
    inner_width: Callable[[int], int]
    shortcut: Shortcut
    groups: int
    se_reduction: int
    stride_on_first: bool

    @staticmethod
    def of(config: ResNetConfig) -> Style:
        """The style a configuration asks for."""
        symmetric = config.padding == "symmetric"
        norm = partial(FusedBatchNormalization, epsilon=config.bn_epsilon, momentum=config.bn_momentum)
        return Style(
            conv=partial(_conv, symmetric=symmetric, initializer=CONV_INITIALIZERS[config.initializer]),
            norm=norm,
            last_norm=partial(norm, gamma_initializer="zeros") if config.zero_init_residual else norm,
            activation=partial(keras.layers.Activation, config.activation),
            dense=partial(keras.layers.Dense, kernel_initializer=CONV_INITIALIZERS[config.initializer]),
            max_pool=partial(_max_pool, symmetric=symmetric),
            inner_width=config.inner_width,
            shortcut=config.shortcut,
            groups=config.groups,
            se_reduction=config.se_reduction or 0,
            stride_on_first=config.bottleneck_stride_on == "1x1",
        )


# Descriptions, not Initializer objects: one object used twice would give equal layers equal weights.
CONV_INITIALIZERS: dict[str, Any] = {
    "he_fan_out": {"class_name": "VarianceScaling", "config": {"scale": 2.0, "mode": "fan_out", "distribution": "untruncated_normal"}},
    "he_fan_in": "he_normal",
}


def _conv(
    filters: int, size: int, *, name: str, strides: int = 1, groups: int = 1, symmetric: bool, initializer: Any
) -> Callable[[Tensor], Tensor]:
    """A size x size convolution, and before it the padding layer that symmetric padding asks for ("…_pad1" before "…_conv1").

    Keras's "same" pads alike on both sides as long as the stride is 1, and a 1x1 window needs no padding, so that a layer of its own is
    needed before the strided larger windows only. No bias: the batch norm that follows would take it away with the mean.
    """
    padded = symmetric and strides > 1 and size > 1
    conv = keras.layers.Conv2D(
        filters,
        size,
        strides,
        padding="valid" if padded else "same",
        groups=groups,
        use_bias=False,
        kernel_initializer=initializer,
        name=name,
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
