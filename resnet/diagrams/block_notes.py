"""What a node of the block diagram says when asked: where its parameters and its work come from, as arithmetic."""

from __future__ import annotations

from resnet.config import Activation
from resnet.diagrams.block_view import BlockView, suffix_of
from resnet.plan import LayerPlan, Shape
from resnet.wording import Translate, listed_apart, shape_text

_FORMULAS: dict[Activation, str] = {"relu": "max(0, v)", "gelu": "v · Φ(v)", "silu": "v · sigmoid(v)", "tanh": "tanh(v)"}


def note_of(view: BlockView, layer: LayerPlan, t: Translate) -> str:
    """The note of a layer's node."""
    match layer.kind:
        case "conv":
            return _conv_note(view, layer, t)
        case "dense":
            return _dense_note(layer, t)
        case "bn":
            return _norm_note(layer, t)
        case "add":
            return _add_note(view, t)
        case "pad":
            return _zero_pad_note(layer, t)
        case "global-pool":
            height, width, channels = layer.input_shape
            return t(
                "The {height}·{width} numbers of each of {channels} feature maps become one: their mean. No parameters.",
                height=height,
                width=width,
                channels=channels,
            )
        case "multiply":
            channels = layer.output_shape[-1]
            return t("Each of {channels} feature maps is multiplied by its own s, between 0 and 1. No parameters.", channels=channels)
    suffix = suffix_of(layer)
    own = {"se_relu": _FORMULAS["relu"], "se_sigmoid": "1 / (1 + exp(−v))"}
    return t("Each number v becomes {formula}. No parameters.", formula=own.get(suffix, _FORMULAS[view.activation]))


def input_note(shape: Shape, t: Translate) -> str:
    """What x is."""
    height, width, channels = shape
    return t(
        "x comes from the block before: {channels:,} feature maps of {height}×{width}, {numbers:,} numbers per image.",
        channels=channels,
        height=height,
        width=width,
        numbers=height * width * channels,
    )


def _conv_note(view: BlockView, layer: LayerPlan, t: Translate) -> str:
    height, width, filters = layer.output_shape
    size, channels = layer.kernel, layer.input_shape[-1]
    each = str(channels) if layer.groups == 1 else f"({channels}/{layer.groups})"
    weights = t(
        "Weights: {size}·{size}·{channels} for each of {filters} filters = {count:,}.",
        size=size,
        channels=each,
        filters=filters,
        count=layer.parameters,
    )
    bias = t("No bias: batch norm follows.") if view.normed(layer) else t("No bias: the next block, or the head, begins with batch norm.")
    work = t(
        "Multiply-adds: {count:,} weights at {height}·{width} positions = {macs:,}.",
        count=layer.parameters,
        height=height,
        width=width,
        macs=layer.macs,
    )
    lines = [f"{weights} {bias}", work]
    if layer.groups > 1:
        whole, own = size * size * channels * filters, channels // layer.groups
        lines.append(
            t(
                "Each of the {groups} groups sees {own} channels of its own; undivided it would take {whole:,} weights.",
                groups=layer.groups,
                own=own,
                whole=whole,
            )
        )
    if layer.stride == 2:
        lines.append(t("Stride 2 looks at every second position: height and width are halved, and rounded up."))
    padding = view.padding_of(layer)
    if padding:
        shape = shape_text(padding.output_shape)
        lines.append(t("Before it, the layer {name} frames each map with zeros: {shape}.", name=padding.name, shape=shape))
    return "\n".join(lines)


def _dense_note(layer: LayerPlan, t: Translate) -> str:
    given, features = layer.input_shape[-1], layer.output_shape[-1]
    weights = t("Weights and biases: {given}·{features} + {features} = {count:,}.", given=given, features=features, count=layer.parameters)
    work = t("Multiply-adds: {given}·{features} = {macs:,}, once per image.", given=given, features=features, macs=layer.macs)
    return f"{weights}\n{work}"


def _norm_note(layer: LayerPlan, t: Translate) -> str:
    channels = layer.output_shape[-1]
    return t(
        "For each of {channels} channels: scale and offset are trained ({trained:,}),\n"
        "mean and variance are running statistics ({fixed:,}). Together {count:,}.",
        channels=channels,
        trained=layer.trainable_parameters,
        fixed=layer.parameters - layer.trainable_parameters,
        count=layer.parameters,
    )


def _zero_pad_note(layer: LayerPlan, t: Translate) -> str:
    given = layer.input_shape[-1]
    missing = layer.output_shape[-1] - given
    kept = [t("Of every second row, every second pixel is kept.")] if layer.stride == 2 else []
    appended = [t("Behind the {given} channels of x come {missing} more, all zeros.", given=given, missing=missing)] if missing else []
    return " ".join([*kept, *appended, t("No parameters.")])


def _add_note(view: BlockView, t: Translate) -> str:
    """What the add computes, or which sizes keep it from computing."""
    if not view.broken:
        return t("Number by number: each of the shortcut's is added to the branch's at the same place. No parameters.")
    names = (t("height"), t("width"), t("channels"))
    differing = [
        t("{name} {first} and {second}", name=name, first=one, second=other)
        for name, one, other in zip(names, view.input_shape, view.branch_shape, strict=True)
        if one != other
    ]
    return t("Every number needs a partner at the same place. Here differ: {sizes}.", sizes=listed_apart(differing, t))
