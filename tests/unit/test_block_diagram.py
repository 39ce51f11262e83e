"""The drawing of a block: for every kind the nodes of its plan, their arithmetic, and room for all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, pairwise, product
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet.config import ResNetConfig
from resnet.diagrams.block import BlockView, block_svg, view_of_block
from resnet.diagrams.svg import text_width
from resnet.plan import plan, plan_block
from resnet.presets import PRESETS
from resnet.wording import english

SVG = "{http://www.w3.org/2000/svg}"
FONT_SIZES = {"title": 15, "shape": 14, "count": 12.5, "symbol": 21, "sign": 26}  # of assets/components/diagram.css
SMALLEST_FONT = 12.5
SCREEN = 1120  # pixels that a drawing has on a projector of 1280x720

KINDS: dict[str, dict[str, Any]] = {
    "basic": {},
    "bottleneck": {"block": "bottleneck"},
    "preactivation": {"preactivation": True},
    "preactivation-bottleneck": {"preactivation": True, "block": "bottleneck"},
    "resnext": {"block": "bottleneck", "groups": 32, "width_per_group": 4},
    "se": {"se_reduction": 16},
    "se-bottleneck": {"se_reduction": 16, "block": "bottleneck"},
    "se-resnext": {"se_reduction": 16, "block": "bottleneck", "groups": 32, "width_per_group": 4},
    "se-preactivation": {"se_reduction": 16, "preactivation": True},
    "se-preactivation-resnext": {
        "se_reduction": 16,
        "preactivation": True,
        "block": "bottleneck",
        "groups": 32,
        "width_per_group": 4,
    },
}
Box = tuple[float, float, float, float]


def _view(
    side: int = 32,
    channels: int = 64,
    filters: int = 128,
    stride: int = 2,
    *,
    projected: bool = False,
    config: ResNetConfig = PRESETS["mini-resnet"],
    **fields: Any,
) -> BlockView:
    layers = plan_block(replace(config, **fields), input_shape=(side, side, channels), filters=filters, stride=stride)
    return BlockView(layers=layers, projected=projected)


def _drawn(view: BlockView) -> ElementTree.Element:
    return ElementTree.fromstring(block_svg(view, english))


def _nodes(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {element.attrib["data-key"]: element for element in root.iter(f"{SVG}g") if "tabindex" in element.attrib}


def _words(element: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


def _classes(element: ElementTree.Element) -> set[str]:
    return {name for part in element.iter() for name in part.attrib.get("class", "").split()}


def _part(root: ElementTree.Element, key: str) -> ElementTree.Element:
    (part,) = (element for element in root if element.attrib.get("data-key") == key)
    return part


def _face(node: ElementTree.Element) -> Box:
    """Left, top, right, bottom of what a node looks like, without the layers drawn behind it."""
    (face,) = (part for part in node if part.attrib.get("data-key") == "face")
    if face.tag == f"{SVG}circle":
        x, y, radius = (float(face.attrib[name]) for name in ("cx", "cy", "r"))
        return x - radius, y - radius, x + radius, y + radius
    return _rectangle(face)


def _rectangle(rect: ElementTree.Element) -> Box:
    left, top, width, height = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    return left, top, left + width, top + height


def _text_box(text: ElementTree.Element) -> Box:
    size = next((FONT_SIZES[name] for name in text.attrib.get("class", "").split() if name in FONT_SIZES), 14)
    x, y, width = float(text.attrib["x"]), float(text.attrib["y"]), text_width(text.text or "", size)
    left = x - {"start": 0, "middle": width / 2, "end": width}[text.attrib["text-anchor"]]
    return left, y - 0.72 * size, left + width, y


def _pieces(line: ElementTree.Element) -> Iterator[Box]:
    """The straight pieces of a line, and its corners, as boxes without width or height."""
    numbers = [float(number) for number in re.findall(r"-?[\d.]+", line.attrib["d"])]
    for (x1, y1), (x2, y2) in pairwise(zip(numbers[::2], numbers[1::2], strict=True)):
        yield min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def _overlap(one: Box, other: Box) -> bool:
    slack = 0.01
    return one[0] < other[2] - slack and other[0] < one[2] - slack and one[1] < other[3] - slack and other[1] < one[3] - slack


def _blocks(kind: str) -> Iterator[tuple[str, BlockView]]:
    """Blocks of a kind with every shortcut, where shapes stay and where pixels, channels or both change."""
    sizes = {"same": (1, 1), "channels": (2, 1), "pixels": (1, 2), "both": (2, 2)}
    outer = 2048 if KINDS[kind].get("block") == "bottleneck" else 512
    for shortcut, size, padding, projected in product(("projection", "zero-pad", "none"), sizes, ("symmetric", "same"), (True, False)):
        more, stride = sizes[size]
        fields = KINDS[kind] | {"shortcut": shortcut, "padding": padding}
        view = _view(56, outer // more, 512, stride, projected=projected, config=PRESETS["resnet-18"], **fields)
        yield f"{kind}, {shortcut}, {size}, {padding}, projected: {projected}", view


def test_the_examples_hold_every_way_of_x_to_the_add() -> None:
    for kind in KINDS:
        views = [view for _, view in _blocks(kind)]
        assert {view.route for view in views} == {"identity", "projection", "zero-pad", "none"}
        assert {view.broken for view in views} == {True, False}


@pytest.mark.parametrize("kind", KINDS)
def test_each_layer_has_its_node_and_they_add_up(kind: str) -> None:
    for name, view in _blocks(kind):
        nodes = _nodes(_drawn(view))
        left_out = {"shortcut_conv", "shortcut_bn"} if view.broken else set()
        suffixes = {re.sub(r"^stage1_block1_", "", layer.name) for layer in view.layers}
        assert set(nodes) == (suffixes | {"input"}) - left_out - {"pad1", "pad2"}, name
        labels = " ".join(node.attrib["aria-label"] for node in nodes.values())
        assert all(layer.name in labels for layer in view.layers if layer.name.endswith(("_pad1", "_pad2")))  # their convolution tells

        counts = [
            int(number.replace(",", ""))
            for words in map(_words, nodes.values())
            for number in re.findall(r"([\d,]+) params", " ".join(words))
        ]
        assert sum(counts) == sum(layer.parameters for layer in view.layers if not (view.broken and "_shortcut_" in layer.name)), name


@pytest.mark.parametrize("kind", KINDS)
def test_the_notes_arithmetic_is_right_and_the_plan_s(kind: str) -> None:
    for name, view in _blocks(kind):
        for key, node in _nodes(_drawn(view)).items():
            if key == "input":
                continue
            layer, tip = view.layer(key), node.attrib["data-tip"].replace(",", "")
            if layer.kind == "conv":
                (found,) = re.findall(r"Weights: (\d+)·(\d+)·\(?(\d+)(?:/(\d+)\))? for each of (\d+) filters = (\d+)\.", tip)
                size, again, channels, groups, filters, total = (int(number or 1) for number in found)
                assert size * again * channels // groups * filters == total == layer.parameters
                (found,) = re.findall(r"(\d+) weights at (\d+)·(\d+) positions = (\d+)\.", tip)
                weights, height, width, macs = map(int, found)
                assert weights * height * width == macs == layer.macs
            elif layer.kind == "dense":
                (found,) = re.findall(r"(\d+)·(\d+) \+ (\d+) = (\d+)\.", tip)
                given, features, biases, total = map(int, found)
                assert given * features + biases == total == layer.parameters
                assert f"= {given * features} once per image" in tip
                assert given * features == layer.macs
            elif layer.kind == "bn":
                (found,) = re.findall(r"each of (\d+) channels.*trained \((\d+)\).*statistics \((\d+)\)\. Together (\d+)\.", tip, re.DOTALL)
                channels, trained, fixed, total = map(int, found)
                assert (2 * channels, 2 * channels) == (trained, fixed)
                assert trained + fixed == total == layer.parameters
            else:
                assert layer.parameters == layer.macs == 0
                assert "No parameters." in tip or view.broken, name


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_room_for_every_node(kind: str) -> None:
    for name, view in _blocks(kind):
        root = _drawn(view)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        assert height <= 304, name
        assert SMALLEST_FONT * min(1, SCREEN / width) >= 11, name

        nodes = _nodes(root)
        faces = {key: _face(node) for key, node in nodes.items()}
        for (one, first), (other, second) in combinations(faces.items(), 2):
            assert not _overlap(first, second), f"{one} and {other} of {name}"
        for key, node in nodes.items():
            for box in map(_rectangle, node.iter(f"{SVG}rect")):
                assert 0 <= box[0] < box[2] <= width, f"{key} of {name}"
                assert 0 <= box[1] < box[3] <= height, f"{key} of {name}"
                assert not any(_overlap(box, face) for other, face in faces.items() if other != key), f"{key} of {name}"


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_room_for_all_words_and_lines(kind: str) -> None:
    for name, view in _blocks(kind):
        root = _drawn(view)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        faces = {key: _face(node) for key, node in _nodes(root).items()}
        owners = {id(text): key for key, node in _nodes(root).items() for text in node.iter(f"{SVG}text")}
        texts = [(owners.get(id(text)), _text_box(text), f"{text.text} of {name}") for text in root.iter(f"{SVG}text")]
        for key, box, words in texts:
            assert 0 <= box[0] < box[2] <= width, words
            assert 0 <= box[1] < box[3] <= height, words
            assert not any(_overlap(box, face) for other, face in faces.items() if other != key), words
            if key is not None and key not in ("add", "se_scale"):  # whose words stand around them
                left, top, right, bottom = faces[key]
                assert left <= box[0] < box[2] <= right, words
                assert top <= box[1] < box[3] <= bottom, words
        for (_, one, first), (_, other, second) in combinations(texts, 2):
            assert not _overlap(one, other), f"{first}, and {second}"
        for line in (part for part in root if part.tag == f"{SVG}path"):
            for piece in _pieces(line):
                crossed = [key for key, face in faces.items() if _overlap(piece, face)]
                assert crossed == [], f"{line.attrib['data-key']} of {name}"
                assert not any(_overlap(piece, box) for _, box, _ in texts), f"{line.attrib['data-key']} of {name}"


@pytest.mark.parametrize("kind", KINDS)
def test_every_part_has_a_key_of_its_own_to_be_changed_in_place(kind: str) -> None:
    for name, view in _blocks(kind):
        root = _drawn(view)
        for parent in (root, *_nodes(root).values()):
            keys = [(child.tag, child.attrib.get("data-key")) for child in parent if child.tag != f"{SVG}desc"]
            assert len(keys) == len(set(keys)), name
            assert all(key for _, key in keys), name


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
    assert _words(nodes["add"]) == ["≠", "cannot add", "32×32×64", "+ 16×16×128"]
    assert "broken" in _classes(nodes["add"])
    assert "height 32 and 16; width 32 and 16; channels 64 and 128" in nodes["add"].attrib["data-tip"]
    assert _words(nodes["relu"]) == ["ReLU", "no input"]
    assert "shortcut_conv" not in nodes
    assert "cannot be added" in (root.findtext(f"{SVG}desc") or "")


def test_a_projection_repairs_it() -> None:
    root = _drawn(_view(projected=True))
    nodes = _nodes(root)
    # 1 · 1 · 64 · 128 weights, and the second 3x3 has 3 · 3 · 128 · 128.
    assert _words(nodes["shortcut_conv"]) == ["1×1 conv", "stride 2", "16×16×128", "8,192 params"]
    assert _words(nodes["shortcut_bn"]) == ["batch norm", "16×16×128", "512 params"]
    assert _words(nodes["conv2"]) == ["3×3 conv", "stride 1", "16×16×128", "147,456 params"]
    assert _words(nodes["add"]) == ["+", "add", "16×16×128", "0 params"]
    assert "broken" not in _classes(root)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_that_projects_can_lack_its_projection(kind: str) -> None:
    broken, whole = (_view(56, 64, 64, 2, projected=projected, **KINDS[kind]) for projected in (False, True))
    assert (broken.broken, whole.broken) == (True, False)
    before, after = (_nodes(_drawn(view)) for view in (broken, whole))
    added = {"shortcut_conv"} if KINDS[kind].get("preactivation") else {"shortcut_conv", "shortcut_bn"}
    assert set(after) - set(before) == added
    assert "broken" in _classes(before["add"])
    assert "broken" not in _classes(after["add"])


def test_more_channels_break_the_add_at_stride_1_too() -> None:
    # ResNet-50's first block: 64 channels become 256 without any stride.
    assert _view(56, 64, 64, 1, **KINDS["bottleneck"]).broken
    assert _view(56, 256, 64, 1, **KINDS["bottleneck"]).route == "identity"


def test_a_zero_pad_shortcut_never_breaks_and_says_what_it_does() -> None:
    for stride, channels, words in (
        (2, 64, ["+ 64 channels of 0", "every 2nd pixel", "16×16×128", "0 params"]),
        (1, 64, ["+ 64 channels of 0", "every pixel", "32×32×128", "0 params"]),
        (2, 128, ["every 2nd pixel", "all channels", "16×16×128", "0 params"]),
    ):
        view = _view(32, channels, 128, stride, projected=False, shortcut="zero-pad")
        nodes = _nodes(_drawn(view))
        assert _words(nodes["shortcut_pad"]) == words
        assert _words(nodes["add"])[0] == "+"
        assert not view.broken


def test_a_plain_block_has_neither_shortcut_nor_add_nor_colour() -> None:
    for fields in ({}, {"block": "bottleneck"}, {"preactivation": True}):
        root = _drawn(_view(shortcut="none", **fields))
        assert not {key for key in _nodes(root) if key == "add" or key.startswith("shortcut")}
        assert not _classes(root) & {"shortcut", "branch", "add", "broken"}
        assert root.attrib["aria-label"] == "A plain block"


def test_groups_are_drawn_and_divide_the_weights() -> None:
    node = _nodes(_drawn(_view(56, 256, 64, 1, **KINDS["resnext"])))["conv2"]
    # 3 · 3 · (128 / 32) · 128 weights, a thirty-second of 3 · 3 · 128 · 128.
    assert _words(node) == ["3×3 conv", "32 groups", "56×56×128", "4,608 params"]
    assert len(list(node.iter(f"{SVG}rect"))) == 3
    tip = node.attrib["data-tip"]
    assert "Weights: 3·3·(128/32) for each of 128 filters = 4,608." in tip
    assert "Each of the 32 groups sees 4 channels of its own; undivided it would take 147,456 weights." in tip
    assert len(list(_nodes(_drawn(_view()))["conv2"].iter(f"{SVG}rect"))) == 1


def test_squeeze_and_excitation_is_a_side_path_of_the_branch() -> None:
    root = _drawn(_view(28, 512, 128, 1, **KINDS["se-bottleneck"]))
    nodes = _nodes(root)
    assert _words(nodes["se_pool"]) == ["squeeze: mean", "1×1×512 · 0 params"]
    assert _words(nodes["se_reduce"]) == ["dense → 32", "16,416 params"]  # 512 · 32 + 32
    assert _words(nodes["se_expand"]) == ["dense → 512", "16,896 params"]  # 32 · 512 + 512
    assert "512·32 + 32 = 16,416." in nodes["se_reduce"].attrib["data-tip"]
    assert all("gate" in _classes(node) for key, node in nodes.items() if key.startswith("se_"))
    row = [_face(nodes[key]) for key in ("bn3", "se_scale", "add")]
    assert all(one[2] < other[0] for one, other in pairwise(row))
    assert all(_face(nodes[key])[1] > row[0][3] for key in ("se_pool", "se_reduce", "se_relu", "se_expand", "se_sigmoid"))


def test_a_projection_of_pre_activation_forks_behind_the_first_activation_and_an_identity_before_the_first_norm() -> None:
    for fields in (KINDS["preactivation"], KINDS["preactivation-bottleneck"]):
        projecting, plain = _drawn(_view(projected=True, **fields)), _drawn(_view(channels=512, filters=512, stride=1, shortcut="zero-pad"))
        fork = float(_part(projecting, "fork").attrib["cx"])
        assert _face(_nodes(projecting)["relu1"])[2] < fork < _face(_nodes(projecting)["conv1"])[0]
        identity = _drawn(_view(channels=512, filters=128 if "block" in fields else 512, stride=1, **fields))
        assert float(_part(identity, "fork").attrib["cx"]) < _face(_nodes(identity)["bn1"])[0]
        assert "shortcut_bn" not in _nodes(projecting)
        assert "relu" not in _nodes(projecting)
        assert "relu" in _nodes(plain)


@given(
    side=st.integers(2, 64),
    channels=st.integers(1, 512),
    filters=st.integers(16, 512),
    stride=st.sampled_from([1, 2]),
    projected=st.booleans(),
    kind=st.sampled_from(list(KINDS)),
)
def test_any_block_is_drawn_within_its_frame_and_can_be_read_without_eyes(
    side: int, channels: int, filters: int, stride: int, projected: bool, kind: str
) -> None:
    root = _drawn(_view(side, channels, filters, stride, projected=projected, **KINDS[kind]))
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    for rect in root.iter(f"{SVG}rect"):
        left, top, right, bottom = _rectangle(rect)
        assert 0 <= left <= right <= width
        assert 0 <= top <= bottom <= height
    for node in _nodes(root).values():
        assert node.attrib["role"] == "img"
        assert node.attrib["aria-label"].endswith(node.attrib["data-tip"])
    assert root.attrib["aria-label"] == "A residual block"
    assert root.find(f"{SVG}title") is None, "a browser would show it as a note over ours"
    assert root.attrib["aria-description"] == root.findtext(f"{SVG}desc")


@pytest.mark.parametrize("name", PRESETS)
def test_the_blocks_of_every_network_can_be_cut_out_of_its_plan_and_drawn(name: str) -> None:
    network = plan(PRESETS[name])
    for stage, depth in enumerate(network.config.depths, start=1):
        for block in {1, depth}:
            view = view_of_block(network, f"stage{stage}", block)
            assert not view.broken
            nodes = _nodes(_drawn(view))
            assert len(nodes) == 1 + sum(layer.kind != "pad" or layer.name.endswith("shortcut_pad") for layer in view.layers)


def test_a_block_of_a_network_is_the_one_planned_alone() -> None:
    network = plan(PRESETS["resnext-50-32x4d"])
    alone = plan_block(network.config, input_shape=(56, 56, 256), filters=128, stride=2, stage=2, block=1)
    assert [replace(layer, inputs=()) for layer in view_of_block(network, "stage2", 1).layers] == [
        replace(layer, inputs=()) for layer in alone
    ]
    with pytest.raises(LookupError, match="no block 9 in stage2"):
        view_of_block(network, "stage2", 9)


def test_words_are_translated_and_escaped() -> None:
    text = block_svg(_view(), lambda message, /, **values: "<&\"'>" if "{" not in message else message.format(**values))
    assert "<&" not in text
    assert "<&\"'>" in _words(ElementTree.fromstring(text))
