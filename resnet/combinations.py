"""Which fields of a network go together. A refusal names the layer where it would break, the sizes there, and what would mend it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from resnet.errors import CombinationError

if TYPE_CHECKING:
    from resnet.config import ResNetConfig

# A bottleneck's 3x3 may be as wide as the widest block; with it, every count of a plan still fits into 64 bits.
MAX_INNER_WIDTH = 16_384


def check_combination(config: ResNetConfig) -> None:
    """Raise CombinationError for the first rule that fields, each right for itself, break together."""
    _check_bottleneck_only(config)
    _check_inner_widths(config)
    _check_zero_init(config)
    _check_waists(config)
    _check_zero_pad(config)
    _check_strides(config)


def _check_bottleneck_only(config: ResNetConfig) -> None:
    if config.block == "bottleneck":
        return
    if (config.groups, config.width_per_group) != (1, 64):
        raise CombinationError(
            "{groups_field} and {width_field} shape the 3x3 convolution of a bottleneck, and a basic block has none between two 1x1; "
            "it needs 1 group of width 64, got {groups} and {width_per_group}",
            fixes=({"block": "bottleneck"}, {"groups": 1, "width_per_group": 64}),
            groups_field="groups",
            width_field="width_per_group",
            groups=config.groups,
            width_per_group=config.width_per_group,
        )
    if config.bottleneck_stride_on == "1x1":
        raise CombinationError(
            "{field} “{bottleneck_stride_on}” names a bottleneck's first convolution; a basic block begins with a 3x3, which always has "
            "the stride",
            fixes=({"bottleneck_stride_on": "3x3"}, {"block": "bottleneck"}),
            field="bottleneck_stride_on",
            bottleneck_stride_on=config.bottleneck_stride_on,
        )


def _check_inner_widths(config: ResNetConfig) -> None:
    if config.block != "bottleneck":
        return
    for stage, width in enumerate(config.widths, start=1):
        inner = config.inner_width(width)
        if not 1 <= inner <= MAX_INNER_WIDTH:
            raise CombinationError(
                "stage{stage}_block1_conv2 would have int({width} · {width_per_group} / 64) · {groups} = {inner} channels; "
                "it needs 1 to {most}",
                fixes=({"groups": 1, "width_per_group": 64},),
                stage=stage,
                width=width,
                width_per_group=config.width_per_group,
                groups=config.groups,
                inner=inner,
                most=MAX_INNER_WIDTH,
            )


def _check_zero_init(config: ResNetConfig) -> None:
    if not config.zero_init_residual:
        return
    if config.shortcut == "none":
        raise CombinationError(
            "{field} makes a block start as its shortcut; with {shortcut_field} “{shortcut}” nothing but zeros would come out of "
            "stage1_block1, and nothing could be learned",
            fixes=({"zero_init_residual": False}, {"shortcut": "projection"}),
            field="zero_init_residual",
            shortcut_field="shortcut",
            shortcut=config.shortcut,
        )
    if config.preactivation:
        raise CombinationError(
            "{field} needs a batch norm at the end of the branch; with {order_field} “{preactivation}” the branch of "
            "stage1_block1 ends with a convolution",
            fixes=({"zero_init_residual": False}, {"preactivation": False}),
            field="zero_init_residual",
            order_field="preactivation",
            preactivation=config.preactivation,
        )


def _check_waists(config: ResNetConfig) -> None:
    if config.se_reduction is None:
        return
    for stage, channels in enumerate(config.stage_channels, start=1):
        if channels < config.se_reduction:
            raise CombinationError(
                "stage{stage}_block1_se_reduce would have {channels} // {reduction} = 0 features; {field} can be at most {most}, the "
                "channels of the narrowest stage",
                fixes=({"se_reduction": min(config.stage_channels)}, {"se_reduction": None}),
                stage=stage,
                channels=channels,
                reduction=config.se_reduction,
                field="se_reduction",
                most=min(config.stage_channels),
            )


def _check_zero_pad(config: ResNetConfig) -> None:
    if config.shortcut != "zero-pad":
        return
    for stage, (before, after) in enumerate(pairwise(config.stage_channels), start=2):
        if after < before:
            raise CombinationError(
                "stage{stage}_block1_shortcut_pad can append channels but not take any away: {before} come in, the branch has {after}",
                fixes=({"shortcut": "projection"}, {"widths": _never_narrower(config.widths)}),
                stage=stage,
                before=before,
                after=after,
            )


def _check_strides(config: ResNetConfig) -> None:
    height, width, channels = config.input_shape
    needed = 2 ** sum(stride == 2 for _, stride in config.downsampling) // 2 + 1
    for part, stride in config.downsampling:
        if stride > 1 and min(height, width) < 2:
            larger = {"input_shape": (max(needed, config.input_shape[0]), max(needed, config.input_shape[1]), channels)}
            smaller_stem: tuple[dict[str, Any], ...] = ({"stem": "cifar"},) if _fits_with_small_stem(config) else ()
            raise CombinationError(
                "{part} halves the resolution and needs at least 2x2 pixels, but with an input of "
                "{input_height}x{input_width} only {height}x{width} are left there; {needed}x{needed} would do",
                fixes=(*smaller_stem, larger),
                part=part,
                input_height=config.input_shape[0],
                input_width=config.input_shape[1],
                height=height,
                width=width,
                needed=needed,
            )
        height, width = -(-height // stride), -(-width // stride)


def _fits_with_small_stem(config: ResNetConfig) -> bool:
    """Whether the small stem, which halves nothing, would leave enough for the stages."""
    return config.stem == "imagenet" and min(config.input_shape[:2]) > 2 ** (len(config.depths) - 1) // 2


def _never_narrower(widths: tuple[int, ...]) -> tuple[int, ...]:
    """The widths, each raised to the widest before it."""
    return tuple(max(widths[: index + 1]) for index in range(len(widths)))
