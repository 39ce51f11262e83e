"""The residual block as a drawing: the branch from left to right, the shortcut above it, and the add where both meet.

The plan of a block always has the projection where shapes differ. A drawing may leave it out, to show what is wrong then:
`BlockView` says whether the add can be computed, from the shapes of its two inputs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from resnet.config import Activation
from resnet.diagrams import svg
from resnet.diagrams.block_notes import add_note, conv_note, input_note, layer_note
from resnet.diagrams.svg import Box
from resnet.plan import LayerPlan, Shape
from resnet.wording import Translate

WIDTH, HEIGHT = 1120, 288
_BRANCH_Y, _SHORTCUT_Y = 193, 50
_NODE_HEIGHT = 90
ACTIVATION_NAMES: dict[Activation, str] = {"relu": "ReLU", "gelu": "GELU", "silu": "SiLU", "tanh": "tanh"}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockView:
    """What there is to draw of one block.

    Attributes:
        input_shape: (height, width, channels) of x.
        layers: the block as `plan_block` has it.
        stride: of the first convolution and of a projection.
        activation: the function after each batch norm but the last, and after the add.
        projected: whether the projection is drawn where the plan has one.
    """

    input_shape: Shape
    layers: Sequence[LayerPlan]
    stride: int
    activation: Activation
    projected: bool

    def layer(self, suffix: str) -> LayerPlan:
        """The layer whose name ends in `_suffix`; KeyError where the block has none."""
        for layer in self.layers:
            if layer.name.split("_", 2)[2] == suffix:
                return layer
        raise KeyError(suffix)

    @property
    def branch_shape(self) -> Shape:
        return self.layer("bn2").output_shape

    @property
    def shapes_differ(self) -> bool:
        """Whether x, as it is, could not be added to F(x)."""
        return self.input_shape != self.branch_shape

    @property
    def has_projection(self) -> bool:
        return self.shapes_differ and self.projected

    @property
    def broken(self) -> bool:
        """Whether the two inputs of the add have different shapes."""
        return self.shapes_differ and not self.projected

    @property
    def drawn_layers(self) -> list[LayerPlan]:
        """The layers in the drawing: all but a projection that is left out."""
        return [layer for layer in self.layers if self.projected or "_shortcut_" not in layer.name]


def block_svg(view: BlockView, t: Translate) -> str:
    """The block as SVG text, WIDTH x HEIGHT; `t` translates. Every node can be focused and tells how its parameters come about."""
    relu = ACTIVATION_NAMES[view.activation]
    boxes = _row({"input": 92, "conv1": 132, "bn1": 118, "relu1": 88, "conv2": 132, "bn2": 118, "add": 52, "relu": 88}, gap=35)
    sentence = _description(view, t)
    return svg.document(
        WIDTH,
        HEIGHT,
        *_edges(view, boxes),
        *_shortcut(view, boxes, t),
        _input_node(view, boxes["input"], t),
        _conv_node(view, "conv1", boxes["conv1"], t),
        _node("bn1", boxes["bn1"], "branch", (t("batch norm"),), view.layer("bn1"), layer_note(view.layer("bn1"), t), t),
        _node("relu1", boxes["relu1"], "branch", (relu,), view.layer("relu1"), layer_note(view.layer("relu1"), t, view.activation), t),
        _conv_node(view, "conv2", boxes["conv2"], t),
        _node("bn2", boxes["bn2"], "branch", (t("batch norm"),), view.layer("bn2"), layer_note(view.layer("bn2"), t), t),
        _brace(boxes["conv1"], boxes["bn2"], t),
        _add_node(view, boxes["add"], t),
        _output_node(view, boxes["relu"], relu, t),
        title=t("A residual block"),
        description=sentence,
        interactive=True,
        centred=True,
    )


def shape_text(shape: Shape) -> str:
    """(28, 28, 32) as 28×28×32."""
    return "×".join(map(str, shape))


def _row(widths: dict[str, int], gap: int) -> dict[str, Box]:
    """Boxes of the branch's row, from the left edge, `gap` apart."""
    boxes, left = {}, 2.0
    for key, width in widths.items():
        boxes[key] = Box(left + width / 2, _BRANCH_Y, width, _NODE_HEIGHT)
        left += width + gap
    return boxes


def _edges(view: BlockView, boxes: dict[str, Box]) -> list[str]:
    names = list(boxes)
    edges = [svg.edge("branch", boxes[start].right, boxes[end].left, key=f"{start}-{end}") for start, end in pairwise(names[1:6])]
    fork = _fork(boxes)
    edges.append(svg.edge("shortcut", boxes["input"].right, fork, key="input-fork", arrow=False))
    edges.append(svg.edge("branch", fork, boxes["conv1"].left, key="fork-conv1"))
    after = "absent" if view.broken else "add"
    centre = boxes["add"]
    edges.append(svg.edge("branch", boxes["bn2"].right, (centre.x - 28, centre.y), key="bn2-add"))
    edges.append(svg.edge(after, (centre.x + 28, centre.y), boxes["relu"].left, key="add-relu"))
    edges.append(svg.edge(after, boxes["relu"].right, (WIDTH - 16, centre.y), key="output"))
    edges.append(svg.text(WIDTH - 2, centre.y + 6, "y", class_=f"symbol {after}", anchor="end", key="y"))
    return edges


def _fork(boxes: dict[str, Box]) -> tuple[float, float]:
    """Where x goes both ways."""
    return boxes["input"].right[0] + 14, float(_BRANCH_Y)


def _shortcut(view: BlockView, boxes: dict[str, Box], t: Translate) -> list[str]:
    """From the fork behind x, over the branch, down into the add; with the projection's two layers on it where there are any."""
    fork = _fork(boxes)
    turn, down = boxes["add"].x, _BRANCH_Y - 28
    drawn = [svg.element("circle", cx=fork[0], cy=fork[1], r=5, class_="dot shortcut", data_key="fork")]
    if not view.has_projection:
        end = "broken" if view.broken else "shortcut"
        middle = (boxes["conv1"].x + boxes["bn2"].x) / 2
        drawn.append(svg.edge("shortcut", fork, (fork[0], _SHORTCUT_Y), (turn - 130, _SHORTCUT_Y), key="rise", arrow=False))
        drawn.append(svg.edge(end, (turn - 130, _SHORTCUT_Y), (turn, _SHORTCUT_Y), (turn, down), key="fall"))
        words = t("the shortcut: x as it is, nothing to learn")
        drawn.append(svg.text(middle, _SHORTCUT_Y - 14, words, class_="shortcut title", key="shortcut-words"))
        drawn.append(svg.text(middle, _SHORTCUT_Y + 22, shape_text(view.input_shape), class_="shape shortcut", key="shortcut-shape"))
        return drawn
    conv = Box(boxes["bn1"].x, _SHORTCUT_Y, 148, _NODE_HEIGHT)
    norm = Box(boxes["conv2"].x, _SHORTCUT_Y, 118, _NODE_HEIGHT)
    drawn.append(svg.edge("shortcut", fork, (fork[0], _SHORTCUT_Y), conv.left, key="rise"))
    drawn.append(svg.edge("shortcut", conv.right, norm.left, key="shortcut-middle"))
    drawn.append(svg.edge("shortcut", norm.right, (turn, _SHORTCUT_Y), (turn, down), key="fall"))
    drawn.append(_conv_node(view, "shortcut_conv", conv, t))
    layer = view.layer("shortcut_bn")
    drawn.append(_node("shortcut_bn", norm, "shortcut", (t("batch norm"),), layer, layer_note(layer, t), t))
    return drawn


def _input_node(view: BlockView, box: Box, t: Translate) -> str:
    shape = shape_text(view.input_shape)
    lines = svg.text(box.x, box.y - 8, "x", class_="symbol", key="title") + svg.text(box.x, box.y + 20, shape, class_="shape", key="shape")
    note = input_note(view.input_shape, t)
    return _focusable("input", box.rectangle("plain") + lines, t("x, the block's input: {shape}", shape=shape), note)


def _conv_node(view: BlockView, suffix: str, box: Box, t: Translate) -> str:
    layer = view.layer(suffix)
    size, stride = (1 if suffix == "shortcut_conv" else 3), (1 if suffix == "conv2" else view.stride)
    given = layer.parameters // (size * size * layer.output_shape[-1])
    title = t("{size}×{size} conv", size=size)
    detail = t("stride {stride}", stride=stride)
    role = "shortcut" if suffix == "shortcut_conv" else "branch"
    return _node(suffix, box, role, (title, detail), layer, conv_note(layer, size=size, channels=given, stride=stride, t=t), t)


def _node(key: str, box: Box, role: str, titles: tuple[str, ...], layer: LayerPlan, note: str, t: Translate) -> str:
    shape = shape_text(layer.output_shape)
    count = t("{count:,} params", count=layer.parameters)
    top = box.y - (24 if titles[1:] else 17)
    lines = [svg.text(box.x, top, titles[0], class_="title", key="title")]
    lines += [svg.text(box.x, top + 17, words, class_="count", key="detail") for words in titles[1:]]
    lines.append(svg.text(box.x, box.y + 17, shape, class_="shape", key="shape"))
    lines.append(svg.text(box.x, box.y + 36, count, class_="count", key="count"))
    label = t("{what}: output {shape}, {count}", what=", ".join(titles), shape=shape, count=count)
    return _focusable(key, box.rectangle(role) + "".join(lines), label, note)


def _add_node(view: BlockView, box: Box, t: Translate) -> str:
    role = "broken" if view.broken else "add"
    ring = svg.element("circle", cx=box.x, cy=box.y, r=26, class_=f"node {role}", data_key="face")
    sign = svg.text(box.x, box.y + 9, "≠" if view.broken else "+", class_=f"sign {role}", key="sign")
    first, second = shape_text(view.input_shape), shape_text(view.branch_shape)
    if view.broken:
        words = t("cannot add")
        sums = t("{shortcut} + {branch}", shortcut=first, branch=second)
        below = svg.text(box.x + 4, box.y + 53, words, class_="broken title", key="words")
        below += svg.text(box.x + 12, box.y + 74, sums, class_="broken shape", key="shape")
        label = f"{words} {sums}"
    else:
        below = svg.text(box.x, box.y + 46, t("add"), class_="add title", key="words")
        below += svg.text(box.x, box.y + 66, second, class_="shape", key="shape")
        below += svg.text(box.x, box.y + 84, t("{count:,} params", count=0), class_="count", key="count")
        label = t("add: output {shape}, no parameters", shape=second)
    return _focusable("add", ring + sign + below, label, add_note(view.input_shape, view.branch_shape, broken=view.broken, t=t))


def _output_node(view: BlockView, box: Box, relu: str, t: Translate) -> str:
    layer = view.layer("relu")
    if not view.broken:
        return _node("relu", box, "add", (relu,), layer, layer_note(layer, t, view.activation), t)
    lines = svg.text(box.x, box.y - 24, relu, class_="title absent", key="title")
    lines += svg.text(box.x, box.y + 17, t("no input"), class_="shape absent", key="shape")
    note = t("Nothing arrives here until the add can be computed.")
    return _focusable("relu", box.rectangle("absent") + lines, t("{what}: no input", what=relu), note)


def _brace(first: Box, last: Box, t: Translate) -> str:
    y = first.bottom[1] + 12
    line = svg.edge(
        "branch brace", (first.left[0], y - 5), (first.left[0], y), (last.right[0], y), (last.right[0], y - 5), key="brace", arrow=False
    )
    return line + svg.text((first.x + last.x) / 2, y + 22, t("the branch: F(x)"), class_="branch title", key="branch-words")


def _focusable(key: str, drawn: str, label: str, note: str) -> str:
    return svg.element("g", drawn, data_key=key, role="img", tabindex=0, aria_label=f"{label}. {note}", data_tip=note)


def _description(view: BlockView, t: Translate) -> str:
    branch = t(
        "The branch takes {input} through two 3×3 convolutions, each with batch norm, to {output}.",
        input=shape_text(view.input_shape),
        output=shape_text(view.branch_shape),
    )
    if view.broken:
        state = t("The shortcut brings x unchanged, and the two shapes cannot be added.")
    elif view.has_projection:
        state = t("The shortcut projects x to the branch's shape with a 1×1 convolution, and the two are added.")
    else:
        state = t("The shortcut brings x unchanged, and the two are added.")
    return f"{branch} {state}"
