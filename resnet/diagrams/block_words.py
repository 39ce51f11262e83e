"""What stands on the nodes of the block diagram, and the drawing in sentences for those who do not see it."""

from __future__ import annotations

from dataclasses import dataclass

from resnet.diagrams.block_view import BlockView, suffix_of
from resnet.plan import LayerPlan
from resnet.wording import ACTIVATION_NAMES, Translate, listed, shape_text


@dataclass(frozen=True, slots=True)
class Words:
    """The lines of one node; `detail` may be empty."""

    title: str
    detail: str
    shape: str
    count: str


def words_of(view: BlockView, layer: LayerPlan, t: Translate) -> Words:
    """What a layer's node says."""
    title, detail = _title(view, layer, t)
    return Words(title, detail, shape_text(layer.output_shape), t("{count:,} params", count=layer.parameters))


def _title(view: BlockView, layer: LayerPlan, t: Translate) -> tuple[str, str]:
    suffix, channels = suffix_of(layer), layer.output_shape[-1]
    match suffix:
        case "se_pool":
            return t("squeeze: mean"), ""
        case "se_reduce" | "se_expand":
            return t("dense → {features}", features=channels), ""
        case "se_relu":
            return "ReLU", ""
        case "se_sigmoid":
            return "sigmoid", ""
        case "se_scale":
            return t("scale"), ""
        case "add":
            return t("add"), ""
        case "shortcut_pad":
            return _zero_pad_title(layer, t)
    if layer.kind == "conv":
        return t("{size}×{size} conv", size=layer.kernel), _conv_detail(layer, t)
    return (t("batch norm") if layer.kind == "bn" else ACTIVATION_NAMES[view.activation]), ""


def _conv_detail(layer: LayerPlan, t: Translate) -> str:
    if layer.groups == 1:
        return t("stride {stride}", stride=layer.stride)
    if layer.stride == 1:
        return t("{groups} groups", groups=layer.groups)
    return t("{groups} groups, stride {stride}", groups=layer.groups, stride=layer.stride)


def _zero_pad_title(layer: LayerPlan, t: Translate) -> tuple[str, str]:
    missing = layer.output_shape[-1] - layer.input_shape[-1]
    skipping = t("every 2nd pixel")
    if not missing:
        return skipping, t("all channels")
    return t("+ {missing} channels of 0", missing=missing), skipping if layer.stride == 2 else t("every pixel")


def block_title(view: BlockView, t: Translate) -> str:
    """What kind of block the drawing shows."""
    return t("A plain block") if view.route == "none" else t("A residual block")


def description(view: BlockView, t: Translate) -> str:
    """The whole drawing in a few sentences."""
    convolutions = listed((t("{size}×{size} conv", size=layer.kernel) for layer in view.branch if layer.kind == "conv"), t)
    where = {"convolutions": convolutions, "input": shape_text(view.input_shape), "output": shape_text(view.branch_shape)}
    if view.preactivation:
        told = [t("The branch takes {input} through {convolutions}, batch norm and activation before each, to {output}.", **where)]
    else:
        told = [t("The branch takes {input} through {convolutions}, each with batch norm, to {output}.", **where)]
    if view.excites:
        told.append(t("Squeeze-and-excitation scales each channel of the result."))
    told.append(_route(view, t))
    return " ".join(told)


def _route(view: BlockView, t: Translate) -> str:
    if view.route == "none":
        return t("There is no shortcut, and nothing is added.")
    if view.broken:
        return t("The shortcut brings x unchanged, and the two shapes cannot be added.")
    if view.has_projection:
        return t("The shortcut projects x to the branch's shape with a 1×1 convolution, and the two are added.")
    if view.route == "zero-pad":
        return t("The shortcut fits x to the branch's shape without parameters, and the two are added.")
    return t("The shortcut brings x unchanged, and the two are added.")
