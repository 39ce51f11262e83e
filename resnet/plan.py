"""What a network will be, before it is built: every layer's name, output shape, parameters and multiply-adds.

Pure arithmetic on a configuration, microseconds instead of the seconds Keras needs. The tests hold it against the built
model, layer by layer. Layers come in reading order: within a block first the branch, then the shortcut, then the add.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from resnet.config import BOTTLENECK_EXPANSION, MAX_WIDTH, ResNetConfig
from resnet.errors import ConfigError

Kind = Literal["input", "pad", "conv", "bn", "activation", "pool", "add", "multiply", "dropout", "dense", "global-pool"]
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
        inputs: names of the layers it reads: two for an add and for the scaling by squeeze-and-excitation, none for the input.
        input_shape: of the first of them.
        kernel, stride, groups: of a convolution or a pool; kernel 1, stride 1, one group where there is no window.
    """

    name: str
    kind: Kind
    stage: str
    block: int | None
    output_shape: Shape
    parameters: int
    trainable_parameters: int
    macs: int
    inputs: tuple[str, ...]
    input_shape: Shape
    kernel: int = 1
    stride: int = 1
    groups: int = 1


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
    trace = _Trace(config)
    x = _plan_stem(trace, config)
    for stage, (depth, width) in enumerate(zip(config.depths, config.widths, strict=True), start=1):
        for block in range(1, depth + 1):
            trace.enter(f"stage{stage}", block)
            x = _plan_block(trace, config, x, width, stride=2 if stage > 1 and block == 1 else 1)
    _plan_head(trace, config, x)

    stages = tuple(_sum_stage(name, tuple(layers)) for name, layers in groupby(trace.layers, key=lambda layer: layer.stage))
    return Plan(
        config=config,
        layers=tuple(trace.layers),
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
        input_shape: (height, width, channels) of what the block receives; it reads a layer named "x".
        filters: the block's width: output channels of a basic block, a quarter of a bottleneck's.
        stride: 1, or 2 to halve height and width.
        stage, block: the block's place in the network, from 1; they only give the layers their names.

    Raises ConfigError for a shape, a width or a stride that no such block can have.
    """
    _check_block(config, input_shape, filters, stride)
    trace = _Trace(config)
    trace.enter(f"stage{stage}", block)
    _plan_block(trace, config, _Tensor("x", input_shape), filters, stride)
    return tuple(trace.layers)


def _plan_stem(trace: _Trace, config: ResNetConfig) -> _Tensor:
    x = trace.input(config.input_shape)
    kernel, stride = (7, 2) if config.stem == "imagenet" else (3, 1)
    x = trace.conv("conv", x, config.widths[0], kernel, stride)
    if not config.preactivation:
        x = trace.norm("bn", x)
        x = trace.activation("relu", x)
    if config.stem == "imagenet":
        x = trace.max_pool("pool", x, 3, 2)
    return x


def _plan_block(trace: _Trace, config: ResNetConfig, x: _Tensor, filters: int, stride: int) -> _Tensor:
    given = x  # what a projection reads
    if config.block == "basic":
        windows = [(filters, 3, stride, 1), (filters, 3, 1, 1)]
    else:
        first, second = (stride, 1) if config.bottleneck_stride_on == "1x1" else (1, stride)
        inner = config.inner_width(filters)
        windows = [(inner, 1, first, 1), (inner, 3, second, config.groups), (BOTTLENECK_EXPANSION * filters, 1, 1, 1)]

    y = x
    for number, (channels, kernel, step, groups) in enumerate(windows, start=1):
        if config.preactivation:
            y = trace.activation(f"relu{number}", trace.norm(f"bn{number}", y))
            given = y if number == 1 else given
            y = trace.conv(f"conv{number}", y, channels, kernel, step, groups)
        else:
            y = trace.norm(f"bn{number}", trace.conv(f"conv{number}", y, channels, kernel, step, groups))
            y = trace.activation(f"relu{number}", y) if number < len(windows) else y
    if config.se_reduction is not None:
        y = trace.squeeze_excite(y, config.se_reduction)
    if config.shortcut != "none":
        y = trace.add(y, _plan_shortcut(trace, config, x, given, y, stride))
    return y if config.preactivation else trace.activation("relu", y)


def _plan_shortcut(trace: _Trace, config: ResNetConfig, x: _Tensor, given: _Tensor, y: _Tensor, stride: int) -> _Tensor:
    if x.shape == y.shape:
        return x
    if config.shortcut == "zero-pad":
        return trace.layer("shortcut_pad", "pad", (x,), y.shape, stride=stride)
    shortcut = trace.conv("shortcut_conv", given, y.shape[-1], 1, stride)
    return shortcut if config.preactivation else trace.norm("shortcut_bn", shortcut)


def _plan_head(trace: _Trace, config: ResNetConfig, x: _Tensor) -> None:
    trace.enter("head")
    if config.preactivation:
        x = trace.activation("relu", trace.norm("bn", x))
    x = trace.layer("pool", "global-pool", (x,), x.shape[-1:])
    if config.dropout > 0:
        x = trace.layer("dropout", "dropout", (x,), x.shape)
    trace.dense("dense", x, config.num_classes)


@dataclass(frozen=True, slots=True)
class _Tensor:
    """What flows from layer to layer: the name of the layer it comes from, and its shape."""

    source: str
    shape: Shape


class _Trace:
    """Notes down layers as a tensor passes through them; each method takes a tensor and returns the next."""

    def __init__(self, config: ResNetConfig) -> None:
        self.layers: list[LayerPlan] = []
        self._symmetric = config.padding == "symmetric"
        self.enter("stem")

    def enter(self, stage: str, block: int | None = None) -> None:
        """What follows belongs to this stage, and to this block of it."""
        self._stage, self._block = stage, block
        self._prefix = stage if block is None else f"{stage}_block{block}"

    def layer(
        self,
        suffix: str,
        kind: Kind,
        given: tuple[_Tensor, ...],
        shape: Shape,
        *,
        trainable: int = 0,
        fixed: int = 0,
        macs: int = 0,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
    ) -> _Tensor:
        name = f"{self._prefix}_{suffix}"
        sources = tuple([tensor.source for tensor in given])
        counts = (trainable + fixed, trainable, macs)
        self.layers.append(LayerPlan(name, kind, self._stage, self._block, shape, *counts, sources, given[0].shape, kernel, stride, groups))
        return _Tensor(name, shape)

    def input(self, shape: Shape) -> _Tensor:
        self.layers.append(LayerPlan("input", "input", self._stage, self._block, shape, 0, 0, 0, (), shape))
        return _Tensor("input", shape)

    def conv(self, suffix: str, x: _Tensor, filters: int, size: int, stride: int = 1, groups: int = 1) -> _Tensor:
        # Keras's "same" is symmetric at stride 1 and a 1x1 window needs no padding: only strided larger windows are padded by a layer.
        unpadded = x.shape
        if size > 1 and stride > 1:
            x = self._pad(suffix.replace("conv", "pad"), x, size // 2)
        height, width, channels = _strided(unpadded, stride)
        weights = size * size * channels // groups * filters
        macs = weights * height * width
        shape = (height, width, filters)
        return self.layer(suffix, "conv", (x,), shape, trainable=weights, macs=macs, kernel=size, stride=stride, groups=groups)

    def max_pool(self, suffix: str, x: _Tensor, size: int, stride: int) -> _Tensor:
        shape = _strided(x.shape, stride)
        x = self._pad(f"{suffix}_pad", x, size // 2)
        return self.layer(suffix, "pool", (x,), shape, kernel=size, stride=stride)

    def norm(self, suffix: str, x: _Tensor) -> _Tensor:
        # Per channel: scale and offset are trained, mean and variance are moving statistics.
        return self.layer(suffix, "bn", (x,), x.shape, trainable=2 * x.shape[-1], fixed=2 * x.shape[-1])

    def activation(self, suffix: str, x: _Tensor) -> _Tensor:
        return self.layer(suffix, "activation", (x,), x.shape)

    def dense(self, suffix: str, x: _Tensor, features: int) -> _Tensor:
        weights = x.shape[-1] * features
        return self.layer(suffix, "dense", (x,), (*x.shape[:-1], features), trainable=weights + features, macs=weights)

    def squeeze_excite(self, y: _Tensor, reduction: int) -> _Tensor:
        channels = y.shape[-1]
        gate = self.layer("se_pool", "global-pool", (y,), (1, 1, channels))
        gate = self.activation("se_relu", self.dense("se_reduce", gate, channels // reduction))
        gate = self.activation("se_sigmoid", self.dense("se_expand", gate, channels))
        return self.layer("se_scale", "multiply", (y, gate), y.shape)

    def add(self, y: _Tensor, shortcut: _Tensor) -> _Tensor:
        return self.layer("add", "add", (y, shortcut), y.shape)

    def _pad(self, suffix: str, x: _Tensor, amount: int) -> _Tensor:
        if not self._symmetric:
            return x
        height, width, channels = x.shape
        return self.layer(suffix, "pad", (x,), (height + 2 * amount, width + 2 * amount, channels))


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


def _check_block(config: ResNetConfig, input_shape: Shape, filters: int, stride: int) -> None:
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
    _check_filters(config, filters)
    # What else depends on the width, the network's own rules say; and its shortcut may have to take channels away.
    block = replace(config, depths=(1,), widths=(filters,), input_shape=(64, 64, 3), num_classes=2)
    channels = block.stage_channels[0]
    if config.shortcut == "zero-pad" and input_shape[-1] > channels:
        raise ConfigError(
            "a zero-pad shortcut can append channels but not take any away: {before} come in, the branch has {after}",
            before=input_shape[-1],
            after=channels,
        )


def _check_filters(config: ResNetConfig, filters: int) -> None:
    """The rules of a network that too few filters break, said of one block: there is no stage to name and none to change."""
    expansion = BOTTLENECK_EXPANSION if config.block == "bottleneck" else 1
    if config.se_reduction is not None and filters * expansion < config.se_reduction:
        raise ConfigError(
            "squeeze-and-excitation with 1/{reduction} needs at least {reduction} output channels, and the block has {channels}; "
            "{least} filters would do",
            reduction=config.se_reduction,
            channels=filters * expansion,
            least=-(-config.se_reduction // expansion),
        )
    if config.block == "bottleneck" and config.inner_width(filters) < 1:
        raise ConfigError(
            "{groups} groups of width {width_per_group} per 64 filters need at least {least} filters to have a channel each, got {filters}",
            groups=config.groups,
            width_per_group=config.width_per_group,
            least=-(-64 // config.width_per_group),
            filters=filters,
        )


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1
