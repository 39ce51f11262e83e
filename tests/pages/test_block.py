"""The page Block, its view of all kinds: each control moves the drawing, the add breaks and is repaired, the source is the file's own."""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import keras
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.block.choices import Choice
from pages.parts.block.exercises import BATCH, FORGETFUL, SHAPE_TESTS, output_of
from resnet import blocks
from resnet.model import BLOCKS
from resnet.plan import plan_block
from resnet.presets import PRESETS
from resnet.tables import compact
from tests.pages.components import components

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def app() -> AppTest:
    page = AppTest.from_file(str(ROUTER), default_timeout=30).run().switch_page("block.py")
    page.query_params["view"] = "kinds"
    page.run()
    assert not page.exception
    return page


def _drawing(app: AppTest) -> dict[str, Any]:
    """What the diagram of the block is given; the other component shows a source."""
    (data,) = (data for one in components(app) if "svg" in (data := json.loads(one.proto.json)))
    return dict(data)


def _diagram(app: AppTest) -> ElementTree.Element:
    return ElementTree.fromstring(_drawing(app)["svg"])


def _is_dimmed(app: AppTest) -> bool:
    dimmed: bool = _drawing(app)["dimmed"]
    return dimmed


def _can_repair(app: AppTest) -> bool:
    (control,) = (group for group in app.get("button_group") if group.key == "block_repair")
    return not control.disabled


def _repairs(app: AppTest) -> list[str]:
    """What stands on the control's segments."""
    (control,) = (group for group in app.get("button_group") if group.key == "block_repair")
    return [option.content for option in control.proto.options]


def _node(app: AppTest, key: str) -> list[str] | None:
    """The words of one node of the diagram, or None where it is not drawn."""
    for group in _diagram(app).iter(f"{SVG}g"):
        if group.attrib.get("data-key") == key:
            return [text.text or "" for text in group.iter(f"{SVG}text")]
    return None


def _press(app: AppTest, key: str, value: object) -> None:
    """Choose a segment of the control with that key."""
    (control,) = (group for group in app.get("button_group") if group.key == key)
    control.set_value(value).run()
    assert not app.exception


def _stride(app: AppTest, stride: int) -> None:
    _press(app, "block_stride", stride)


def _words(app: AppTest) -> str:
    return "\n".join(markdown.value for markdown in app.markdown)


def _counted(app: AppTest) -> int:
    """Parameters of all nodes of the diagram together."""
    words = " ".join(text.text or "" for text in _diagram(app).iter(f"{SVG}text"))
    return sum(int(count.replace(",", "")) for count in re.findall(r"([\d,]+) params", words))


def _total(app: AppTest) -> str:
    (caption,) = (caption.value for caption in app.caption if caption.value.startswith("All of it"))
    return caption


def test_it_opens_with_the_notebook_s_block_whole(app: AppTest) -> None:
    assert _node(app, "conv1") == ["3×3 conv", "stride 1", "32×32×64", "36,864 params"]
    assert _node(app, "add") == ["+", "add", "32×32×64", "0 params"]
    assert not _can_repair(app)
    # 2 · 3·3·64·64 weights and twice 4·64 for batch norm; 2 · 36,864 at 32·32 positions.
    assert _total(app) == "All of it: 74,240 parameters, 75.5 M multiply-adds per image."


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


def test_the_add_breaks_and_a_projection_repairs_it(app: AppTest) -> None:
    app.select_slider(key="block_filters").set_value(128)
    _stride(app, 2)
    assert _node(app, "add") == ["≠", "cannot add", "32×32×64", "+ 16×16×128"]
    assert _node(app, "shortcut_conv") is None
    assert "W_s" not in app.latex[0].value

    # 64·128 weights and 4·128 for batch norm; at 16·16 positions. Nothing, and zeros for the other 64 channels.
    assert _repairs(app) == ["Leave it", "Zero-pad: 0 params", "Project: 8,704 params"]
    (table,) = (words for words in app.markdown if "1×1 projection" in words.value)
    assert "| Result | 16×16×128 | 16×16×128 |" in table.value
    assert "| Parameters | 0 (0%) | 8,704 (4%) |" in table.value
    assert "| Multiply-adds | 0 | 2,097,152 |" in table.value
    _press(app, "block_repair", "projection")
    assert _node(app, "add") == ["+", "add", "16×16×128", "0 params"]
    assert _node(app, "shortcut_conv") == ["1×1 conv", "stride 2", "16×16×128", "8,192 params"]
    assert "W_s x" in app.latex[0].value
    # 73,728 + 147,456 + 2 · 512 on the branch, 8,192 + 512 on the shortcut, which is 3.77%.
    assert _total(app).startswith("All of it: 230,912 parameters")
    assert any("costs **8,704** parameters, 4% of the block" in markdown.value for markdown in app.markdown)

    _press(app, "block_repair", "leave")
    assert _node(app, "add") == ["≠", "cannot add", "32×32×64", "+ 16×16×128"]
    assert _total(app).startswith("All of it: 222,208 parameters")


def test_the_switch_repairs_by_itself(app: AppTest) -> None:
    app.toggle(key="block_automatic").set_value(True).run()
    assert _node(app, "shortcut_conv") is None  # nothing to repair yet
    app.select_slider(key="block_filters").set_value(128).run()  # at stride 1: channels alone differ
    assert _node(app, "shortcut_conv") == ["1×1 conv", "stride 1", "32×32×128", "8,192 params"]
    app.toggle(key="block_automatic").set_value(False).run()
    assert _node(app, "add") == ["≠", "cannot add", "32×32×64", "+ 32×32×128"]


def test_examples_set_every_size_and_follow_the_sliders(app: AppTest) -> None:
    example = app.selectbox(key="block_example")
    assert example.options == ["32×32×64 → 32×32×64", "32×32×64 → 16×16×128", "28×28×32 → 28×28×64", "28×28×32 → 14×14×64"]
    example.select("28×28×32 → 14×14×64").run()
    assert _node(app, "add") == ["≠", "cannot add", "28×28×32", "+ 14×14×64"]
    example.select("28×28×32 → 28×28×64").run()
    assert _node(app, "add") == ["≠", "cannot add", "28×28×32", "+ 28×28×64"]
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


KINDS = {
    # kind: convolutions, the function, what it calls, the fields of the network, x's channels and the filters that are shown first
    "basic": ("basic", "basic_block", ["add_shortcut"], {}, 64, 64),
    "bottleneck": ("bottleneck", "bottleneck_block", ["add_shortcut"], {"block": "bottleneck"}, 256, 64),
    "pre-activation": ("basic", "preactivation_block", ["add_shortcut"], {"preactivation": True}, 64, 64),
    "pre-activation-bottleneck": (
        "bottleneck",
        "preactivation_bottleneck_block",
        ["add_shortcut"],
        {"preactivation": True, "block": "bottleneck"},
        256,
        64,
    ),
    "resnext": (
        "bottleneck",
        "bottleneck_block",
        ["add_shortcut"],
        {"block": "bottleneck", "groups": 32, "width_per_group": 4},
        256,
        64,
    ),
    "se": ("basic", "basic_block", ["squeeze_excite", "add_shortcut"], {"se_reduction": 16}, 64, 64),
    "se-bottleneck": (
        "bottleneck",
        "bottleneck_block",
        ["squeeze_excite", "add_shortcut"],
        {"se_reduction": 16, "block": "bottleneck"},
        256,
        64,
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_each_kind_shows_its_drawing_its_counts_and_the_source_that_builds_it(app: AppTest, name: str) -> None:
    convolutions, function, steps, fields, channels, filters = KINDS[name]
    kind = name.removesuffix("-bottleneck")
    _press(app, "block_kind", kind)
    if name != kind:
        _press(app, "block_convolutions", "bottleneck")
    assert app.session_state["block_convolutions"] == convolutions

    network = replace(PRESETS["mini-resnet"], **fields)
    layers = plan_block(network, input_shape=(32, 32, channels), filters=filters, stride=1)
    parameters, macs = sum(layer.parameters for layer in layers), sum(layer.macs for layer in layers)
    assert _counted(app) == parameters
    assert _total(app) == f"All of it: {parameters:,} parameters, {compact(macs)} multiply-adds per image."
    assert all(_node(app, layer.name.split("_", 2)[2]) for layer in layers)

    assert app.code[0].value == inspect.getsource(getattr(blocks, function)).rstrip()
    assert app.code[1].value == "\n\n\n".join(inspect.getsource(getattr(blocks, step)).rstrip() for step in steps)
    assert BLOCKS[network.block, network.preactivation].__name__ == function
    assert app.query_params.get("block_kind") == (None if name == "basic" else name)


def test_each_kind_says_what_it_changes_in_the_plan_s_numbers(app: AppTest) -> None:
    assert "**73,728**" in _words(app)  # two times 3·3·64·64
    _press(app, "block_kind", "bottleneck")
    # 256·64 + 3·3·64·64 + 64·256 and 4 · (64 + 64 + 256), against 2 · (3·3·256·256 + 4·256).
    assert "With 256 channels in and out that costs **71,168** parameters; two 3×3 convolutions would cost **1,181,696**" in _words(app)
    _press(app, "block_kind", "resnext")
    # 3·3·4·128, a thirty-second of 3·3·128·128.
    assert "sees 4 of the 128 channels" in _words(app)
    assert "**4,608** weights; undivided it would take **147,456**, 32 times as many" in _words(app)
    _press(app, "block_kind", "se")
    _press(app, "block_convolutions", "bottleneck")
    # 256·16 + 16 and 16·256 + 256, of 71,168 + 8,464.
    assert "Its two dense layers cost **8,464** parameters, 10.6% of the block, and only 8,192 multiply-adds" in _words(app)
    assert "one multiplication for each of 262,144 numbers, is by custom not counted" in _words(app)  # 32·32·256
    _press(app, "block_kind", "pre-activation")
    app.selectbox(key="block_activation").set_value("silu").run()
    assert "batch norm and SiLU before each convolution" in _words(app)


def test_the_formula_follows_the_kind(app: AppTest) -> None:
    assert r"y = \mathrm{ReLU}\bigl(" in app.latex[0].value
    _press(app, "block_kind", "se")
    assert r"y = \mathrm{ReLU}\bigl(" in app.latex[0].value
    assert r"{s \cdot F(x)}" in app.latex[0].value
    _press(app, "block_kind", "pre-activation")
    assert "ReLU" not in app.latex[0].value
    assert "F(x)" in app.latex[0].value
    app.toggle(key="block_automatic").set_value(True).run()
    _stride(app, 2)
    assert r"W_s \hat{x}" in app.latex[0].value
    assert r"\hat{x} = \mathrm{ReLU}(\mathrm{BN}(x))" in app.latex[0].value
    assert _node(app, "shortcut_bn") is None
    assert "reads what the branch reads" in _words(app)


@pytest.mark.parametrize("kind", ["bottleneck", "pre-activation", "resnext", "se"])
def test_every_kind_breaks_and_is_repaired(app: AppTest, kind: str) -> None:
    _press(app, "block_kind", kind)
    _stride(app, 2)
    assert (_node(app, "add") or [""])[0] == "≠"
    _press(app, "block_repair", "projection")
    assert (_node(app, "add") or [""])[0] == "+"
    assert (_node(app, "shortcut_conv") or [""])[0].startswith("1×1 conv")
    before = _counted(app)
    _press(app, "block_repair", "leave")
    assert (_node(app, "add") or [""])[0] == "≠"
    assert _counted(app) < before


def test_zero_padding_repairs_without_parameters_and_cannot_take_channels_away(app: AppTest) -> None:
    app.select_slider(key="block_filters").set_value(128).run()
    assert (_node(app, "add") or [""])[0] == "≠"
    _press(app, "block_repair", "zero-pad")
    assert _node(app, "shortcut_pad") == ["+ 64 channels of 0", "every pixel", "32×32×128", "0 params"]
    assert r"\mathrm{pad}(x)" in app.latex[0].value
    assert "25.03" in _words(app)

    app.select_slider(key="block_filters").set_value(32).run()
    assert not app.exception
    assert "can append channels but not take any away: 64 come in, the branch has 32" in _words(app).replace("\\", "")
    assert _node(app, "add") == ["+", "add", "32×32×128", "0 params"]  # the last block there was
    assert _is_dimmed(app)
    app.select_slider(key="block_filters").set_value(64).run()
    assert _node(app, "add") == ["+", "add", "32×32×64", "0 params"]
    assert not _is_dimmed(app)
    assert "can append" not in _words(app)


def test_sizes_that_a_kind_cannot_have_are_explained(app: AppTest) -> None:
    app.select_slider(key="block_filters").set_value(8).run()
    _press(app, "block_kind", "se")
    assert "There is no such block" in _words(app)
    advice = "squeeze-and-excitation with 1/16 needs at least 16 output channels, and the block has 8; 16 filters would do"
    assert advice in _words(app).replace("\\", "")
    _press(app, "block_kind", "resnext")
    app.select_slider(key="block_filters").set_value(8).run()
    assert "32 groups of width 4 per 64 filters need at least 16 filters to have a channel each, got 8" in _words(app).replace("\\", "")
    _press(app, "block_kind", "basic")
    assert "There is no such block" not in _words(app)
    assert _counted(app) == 9 * 64 * 8 + 9 * 8 * 8 + 2 * 4 * 8


def test_each_form_of_branch_keeps_its_sizes(app: AppTest) -> None:
    app.slider(key="block_side").set_value(20).run()
    _press(app, "block_kind", "resnext")
    assert _node(app, "input") == ["x", "32×32×256"]
    assert app.selectbox(key="block_example").options == ["32×32×256 → 32×32×256", "32×32×256 → 16×16×512", "32×32×64 → 32×32×256"]
    app.slider(key="block_side").set_value(24).run()
    _press(app, "block_kind", "pre-activation")  # keeps the convolutions that are there
    assert _node(app, "input") == ["x", "24×24×256"]
    _press(app, "block_convolutions", "basic")
    assert _node(app, "input") == ["x", "20×20×64"]
    _press(app, "block_kind", "bottleneck")
    assert _node(app, "input") == ["x", "24×24×256"]


@pytest.mark.parametrize(
    ("address", "kind", "convolutions"),
    [
        ("se", "se", "basic"),
        ("pre-activation-bottleneck", "pre-activation", "bottleneck"),
        ("resnext", "resnext", "bottleneck"),
        ("resnext-bottleneck", "basic", "basic"),
        ("<script>", "basic", "basic"),
        ("", "basic", "basic"),
    ],
)
def test_the_address_chooses_the_kind_and_garbage_the_default(address: str, kind: str, convolutions: str) -> None:
    page = AppTest.from_file(str(ROUTER), default_timeout=30)
    page.query_params["block_kind"] = address
    page.run().switch_page("block.py")
    page.query_params["block_kind"] = address  # as a link to the page has it
    page.run()
    assert not page.exception
    assert (page.session_state["block_kind"], page.session_state["block_convolutions"]) == (kind, convolutions)
    written = Choice(kind=kind, block=convolutions).address
    assert page.query_params.get("block_kind") == (None if written == "basic" else written)


def test_the_kind_is_kept_while_other_pages_are_read(app: AppTest) -> None:
    _press(app, "block_kind", "se")
    _press(app, "block_convolutions", "bottleneck")
    app.switch_page("idea.py").run()
    app.switch_page("block.py").run()
    assert _node(app, "se_reduce") == ["dense → 16", "4,112 params"]
    assert app.query_params["block_kind"] == "se-bottleneck"


def test_a_shape_is_predicted_and_told(app: AppTest) -> None:
    assert app.radio(key="block_shape_test").options == ["`ResidualUnit(64)`", "`ResidualUnit(128, strides=2)`"]
    app.radio(key="block_shape_test").set_value(SHAPE_TESTS[1]).run()
    app.text_input(key="block_shape_128-2").set_value("2, 32, 32, 128").run()
    assert "You said (2, 32, 32, 128); the unit gives **(2, 16, 16, 128)**. Not the same: height, width." in _words(app)
    app.text_input(key="block_shape_128-2").set_value("2 x 16 x 16 x 128").run()
    assert "the unit gives (2, 16, 16, 128)." in _words(app)
    app.text_input(key="block_shape_128-2").set_value("16, 16, 128").run()
    assert "A shape has 4 numbers here" in _words(app)
    app.button(key="block_shape_draw").click().run()
    assert _node(app, "add") == ["≠", "cannot add", "32×32×64", "+ 16×16×128"]


def test_the_shapes_told_are_keras_s() -> None:
    style = blocks.Style.of(PRESETS["mini-resnet"])
    for sizes in SHAPE_TESTS:
        x = keras.Input((sizes.side, sizes.side, sizes.channels), batch_size=BATCH)
        y = blocks.basic_block(x, name="stage1_block1", filters=sizes.filters, stride=sizes.stride, style=style)
        assert output_of(sizes) == y.shape


def test_the_faulty_line_is_found_and_the_others_are_explained(app: AppTest) -> None:
    assert app.button(key="block_fault_check").disabled
    for name, reply in (("add", "**Not this one.** Add first"), ("bias", "**Not this one.** No bias"), ("config", "**This is it.**")):
        app.radio(key="block_fault").set_value(name).run()
        app.button(key="block_fault_check").click().run()
        assert reply in _words(app)
    (source,) = (data for one in components(app) if "lines" in (data := json.loads(one.proto.json)))
    assert [source["lines"][number].strip() for number in source["lit"]] == ['own = {"filters": self.filters, "strides": self.strides}']


def test_the_unit_forgets_what_it_is_said_to_forget() -> None:
    """Loaded from its configuration it gives other numbers with the same weights; with the line mended, the same."""
    source = FORGETFUL.read_text(encoding="utf-8")
    mended = source.replace(
        '"strides": self.strides}', '"strides": self.strides, "activation": keras.activations.serialize(self.activation)}'
    )
    x = keras.random.normal((2, 4, 4, 3), seed=1)
    for text, same in ((source, False), (mended, True)):
        room: dict[str, Any] = {}
        exec(compile(text, "forgetful_unit", "exec"), room)
        unit = room["ResidualUnit"](3, activation="tanh")
        y = unit(x)
        copy = room["ResidualUnit"].from_config(unit.get_config())
        copy(x)
        copy.set_weights(unit.get_weights())
        assert bool(np.array_equal(copy(x), y)) == same
