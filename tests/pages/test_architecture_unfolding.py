"""The network folded and unfolded on the page, and what the address keeps of it; wrong combinations and what mends them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pages.parts.network_address import FIELDS, to_query
from resnet.config import ResNetConfig
from resnet.export import config_json
from resnet.presets import PRESETS
from tests.pages.architecture_page import (
    address_of,
    choose,
    column,
    component_data,
    open_more,
    open_page,
    rows,
    svg,
    totals,
    unfold,
    words_of,
)


def test_a_stage_unfolds_in_table_and_drawing_and_adds_up() -> None:
    app = open_page(name="resnet-34")
    unfold(app, "stage2")
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "open": "stage2"}
    assert [row["name"] for row in rows(app) if row["level"] == 2] == ["Block 1", "Block 2", "Block 3", "Block 4"]
    (stage,) = (row for row in rows(app) if row["path"] == "stage2")
    assert sum(column(app, 1, level=2)) == int(stage["cells"][1].replace(",", ""))
    assert re.findall(r'data-open="([^"]+)"', svg(app)) == [f"stage2_block{block}" for block in (1, 2, 3, 4)]


def test_a_layer_shows_the_arithmetic_of_the_issue() -> None:
    app = open_page(name="resnet-34", open="stage2_block1_conv1")
    (detail,) = (row["sums"] for row in component_data(app, "rows")["rows"] if "sums" in row)
    sums = {one["title"]: (one["formula"], one["result"]) for one in detail}
    assert sums["Parameters"] == ("3 × 3 × 64 × 128", "73,728")
    assert sums["Multiply-adds"] == ("73,728 × 28 × 28", "57,802,752")
    assert sums["Output"] == ("⌊(56 + 2·1 − 3) / 2⌋ + 1 = 28", "28×28×128")
    # 11 after the stem, six 3x3 at steps of 4, and this one
    assert sums["Receptive field"] == ("59 + (3 − 1) × 4", "67×67 pixels")
    # 28 · 28 · 128 numbers of 4 bytes
    assert sums["Memory of the output"][1] == "392 KiB per image"
    assert 'class="chosen"' in svg(app)


def test_a_part_that_a_slider_takes_away_folds_up() -> None:
    app = open_page(name="resnet-34", open="stage3_block6_conv1")
    assert [row["path"] for row in rows(app) if row["chosen"]] == ["stage3_block6_conv1"]
    app.slider(key="network_depth_3").set_value(5).run()
    assert [row["path"] for row in rows(app) if row["chosen"]] == ["stage3"]


def test_the_way_back_is_a_click() -> None:
    app = open_page(name="resnet-50", open="stage1_block2_conv2")
    app.button(key="network_way_1").click().run()
    assert address_of(app)["open"] == "stage1"
    app.button(key="network_way_0").click().run()
    assert "open" not in address_of(app)


def test_a_place_and_a_tab_that_do_not_exist_are_named() -> None:
    app = open_page(name="resnet-34", open="stage7_block1", tab="<b>", protocol="guess", axis="*up*")
    (warning,) = app.warning
    assert "the address opens 'stage7\\_block1', which this network does not have" in warning.value
    assert "the address gives tab='\\<b\\>', but one of paper, compare," in warning.value
    assert "the address gives protocol='guess', but one of torchvision\\-v1" in warning.value
    assert "the address gives axis='\\*up\\*', but one of parameters, macs is needed there" in warning.value
    assert address_of(app) == {"lang": "en", "name": "resnet-34"}


@pytest.mark.parametrize(
    ("address", "title"),
    [({}, "ResNet-34"), ({"dropout": "0.5"}, "ResNet-34, changed"), ({"called": "my-net", "dropout": "0.5"}, "my-net")],
)
def test_the_way_and_the_table_say_whether_it_is_still_the_preset(address: dict[str, str], title: str) -> None:
    app = open_page(name="resnet-34", **address)
    assert app.button(key="network_way_0").label == title
    assert [row["name"] for row in rows(app) if row["level"] == 0] == [title]


def test_a_network_from_a_file_keeps_its_name_in_the_address() -> None:
    mine = replace(PRESETS["resnet-34"], name="my-net", dropout=0.5)
    app = open_page(tab="export")
    app.file_uploader(key="network_file").set_value(("mine.json", config_json(mine).encode(), "application/json")).run()
    address = address_of(app)
    assert address == {"lang": "en", "name": "resnet-34", "called": "my-net", "dropout": "0.5", "tab": "export"}
    again = open_page(**address)
    assert again.session_state["network_session"].network == mine
    assert address_of(again) == address


def test_a_tab_is_kept_in_the_address_and_opened_by_it() -> None:
    app = open_page(name="resnet-34", tab="counting")
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "tab": "counting"}
    assert app.session_state["network_tabs"] == "Counting"
    assert not app.dataframe or "name" not in app.dataframe[0].value


@pytest.mark.parametrize(
    ("network", "move", "fix", "parameters"),
    [
        ("resnet-34", "groups", "Block: Bottleneck", None),
        ("resnet-34", "groups", "Groups: 1, Width per group: 64", 21_797_672),
        ("resnet-20", "narrow", "Channels: 16 · 32 · 32", None),
        ("resnet-18", "small", "Stem: 3×3", 11_689_512 - (49 - 9) * 3 * 64),
    ],
)
def test_a_wrong_combination_is_explained_and_mended_in_a_click(network: str, move: str, fix: str, parameters: int | None) -> None:
    app = open_page(name=network)
    open_more(app)
    if move == "groups":
        app.select_slider(key="network_groups").set_value(2).run()
        reason = "Groups and Width per group shape the 3x3 convolution of a bottleneck"
    elif move == "narrow":
        app.select_slider(key="network_width_3").set_value(24).run()
        reason = "stage3\\_block1\\_shortcut\\_pad can append channels but not take any away\\: 32 come in, the branch has 24"
    else:
        app.select_slider(key="network_size").set_value("16×16").run()
        reason = "stage4 halves the resolution and needs at least 2x2 pixels, but with an input of 16x16 only 1x1 are left there"
    assert reason in words_of(app)
    (button,) = (button for button in app.button if button.key.startswith("network_fix_status") and button.label == fix)
    button.click().run()
    assert "cannot be built" not in words_of(app)
    assert not app.exception
    if parameters is not None:
        assert totals(app)[0] == f"{parameters:,}"


def test_a_choice_that_makes_no_network_is_kept_until_it_does() -> None:
    app = open_page(name="resnet-34")
    open_more(app)
    choose(app, "network_stride_on", "1x1")
    assert "**This cannot be built:** Bottleneck's stride “first 1×1” names" in words_of(app)
    choose(app, "network_block", "bottleneck")
    assert address_of(app) == {"lang": "en", "name": "resnet-34", "block": "bottleneck", "bottleneck_stride_on": "1x1"}


def test_the_longest_address_stays_under_two_thousand_characters() -> None:
    widest = ResNetConfig(
        name="mini-resnet",
        block="bottleneck",
        depths=(255,) * 7 + (215,),
        widths=(4_093,) * 8,
        input_shape=(1_021, 1_019, 13),
        num_classes=99_991,
        stem="imagenet",
        preactivation=True,
        shortcut="zero-pad",
        groups=17,
        width_per_group=13,
        se_reduction=1_021,
        bottleneck_stride_on="1x1",
        dropout=0.1234567890123456,
        activation="tanh",
        bn_epsilon=0.0001234567890123456,
        bn_momentum=0.1234567890123456,
        initializer="he_fan_out",
    )
    longest_name = "n" * 60
    other = {f"b_{name}": value for name, value in to_query(replace(widest, bn_momentum=0.6543210987654321, name=longest_name)).items()}
    view = {"open": "stage8_block215_conv3", "tab": "accuracy", "protocol": "fashion-mnist-subset", "axis": "macs", "run": "0123456789ab"}
    asked = {**to_query(replace(widest, name=longest_name)), **other, **view}
    app = open_page(**asked)
    assert not app.warning
    address = address_of(app)
    assert address == {"lang": "en", **asked}
    assert len("http://localhost:8501/architecture?" + "&".join(f"{name}={value}" for name, value in address.items())) < 2_000
    assert len(FIELDS) == len(to_query(widest)) + 1  # all but the initialisation differ from the preset or name it


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_is_one_choice_away_and_fits_fashion_mnist_in_one_click_more(name: str) -> None:
    app = open_page()
    app.selectbox(key="network_preset").set_value(name).run()
    if name != "mini-resnet":
        app.button(key="network_adapt").click().run()
    assert "**Fits Fashion-MNIST.**" in words_of(app)
