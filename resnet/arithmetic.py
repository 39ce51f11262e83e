"""Where a layer's numbers come from: its parameters, work, size, memory and receptive field, each as arithmetic to be read.

The formulas are written from what the plan knows of the layer's window; the tests evaluate them and hold the results against the
plan's own counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

from resnet.footprint import BYTES_PER_NUMBER, activation_bytes, binary, receptive_fields
from resnet.plan import LayerPlan, Plan
from resnet.wording import Translate


@dataclass(frozen=True, slots=True)
class Sum:
    """One number and how it comes about.

    Attributes:
        title: what is counted.
        formula: arithmetic with the numbers in it, e.g. "3 × 3 × 64 × 128"; empty where there is nothing to compute.
        result: what it comes to, with its unit.
        why: a sentence for the reader who wonders; may be empty.
    """

    title: str
    formula: str
    result: str
    why: str = ""


def explain_layer(network: Plan, layer: LayerPlan, t: Translate, *, batch: int = 64) -> tuple[Sum, ...]:
    """Parameters, multiply-adds, output size, receptive field and memory of one layer of the network.

    `batch` is the number of images for the memory of a batch.
    """
    return (
        _parameters(network, layer, t),
        _work(layer, t),
        _size(network, layer, t),
        _field(network, layer, t),
        _memory(layer, t, batch),
    )


def _parameters(network: Plan, layer: LayerPlan, t: Translate) -> Sum:
    title, count = t("Parameters"), f"{layer.parameters:,}"
    channels, features = layer.input_shape[-1], layer.output_shape[-1]
    if layer.kind == "conv":
        formula = f"{layer.kernel} × {layer.kernel} × {channels // layer.groups} × {features}"
        return Sum(title, formula, count, _why_these_weights(network, layer, t))
    if layer.kind == "bn":
        why = t(
            "For each channel a scale and an offset, which are trained ({trained:,}), and a running mean and variance, which are not "
            "({fixed:,}).",
            trained=layer.trainable_parameters,
            fixed=layer.parameters - layer.trainable_parameters,
        )
        return Sum(title, f"4 × {features}", count, why)
    if layer.kind == "dense":
        return Sum(title, f"{channels} × {features} + {features}", count, t("A weight for each pair, and a bias for each output."))
    return Sum(title, "", "0", t("Nothing to learn here."))


def _why_these_weights(network: Plan, layer: LayerPlan, t: Translate) -> str:
    normed = set(chain.from_iterable(other.inputs for other in network.layers if other.kind == "bn"))
    if layer.name == "stem_conv" and network.config.preactivation:
        why = t("No bias: the batch norms that the blocks begin with would subtract it again with the mean.")
    elif layer.name in normed:
        why = t("No bias: the batch norm that follows would subtract it again with the mean.")
    else:
        why = t("No bias: what is added to it, and the next batch norm's offset, can do the same.")
    if layer.groups == 1:
        return why
    each = t(
        "{groups} groups: each filter sees {each} of the {channels} channels.",
        groups=layer.groups,
        each=layer.input_shape[-1] // layer.groups,
        channels=layer.input_shape[-1],
    )
    return f"{each} {why}"


def _work(layer: LayerPlan, t: Translate) -> Sum:
    title, count = t("Multiply-adds"), f"{layer.macs:,}"
    if layer.kind == "conv":
        height, width, _ = layer.output_shape
        why = t("Every weight is used once at each place of the output.")
        return Sum(title, f"{layer.parameters:,} × {height} × {width}", count, why)
    if layer.kind == "dense":
        return Sum(title, f"{layer.input_shape[-1]} × {layer.output_shape[-1]}", count, t("Every weight is used once."))
    return Sum(title, "", "0", t("By custom only convolutions and dense layers are counted; the rest is little beside them."))


def _size(network: Plan, layer: LayerPlan, t: Translate) -> Sum:
    title = t("Output")
    if len(layer.output_shape) < 3 or layer.kind in ("input", "dense", "global-pool") or layer.output_shape[:2] == (1, 1):
        return Sum(title, "", "×".join(map(str, layer.output_shape)), _why_this_size(layer, t))
    sides = [_side(network, layer, axis) for axis in (0, 1)]
    formula = sides[0] if sides[0] == sides[1] else ", ".join(sides)
    if not formula:
        changed = layer.kind == "pad"
        why = _why_this_size(layer, t) if changed else t("The shape stays as it is.")
        return Sum(title, "", "×".join(map(str, layer.output_shape)), why)
    return Sum(title, formula, "×".join(map(str, layer.output_shape)), _why_this_size(layer, t))


def _side(network: Plan, layer: LayerPlan, axis: int) -> str:
    """Height (axis 0) or width (axis 1) of the output as arithmetic; empty where nothing is computed."""
    given, side = layer.input_shape[axis], layer.output_shape[axis]
    if layer.kind == "pad" and layer.stride == 1 and side > given:
        return f"{given} + 2·{(side - given) // 2} = {side}"
    if layer.kind == "pad" and layer.stride == 1:
        return ""
    if layer.kind == "pad" or (layer.kind in ("conv", "pool") and network.config.padding == "same" and layer.stride > 1):
        return f"⌈{given} / {layer.stride}⌉ = {side}"
    if layer.kind not in ("conv", "pool"):
        return ""
    reach = layer.kernel // 2
    # Before strided windows the padding is a layer of its own, and in what comes in already.
    unpadded = given - 2 * reach if layer.stride > 1 else given
    padding = f" + 2·{reach}" if reach else ""
    if layer.stride == 1:
        return f"{unpadded}{padding} − {layer.kernel} + 1 = {side}"
    return f"⌊({unpadded}{padding} − {layer.kernel}) / {layer.stride}⌋ + 1 = {side}"


def _why_this_size(layer: LayerPlan, t: Translate) -> str:
    match layer.kind:
        case "conv":
            return t("A channel for each of the {filters} filters.", filters=layer.output_shape[-1])
        case "pad" if layer.name.endswith("_shortcut_pad"):
            return _why_it_fits(layer, t)
        case "pad":
            return t("The same on all four sides, so that the next window's steps are centred.")
        case "global-pool":
            return t("The mean of each channel over all places.")
        case "dense":
            return t("As many as there are outputs.")
        case "input":
            return t("Height, width and channels of one image.")
        case _:
            return ""


def _why_it_fits(layer: LayerPlan, t: Translate) -> str:
    """What a shortcut without parameters does to x, so that it can be added."""
    missing = layer.output_shape[-1] - layer.input_shape[-1]
    steps = []
    if layer.stride > 1:
        steps.append(t("Every 2nd pixel of every 2nd row is kept."))
    if missing:
        steps.append(t("{missing} channels of zeros are appended.", missing=missing))
    return " ".join(steps)


def _field(network: Plan, layer: LayerPlan, t: Translate) -> Sum:
    title = t("Receptive field")
    fields = receptive_fields(network)
    field = fields[layer.name]
    if field.size is None:
        return Sum(title, "", t("the whole image"), t("The mean looks everywhere."))
    result = t("{size}×{size} pixels", size=field.size)
    why = t("Neighbours in this output look at places {jump} pixels apart.", jump=field.jump) if field.jump > 1 else ""
    if field.size > max(network.config.input_shape[:2]):
        why = t("Wider than the image: the rest is padding.") + (f" {why}" if why else "")
    before = max((fields[name].size or 0 for name in layer.inputs), default=0)
    if layer.kernel == 1 or not layer.inputs:
        return Sum(title, "", result, why)
    jump = fields[layer.inputs[0]].jump
    return Sum(title, f"{before} + ({layer.kernel} − 1) × {jump}", result, why)


def _memory(layer: LayerPlan, t: Translate, batch: int) -> Sum:
    one = activation_bytes(layer.output_shape)
    formula = " × ".join([*map(str, layer.output_shape), t("{bytes} bytes", bytes=BYTES_PER_NUMBER)])
    return Sum(
        t("Memory of the output"),
        formula,
        t("{one} per image", one=binary(one)),
        t("{all} for a batch of {batch}, in float32.", all=binary(one * batch), batch=batch),
    )
