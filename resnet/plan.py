"""What a network will be, before it is built: every layer's name, output shape, parameters and multiply-adds.

Pure arithmetic on a configuration, microseconds instead of the seconds Keras needs. The tests hold it against the built
model, layer by layer. Layers come in reading order: within a block first the branch, then the shortcut, then the add.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resnet.config import MAX_WIDTH, ResNetConfig
from resnet.errors import ConfigError

Kind = Literal["input", "pad", "conv", "bn", "activation", "pool", "add", "dropout", "dense", "global-pool"]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """One Keras layer.

    Attributes:
        name: the layer's name in the built model.
        kind: what it does; "activation" whatever the function is.
        stage: "stem", "stage1" … or "head". block: counts from 1 within the stage; None in stem and head.
        output_shape: (height, width, channels), or (features,) after the global pool; no batch axis.
        parameters: as Keras's `count_params()`, batch norm's moving statistics included.
        trainable_parameters: without those statistics; what PyTorch calls parameters.
        macs: multiply-adds for one image, of convolutions and dense layers; 0 for all others.
    """

    name: str
    kind: Kind
    stage: str
    block: int | None
    output_shape: Shape
    parameters: int
    trainable_parameters: int
    macs: int


@dataclass(frozen=True, slots=True)
class StagePlan:
    """Stem, one stage, or head: the shape it hands on, its number of blocks, and the sums over its layers."""

    name: str
    output_shape: Shape
    blocks: int
    parameters: int
    trainable_parameters: int
    macs: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole network. The stages' sums equal the totals."""

    config: ResNetConfig
    layers: tuple[LayerPlan, ...]
    stages: tuple[StagePlan, ...]
    total_parameters: int
    trainable_parameters: int
    macs: int


def plan(config: ResNetConfig) -> Plan:
    """Every layer that `build_resnet(config)` will make, with the sums per stage and over all."""
    parts = {"stem": _plan_stem(config)}
    shape = parts["stem"][-1].output_shape
    for stage, (depth, width) in enumerate(zip(config.depths, config.widths, strict=True), start=1):
        layers: list[LayerPlan] = []
        for block in range(1, depth + 1):
            stride = 2 if stage > 1 and block == 1 else 1
            layers += plan_block(config, input_shape=shape, filters=width, stride=stride, stage=stage, block=block)
            shape = layers[-1].output_shape
        parts[f"stage{stage}"] = tuple(layers)
    parts["head"] = _plan_head(config, shape)

    stages = tuple(_sum_stage(name, layers) for name, layers in parts.items())
    return Plan(
        config=config,
        layers=tuple(layer for layers in parts.values() for layer in layers),
        stages=stages,
        total_parameters=sum(stage.parameters for stage in stages),
        trainable_parameters=sum(stage.trainable_parameters for stage in stages),
        macs=sum(stage.macs for stage in stages),
    )


def plan_block(
    config: ResNetConfig, *, input_shape: Shape, filters: int, stride: int, stage: int = 1, block: int = 1
) -> tuple[LayerPlan, ...]:
    """The layers of one block of `config`, whose own depths, widths and input shape play no part.

    Args:
        input_shape: (height, width, channels) of what the block receives.
        filters: output channels of both 3x3 convolutions.
        stride: 1, or 2 to halve height and width; of the first convolution and of a projection.
        stage, block: the block's place in the network, from 1; they only give the layers their names.

    Raises ConfigError for a shape, a width or a stride that no block can have.
    """
    _check_block(input_shape, filters, stride)
    trace = _Trace(config, f"stage{stage}", block)
    x = input_shape
    y = trace.conv("conv1", x, filters, 3, stride)
    y = trace.norm("bn1", y)
    y = trace.activation("relu1", y)
    y = trace.conv("conv2", y, filters, 3)
    y = trace.norm("bn2", y)
    if config.shortcut == "projection":
        if x != y:
            shortcut = trace.conv("shortcut_conv", x, filters, 1, stride)
            trace.norm("shortcut_bn", shortcut)
        trace.layer("add", "add", y)
    trace.activation("relu", y)
    return tuple(trace.layers)


def _plan_stem(config: ResNetConfig) -> tuple[LayerPlan, ...]:
    trace = _Trace(config, "stem")
    x = trace.input(config.input_shape)
    kernel, stride = (7, 2) if config.stem == "imagenet" else (3, 1)
    x = trace.conv("conv", x, config.widths[0], kernel, stride)
    x = trace.norm("bn", x)
    x = trace.activation("relu", x)
    if config.stem == "imagenet":
        trace.max_pool("pool", x, 3, 2)
    return tuple(trace.layers)


def _plan_head(config: ResNetConfig, shape: Shape) -> tuple[LayerPlan, ...]:
    trace = _Trace(config, "head")
    features = shape[-1]
    trace.layer("pool", "global-pool", (features,))
    if config.dropout > 0:
        trace.layer("dropout", "dropout", (features,))
    weights = features * config.num_classes
    trace.layer("dense", "dense", (config.num_classes,), trainable=weights + config.num_classes, macs=weights)
    return tuple(trace.layers)


class _Trace:
    """Notes down layers as a shape passes through them; each method takes a shape and returns the next."""

    def __init__(self, config: ResNetConfig, stage: str, block: int | None = None) -> None:
        self.layers: list[LayerPlan] = []
        self._symmetric = config.padding == "symmetric"
        self._stage = stage
        self._block = block
        self._prefix = stage if block is None else f"{stage}_block{block}"

    def layer(self, suffix: str, kind: Kind, shape: Shape, *, trainable: int = 0, fixed: int = 0, macs: int = 0) -> Shape:
        name = f"{self._prefix}_{suffix}"
        self.layers.append(LayerPlan(name, kind, self._stage, self._block, shape, trainable + fixed, trainable, macs))
        return shape

    def input(self, shape: Shape) -> Shape:
        self.layers.append(LayerPlan("input", "input", self._stage, self._block, shape, 0, 0, 0))
        return shape

    def conv(self, suffix: str, shape: Shape, filters: int, size: int, stride: int = 1) -> Shape:
        # Keras's "same" is symmetric at stride 1 and a 1x1 window needs no padding: only strided larger windows are padded by a layer.
        if size > 1 and stride > 1:
            self._pad(suffix.replace("conv", "pad"), shape, size // 2)
        height, width, channels = _strided(shape, stride)
        weights = size * size * channels * filters
        return self.layer(suffix, "conv", (height, width, filters), trainable=weights, macs=weights * height * width)

    def max_pool(self, suffix: str, shape: Shape, size: int, stride: int) -> Shape:
        self._pad(f"{suffix}_pad", shape, size // 2)
        return self.layer(suffix, "pool", _strided(shape, stride))

    def norm(self, suffix: str, shape: Shape) -> Shape:
        # Per channel: scale and offset are trained, mean and variance are moving statistics.
        return self.layer(suffix, "bn", shape, trainable=2 * shape[-1], fixed=2 * shape[-1])

    def activation(self, suffix: str, shape: Shape) -> Shape:
        return self.layer(suffix, "activation", shape)

    def _pad(self, suffix: str, shape: Shape, amount: int) -> None:
        if self._symmetric:
            height, width, channels = shape
            self.layer(suffix, "pad", (height + 2 * amount, width + 2 * amount, channels))


def _strided(shape: Shape, stride: int) -> Shape:
    """The shape after a window has been moved over a padded image in steps of `stride`: both paddings give ⌈side / stride⌉."""
    height, width, channels = shape
    return (-(-height // stride), -(-width // stride), channels)


def _sum_stage(name: str, layers: tuple[LayerPlan, ...]) -> StagePlan:
    return StagePlan(
        name=name,
        output_shape=layers[-1].output_shape,
        blocks=layers[-1].block or 0,
        parameters=sum(layer.parameters for layer in layers),
        trainable_parameters=sum(layer.trainable_parameters for layer in layers),
        macs=sum(layer.macs for layer in layers),
    )


def _check_block(input_shape: Shape, filters: int, stride: int) -> None:
    if not isinstance(input_shape, tuple) or len(input_shape) != 3 or not all(_is_size(size) for size in input_shape):
        raise ConfigError(
            "a block's input_shape must be (height, width, channels), each a whole number from 1, got {value!r}", value=input_shape
        )
    if not _is_size(filters) or filters > MAX_WIDTH:
        raise ConfigError("a block's filters must be a whole number from 1 to {high}, got {value!r}", high=MAX_WIDTH, value=filters)
    if not _is_size(stride) or stride > 2:
        raise ConfigError("a block's stride must be 1 or 2, got {value!r}", value=stride)
    height, width, _ = input_shape
    if stride == 2 and min(height, width) < 2:
        raise ConfigError("a stride of 2 needs at least 2x2 pixels, got {height}x{width}", height=height, width=width)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
