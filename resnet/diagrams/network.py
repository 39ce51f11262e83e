"""A whole network as a drawing: input, stem, stages and head from left to right, each stage with its blocks and their shortcuts.

A plate's height follows the resolution and its thickness the channels, so that a glance tells what the stages trade for what.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log2, sqrt

from resnet.diagrams import svg
from resnet.diagrams.block import shape_text
from resnet.plan import LayerPlan, Plan, Shape, StagePlan
from resnet.wording import Translate, stage_title

HEIGHT = 226
_LINE_Y = 82
_TITLE_Y, _SHAPE_Y, _COUNT_Y, _LEGEND_Y = 164, 182, 199, 220
_NOTE_CHARACTER = 6.5  # width of a letter of the legend, about
_MARGIN = 14
_NARROWEST_COLUMN = 90
_SMALLEST_WIDTH = 760
_GAP = 13  # between the plates of one stage; a shortcut leaves and lands in the middle of it
_TALLEST_PLATE, _THICKEST_PLATE = 128, 40
_MOST_DRAWN = 8
_FIRST_DRAWN, _LAST_DRAWN = 4, 2


@dataclass(frozen=True, slots=True)
class _Plate:
    """One block, or one layer of stem or head. `block` 0: no block; `block` None: dots in the place of blocks left out."""

    role: str
    thickness: float
    height: float
    block: int | None = 0
    projects: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """One column of the drawing and the words below it."""

    key: str
    title: str
    shape: str
    count: str
    tip: str
    plates: tuple[_Plate, ...]

    @property
    def natural_width(self) -> float:
        return sum(plate.thickness + _GAP for plate in self.plates)


def network_svg(network: Plan, t: Translate) -> str:
    """The network as SVG text, HEIGHT high and at least 760 wide; `t` translates.

    Of a stage of more than eight blocks the first four and the last two are drawn, with dots between them.
    """
    parts = _parts(network, t)
    width = max(_SMALLEST_WIDTH, _NARROWEST_COLUMN * len(parts))
    spare: float = width - _NARROWEST_COLUMN * len(parts)
    needs = [max(0.0, part.natural_width + _GAP - _NARROWEST_COLUMN) for part in parts]
    if sum(needs) > spare:
        width = int(width + sum(needs) - spare) + 1
        spare = sum(needs)
    evenly = (spare - sum(needs)) / len(parts)
    drawn, left = [], 0.0
    for part, need in zip(parts, needs, strict=True):
        column = _NARROWEST_COLUMN + need + evenly
        line = (max(left, _MARGIN), min(left + column, width - _MARGIN))
        drawn.append(_column(part, left, column, line, residual=network.config.shortcut != "none"))
        left += column
    return svg.document(
        width,
        HEIGHT,
        *drawn,
        *_legend(network, t),
        title=t("The network's stages"),
        description=_description(network, t),
        interactive=True,
    )


def drawn_blocks(depth: int) -> tuple[int | None, ...]:
    """Numbers of a stage's blocks that are drawn; None stands for those left out."""
    if depth <= _MOST_DRAWN:
        return tuple(range(1, depth + 1))
    return (*range(1, _FIRST_DRAWN + 1), None, *range(depth - _LAST_DRAWN + 1, depth + 1))


def plate_height(side: int, input_side: int) -> float:
    """SVG units for a resolution of `side` pixels in a network for images of `input_side`.

    A power below 1, so that 7 and 224 pixels find room in one picture; and a weaker one for the input, so that networks for small
    images are not drawn too small to see.
    """
    return min(_TALLEST_PLATE, 118 * (side / input_side) ** 0.4 * (input_side / 224) ** 0.15)


def plate_thickness(channels: int) -> float:
    """SVG units for so many channels."""
    return min(_THICKEST_PLATE, 4 + 0.9 * sqrt(channels))


def _parts(network: Plan, t: Translate) -> list[_Part]:
    stem, *stages, head = network.stages
    return [
        _input_part(network, t),
        _stem_part(network, stem, t),
        *(_stage_part(network, stage, t) for stage in stages),
        _head_part(network, head, t),
    ]


def _input_part(network: Plan, t: Translate) -> _Part:
    shape = network.config.input_shape
    tip = t("One image: {numbers:,} numbers.", numbers=shape[0] * shape[1] * shape[2])
    return _Part("input", t("Input"), shape_text(shape), "", tip, (_plate(network, shape),))


def _stem_part(network: Plan, stem: StagePlan, t: Translate) -> _Part:
    layers = {layer.name: layer for layer in network.layers if layer.stage == "stem"}
    plates = [_plate(network, layers["stem_conv"].output_shape)]
    if network.config.stem == "imagenet":
        plates.append(_plate(network, layers["stem_pool"].output_shape))
        count = t("7×7 /2, pool /2")
    else:
        count = t("3×3")
    return _Part("stem", stage_title("stem", t), shape_text(stem.output_shape), count, _tip(stem, t), tuple(plates))


def _stage_part(network: Plan, stage: StagePlan, t: Translate) -> _Part:
    residual = network.config.shortcut != "none"
    projecting = {layer.block for layer in network.layers if layer.stage == stage.name and layer.name.endswith("_shortcut_conv")}
    plates = tuple(
        _Plate(
            "branch" if residual else "plain",
            plate_thickness(stage.output_shape[-1]) if block else 20.0,
            _height(network, stage.output_shape),
            block,
            projects=block in projecting,
        )
        for block in drawn_blocks(stage.blocks)
    )
    count = t("1 block") if stage.blocks == 1 else t("{blocks} blocks", blocks=stage.blocks)
    return _Part(stage.name, stage_title(stage.name, t), shape_text(stage.output_shape), count, _tip(stage, t), plates)


def _head_part(network: Plan, head: StagePlan, t: Translate) -> _Part:
    classes = network.config.num_classes
    features = _layer(network, "head_pool").output_shape[0]
    plates = (
        _Plate("plain", plate_thickness(features), _height(network, (1, 1))),
        _Plate("plain", 7.0, min(float(_TALLEST_PLATE), 14 + 9 * log2(classes))),
    )
    return _Part("head", stage_title("head", t), shape_text((features,)) + " → " + str(classes), t("mean, dense"), _tip(head, t), plates)


def _column(part: _Part, left: float, width: float, line: tuple[float, float], *, residual: bool) -> str:
    """A part between `left` and `left + width`, with its piece of the line that runs through all of them."""
    middle = left + width / 2
    start = middle - (part.natural_width - _GAP) / 2
    return svg.element(
        "g",
        svg.element("rect", x=left, y=2, width=width, height=_COUNT_Y + 4, rx=6, class_="field", data_key="field"),
        svg.element("path", d=f"M{line[0]:.1f} {_LINE_Y} H{line[1]:.1f}", class_="edge", data_key="line"),
        *_plates(part, start, residual=residual),
        svg.text(middle, _TITLE_Y, part.title, class_="title", key="title"),
        svg.text(middle, _SHAPE_Y, part.shape, class_="shape", key="shape"),
        svg.text(middle, _COUNT_Y, part.count, class_="count", key="count"),
        tabindex=0,
        data_key=part.key,
        data_tip=part.tip,
        aria_label=f"{part.title}: {part.shape}. {part.tip}",
        role="img",
    )


def _plates(part: _Part, start: float, *, residual: bool) -> Iterator[str]:
    x = start
    for index, plate in enumerate(part.plates):
        if plate.block is None:
            yield svg.text(x + plate.thickness / 2, _LINE_Y - 8, "⋯", class_="sign", key="dots")
        else:
            key = f"plate{index}"
            yield svg.element(
                "rect",
                x=x,
                y=_LINE_Y - plate.height / 2,
                width=plate.thickness,
                height=plate.height,
                rx=2,
                class_=f"plate {plate.role}",
                data_key=key,
            )
            if plate.block and residual:
                yield from _shortcut(plate, x, key)
        x += plate.thickness + _GAP


def _shortcut(plate: _Plate, x: float, key: str) -> Iterator[str]:
    """The arc over one block, from the line before it to the add behind it; a projection is a box on it."""
    fork, add = x - _GAP / 2, x + plate.thickness + _GAP / 2
    rise = plate.height / 2 + 12
    # A cubic's highest point lies at three quarters of its handles' height.
    handle = _LINE_Y - rise / 0.75
    yield svg.element(
        "path",
        d=f"M{fork:.1f} {_LINE_Y} C{fork:.1f} {handle:.1f} {add:.1f} {handle:.1f} {add:.1f} {_LINE_Y}",
        class_="edge shortcut thin",
        data_key=f"{key}-arc",
    )
    if plate.projects:
        yield svg.element(
            "rect",
            x=(fork + add) / 2 - 5,
            y=_LINE_Y - rise - 5,
            width=10,
            height=10,
            rx=2,
            class_="plate shortcut",
            data_key=f"{key}-projection",
        )
    yield svg.element("circle", cx=add, cy=_LINE_Y, r=3.5, class_="dot add", data_key=f"{key}-add")


def _legend(network: Plan, t: Translate) -> Iterator[str]:
    """What the marks mean; each mark stands in a field of 28x14 left of its words."""
    plate = {"x": 10, "y": -11, "width": 8, "height": 14, "rx": 2}
    entries = {"plain": (svg.element("rect", **plate, class_="plate plain"), t("two 3×3 convolutions, no shortcut"))}
    if network.config.shortcut != "none":
        entries = {
            "branch": (svg.element("rect", **plate, class_="plate branch"), t("two 3×3 convolutions")),
            "shortcut": (svg.element("path", d="M2 0 C2 -16 26 -16 26 0", class_="edge shortcut thin"), t("shortcut: x as it is")),
            "projection": (
                svg.element("rect", x=9, y=-9, width=10, height=10, rx=2, class_="plate shortcut"),
                t("projection: 1×1 convolution"),
            ),
            "add": (svg.element("circle", cx=14, cy=-4, r=3.5, class_="dot add"), t("add")),
        }
    x = 8.0
    for key, (mark, words) in entries.items():
        yield svg.element(
            "g",
            mark,
            svg.text(34, 0, words, class_="note", anchor="start"),
            transform=f"translate({x:g} {_LEGEND_Y})",
            data_key=f"legend-{key}",
        )
        x += 34 + _NOTE_CHARACTER * len(words) + 28


def _plate(network: Plan, shape: Shape) -> _Plate:
    return _Plate("plain", plate_thickness(shape[-1]), _height(network, shape))


def _height(network: Plan, shape: Shape) -> float:
    return plate_height(max(shape[:2]), max(network.config.input_shape[:2]))


def _layer(network: Plan, name: str) -> LayerPlan:
    return next(layer for layer in network.layers if layer.name == name)


def _tip(stage: StagePlan, t: Translate) -> str:
    return t(
        "{parameters:,} parameters, {trainable:,} of them trained.\n{macs:,} multiply-adds per image.",
        parameters=stage.parameters,
        trainable=stage.trainable_parameters,
        macs=stage.macs,
    )


def _description(network: Plan, t: Translate) -> str:
    parts = "; ".join(f"{stage_title(stage.name, t)} {shape_text(stage.output_shape)}" for stage in network.stages)
    if network.config.shortcut == "none":
        return t("A plain network of {depth} layers with weights, without shortcuts: {parts}.", depth=network.config.depth, parts=parts)
    return t("A residual network of {depth} layers with weights: {parts}.", depth=network.config.depth, parts=parts)
