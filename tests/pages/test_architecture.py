"""The page Architecture: every control changes the numbers, the address follows, and nothing a visitor does is lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import network_state

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


def _open(**address: str) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    app.run().switch_page("architecture.py").run()
    assert not app.exception
    return app


def _totals(app: AppTest) -> list[str]:
    """Trained parameters, all parameters, multiply-adds, layers with weights."""
    assert not app.exception
    return [metric.value for metric in app.metric]


def _choose(app: AppTest, key: str, value: Any) -> None:
    app.get("button_group")
    next(group for group in app.get("button_group") if group.key == key).set_value(value).run()


def _address(app: AppTest) -> dict[str, str]:
    return {name: app.query_params[name] for name in app.query_params}


def _svg(app: AppTest) -> str:
    (component,) = app.get("bidi_component")
    return json.loads(component.proto.json)["svg"]


def _words(app: AppTest) -> str:
    return "\n".join(element.value for element in [*app.markdown, *app.caption])


def test_it_opens_with_the_network_that_fits_the_data() -> None:
    app = _open()
    assert _totals(app) == ["696,042", "698,282", "80.5 M", "14"]
    assert "**Fits Fashion-MNIST.** One epoch takes about 30 s on the subset, about 3 min on all images" in _words(app)


def test_the_first_control_takes_a_preset() -> None:
    app = _open()
    _choose(app, "network_preset", "resnet-34")
    assert _totals(app) == ["21,797,672", "21,814,696", "3.66 G", "34"]
    assert _address(app) == {"lang": "en", "name": "resnet-34"}
    _choose(app, "network_preset", "resnet-18")
    assert _totals(app) == ["11,689,512", "11,699,112", "1.81 G", "18"]


# ResNet-34's 21,797,672 trained parameters, and what each move adds or takes away, by hand.
MOVES = {
    "blocks": ("slider", "network_depth_2", 5, 21_797_672 + 2 * (9 * 128 * 128 + 2 * 128), {"depths": "3,5,6,3"}),
    "channels": (
        "select_slider",
        "network_width_1",
        32,
        # stem 7x7x3, six 3x3 of stage 1, its and the stem's batch norms, then stage 2's first convolution and projection
        21_797_672 - 49 * 3 * 32 - 6 * 9 * (64**2 - 32**2) - 7 * 2 * 32 - (9 + 1) * 32 * 128,
        {"widths": "32,128,256,512"},
    ),
    "input size": ("select_slider", "network_size", "128×128", 21_797_672, {"input_shape": "128,128,3"}),
    "classes": ("number_input", "network_classes", 10, 21_797_672 - 990 * 513, {"num_classes": "10"}),
    "dropout": ("slider", "network_dropout", 0.25, 21_797_672, {"dropout": "0.25"}),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_control_changes_numbers_table_drawing_and_address(move: str) -> None:
    kind, key, value, parameters, address = MOVES[move]
    app = _open(name="resnet-34")
    before = _totals(app), _svg(app)
    getattr(app, kind)(key=key).set_value(value).run()
    assert _totals(app)[0] == f"{parameters:,}"
    assert app.dataframe[0].value["trainable_parameters"].sum() == parameters
    assert app.dataframe[1].value["trainable_parameters"].sum() == parameters
    assert (_totals(app), _svg(app)) != before or move == "dropout"
    assert _address(app) == {"lang": "en", "name": "resnet-34"} | address


CHOICES = {
    "input channels": ("network_channels", 1, 21_797_672 - 49 * 2 * 64, {"input_shape": "224,224,1"}),
    "stem": ("network_stem", "cifar", 21_797_672 - (49 - 9) * 3 * 64, {"stem": "cifar"}),
    # three projections: 1x1 weights and the trained half of their batch norms
    "shortcuts": ("network_shortcut", "none", 21_797_672 - 64 * 128 - 128 * 256 - 256 * 512 - 2 * (128 + 256 + 512), {"shortcut": "none"}),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_changes_numbers_and_address(choice: str) -> None:
    key, value, parameters, address = CHOICES[choice]
    app = _open(name="resnet-34")
    _choose(app, key, value)
    assert _totals(app)[0] == f"{parameters:,}"
    assert _address(app) == {"lang": "en", "name": "resnet-34"} | address


def test_the_advanced_part_holds_padding_and_activation() -> None:
    app = _open(name="resnet-34")
    assert not app.selectbox
    app.session_state["network_advanced"] = True
    app.run()
    app.selectbox(key="network_activation").set_value("gelu").run()
    _choose(app, "network_padding", "same")
    assert _address(app) == {"lang": "en", "name": "resnet-34", "padding": "same", "activation": "gelu"}
    assert "stem_pad" not in set(app.dataframe[1].value["name"])
    # Put away again, they still hold.
    app.session_state["network_advanced"] = False
    app.run()
    app.slider(key="network_depth_1").set_value(4).run()
    assert _address(app) == {"lang": "en", "name": "resnet-34", "depths": "4,4,6,3", "padding": "same", "activation": "gelu"}


def test_a_changed_network_says_so_and_goes_back_in_one_click() -> None:
    app = _open(name="resnet-34")
    assert "ResNet-34, unchanged" in _words(app)
    assert app.button(key="network_reset").disabled
    app.slider(key="network_depth_3").set_value(9).run()
    assert "Changed from ResNet-34" in _words(app)
    app.button(key="network_reset").click().run()
    assert _totals(app)[0] == "21,797,672"
    assert app.slider(key="network_depth_3").value == 6
    assert "ResNet-34, unchanged" in _words(app)


def test_a_network_that_does_not_fit_is_adapted_in_one_click() -> None:
    app = _open(name="resnet-34")
    # By hand: the stem becomes 3x3 of one channel, the head 10 classes.
    adapted = 21_797_672 - 49 * 3 * 64 + 9 * 64 - 990 * 513
    words = _words(app)
    assert "**Fashion-MNIST needs 28×28×1, 10 classes, small stem.**" in words
    assert f"{adapted:,} trained parameters (now 21,797,672), 936 M multiply-adds (now 3.66 G), about 6 min for an epoch" in words
    app.button(key="network_adapt").click().run()
    assert _totals(app)[0] == f"{adapted:,}" == "21,280,970"
    assert "**Fits Fashion-MNIST.**" in _words(app)
    assert _address(app) == {"lang": "en", "name": "resnet-34", "input_shape": "28,28,1", "num_classes": "10", "stem": "cifar"}


def test_a_network_that_cannot_be_adapted_says_why() -> None:
    app = _open(name="resnet-18", depths="1,1,1,1,1,1,1", widths="8,8,8,8,8,8,8")
    assert "cannot be adapted: stage7 halves the resolution and needs at least 2x2 pixels" in _words(app)
    assert _totals(app)[3] == "16"


def test_the_largest_network_an_address_can_ask_for_is_shown() -> None:
    app = _open(name="resnet-18", depths="1000,1000", widths="4096,4096", input_shape="1024,1024,3", num_classes="100000")
    assert not app.warning
    assert _totals(app)[3] == "4,002"
    assert int(app.dataframe[0].value["macs"].sum()) > 2**53  # more than a float holds exactly
    assert app.dataframe[1].value["macs"].sum() == app.dataframe[0].value["macs"].sum()


def test_a_wrong_combination_is_explained_and_loses_nothing() -> None:
    app = _open(name="resnet-34")
    app.select_slider(key="network_size").set_value("8×8").run()
    assert "**This cannot be built:** stage3 halves the resolution and needs at least 2x2 pixels" in _words(app)
    assert _totals(app) == ["21,797,672", "21,814,696", "3.66 G", "34"]  # the last network that can be built
    assert app.select_slider(key="network_size").value == "8×8"  # what the visitor asked for
    assert _address(app) == {"lang": "en", "name": "resnet-34"}
    # Another control: still impossible, still kept.
    app.slider(key="network_depth_1").set_value(5).run()
    assert "**This cannot be built:**" in _words(app)
    assert (app.select_slider(key="network_size").value, app.slider(key="network_depth_1").value) == ("8×8", 5)
    # A visit elsewhere, and back.
    app.switch_page("block.py").run().switch_page("architecture.py").run()
    assert (app.select_slider(key="network_size").value, app.slider(key="network_depth_1").value) == ("8×8", 5)
    # Made possible again, all of it counts.
    _choose(app, "network_stem", "cifar")
    assert "cannot be built" not in _words(app)
    assert _address(app) == {"lang": "en", "name": "resnet-34", "depths": "5,4,6,3", "input_shape": "8,8,3", "stem": "cifar"}


@pytest.mark.parametrize("classes", [1, 0, -3, 100_001])
def test_an_impossible_number_of_classes_is_explained(classes: int) -> None:
    app = _open(name="resnet-34")
    app.number_input(key="network_classes").set_value(classes).run()
    assert "**This cannot be built:** num\\_classes must be a whole number from 2 to 100000" in _words(app)
    assert app.number_input(key="network_classes").value == classes
    assert _totals(app)[0] == "21,797,672"


def test_a_link_shows_the_same_network() -> None:
    address = {
        "name": "resnet-18",
        "depths": "1,30,1",
        "widths": "24,50,100",
        "input_shape": "100,60,2",
        "num_classes": "7",
        "dropout": "0.33",
    }
    app = _open(**address)
    assert _address(app) == {"lang": "en", **address}
    # Values off the controls' usual steps and ranges are shown as they are.
    assert [app.slider(key=f"network_depth_{stage}").value for stage in (1, 2, 3)] == [1, 30, 1]
    assert [app.select_slider(key=f"network_width_{stage}").value for stage in (1, 2, 3)] == [24, 50, 100]
    assert app.select_slider(key="network_size").value == "100×60"
    assert app.slider(key="network_dropout").value == 0.33
    assert list(app.dataframe[0].value["output_shape"]) == ["25×15×24", "25×15×24", "13×8×50", "7×4×100", "7"]


def test_a_preset_sets_every_control_also_one_whose_range_was_wider() -> None:
    app = _open(name="resnet-18", depths="2,30,2,2")
    assert app.slider(key="network_depth_1").max == 30
    _choose(app, "network_preset", "resnet-34")
    _choose(app, "network_preset", "resnet-18")
    assert app.slider(key="network_depth_1").max == 18
    assert [app.slider(key=f"network_depth_{stage}").value for stage in (1, 2, 3, 4)] == [2, 2, 2, 2]
    assert _totals(app)[0] == "11,689,512"


def test_a_faulty_link_is_explained_until_it_is_dismissed() -> None:
    app = _open(name="resnet-34", depths="3,x,6,3", dropout="7", num_classes="12", foreign="kept")
    (warning,) = app.warning
    assert "the address gives depths='3,x,6,3', but whole numbers" in warning.value
    assert "dropout must be a number in \\[0, 1\\), got 7" in warning.value
    assert _address(app) == {"lang": "en", "name": "resnet-34", "num_classes": "12", "foreign": "kept"}
    app.slider(key="network_depth_1").set_value(4).run()
    assert app.warning
    app.button(key="network_dismiss").click().run()
    assert not app.warning
    assert _address(app)["depths"] == "4,4,6,3"


@pytest.mark.parametrize(
    ("address", "parameters"),
    [
        ({"name": "[click](https://example.org) <script>alert(1)</script> {0}"}, 696_042),
        ({"depths": "9" * 4_000, "widths": ",,,", "input_shape": "0,0,0", "num_classes": "1e9", "bn_epsilon": "inf"}, 696_042),
        # The stem alone is possible: 7x7 in the place of 3x3.
        ({"input_shape": "1,1,1", "stem": "imagenet", "depths": "1,1,1,1,1,1,1,1", "widths": "1,1"}, 696_042 + 40 * 32),
        ({"depths": "2,2,2,2,2,2,2,2,2", "widths": "8,8,8,8,8,8,8,8,8"}, 696_042),
    ],
)
def test_garbage_in_the_address_is_never_an_error(address: dict[str, str], parameters: int) -> None:
    app = _open(**address)
    assert _totals(app)[0] == f"{parameters:,}"
    (warning,) = app.warning
    assert "](" not in warning.value
    assert "<script" not in warning.value.replace("\\<", "")


def test_the_address_before_a_move_does_not_undo_the_move() -> None:
    app = _open(name="resnet-34")
    app.slider(key="network_depth_1").set_value(4).run()
    # A quick hand: the browser had not heard of the new address when it sent the next move, or a click elsewhere.
    for name in list(_address(app)):
        del app.query_params[name]
    app.query_params["name"] = "resnet-34"
    app.slider(key="network_depth_1").set_value(5).run()
    assert _address(app) == {"lang": "en", "name": "resnet-34", "depths": "5,4,6,3"}
    del app.query_params["depths"]
    app.text_input(key="network_search").set_value("conv").run()
    assert _address(app)["depths"] == "5,4,6,3"


def test_the_browsers_way_back_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = _open(name="resnet-34")
    app.slider(key="network_depth_1").set_value(4).run()
    monkeypatch.setattr(network_state, "_ADDRESS_TRAVEL_SECONDS", -1.0)  # the move was long ago
    del app.query_params["depths"]
    app.run()
    assert _totals(app)[0] == "21,797,672"
    assert app.slider(key="network_depth_1").value == 3


def test_the_layers_can_be_searched_and_the_search_is_counted() -> None:
    app = _open(name="resnet-34")
    layers = len(app.dataframe[1].value)
    assert f"{layers} of {layers} layers" in _words(app)
    app.text_input(key="network_search").set_value("shortcut conv").run()
    assert list(app.dataframe[1].value["name"]) == [f"stage{stage}_block1_shortcut_conv" for stage in (2, 3, 4)]
    assert f"3 of {layers} layers" in _words(app)
    app.text_input(key="network_search").set_value("tulip").run()
    assert f"0 of {layers} layers" in _words(app)


def test_the_papers_table_stands_beside_the_network() -> None:
    app = _open(name="resnet-34")
    app.session_state["network_tabs"] = "The paper's table"
    app.run()
    table = app.table[0].value
    assert list(table["ResNet-34"]) == [*list(table["Yours"])[:-1], "3.6×10⁹"]
    assert table["Yours"].iloc[-1] == "3.66×10⁹"
    assert "1512.03385" in _words(app)


def test_the_explanation_uses_the_networks_own_numbers() -> None:
    app = _open(name="resnet-18")
    app.session_state["network_tabs"] = "How to read the numbers"
    app.run()
    words = _words(app)
    assert "115,605,504 multiply-adds in every stage of ResNet-34" in words
    assert "18 here is 1 in the stem, 16 in the blocks and 1 in the head" in words
    assert "11,689,512 are trained" in words
    assert "Keras adds 9,600 running means" in words


def test_train_this_network_leads_to_training_with_it() -> None:
    app = _open(name="resnet-18", shortcut="none")
    app.button(key="network_adapt").click().run()
    address = _address(app)
    app.button(key="network_train").click().run()
    assert not app.exception
    assert "Training" in app.title[0].value
    assert _address(app) == address
