"""What a network will be, before it is built: every layer's name, output shape, parameters and multiply-adds.

Pure arithmetic on a configuration, microseconds instead of the seconds Keras needs. The tests hold it against the built
model, layer by layer. Layers come in reading order: within a block first the branch, then the shortcut, then the add.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby

from resnet.config import BOTTLENECK_EXPANSION, MAX_WIDTH, ResNetConfig
from resnet.errors import ConfigError
from resnet.tracing import LayerPlan, Shape, Tensor, Trace

__all__ = ["LayerPlan", "Plan", "Shape", "StagePlan", "plan", "plan_block"]


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
    trace = Trace(config)
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
    trace = Trace(config)
    trace.enter(f"stage{stage}", block)
    _plan_block(trace, config, Tensor("x", input_shape), filters, stride)
    return tuple(trace.layers)


def _plan_stem(trace: Trace, config: ResNetConfig) -> Tensor:
    x = trace.input(config.input_shape)
    kernel, stride = (7, 2) if config.stem == "imagenet" else (3, 1)
    x = trace.conv("conv", x, config.widths[0], kernel, stride)
    if not config.preactivation:
        x = trace.norm("bn", x)
        x = trace.activation("relu", x)
    if config.stem == "imagenet":
        x = trace.max_pool("pool", x, 3, 2)
    return x


def _plan_block(trace: Trace, config: ResNetConfig, x: Tensor, filters: int, stride: int) -> Tensor:
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


def _plan_shortcut(trace: Trace, config: ResNetConfig, x: Tensor, given: Tensor, y: Tensor, stride: int) -> Tensor:
    if x.shape == y.shape:
        return x
    if config.shortcut == "zero-pad":
        return trace.layer("shortcut_pad", "pad", (x,), y.shape, stride=stride)
    shortcut = trace.conv("shortcut_conv", given, y.shape[-1], 1, stride)
    return shortcut if config.preactivation else trace.norm("shortcut_bn", shortcut)


def _plan_head(trace: Trace, config: ResNetConfig, x: Tensor) -> None:
    trace.enter("head")
    if config.preactivation:
        x = trace.activation("relu", trace.norm("bn", x))
    x = trace.layer("pool", "global-pool", (x,), x.shape[-1:])
    if config.dropout > 0:
        x = trace.layer("dropout", "dropout", (x,), x.shape)
    trace.dense("dense", x, config.num_classes)


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
    expansion = config.expansion
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
