"""The page Block: each control moves the drawing, the add breaks and is repaired, and the source is the file's own."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from resnet import blocks

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def app() -> AppTest:
    page = AppTest.from_file(str(ROUTER), default_timeout=30).run().switch_page("block.py").run()
    assert not page.exception
    return page


def _node(app: AppTest, key: str) -> list[str] | None:
    """The words of one node of the diagram, or None where it is not drawn."""
    (component,) = app.get("bidi_component")
    root = ElementTree.fromstring(json.loads(component.proto.json)["svg"])
    for group in root.iter(f"{SVG}g"):
        if group.attrib.get("data-key") == key:
            return [text.text or "" for text in group.iter(f"{SVG}text")]
    return None


def _stride(app: AppTest, stride: int) -> None:
    app.get("button_group")[0].set_value(stride).run()


def test_it_opens_with_the_notebook_s_block_whole(app: AppTest) -> None:
    assert _node(app, "conv1") == ["3×3 conv", "stride 1", "32×32×64", "36,864 params"]
    assert _node(app, "add") == ["+", "add", "32×32×64", "0 params"]
    assert app.button(key="block_repair").disabled
    # 2 · 3·3·64·64 weights and twice 4·64 for batch norm; 2 · 36,864 at 32·32 positions.
    assert app.caption[0].value == "All of it: 74,240 parameters, 75.5 million multiply-adds per image."


def test_every_control_moves_the_drawing(app: AppTest) -> None:
    app.slider(key="block_side").set_value(15).run()
    assert _node(app, "conv1") == ["3×3 conv", "stride 1", "15×15×64", "36,864 params"]
    _stride(app, 2)
    assert _node(app, "conv1") == ["3×3 conv", "stride 2", "8×8×64", "36,864 params"]
    app.select_slider(key="block_filters").set_value(128).run()
    assert _node(app, "conv1") == ["3×3 conv", "stride 2", "8×8×128", "73,728 params"]
    app.select_slider(key="block_channels").set_value(3).run()
    assert _node(app, "conv1") == ["3×3 conv", "stride 2", "8×8×128", "3,456 params"]
    app.selectbox(key="block_activation").set_value("gelu").run()
    assert (_node(app, "relu1") or [""])[0] == "GELU"
    assert r"\mathrm{GELU}" in app.latex[0].value


def test_the_add_breaks_and_the_button_repairs_it(app: AppTest) -> None:
    app.select_slider(key="block_filters").set_value(128)
    _stride(app, 2)
    assert _node(app, "add") == ["≠", "cannot add", "32×32×64 + 16×16×128"]
    assert _node(app, "shortcut_conv") is None
    assert "W_s" not in app.latex[0].value

    button = app.button(key="block_repair")
    assert (button.label, button.disabled) == ("Repair with a projection", False)
    button.click().run()
    assert _node(app, "add") == ["+", "add", "16×16×128", "0 params"]
    assert _node(app, "shortcut_conv") == ["1×1 conv", "stride 2", "16×16×128", "8,192 params"]
    assert "W_s x" in app.latex[0].value
    # 73,728 + 147,456 + 2 · 512 on the branch, 8,192 + 512 on the shortcut, which is 3.77 %.
    assert app.caption[0].value.startswith("All of it: 230,912 parameters")
    assert any("costs **8,704** parameters, 4% of the block" in markdown.value for markdown in app.markdown)

    assert app.button(key="block_repair").label == "Take the projection out"
    app.button(key="block_repair").click().run()
    assert _node(app, "add") == ["≠", "cannot add", "32×32×64 + 16×16×128"]
    assert app.caption[0].value.startswith("All of it: 222,208 parameters")


def test_the_switch_repairs_by_itself(app: AppTest) -> None:
    app.toggle(key="block_automatic").set_value(True).run()
    assert _node(app, "shortcut_conv") is None  # nothing to repair yet
    app.select_slider(key="block_filters").set_value(128).run()  # at stride 1: channels alone differ
    assert _node(app, "shortcut_conv") == ["1×1 conv", "stride 1", "32×32×128", "8,192 params"]
    assert app.button(key="block_repair").disabled
    app.toggle(key="block_automatic").set_value(False).run()
    assert _node(app, "add") == ["≠", "cannot add", "32×32×64 + 32×32×128"]


def test_examples_set_every_size_and_follow_the_sliders(app: AppTest) -> None:
    example = app.selectbox(key="block_example")
    assert example.options == ["32×32×64 → 32×32×64", "32×32×64 → 16×16×128", "28×28×32 → 28×28×64"]
    example.select("28×28×32 → 28×28×64").run()
    assert _node(app, "add") == ["≠", "cannot add", "28×28×32 + 28×28×64"]
    assert app.slider(key="block_side").value == 28
    app.slider(key="block_side").set_value(30).run()
    assert app.selectbox(key="block_example").value is None
    app.slider(key="block_side").set_value(28).run()
    assert app.session_state["block_example"] is not None


def test_sizes_are_kept_while_other_pages_are_read(app: AppTest) -> None:
    app.slider(key="block_side").set_value(20).run()
    app.switch_page("idea.py").run()
    app.switch_page("block.py").run()
    assert _node(app, "input") == ["x", "20×20×64"]


def test_the_source_is_what_builds_the_network(app: AppTest) -> None:
    assert app.code[0].value == inspect.getsource(blocks.basic_block).rstrip()
