"""Where the parts of a block's drawing stand.

The branch runs from left to right in one row, the shortcut above it, squeeze-and-excitation below its end. Where the row gets long,
an activation moves under its batch norm; where that does not do, the drawing gets wider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from resnet.diagrams.block_view import BlockView, suffix_of
from resnet.diagrams.block_words import Words, words_of
from resnet.diagrams.svg import Box, text_width
from resnet.plan import LayerPlan
from resnet.wording import Translate, shape_text

# How much a node says: all of it, in two lines side by side, title and parameters, or its title.
Form = Literal["full", "flat", "short", "bare"]

WIDTH, HEIGHT = 1120, 300
_LEFT, _RIGHT = 2, 50  # what the input's frame and the "y" take at the ends
_LOOSE_GAP, _CLOSE_GAP = 30, 20  # the least room between nodes, for the row as it is and for one with stacked nodes
_MARGIN = 14  # left and right of a node's words together
FONT_SIZES = {"title": 15.0, "shape": 14.0, "count": 12.5}  # as in assets/components/diagram.css
ADD_RADIUS, SCALE_RADIUS, CLEARANCE = 26, 18, 2

_LOOSE_WIDTHS = {"input": 92, "conv": 132, "bn": 118, "activation": 88}
_CLOSE_WIDTHS = {"input": 86, "conv": 112, "bn": 92, "activation": 76}
_DIVIDED_CONV = 150  # says its groups too

# Squeeze-and-excitation: three boxes below each other, beside the line that comes down from the branch.
_GATE_TOP, _GATE_HEIGHT, _GATE_STEP = 164, 36, 48
_DENSE_WIDTH, _GATE_ACTIVATION_WIDTH = 104, 70
_GATE_REACH = 58  # how far the boxes stand out to the right of that line
_FORK_LEAD, _SCALE_LEAD = 16, 80  # from the branch's last node to the line; from the line to the centre of the scaling


@dataclass(frozen=True, slots=True)
class Stop:
    """A place in the row: the nodes that stand there, and where the line comes in and goes on."""

    keys: tuple[str, ...]
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The drawing's geometry. Boxes and forms by node: "input" and the layers' suffixes.

    Attributes:
        fork: x of the point where x goes both ways; forked_after: the place in the row that it follows, from 0.
        gate: x of the line down to squeeze-and-excitation; None without it.
    """

    width: float
    row_y: float
    shortcut_y: float
    boxes: Mapping[str, Box]
    forms: Mapping[str, Form]
    stops: tuple[Stop, ...]
    fork: float
    forked_after: int
    gate: float | None


@dataclass(frozen=True, slots=True)
class _Column:
    """One place of the row before it has a position; `lead` is what it needs to its left beyond a gap's usual width."""

    keys: tuple[str, ...]
    width: float
    lead: float = 0.0


def layout_of(view: BlockView, t: Translate) -> Layout:
    """The geometry of a block's drawing, HEIGHT high and at least WIDTH wide."""
    columns = list(_columns(view, t, _LOOSE_WIDTHS, stacked=False))
    if _natural_width(columns, _LOOSE_GAP) > WIDTH:
        columns = list(_columns(view, t, _CLOSE_WIDTHS, stacked=True))
    width = max(WIDTH, _natural_width(columns, _CLOSE_GAP))
    gap = (width - _natural_width(columns, 0)) / (len(columns) - 1)
    # Squeeze-and-excitation needs the room below, so that the rest moves up and its shortcut is a flat one.
    row_y, height, shortcut_y = (104.0, 80, 27) if view.excites else (199.0, 90, 54)
    if view.route == "none" and not view.excites:
        row_y = HEIGHT / 2

    boxes: dict[str, Box] = {}
    forms: dict[str, Form] = {}
    stops = []
    left: float = _LEFT
    for column in columns:
        left += column.lead
        boxes |= _stacked(column, left + column.width / 2, row_y, height)
        forms |= {key: "full" if len(column.keys) == 1 else "short" if key.startswith("bn") else "bare" for key in column.keys}
        spare = CLEARANCE if column.keys[0] in ("add", "se_scale") else 0
        stops.append(Stop(column.keys, left - spare, left + column.width + spare))
        left += column.width + gap

    forked_after = next(place for place, stop in enumerate(stops) if "relu1" in stop.keys) if view.shares_activation else 0
    fork = stops[forked_after].right + 0.4 * gap
    gate = _place_gate(view, boxes, forms, t) if view.excites else None
    if view.route != "none":
        form: Form = "flat" if view.excites else "full"
        shortcut = _shortcut_boxes(view, fork, boxes["add"].x, shortcut_y, form, t)
        boxes |= shortcut
        forms |= dict.fromkeys(shortcut, form)
    return Layout(width, row_y, shortcut_y, boxes, forms, tuple(stops), fork, forked_after, gate)


def lines_of(words: Words, form: Form) -> list[tuple[str, str, str]]:
    """(key, class, text) of each line of a node, from top to bottom."""
    title, count = ("title", "title", words.title), ("count", "count", words.count)
    match form:
        case "full":
            detail = [("detail", "count", words.detail)] if words.detail else []
            return [title, *detail, ("shape", "shape", words.shape), count]
        case "flat":
            whole = f"{words.title}, {words.detail}" if words.detail else words.title
            return [("title", "title", whole), ("shape", "count", f"{words.shape} · {words.count}")]
        case "short":
            return [title, count]
        case _:
            return [title]


def _columns(view: BlockView, t: Translate, widths: Mapping[str, int], *, stacked: bool) -> Iterator[_Column]:
    yield _Column(("input",), max(widths["input"], text_width(shape_text(view.input_shape), FONT_SIZES["shape"]) + _MARGIN))
    branch = list(view.branch)
    while branch:
        pair = stacked and [layer.kind for layer in branch[:2]] == ["bn", "activation"]
        together, branch = (branch[:2], branch[2:]) if pair else (branch[:1], branch[1:])
        forms: tuple[Form, ...] = ("short", "bare") if pair else ("full",)
        needs = [_width(view, layer, form, t) for layer, form in zip(together, forms, strict=True)]
        least = _DIVIDED_CONV if together[0].groups > 1 else widths[together[0].kind]
        yield _Column(tuple(suffix_of(layer) for layer in together), max(least, *needs))
    if view.excites:
        yield _Column(("se_scale",), 2 * SCALE_RADIUS, lead=_FORK_LEAD + _SCALE_LEAD - SCALE_RADIUS - _CLOSE_GAP)
    if view.has("add"):
        yield _Column(("add",), 2 * ADD_RADIUS)
    if view.has("relu"):
        yield _Column(("relu",), max(widths["activation"], _width(view, view.layer("relu"), "full", t)))


def _width(view: BlockView, layer: LayerPlan, form: Form, t: Translate) -> float:
    """What a node's longest line needs."""
    return max(text_width(text, FONT_SIZES[class_]) for _, class_, text in lines_of(words_of(view, layer, t), form)) + _MARGIN


def _natural_width(columns: list[_Column], gap: float) -> float:
    return _LEFT + sum(column.lead + column.width for column in columns) + gap * (len(columns) - 1) + _RIGHT


def _stacked(column: _Column, x: float, y: float, height: float) -> dict[str, Box]:
    """A column's one box, or a batch norm's with the lower one of its activation."""
    if len(column.keys) == 1:
        side = column.width if column.keys[0] in ("add", "se_scale") else height
        return {column.keys[0]: Box(x, y, column.width, side)}
    norm, activation = column.keys
    upper, lower = 0.6 * height, 0.4 * height
    return {
        norm: Box(x, y - height / 2 + upper / 2, column.width, upper),
        activation: Box(x, y + height / 2 - lower / 2, column.width, lower),
    }


def _place_gate(view: BlockView, boxes: dict[str, Box], forms: dict[str, Form], t: Translate) -> float:
    """Put the five layers that find the scale below the row, and return x of their line."""
    line = boxes["se_scale"].x - _SCALE_LEAD
    forms |= {"se_pool": "flat", "se_reduce": "short", "se_relu": "bare", "se_expand": "short", "se_sigmoid": "bare"}
    dense = max(_DENSE_WIDTH, *(_width(view, view.layer(suffix), "short", t) for suffix in ("se_reduce", "se_expand")))
    right = line + _GATE_REACH
    middle = right - _GATE_ACTIVATION_WIDTH
    rows = [_GATE_TOP + _GATE_HEIGHT / 2 + _GATE_STEP * row for row in range(3)]
    boxes["se_pool"] = _between(middle - dense, right, rows[0])
    for row, before, after in ((1, "se_reduce", "se_relu"), (2, "se_expand", "se_sigmoid")):
        boxes[before] = _between(middle - dense, middle, rows[row])
        boxes[after] = _between(middle, right, rows[row])
    return line


def _between(left: float, right: float, y: float) -> Box:
    return Box((left + right) / 2, y, right - left, _GATE_HEIGHT)


def _shortcut_boxes(view: BlockView, start: float, end: float, y: float, form: Form, t: Translate) -> dict[str, Box]:
    """The nodes on the shortcut, spread between fork and add."""
    suffixes = [suffix_of(layer) for layer in view.drawn_layers if suffix_of(layer).startswith("shortcut_")]
    least, height = (170, 46) if form == "flat" else (132, 90)
    return {
        suffix: Box(
            start + (end - start) * (place + 1) / (len(suffixes) + 1),
            y,
            max(least, _width(view, view.layer(suffix), form, t)),
            height,
        )
        for place, suffix in enumerate(suffixes)
    }
