"""One part of a network unfolded: a stage as its blocks, a block, the stem or the head as its layers. The shortcut stays visible."""

from __future__ import annotations

from collections.abc import Iterator

from resnet.diagrams import svg
from resnet.diagrams.columns import GAP, HEIGHT, LINE_Y, Column, Placed, Plate, draw_column, draw_legend, height_of, place, plate_thickness
from resnet.diagrams.network import block_plate, counts_text, counts_tip, drawn_blocks, legend, network_svg
from resnet.outline import Focus, block_layers, block_path, stage_blocks
from resnet.plan import LayerPlan, Plan
from resnet.wording import Translate, layer_title, listed, listed_apart, shape_text, stage_title

_LAYER_COLUMN = 93
_ARC_Y, _GATE_Y = 16, 30
_TALLEST_LAYER = 96  # lower than a block's plate, so that the shortcut passes above
_THIN = 7.0


def unfolded_svg(network: Plan, focus: Focus, t: Translate) -> str:
    """What the focus unfolds, as SVG text of `columns.HEIGHT`: the network, a stage or a block."""
    if focus.stage is None:
        return network_svg(network, t)
    block_or_part = block_layers(network, focus.stage, focus.block)
    if block_or_part:
        return _layers_svg(network, focus, block_or_part, t)
    return _stage_svg(network, focus.stage, t)


def _stage_svg(network: Plan, stage: str, t: Translate) -> str:
    blocks = stage_blocks(network.layers, stage)
    shown = drawn_blocks(len(blocks))
    columns = []
    for number in shown:
        drawn = [number] if number else [other for other in blocks if other not in shown]
        layers = tuple(layer for block in drawn for layer in blocks[block])
        columns.append(_block_column(network, stage, number, len(drawn), layers, t))
    placed, width = place(columns)
    title = t("{stage}, block by block", stage=stage_title(stage, t))
    return svg.document(
        width,
        HEIGHT,
        *(draw_column(column, shortcuts=network.config.shortcut != "none") for column in placed),
        *draw_legend(legend(network.config, t)),
        title=title,
        description=listed_apart((f"{column.title}: {column.shape}" for column in columns), t),
        interactive=True,
    )


def _block_column(network: Plan, stage: str, number: int | None, count: int, layers: tuple[LayerPlan, ...], t: Translate) -> Column:
    parameters, trainable, macs = (sum(getattr(layer, name) for layer in layers) for name in ("parameters", "trainable_parameters", "macs"))
    title = t("Block {number}", number=number) if number else t("{count} more", count=count)
    return Column(
        block_path(stage, number) if number else f"{stage}_more",
        title,
        shape_text(layers[-1].output_shape),
        t("{count:,} params", count=parameters),
        counts_text(parameters, trainable, macs, t),
        (block_plate(network, layers, number),),
        opens=block_path(stage, number) if number else None,
    )


def _layers_svg(network: Plan, focus: Focus, layers: tuple[LayerPlan, ...], t: Translate) -> str:
    """Layers from left to right; those of the shortcut are boxes on the arc above, and the gate's arc passes over its own."""
    on_arc = [layer for layer in layers if "_shortcut_" in layer.name]
    columns = [_layer_column(network, layer, focus, t) for layer in layers if layer not in on_arc]
    placed, width = place(columns, narrowest=_LAYER_COLUMN)
    where = {column.column.key: column for column in placed}
    title = stage_title(layers[0].stage, t)
    if focus.block is not None:
        title += ", " + t("block {number}", number=focus.block)
    return svg.document(
        width,
        HEIGHT,
        *(draw_column(column, shortcuts=False) for column in placed),
        *_gate(layers, where),
        *_shortcut(network, layers, on_arc, where, focus, t),
        *draw_legend(_marks(network, layers, t)),
        title=title,
        description=listed((f"{layer_title(layer, network.config.activation, t)} {shape_text(layer.output_shape)}" for layer in layers), t),
        interactive=True,
    )


def _layer_column(network: Plan, layer: LayerPlan, focus: Focus, t: Translate) -> Column:
    return Column(
        layer.name,
        layer_title(layer, network.config.activation, t),
        shape_text(layer.output_shape),
        f"{layer.parameters:,}" if layer.parameters else "–",
        f"{layer.name}\n{counts_tip(layer, t)}",
        (_layer_plate(network, layer),),
        opens=layer.name,
        chosen=layer.name == focus.layer,
    )


def _layer_plate(network: Plan, layer: LayerPlan) -> Plate:
    in_block = layer.block is not None
    last = layer.name.endswith(("_add", "_relu"))
    if layer.kind == "add":
        role = "add"
    elif in_block and not last and network.config.shortcut != "none":
        role = "branch"
    else:
        role = "plain"
    thick = layer.kind in ("conv", "dense", "input", "pool", "global-pool")
    height = min(_TALLEST_LAYER, height_of(layer.output_shape, network.config.input_shape))
    return Plate(role, plate_thickness(layer.output_shape[-1]) if thick else _THIN, height)


def _gate(layers: tuple[LayerPlan, ...], where: dict[str, Placed]) -> Iterator[str]:
    """Squeeze-and-excitation: the branch passes its own gate, and is scaled by it."""
    for layer in layers:
        if layer.kind == "multiply":
            first = next(other for other in layers if other.name.endswith("_se_pool"))
            start, end = where[first.name].left, where[layer.name].middle
            yield svg.edge("branch", (start, LINE_Y), (start, _GATE_Y), (end, _GATE_Y), (end, LINE_Y - _TALLEST_LAYER / 4), key="gate")


def _shortcut(
    network: Plan, layers: tuple[LayerPlan, ...], on_arc: list[LayerPlan], where: dict[str, Placed], focus: Focus, t: Translate
) -> Iterator[str]:
    """From where x forks, over the branch, down into the add, with what makes x fit on it."""
    add = next((layer for layer in layers if layer.kind == "add"), None)
    if add is None:
        return
    source = on_arc[0].inputs[0] if on_arc else add.inputs[1]
    start = where[source].left + where[source].width - 4 if source in where else where[layers[0].name].start
    end = where[add.name].middle
    corners = ((start, LINE_Y), (start, _ARC_Y), (end, _ARC_Y), (end, LINE_Y - GAP))
    yield svg.edge("shortcut", *corners, key="shortcut")
    yield svg.element("circle", cx=start, cy=LINE_Y, r=4, class_="dot shortcut", data_key="fork")
    for index, layer in enumerate(on_arc):
        middle = start + (end - start) * (index + 1) / (len(on_arc) + 1)
        box = svg.Box(middle, _ARC_Y, 104, 27)
        yield svg.element(
            "g",
            box.rectangle("shortcut"),
            svg.text(middle, _ARC_Y + 5, layer_title(layer, network.config.activation, t), class_="shape", key="title"),
            tabindex=0,
            role="button",
            data_key=layer.name,
            data_open=layer.name,
            data_tip=f"{layer.name}: {shape_text(layer.output_shape)}\n{counts_tip(layer, t)}",
            class_="chosen" if layer.name == focus.layer else None,
            aria_label=f"{layer_title(layer, network.config.activation, t)}: {shape_text(layer.output_shape)}. {counts_tip(layer, t)}",
        )


def _marks(network: Plan, layers: tuple[LayerPlan, ...], t: Translate) -> dict[str, tuple[str, str]]:
    """The legend of a block; stem and head need none."""
    if layers[0].block is None:
        return {}
    plate = {"x": 10, "y": -11, "width": 8, "height": 14, "rx": 2}
    if network.config.shortcut == "none":
        return {"plain": (svg.element("rect", **plate, class_="plate plain"), t("the plain block has no shortcut"))}
    fits = not any("_shortcut_" in layer.name for layer in layers)
    words = t("the shortcut: x as it is, nothing to learn") if fits else t("the shortcut: x, made to fit")
    return {
        "branch": (svg.element("rect", **plate, class_="plate branch"), t("the branch")),
        "shortcut": (svg.element("path", d="M2 0 V-10 H26 V0", class_="edge shortcut thin"), words),
        "add": (svg.element("rect", **plate, class_="plate add"), t("add")),
    }
