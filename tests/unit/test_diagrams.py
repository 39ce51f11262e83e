"""Diagrams: well-formed, accessible, and saying the right numbers."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet.diagrams import svg
from resnet.diagrams.block import BlockView, block_svg
from resnet.diagrams.idea import construction_svg, units_svg
from resnet.plan import plan_block
from resnet.presets import PRESETS
from resnet.wording import english

NAMESPACE = "{http://www.w3.org/2000/svg}"


def _view(side: int = 32, channels: int = 64, filters: int = 128, stride: int = 2, *, projected: bool = False) -> BlockView:
    shape = (side, side, channels)
    layers = plan_block(PRESETS["mini-resnet"], input_shape=shape, filters=filters, stride=stride)
    return BlockView(input_shape=shape, layers=layers, stride=stride, activation="relu", projected=projected)


def _drawn(view: BlockView) -> ElementTree.Element:
    return ElementTree.fromstring(block_svg(view, english))


def _nodes(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {element.attrib["data-key"]: element for element in root.iter(f"{NAMESPACE}g") if "tabindex" in element.attrib}


def _words(element: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{NAMESPACE}text")]


def _classes(element: ElementTree.Element) -> set[str]:
    return {name for part in element.iter() for name in part.attrib.get("class", "").split()}


def test_equal_shapes_need_no_projection() -> None:
    nodes = _nodes(_drawn(_view(filters=64, stride=1)))
    assert list(nodes) == ["input", "conv1", "bn1", "relu1", "conv2", "bn2", "add", "relu"]
    # 3 · 3 · 64 · 64 weights; four numbers for each of 64 channels.
    assert _words(nodes["conv1"]) == ["3×3 conv", "stride 1", "32×32×64", "36,864 params"]
    assert _words(nodes["bn1"]) == ["batch norm", "32×32×64", "256 params"]
    assert _words(nodes["add"]) == ["+", "add", "32×32×64", "0 params"]
    assert _words(nodes["relu"]) == ["ReLU", "32×32×64", "0 params"]


def test_different_shapes_break_the_add_in_words_and_colour() -> None:
    root = _drawn(_view())
    nodes = _nodes(root)
    assert _words(nodes["add"]) == ["≠", "cannot add", "32×32×64 + 16×16×128"]
    assert "broken" in _classes(nodes["add"])
    assert "height 32 and 16; width 32 and 16; channels 64 and 128" in nodes["add"].attrib["data-tip"]
    assert _words(nodes["relu"]) == ["ReLU", "no input"]
    assert "shortcut_conv" not in nodes
    assert "cannot be added" in (root.findtext(f"{NAMESPACE}desc") or "")


def test_a_projection_repairs_it() -> None:
    root = _drawn(_view(projected=True))
    nodes = _nodes(root)
    # 1 · 1 · 64 · 128 weights, and the second 3x3 has 3 · 3 · 128 · 128.
    assert _words(nodes["shortcut_conv"]) == ["1×1 conv", "stride 2", "16×16×128", "8,192 params"]
    assert _words(nodes["shortcut_bn"]) == ["batch norm", "16×16×128", "512 params"]
    assert _words(nodes["conv2"]) == ["3×3 conv", "stride 1", "16×16×128", "147,456 params"]
    assert _words(nodes["add"]) == ["+", "add", "16×16×128", "0 params"]
    assert "broken" not in _classes(root)


def test_more_channels_break_the_add_at_stride_1_too() -> None:
    view = _view(side=28, channels=32, filters=64, stride=1)
    assert view.broken
    assert "28×28×32 + 28×28×64" in _words(_drawn(view))


def test_the_arithmetic_is_told() -> None:
    tip = _nodes(_drawn(_view(projected=True)))["conv1"].attrib["data-tip"]
    assert tip.splitlines() == [
        "Weights: 3·3·64 for each of 128 filters = 73,728. No bias: batch norm follows.",
        "Multiply-adds: 73,728 weights at 16·16 positions = 18,874,368.",
        "Stride 2 looks at every second position: height and width are halved, and rounded up.",
    ]


@given(
    side=st.integers(2, 64),
    channels=st.integers(1, 512),
    filters=st.integers(1, 512),
    stride=st.sampled_from([1, 2]),
    projected=st.booleans(),
)
def test_any_block_is_drawn_within_its_frame_and_can_be_read_without_eyes(
    side: int, channels: int, filters: int, stride: int, projected: bool
) -> None:
    root = _drawn(_view(side, channels, filters, stride, projected=projected))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for box in root.iter(f"{NAMESPACE}rect"):
        left, top = float(box.attrib["x"]), float(box.attrib["y"])
        assert 0 <= left <= left + float(box.attrib["width"]) <= width
        assert 0 <= top <= top + float(box.attrib["height"]) <= height
    for node in _nodes(root).values():
        assert node.attrib["role"] == "img"
        assert node.attrib["aria-label"].endswith(node.attrib["data-tip"])
    assert root.attrib["aria-label"] == "A residual block"
    assert root.find(f"{NAMESPACE}title") is None, "a browser would show it as a note over ours"
    assert root.attrib["aria-description"] == root.findtext(f"{NAMESPACE}desc")


def test_what_stays_keeps_its_key_so_that_the_browser_changes_it_in_place() -> None:
    before, after = (_nodes(_drawn(_view(projected=projected))) for projected in (False, True))
    assert set(before) < set(after)
    assert set(after) - set(before) == {"shortcut_conv", "shortcut_bn"}


@pytest.mark.parametrize("draw", [construction_svg, units_svg])
def test_a_drawing_is_one_image_with_a_text_alternative(draw: object) -> None:
    root = ElementTree.fromstring(draw(english))  # type: ignore[operator]
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{NAMESPACE}desc", "") in root.attrib["aria-label"]
    assert not [element for element in root.iter() if "tabindex" in element.attrib]


def test_the_deeper_network_is_the_shallow_one_and_identities() -> None:
    root = ElementTree.fromstring(construction_svg(english))
    layers = [words for words in _words(root) if words in {"1", "2", "3", "4", "="}]
    assert layers == ["1", "2", "3", "4"] + ["1", "2", "3", "4"] + ["="] * 4


def test_words_are_translated_and_escaped() -> None:
    text = block_svg(_view(), lambda message, /, **values: "<&\"'>" if "{" not in message else message.format(**values))
    assert "<&" not in text
    assert "<&\"'>" in _words(ElementTree.fromstring(text))


def test_a_line_break_in_an_attribute_survives() -> None:
    element = ElementTree.fromstring(svg.element("g", data_tip="one\ntwo", class_="a", aria_label=None))
    assert element.attrib == {"data-tip": "one\ntwo", "class": "a"}


def test_corners_are_rounded_and_short_pieces_are_not_overshot() -> None:
    assert svg.rounded_path((0, 0), (0, -50), (100, -50), radius=12) == "M0 0 L0 -38 Q0 -50 12 -50 L100 -50"
    assert svg.rounded_path((0, 0), (5, 0), (5, 9), radius=12) == "M0 0 L0 0 Q5 0 5 9 L5 9"
