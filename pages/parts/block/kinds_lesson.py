"""What the Block page says about the block at hand: why its add works or does not, and what its kind changes. Numbers are the plan's."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from pages.parts.block.choices import Choice, Sizes
from pages.parts.i18n import explain, lesson
from pages.parts.literal import literally
from resnet.config import BOTTLENECK_EXPANSION
from resnet.diagrams.block import BlockView
from resnet.errors import ConfigError
from resnet.plan import LayerPlan, plan_block
from resnet.wording import ACTIVATION_NAMES, percent, shape_text


def shortcut_lesson(view: BlockView) -> str:
    """What the shortcut does in this block, as Markdown."""
    shapes = {"input": shape_text(view.input_shape), "branch": shape_text(view.branch_shape)}
    if view.broken:
        return lesson("block", "broken", **shapes)
    if view.route == "zero-pad":
        return lesson("block", "padded", **shapes)
    if not view.has_projection:
        return lesson("block", "identity", **shapes)
    cost = _parameters(view, "shortcut_")
    section = {"stride": view.layer("shortcut_conv").stride, "cost": f"{cost:,}", "share": percent(cost / total_parameters(view), 0)}
    return lesson("block", "shared" if view.shares_activation else "projected", **shapes, **section)


def refusal_lesson(error: ConfigError) -> str:
    """Why there is no block of the sizes asked for, as Markdown."""
    return lesson("block", "refused", reason=literally(explain(error)))


def kind_lesson(choice: Choice, sizes: Sizes, view: BlockView) -> str:
    """What the kind of block changes and why, as Markdown with this block's numbers."""
    match choice.kind:
        case "basic":
            return lesson("block", "basic", weights=f"{_parameters(view, 'conv'):,}")
        case "bottleneck":
            return _bottleneck_lesson(choice, sizes)
        case "pre-activation":
            return lesson("block", "preactivation", activation=ACTIVATION_NAMES[view.activation])
        case "resnext":
            return _resnext_lesson(sizes, view.layer("conv2"))
        case "se":
            return _excitation_lesson(view)


def total_parameters(view: BlockView) -> int:
    """Of the layers in the drawing."""
    return sum(layer.parameters for layer in view.drawn_layers)


def _bottleneck_lesson(choice: Choice, sizes: Sizes) -> str:
    """The bottleneck against two 3x3 convolutions of as many channels, both with x as it comes out of such a block."""
    outer = BOTTLENECK_EXPANSION * sizes.filters
    shape = (sizes.side, sizes.side, outer)
    bottleneck = plan_block(choice.config, input_shape=shape, filters=sizes.filters, stride=1)
    basic = plan_block(replace(choice.config, block="basic"), input_shape=shape, filters=outer, stride=1)
    costs = [f"{sum(layer.parameters for layer in layers):,}" for layers in (bottleneck, basic)]
    return lesson("block", "bottleneck", inner=sizes.filters, outer=outer, cost=costs[0], basic_cost=costs[1])


def _resnext_lesson(sizes: Sizes, divided: LayerPlan) -> str:
    inner = divided.input_shape[-1]
    return lesson(
        "block",
        "resnext",
        groups=divided.groups,
        each=inner // divided.groups,
        inner=inner,
        filters=sizes.filters,
        weights=f"{divided.parameters:,}",
        whole=f"{divided.parameters * divided.groups:,}",
    )


def _excitation_lesson(view: BlockView) -> str:
    cost = _parameters(view, "se_")
    return lesson(
        "block",
        "se",
        outer=view.branch_shape[-1],
        waist=view.layer("se_reduce").output_shape[-1],
        cost=f"{cost:,}",
        share=percent(cost / total_parameters(view)),
        macs=f"{sum(layer.macs for layer in view.layers if layer.kind == 'dense'):,}",
        scaled=f"{prod(view.layer('se_scale').output_shape):,}",
    )


def _parameters(view: BlockView, prefix: str) -> int:
    """Of the layers whose suffix begins so."""
    return sum(layer.parameters for layer in view.layers if layer.name.split("_", 2)[2].startswith(prefix))
