"""The drawings of a block and its plain twin: alike but for the shortcut, each step lit, backward with the arrows turned."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from pages.parts.block.source_drawer import FUNCTIONS
from pages.parts.block.steps import STEPS, Step
from resnet.diagrams.block_view import BlockView, view_of_block
from resnet.diagrams.by_hand import HEIGHT, WIDTH, Numbers, by_hand_svg
from resnet.diagrams.twin import WIDTH as TWIN_WIDTH
from resnet.diagrams.twin import Lighting, twin_svg
from resnet.diagrams.twin_words import formula
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.source import lines_with, source_of
from resnet.wording import english

SVG = "{http://www.w3.org/2000/svg}"
NETWORK = PRESETS["mini-resnet"]


def _view(*, plain: bool = False, stage: str = "stage1") -> BlockView:
    return view_of_block(plan(replace(NETWORK, shortcut="none") if plain else NETWORK), stage, 1)


def _drawn(view: BlockView, step: Step | None = None, *, folded: bool = False) -> ElementTree.Element:
    lighting = Lighting(folded=folded)
    if step is not None:
        lighting = Lighting(nodes=step.nodes, terms=step.terms, backward=step.backward, folded=folded)
    return ElementTree.fromstring(twin_svg(view, lighting, english))


def _nodes(root: ElementTree.Element) -> dict[str, ElementTree.Element]:
    return {one.attrib["data-key"]: one for one in root.iter(f"{SVG}g") if "tabindex" in one.attrib}


def _face(node: ElementTree.Element) -> tuple[str, ...]:
    (face,) = (one for one in node if one.attrib.get("data-key") == "face")
    return tuple(face.attrib.get(name, "") for name in ("x", "y", "width", "height", "cx", "cy", "r"))


def _lit(root: ElementTree.Element, tag: str) -> list[str]:
    return [one.attrib.get("data-key", "") for one in root.iter(f"{SVG}{tag}") if "lit" in one.attrib.get("class", "").split()]


def test_the_twin_has_the_same_layers_at_the_same_places_and_neither_shortcut_nor_add() -> None:
    residual, plain = _nodes(_drawn(_view())), _nodes(_drawn(_view(plain=True)))
    assert list(residual) == ["input", "conv1", "bn1", "relu1", "conv2", "bn2", "add", "relu", "shortcut", "fold"]
    assert set(residual) - set(plain) == {"add", "shortcut"}
    for key in ("input", "conv1", "bn1", "relu1", "conv2", "bn2", "relu"):
        assert _face(residual[key]) == _face(plain[key]), key
        assert residual[key].attrib["data-tip"] == plain[key].attrib["data-tip"], key  # the same weights


def test_nodes_have_room_for_their_words_and_do_not_touch() -> None:
    nodes = _nodes(_drawn(_view()))
    edges = []
    for key in ("input", "conv1", "bn1", "relu1", "conv2", "bn2", "relu"):
        x, _, width, *_ = (float(number or 0) for number in _face(nodes[key]))
        edges.append((x, x + width))
    assert all(right + 8 <= left for (_, right), (left, _) in pairwise(edges))
    assert edges[-1][1] < TWIN_WIDTH


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
@pytest.mark.parametrize("stage", ["stage1", "stage2"])
def test_each_step_lights_a_part_of_the_drawing_and_a_term_of_the_formula(step: Step, stage: str) -> None:
    root = _drawn(_view(stage=stage), step)
    lit = _lit(root, "g") + _lit(root, "circle") + _lit(root, "path")
    assert lit
    assert _lit(root, "tspan")
    known = {key for term in formula(_view(), backward=step.backward) for key in term.keys}
    assert set(step.terms) <= known


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_each_step_finds_its_lines_in_the_source(step: Step) -> None:
    text = source_of("resnet.blocks", *FUNCTIONS)
    lines = text.split("\n")
    found = [lines[number].strip() for number in lines_with(text, *step.marks)]
    assert found
    expected = {
        "conv1": ['y = style.conv(filters, 3, strides=stride, name=f"{name}_conv1")(x)'],
        "bn1": ['y = style.norm(name=f"{name}_bn1")(y)'],
        "relu1": ['y = style.activation(name=f"{name}_relu1")(y)'],
        "conv2": ['y = style.conv(filters, 3, name=f"{name}_conv2")(y)'],
        "bn2": ['y = style.last_norm(name=f"{name}_bn2")(y)'],
        "add": ['return keras.layers.Add(name=f"{name}_add")([y, shortcut])'],
        "relu": ['return style.activation(name=f"{name}_relu")(y)'],
    }
    assert found == expected.get(step.key, found)


def test_a_mark_that_no_line_contains_is_refused() -> None:
    with pytest.raises(LookupError, match="no line contains '_conv9'"):
        lines_with("y = _conv1(x)", "_conv1", "_conv9")


def test_backward_the_arrows_point_from_y_to_x() -> None:
    def ends(root: ElementTree.Element) -> dict[str, tuple[float, float]]:
        found = {}
        for path in root.iter(f"{SVG}path"):
            if path.attrib["data-key"].startswith("to-"):
                words = path.attrib["d"].replace("M", "").split(" L")
                found[path.attrib["data-key"]] = (float(words[0].split()[0]), float(words[-1].split()[0]))
        return found

    forward, backward = (ends(_drawn(_view(), step)) for step in (STEPS[0], STEPS[-1]))
    assert forward.keys() == backward.keys()
    for key, (start, end) in forward.items():
        assert start < end
        assert backward[key] == (end, start)


def test_folded_the_branch_is_one_box_and_the_shortcut_stays() -> None:
    nodes = _nodes(_drawn(_view(), folded=True))
    assert list(nodes) == ["input", "branch", "add", "relu", "shortcut", "fold"]
    assert nodes["fold"].attrib["aria-expanded"] == "false"
    # 2 · 3·3·32·32 weights and twice 4·32 for batch norm
    assert "18,688 params" in nodes["branch"].attrib["aria-label"]
    assert any(path.attrib["data-key"] == "shortcut-line" for path in _drawn(_view(), folded=True).iter(f"{SVG}path"))


def test_a_block_that_projects_says_so_on_its_shortcut_and_in_its_formula() -> None:
    view = _view(stage="stage2")
    node = _nodes(_drawn(view))["shortcut"]
    # 32·64 weights and 4·64 for batch norm
    assert "2,304 params" in node.attrib["aria-label"]
    assert "".join(term.text for term in formula(view, backward=False)) == "y = ReLU(F(x) + Wₛx)"
    assert "".join(term.text for term in formula(_view(), backward=False)) == "y = ReLU(F(x) + x)"
    assert "".join(term.text for term in formula(_view(plain=True), backward=False)) == "y = ReLU(F(x))"
    assert "".join(term.text for term in formula(_view(), backward=True)) == "∂E/∂x = Jᵀm + m,  m = g · [F(x) + x > 0]"
    assert "".join(term.text for term in formula(_view(plain=True), backward=True)) == "∂E/∂x = Jᵀm,  m = g · [F(x) > 0]"


def test_the_drawing_is_told_to_those_who_do_not_see_it() -> None:
    add = next(step for step in STEPS if step.key == "add")
    root = _drawn(_view(), add)
    (description,) = (one.text or "" for one in root.iter(f"{SVG}desc"))
    assert root.attrib["aria-label"] == "A residual block"
    assert "y = ReLU(F(x) + x)." in description
    assert description.endswith("Lit: add.")
    plain = _drawn(_view(plain=True), add)
    assert plain.attrib["aria-label"] == "The plain twin"
    assert "There is no shortcut, and nothing is added." in plain.attrib["aria-description"]
    assert "The arrows show the gradient" in _drawn(_view(), STEPS[-1]).attrib["aria-description"]


def test_grids_stand_in_a_row_and_hide_what_is_asked_or_not_yet_known() -> None:
    rows = ((1, -2), (3, 4))
    parts = [
        Numbers(key="x", title="x", role="shortcut", rows=rows, outlined=((0, 1),)),
        "=",
        Numbers(key="y", title="y", role="add", rows=rows, asked=(1, 0), answered=False),
        Numbers(key="z", title="z", role="add", rows=rows, known=False),
    ]
    root = ElementTree.fromstring(by_hand_svg(parts, "By hand", english))
    nodes = _nodes(root)
    assert nodes["x"].attrib["aria-label"] == "x, row by row: 1, −2; 3, 4."
    assert nodes["y"].attrib["aria-label"] == "y, row by row: 1, −2; ?, 4."
    assert nodes["z"].attrib["aria-label"] == "z: not computed yet"
    assert [text.text or "" for text in nodes["z"].iter(f"{SVG}text")] == ["z", "", "", "", ""]
    outlined = [face.attrib["data-key"] for face in nodes["x"].iter(f"{SVG}rect") if "outlined" in face.attrib["class"]]
    assert outlined == ["face-0-1"]
    faces = [face for node in nodes.values() for face in node.iter(f"{SVG}rect")]
    assert all(float(face.attrib["x"]) >= 0 and float(face.attrib["x"]) + float(face.attrib["width"]) <= WIDTH for face in faces)
    assert all(float(face.attrib["y"]) + float(face.attrib["height"]) <= HEIGHT for face in faces)
