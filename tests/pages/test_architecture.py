"""The page Architecture: every control changes the numbers, the address follows, and nothing a visitor does is lost."""

from __future__ import annotations

import itertools
import time
from types import SimpleNamespace

import pytest

from pages.parts import network_state
from tests.pages.architecture_page import address_of, choose, column, open_more, open_page, open_tab, rows, svg, totals, words_of
from tests.pages.components import select


def test_it_opens_with_the_network_that_fits_the_data() -> None:
    app = open_page()
    assert totals(app) == ["696,042", "698,282", "80.5 M", "14"]
    assert "**Fits Fashion-MNIST.** One epoch takes about 30 s on the subset, about 3 min on all images" in words_of(app)


def test_the_first_control_takes_a_preset() -> None:
    app = open_page()
    app.selectbox(key="network_preset").set_value("resnet-34").run()
    assert totals(app) == ["21,797,672", "21,814,696", "3.66 G", "34"]
    assert address_of(app) == {"lang": "en", "name": "resnet-34"}
    app.selectbox(key="network_preset").set_value("resnet-18").run()
    assert totals(app) == ["11,689,512", "11,699,112", "1.81 G", "18"]


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
    app = open_page(name="resnet-34", tab="layers")
    open_more(app)
    before = totals(app), svg(app)
    getattr(app, kind)(key=key).set_value(value).run()
    assert totals(app)[0] == f"{parameters:,}"
    assert column(app, 2, level=0) == [parameters]
    assert sum(column(app, 2)) == parameters
    assert app.dataframe[0].value["trainable_parameters"].sum() == parameters
    assert (totals(app), svg(app)) != before or move == "dropout"
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "tab": "layers"} | address


# The same of choices; ResNet-50's are the ones known for its relatives.
PROJECTIONS = 64 * 128 + 128 * 256 + 256 * 512 + 2 * (128 + 256 + 512)  # 1x1 weights and the trained half of their batch norms
CHOICES = {
    "input channels": ("resnet-34", "network_channels", 1, 21_797_672 - 49 * 2 * 64, {"input_shape": "224,224,1"}),
    "stem": ("resnet-34", "network_stem", "cifar", 21_797_672 - (49 - 9) * 3 * 64, {"stem": "cifar"}),
    "block": ("resnet-34", "network_block", "bottleneck", 25_557_032, {"block": "bottleneck"}),
    "order": ("resnet-50", "network_order", True, 25_549_352, {"preactivation": "true"}),
    "stride": ("resnet-50", "network_stride_on", "1x1", 25_557_032, {"bottleneck_stride_on": "1x1"}),
}
LISTS = {
    "no shortcuts": ("resnet-34", "selectbox", "network_shortcut", "none", 21_797_672 - PROJECTIONS, {"shortcut": "none"}),
    "zeros": ("resnet-34", "selectbox", "network_shortcut", "zero-pad", 21_797_672 - PROJECTIONS, {"shortcut": "zero-pad"}),
    "excitation": ("resnet-50", "select_slider", "network_excitation", 16, 28_088_024, {"se_reduction": "16"}),
    "wider": ("resnet-50", "select_slider", "network_group_width", 128, 68_883_240, {"width_per_group": "128"}),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_changes_numbers_and_address(choice: str) -> None:
    name, key, value, parameters, address = CHOICES[choice]
    app = open_page(name=name)
    open_more(app)
    choose(app, key, value)
    assert totals(app)[0] == f"{parameters:,}"
    assert address_of(app) == {"lang": "en", "name": name} | address


@pytest.mark.parametrize("choice", LISTS)
def test_a_list_changes_numbers_and_address(choice: str) -> None:
    name, kind, key, value, parameters, address = LISTS[choice]
    app = open_page(name=name)
    open_more(app)
    getattr(app, kind)(key=key).set_value(value).run()
    assert totals(app)[0] == f"{parameters:,}"
    assert address_of(app) == {"lang": "en", "name": name} | address


def test_resnet_50_becomes_resnext_by_two_controls() -> None:
    app = open_page(name="resnet-50")
    open_more(app)
    app.select_slider(key="network_group_width").set_value(4).run()
    app.select_slider(key="network_groups").set_value(32).run()
    assert totals(app)[:2] == ["25,028,904", f"{25_028_904 + 68_224:,}"]
    assert "Changed from ResNet-50" in words_of(app)


def test_the_advanced_part_holds_padding_and_activation() -> None:
    app = open_page(name="resnet-34")
    assert not [box for box in app.selectbox if box.key == "network_activation"]
    open_more(app)
    app.selectbox(key="network_activation").set_value("gelu").run()
    app.selectbox(key="network_padding").set_value("same").run()
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "padding": "same", "activation": "gelu"}
    open_tab(app, "Every layer")
    assert "stem_pad" not in set(app.dataframe[0].value["name"])
    # Put away again, they still hold.
    app.session_state["network_advanced"] = False
    app.run()
    app.slider(key="network_depth_1").set_value(4).run()
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "depths": "4,4,6,3", "padding": "same", "activation": "gelu"}


def test_a_changed_network_says_so_and_goes_back_in_one_click() -> None:
    app = open_page(name="resnet-34")
    assert "ResNet-34, unchanged" in words_of(app)
    assert app.button(key="network_reset").disabled
    app.slider(key="network_depth_3").set_value(9).run()
    assert "Changed from ResNet-34" in words_of(app)
    app.button(key="network_reset").click().run()
    assert totals(app)[0] == "21,797,672"
    assert app.slider(key="network_depth_3").value == 6
    assert "ResNet-34, unchanged" in words_of(app)


def test_a_network_that_does_not_fit_is_adapted_in_one_click() -> None:
    app = open_page(name="resnet-34")
    # By hand: the stem becomes 3x3 of one channel, the head 10 classes.
    adapted = 21_797_672 - 49 * 3 * 64 + 9 * 64 - 990 * 513
    words = words_of(app)
    assert "**Fashion-MNIST needs 28×28×1, 10 classes, small stem.**" in words
    assert f"{adapted:,} trained parameters, 936 M multiply-adds, about 6 min for an epoch" in words
    app.button(key="network_adapt").click().run()
    assert totals(app)[0] == f"{adapted:,}" == "21,280,970"
    assert "**Fits Fashion-MNIST.**" in words_of(app)
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "input_shape": "28,28,1", "num_classes": "10", "stem": "cifar"}


def test_a_network_that_cannot_be_adapted_says_why() -> None:
    app = open_page(name="resnet-18", depths="1,1,1,1,1,1,1", widths="8,8,8,8,8,8,8")
    words = "each of its 7 stages after the first halves the image, and 28×28 pixels can be halved 5 times"
    assert words in words_of(app)
    assert totals(app)[3] == "16"


def test_the_largest_network_an_address_can_ask_for_is_shown() -> None:
    app = open_page(name="resnet-18", depths="1000,1000", widths="4096,4096", input_shape="1024,1024,3", num_classes="100000")
    assert not app.warning
    assert totals(app)[3] == "4,002"
    (macs,) = column(app, 3, level=0)
    assert macs > 2**53  # more than a float holds exactly
    assert sum(column(app, 3)) == macs
    open_tab(app, "Every layer")
    assert int(app.dataframe[0].value["macs"].sum()) == macs


def test_a_wrong_combination_is_explained_and_loses_nothing() -> None:
    app = open_page(name="resnet-34")
    app.select_slider(key="network_size").set_value("8×8").run()
    assert len(app.toast) == 1
    assert "**This cannot be built:** stage3 halves the resolution and needs at least 2x2 pixels" in words_of(app)
    assert totals(app) == ["21,797,672", "21,814,696", "3.66 G", "34"]  # the last network that can be built
    assert app.select_slider(key="network_size").value == "8×8"  # what the visitor asked for
    assert address_of(app) == {"lang": "en", "name": "resnet-34"}
    # Another control: still impossible, still kept.
    app.slider(key="network_depth_1").set_value(5).run()
    assert "**This cannot be built:**" in words_of(app)
    assert (app.select_slider(key="network_size").value, app.slider(key="network_depth_1").value) == ("8×8", 5)
    # A visit elsewhere, and back.
    app.switch_page("block.py").run().switch_page("architecture.py").run()
    assert (app.select_slider(key="network_size").value, app.slider(key="network_depth_1").value) == ("8×8", 5)
    # Made possible again, all of it counts.
    choose(app, "network_stem", "cifar")
    assert "cannot be built" not in words_of(app)
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "depths": "5,4,6,3", "input_shape": "8,8,3", "stem": "cifar"}


@pytest.mark.parametrize("classes", [1, 0, -3, 100_001])
def test_an_impossible_number_of_classes_is_explained(classes: int) -> None:
    app = open_page(name="resnet-34")
    open_more(app)
    app.number_input(key="network_classes").set_value(classes).run()
    assert "**This cannot be built:** Classes must be a whole number from 2 to 100000" in words_of(app)
    assert app.number_input(key="network_classes").value == classes
    assert totals(app)[0] == "21,797,672"


def test_a_link_shows_the_same_network() -> None:
    address = {
        "name": "resnet-18",
        "depths": "1,30,1",
        "widths": "24,50,100",
        "input_shape": "100,60,2",
        "num_classes": "7",
        "dropout": "0.33",
    }
    app = open_page(**address)
    open_more(app)
    assert address_of(app) == {"lang": "en", **address}
    # Values off the controls' usual steps and ranges are shown as they are.
    assert [app.slider(key=f"network_depth_{stage}").value for stage in (1, 2, 3)] == [1, 30, 1]
    assert [app.select_slider(key=f"network_width_{stage}").value for stage in (1, 2, 3)] == [24, 50, 100]
    assert app.select_slider(key="network_size").value == "100×60"
    assert app.slider(key="network_dropout").value == 0.33
    assert [row["cells"][0] for row in rows(app) if row["level"] == 1] == ["25×15×24", "25×15×24", "13×8×50", "7×4×100", "7"]


def test_a_preset_sets_every_control_also_one_whose_range_was_wider() -> None:
    app = open_page(name="resnet-18", depths="2,30,2,2")
    assert app.slider(key="network_depth_1").max == 34
    app.selectbox(key="network_preset").set_value("resnet-34").run()
    app.selectbox(key="network_preset").set_value("resnet-18").run()
    assert app.slider(key="network_depth_1").max == 18
    assert [app.slider(key=f"network_depth_{stage}").value for stage in (1, 2, 3, 4)] == [2, 2, 2, 2]
    assert totals(app)[0] == "11,689,512"


def test_a_faulty_link_is_explained_until_it_is_dismissed() -> None:
    app = open_page(name="resnet-34", depths="3,x,6,3", dropout="7", num_classes="12", foreign="kept")
    (warning,) = app.warning
    assert "the address gives depths='3,x,6,3', but whole numbers" in warning.value
    assert "Dropout must be a number in \\[0, 1\\), got 7" in warning.value
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "num_classes": "12", "foreign": "kept"}
    app.slider(key="network_depth_1").set_value(4).run()
    assert app.warning
    app.button(key="network_dismiss").click().run()
    assert not app.warning
    assert address_of(app)["depths"] == "4,4,6,3"


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
    app = open_page(**address)
    assert totals(app)[0] == f"{parameters:,}"
    (warning,) = app.warning
    assert "](" not in warning.value
    assert "<script" not in warning.value.replace("\\<", "")


def test_the_address_before_a_move_does_not_undo_the_move() -> None:
    app = open_page(name="resnet-34")
    app.slider(key="network_depth_1").set_value(4).run()
    # A quick hand: the browser had not heard of the new address when it sent the next move, or a click elsewhere.
    for name in list(address_of(app)):
        del app.query_params[name]
    app.query_params["name"] = "resnet-34"
    app.slider(key="network_depth_1").set_value(5).run()
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "depths": "5,4,6,3"}
    del app.query_params["depths"]
    open_tab(app, "Every layer")
    app.text_input(key="network_search").set_value("conv").run()
    assert address_of(app)["depths"] == "5,4,6,3"


def test_a_page_that_takes_long_does_not_come_to_believe_the_address_before_a_move(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(name="resnet-34")
    app.slider(key="network_depth_1").set_value(4).run()
    del app.query_params["depths"]
    # From one look at the clock to the next a good while passes: at the first one the address is still on its way.
    looks = itertools.count(time.monotonic(), 0.75 * network_state.ADDRESS_TRAVEL_SECONDS)
    monkeypatch.setattr(network_state, "time", SimpleNamespace(monotonic=lambda: next(looks)))
    app.run()
    assert app.slider(key="network_depth_1").value == 4
    assert address_of(app)["depths"] == "4,4,6,3"


def test_the_browsers_way_back_is_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_page(name="resnet-34")
    app.slider(key="network_depth_1").set_value(4).run()
    monkeypatch.setattr(network_state, "ADDRESS_TRAVEL_SECONDS", -1.0)  # the move was long ago
    del app.query_params["depths"]
    app.run()
    assert totals(app)[0] == "21,797,672"
    assert app.slider(key="network_depth_1").value == 3


def test_the_layers_can_be_searched_and_the_search_is_counted() -> None:
    app = open_page(name="resnet-34", tab="layers")
    layers = len(app.dataframe[0].value)
    assert f"{layers} of {layers} layers" in words_of(app)
    app.text_input(key="network_search").set_value("shortcut conv").run()
    assert list(app.dataframe[0].value["name"]) == [f"stage{stage}_block1_shortcut_conv" for stage in (2, 3, 4)]
    assert f"3 of {layers} layers" in words_of(app)
    app.text_input(key="network_search").set_value("tulip").run()
    assert f"0 of {layers} layers" in words_of(app)


def test_a_search_knows_the_words_shown_and_the_codes_of_the_file() -> None:
    app = open_page(name="resnet-34", tab="layers")
    for search in ("stage2_block1 batch norm", "stage2_block1 bn"):
        app.text_input(key="network_search").set_value(search).run()
        table = app.dataframe[0].value
        assert list(table["name"]) == [f"stage2_block1_{name}" for name in ("bn1", "bn2", "shortcut_bn")]
        assert set(table["kind"]) == {"batch norm"}


def test_the_tick_stays_with_its_layer() -> None:
    app = open_page(name="resnet-34", open="stage2_block1_conv1", tab="layers")

    def ticked() -> list[str]:
        chosen = app.session_state["network_layers"]["selection"]["rows"]
        return list(app.dataframe[0].value["name"].iloc[chosen])

    assert ticked() == ["stage2_block1_conv1"]
    for search, expected in (("stage2", ["stage2_block1_conv1"]), ("stage3", []), ("", ["stage2_block1_conv1"])):
        app.text_input(key="network_search").set_value(search).run()
        assert ticked() == expected
    app.selectbox(key="network_preset").set_value("resnet-50").run()  # more layers before it
    assert ticked() == ["stage2_block1_conv1"]


def test_a_tick_that_the_browser_sends_back_opens_nothing() -> None:
    app = open_page(name="resnet-34", open="stage2_block1_conv1", tab="layers")
    ticked = list(app.session_state["network_layers"]["selection"]["rows"])
    app.query_params["open"] = "stage3"
    select(app, app.dataframe[0].proto.id, rows=ticked)
    assert address_of(app)["open"] == "stage3"
    assert app.session_state["network_layers"]["selection"]["rows"] == []


def test_the_explanation_uses_the_networks_own_numbers() -> None:
    app = open_page(name="resnet-18")
    open_tab(app, "Counting")
    words = words_of(app)
    assert "115,605,504 multiply-adds in every stage of ResNet-34" in words
    assert "18 here is 1 in the stem, 16 in the blocks and 1 in the head" in words
    assert "11,689,512 are trained" in words
    assert "Keras adds 9,600 running means" in words


def test_train_this_network_leads_to_training_with_it() -> None:
    app = open_page(name="resnet-18", shortcut="none")
    app.button(key="network_adapt").click().run()
    address = address_of(app)
    app.button(key="network_train").click().run()
    assert not app.exception
    assert "Training" in app.title[0].value
    assert address_of(app) == address
