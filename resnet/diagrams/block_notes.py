"""What a node of the block diagram says when asked: where its parameters and its work come from, as arithmetic."""

from __future__ import annotations

from resnet.config import Activation
from resnet.plan import LayerPlan, Shape
from resnet.wording import Translate


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


def conv_note(layer: LayerPlan, *, size: int, channels: int, stride: int, t: Translate) -> str:
    """A convolution's weights and multiply-adds; `channels` is what comes in."""
    height, width, filters = layer.output_shape
    weights = t(
        "Weights: {size}·{size}·{channels} for each of {filters} filters = {count:,}. No bias: batch norm follows.",
        size=size,
        channels=channels,
        filters=filters,
        count=layer.parameters,
    )
    work = t(
        "Multiply-adds: {count:,} weights at {height}·{width} positions = {macs:,}.",
        count=layer.parameters,
        height=height,
        width=width,
        macs=layer.macs,
    )
    halves = t("Stride 2 looks at every second position: height and width are halved, and rounded up.")
    return "\n".join([weights, work] + ([halves] if stride == 2 else []))


def layer_note(layer: LayerPlan, t: Translate, activation: Activation = "relu") -> str:
    """Batch norm's four numbers per channel, or what an activation computes."""
    if layer.kind == "bn":
        channels = layer.output_shape[-1]
        return t(
            "For each of {channels} channels: scale and offset are trained ({trained:,}),\n"
            "mean and variance are running statistics ({fixed:,}). Together {count:,}.",
            channels=channels,
            trained=layer.trainable_parameters,
            fixed=layer.parameters - layer.trainable_parameters,
            count=layer.parameters,
        )
    formula = {"relu": "max(0, v)", "gelu": "v · Φ(v)", "silu": "v · sigmoid(v)", "tanh": "tanh(v)"}[activation]
    return t("Each number v becomes {formula}. No parameters.", formula=formula)


def add_note(first: Shape, second: Shape, *, broken: bool, t: Translate) -> str:
    """What the add computes, or which sizes keep it from computing."""
    if not broken:
        return t("Number by number: each of x's is added to the branch's at the same place. No parameters.")
    names = (t("height"), t("width"), t("channels"))
    differing = [
        t("{name} {first} and {second}", name=name, first=one, second=other)
        for name, one, other in zip(names, first, second, strict=True)
        if one != other
    ]
    return t("Every number needs a partner at the same place. Here differ: {sizes}.", sizes="; ".join(differing))
