"""The nodes of a block's drawing. Each can be focused, has its layer's suffix for a key and tells where its numbers come from."""

from __future__ import annotations

from collections.abc import Iterator

from resnet.diagrams import svg
from resnet.diagrams.block_layout import ADD_RADIUS, FONT_SIZES, SCALE_RADIUS, Form, Layout, lines_of
from resnet.diagrams.block_notes import input_note, note_of
from resnet.diagrams.block_view import BlockView, suffix_of
from resnet.diagrams.block_words import Words, words_of
from resnet.diagrams.svg import Box
from resnet.plan import LayerPlan
from resnet.wording import Translate, shape_text

_LINE_HEIGHTS = {"title": 18, "shape": 19, "count": 16}
_ROOMY = 88  # from this height on, a box sets its numbers apart from its title
_PADDING = 7  # above and below a node's lines together, at the least
_STACK = 4  # how far each of the layers behind a grouped convolution stands out


def nodes(view: BlockView, layout: Layout, t: Translate) -> Iterator[str]:
    """All nodes in the plan's order. A padding layer has none; its convolution's note tells of it."""
    yield _input_node(view, layout.boxes["input"], t)
    for layer in view.drawn_layers:
        suffix = suffix_of(layer)
        if suffix not in layout.boxes:
            continue
        box = layout.boxes[suffix]
        if suffix == "add":
            yield _add_node(view, layer, box, t)
        elif suffix == "se_scale":
            yield _scale_node(view, layer, box, t)
        elif suffix == "relu" and view.broken:
            yield _idle_node(words_of(view, layer, t), box, t)
        else:
            yield _layer_node(view, layer, box, layout.forms[suffix], t)


def role_of(view: BlockView, suffix: str) -> str:
    """What a node belongs to, as a class of the style sheet."""
    if suffix.startswith("shortcut_"):
        return "shortcut"
    if view.route == "none":
        return "plain"
    if suffix == "relu":
        return "add"
    if view.shares_activation and suffix in ("bn1", "relu1"):
        return "plain"
    return "branch gate" if suffix.startswith("se_") else "branch"


def _input_node(view: BlockView, box: Box, t: Translate) -> str:
    shape = shape_text(view.input_shape)
    lines = svg.text(box.x, box.y - 8, "x", class_="symbol", key="title") + svg.text(box.x, box.y + 20, shape, class_="shape", key="shape")
    label = t("x, the block's input: {shape}", shape=shape)
    return _focusable("input", box.rectangle("plain") + lines, label, input_note(view.input_shape, t))


def _layer_node(view: BlockView, layer: LayerPlan, box: Box, form: Form, t: Translate) -> str:
    suffix, words = suffix_of(layer), words_of(view, layer, t)
    role = role_of(view, suffix)
    behind = "".join(_layers_behind(box, role)) if layer.groups > 1 else ""
    return _focusable(suffix, behind + box.rectangle(role) + _lines(words, box, form), _label(words, t), note_of(view, layer, t))


def _label(words: Words, t: Translate) -> str:
    what = f"{words.title}, {words.detail}" if words.detail else words.title
    return t("{what}: output {shape}, {count}", what=what, shape=words.shape, count=words.count)


def _lines(words: Words, box: Box, form: Form) -> str:
    """A node's lines, centred in its box."""
    lines = lines_of(words, form)
    apart = 6 if box.height >= _ROOMY else 0
    heights = [_LINE_HEIGHTS[class_] + (apart if class_ == "shape" else 0) for _, class_, _ in lines]
    closer = min(1.0, (box.height - _PADDING) / sum(heights))
    bottom = box.y - closer * sum(heights) / 2
    drawn = ""
    for (key, class_, text), height in zip(lines, heights, strict=True):
        bottom += closer * height
        baseline = bottom - closer * _LINE_HEIGHTS[class_] / 2 + 0.36 * FONT_SIZES[class_]
        drawn += svg.text(box.x, baseline, text, class_=class_, key=key)
    return drawn


def _layers_behind(box: Box, role: str) -> Iterator[str]:
    """Two more faces behind the first: a convolution of several groups is several side by side."""
    for place in (2, 1):
        yield svg.element(
            "rect",
            x=box.left[0] + _STACK * place,
            y=box.top[1] - _STACK * place,
            width=box.width,
            height=box.height,
            rx=8,
            class_=f"node {role}",
            data_key=f"behind{place}",
        )


def _add_node(view: BlockView, layer: LayerPlan, box: Box, t: Translate) -> str:
    role = "broken" if view.broken else "add"
    drawn = svg.element("circle", cx=box.x, cy=box.y, r=ADD_RADIUS, class_=f"node {role}", data_key="face")
    drawn += svg.text(box.x, box.y + 9, "≠" if view.broken else "+", class_=f"sign {role}", key="sign")
    words = words_of(view, layer, t)
    if view.broken:
        title = t("cannot add")
        first, second = shape_text(view.input_shape), f"+ {shape_text(view.branch_shape)}"
        lines = (("words", "broken title", title), ("shape", "broken shape", first), ("count", "broken shape", second))
        label = f"{title} {first} {second}"
    else:
        lines = (("words", "add title", words.title), ("shape", "shape", words.shape), ("count", "count", words.count))
        label = t("add: output {shape}, no parameters", shape=words.shape)
    for (key, class_, text), below in zip(lines, (46, 66, 84), strict=True):
        drawn += svg.text(box.x, box.y + below, text, class_=class_, key=key)
    return _focusable("add", drawn, label, note_of(view, layer, t))


def _scale_node(view: BlockView, layer: LayerPlan, box: Box, t: Translate) -> str:
    words = words_of(view, layer, t)
    drawn = svg.element("circle", cx=box.x, cy=box.y, r=SCALE_RADIUS, class_=f"node {role_of(view, 'se_scale')}", data_key="face")
    drawn += svg.text(box.x, box.y + 8, "×", class_="sign branch", key="sign")
    drawn += svg.text(box.x, box.y - SCALE_RADIUS - 9, words.title, class_="title branch", key="words")
    return _focusable("se_scale", drawn, _label(words, t), note_of(view, layer, t))


def _idle_node(words: Words, box: Box, t: Translate) -> str:
    """What comes after an add that cannot be computed."""
    lines = svg.text(box.x, box.y - 12, words.title, class_="title absent", key="title")
    lines += svg.text(box.x, box.y + 12, t("no input"), class_="shape absent", key="shape")
    note = t("Nothing arrives here until the add can be computed.")
    return _focusable("relu", box.rectangle("absent") + lines, t("{what}: no input", what=words.title), note)


def _focusable(key: str, drawn: str, label: str, note: str) -> str:
    return svg.element("g", drawn, data_key=key, role="img", tabindex=0, aria_label=f"{label}. {note}", data_tip=note)
