"""The drawings of an unfolded network: every layer once, the shortcut always there, nothing outside; and what leaves the page."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from resnet.diagrams.columns import HEIGHT
from resnet.diagrams.silhouette import silhouette_svg
from resnet.diagrams.standalone import standalone_svg
from resnet.diagrams.unfolded import unfolded_svg
from resnet.figures.palette import BACKGROUND, ROLES, Theme
from resnet.outline import focus_on
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.wording import english

SVG = "{http://www.w3.org/2000/svg}"
SHEET = (Path(__file__).parents[2] / "assets" / "components" / "diagram.css").read_text()


def draw(name: str, place: str) -> ElementTree.Element:
    network = plan(PRESETS[name])
    return ElementTree.fromstring(unfolded_svg(network, focus_on(network, place), english))


def opened(root: ElementTree.Element) -> list[str]:
    return [str(node.get("data-open")) for node in root.iter() if node.get("data-open")]


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("block", [1, 2])
def test_a_block_shows_each_of_its_layers_once_and_the_shortcut_as_long_as_there_is_one(name: str, block: int) -> None:
    network = plan(PRESETS[name])
    root = draw(name, f"stage2_block{block}")
    layers = [layer for layer in network.layers if (layer.stage, layer.block) == ("stage2", block)]
    assert sorted(opened(root)) == sorted(layer.name for layer in layers)
    arcs = [path for path in root.iter(f"{SVG}path") if path.get("data-key") == "shortcut"]
    assert len(arcs) == any(layer.kind == "add" for layer in layers)
    gates = [path for path in root.iter(f"{SVG}path") if path.get("data-key") == "gate"]
    assert len(gates) == any(layer.kind == "multiply" for layer in layers)


@pytest.mark.parametrize("place", ["", "stem", "stage3", "stage3_block1", "head_dense"])
@pytest.mark.parametrize("name", ["resnet-152", "se-resnext-50-32x4d", "resnet-50-v2", "plain-34", "resnet-110", "mini-resnet"])
def test_nothing_is_drawn_outside(name: str, place: str) -> None:
    root = draw(name, place)
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    assert height == HEIGHT
    for box in root.iter(f"{SVG}rect"):
        if box.get("class") == "field" or ("plate" in str(box.get("class")) and float(box.get("y", 0)) > 0):
            assert float(box.get("x", 0)) >= -0.1
            assert float(box.get("x", 0)) + float(box.get("width", 0)) <= width + 0.1
            assert float(box.get("y", 0)) + float(box.get("height", 0)) <= height


def test_a_deep_stage_counts_what_it_leaves_out() -> None:
    root = draw("resnet-152", "stage3")
    words = [text.text for text in root.iter(f"{SVG}text")]
    assert "30 more" in words
    # By hand: each of the equal blocks has 1x1 1024 to 256, 3x3, 1x1 back, and four numbers for each channel of three batch norms.
    assert f"{30 * (1024 * 256 + 9 * 256 * 256 + 256 * 1024 + 4 * (256 + 256 + 1024)):,} params" in words


def test_the_projection_of_v2_forks_after_the_first_activation() -> None:
    def fork(name: str) -> float:
        (circle,) = (dot for dot in draw(name, "stage2_block1").iter(f"{SVG}circle") if dot.get("data-key") == "fork")
        return float(circle.get("cx", 0))

    assert fork("resnet-18") < 30
    assert fork("resnet-18-v2") > 150


@pytest.mark.parametrize("name", PRESETS)
def test_a_silhouette_has_a_bar_for_each_block_and_stays_in_its_card(name: str) -> None:
    root = ElementTree.fromstring(silhouette_svg(plan(PRESETS[name])))
    bars = list(root.iter(f"{SVG}rect"))
    assert len(bars) == sum(PRESETS[name].depths)
    assert {bar.get("class") for bar in bars} == {"plain" if name.startswith("plain") else "shortcut"}
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    assert all(float(bar.get("x", 0)) + float(bar.get("width", 0)) <= width for bar in bars)
    assert all(float(bar.get("y", 0)) >= 0 and float(bar.get("height", 0)) <= height for bar in bars)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_drawing_that_leaves_the_page_has_its_colours_with_it(theme: Theme) -> None:
    network = plan(PRESETS["resnet-34"])
    text = standalone_svg(unfolded_svg(network, focus_on(network, "stage2_block1"), english), SHEET, theme)
    root = ElementTree.fromstring(text)
    style = str(next(root.iter(f"{SVG}style")).text)
    assert "var(" not in text
    assert f".edge.shortcut {{ stroke: {ROLES['shortcut'].on(theme)}" in style
    assert f".head.shortcut {{ fill: {ROLES['shortcut'].on(theme)}" in style  # the second rule of its line
    assert ":hover" not in style
    assert next(root.iter(f"{SVG}rect")).get("fill") == BACKGROUND[theme]
    assert "data-" not in text
    assert "tabindex" not in text
    assert [word.text for word in root.iter(f"{SVG}text")].count("batch norm") == 3
