"""A whole network as a drawing: input, stem, stages and head from left to right, each stage with its blocks and their shortcuts."""

from __future__ import annotations

from math import log2

from resnet.config import ResNetConfig
from resnet.diagrams import svg
from resnet.diagrams.columns import HEIGHT, Column, Plate, draw_column, draw_legend, fitted, height_of, place, plate_thickness
from resnet.outline import stage_blocks
from resnet.plan import LayerPlan, Plan, Shape, StagePlan
from resnet.wording import Translate, listed_apart, shape_text, stage_title

_MOST_DRAWN = 8
_FIRST_DRAWN, _LAST_DRAWN = 4, 2
_TALLEST_CLASSES = 128


def network_svg(network: Plan, t: Translate) -> str:
    """The network as SVG text, HEIGHT high and at least 760 wide; `t` translates.

    Of a stage of more than eight blocks the first four and the last two are drawn, with dots between them.
    """
    placed, width = place(fitted(_columns(network, t)))
    residual = network.config.shortcut != "none"
    return svg.document(
        width,
        HEIGHT,
        *(draw_column(column, shortcuts=residual) for column in placed),
        *draw_legend(legend(network.config, t)),
        title=t("The network's stages"),
        description=_description(network, t),
        interactive=True,
    )


def drawn_blocks(depth: int) -> tuple[int | None, ...]:
    """Numbers of a stage's blocks that are drawn; None stands for those left out."""
    if depth <= _MOST_DRAWN:
        return tuple(range(1, depth + 1))
    return (*range(1, _FIRST_DRAWN + 1), None, *range(depth - _LAST_DRAWN + 1, depth + 1))


def block_plate(network: Plan, layers: tuple[LayerPlan, ...], block: int | None) -> Plate:
    """A block by its layers; dots for blocks left out (`block` None)."""
    shape = layers[-1].output_shape
    return Plate(
        "plain" if network.config.shortcut == "none" else "branch",
        20.0 if block is None else plate_thickness(shape[-1]),
        height_of(shape, network.config.input_shape),
        block,
        projects=block is not None and any("_shortcut_" in layer.name for layer in layers),
    )


def legend(config: ResNetConfig, t: Translate) -> dict[str, tuple[str, str]]:
    """What the marks of blocks mean in this network."""
    plate = {"x": 10, "y": -11, "width": 8, "height": 14, "rx": 2}
    role = "plain" if config.shortcut == "none" else "branch"
    branch = {role: (svg.element("rect", **plate, class_=f"plate {role}"), branch_words(config, t))}
    if config.shortcut == "none":
        return branch
    fit = t("projection: 1×1 convolution") if config.shortcut == "projection" else t("made to fit without parameters")
    return branch | {
        "shortcut": (svg.element("path", d="M2 0 C2 -16 26 -16 26 0", class_="edge shortcut thin"), t("shortcut: x as it is")),
        "projection": (svg.element("rect", x=9, y=-9, width=10, height=10, rx=2, class_="plate shortcut"), fit),
        "add": (svg.element("circle", cx=14, cy=-4, r=3.5, class_="dot add"), t("add")),
    }


def branch_words(config: ResNetConfig, t: Translate) -> str:
    """What a block's branch consists of, in a few words."""
    if config.block == "basic":
        words = t("two 3×3 convolutions")
    elif config.groups > 1:
        words = t("1×1, 3×3 in {groups} groups, 1×1", groups=config.groups)
    else:
        words = t("1×1, 3×3, 1×1")
    if config.se_reduction is not None:
        words = t("{branch} + SE", branch=words)
    return t("{branch}, no shortcut", branch=words) if config.shortcut == "none" else words


def counts_tip(part: StagePlan | LayerPlan, t: Translate) -> str:
    """Parameters and work of a part, in two lines."""
    return counts_text(part.parameters, part.trainable_parameters, part.macs, t)


def counts_text(parameters: int, trainable: int, macs: int, t: Translate) -> str:
    """Parameters and work, in two lines."""
    return t(
        "{parameters:,} parameters, {trainable:,} of them trained.\n{macs:,} multiply-adds per image.",
        parameters=parameters,
        trainable=trainable,
        macs=macs,
    )


def _columns(network: Plan, t: Translate) -> list[Column]:
    stem, *stages, head = network.stages
    return [
        _input_column(network, t),
        _stem_column(network, stem, t),
        *(_stage_column(network, stage, t) for stage in stages),
        _head_column(network, head, t),
    ]


def _input_column(network: Plan, t: Translate) -> Column:
    shape = network.config.input_shape
    tip = t("One image: {numbers:,} numbers.", numbers=shape[0] * shape[1] * shape[2])
    return Column("input", t("Input"), shape_text(shape), "", tip, (_plate(network, shape),), opens="input")


def _stem_column(network: Plan, stem: StagePlan, t: Translate) -> Column:
    layers = {layer.name: layer for layer in network.layers if layer.stage == "stem"}
    plates = [_plate(network, layers["stem_conv"].output_shape)]
    if network.config.stem == "imagenet":
        plates.append(_plate(network, layers["stem_pool"].output_shape))
        count = t("7×7 /2, pool /2")
    else:
        count = t("3×3")
    shape = shape_text(stem.output_shape)
    return Column("stem", stage_title("stem", t), shape, count, counts_tip(stem, t), tuple(plates), opens="stem")


def _stage_column(network: Plan, stage: StagePlan, t: Translate) -> Column:
    layers = stage_blocks(network.layers, stage.name)
    plates = tuple(block_plate(network, layers[block or 1], block) for block in drawn_blocks(stage.blocks))
    count = t("1 block") if stage.blocks == 1 else t("{blocks} blocks", blocks=stage.blocks)
    shape = shape_text(stage.output_shape)
    return Column(stage.name, stage_title(stage.name, t), shape, count, counts_tip(stage, t), plates, opens=stage.name)


def _head_column(network: Plan, head: StagePlan, t: Translate) -> Column:
    classes = network.config.num_classes
    features = next(layer for layer in network.layers if layer.name == "head_pool").output_shape[0]
    plates = (
        Plate("plain", plate_thickness(features), height_of((1, 1, features), network.config.input_shape)),
        Plate("plain", 7.0, min(float(_TALLEST_CLASSES), 14 + 9 * log2(classes))),
    )
    shape = shape_text((features,)) + " → " + str(classes)
    return Column("head", stage_title("head", t), shape, t("mean, dense"), counts_tip(head, t), plates, opens="head")


def _plate(network: Plan, shape: Shape) -> Plate:
    return Plate("plain", plate_thickness(shape[-1]), height_of(shape, network.config.input_shape))


def _description(network: Plan, t: Translate) -> str:
    parts = listed_apart((f"{stage_title(stage.name, t)} {shape_text(stage.output_shape)}" for stage in network.stages), t)
    if network.config.shortcut == "none":
        return t("A plain network of {depth} layers with weights, without shortcuts: {parts}.", depth=network.config.depth, parts=parts)
    return t("A residual network of {depth} layers with weights: {parts}.", depth=network.config.depth, parts=parts)
