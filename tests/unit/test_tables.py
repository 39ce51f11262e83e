"""Tables of a plan, held against the paper's own table and against sums made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.tables import compact, comparison_table, layer_table, scientific, stage_table

RESNET_34 = plan(PRESETS["resnet-34"])


def test_the_stages_of_resnet_34() -> None:
    table = stage_table(RESNET_34)
    assert list(table["stage"]) == ["Stem", "Stage 1", "Stage 2", "Stage 3", "Stage 4", "Head"]
    assert list(table["output_shape"]) == ["56×56×64", "56×56×64", "28×28×128", "14×14×256", "7×7×512", "1000"]
    assert list(table["blocks"].astype(object).where(table["blocks"].notna(), None)) == [None, 3, 4, 6, 3, None]
    # Stage 1 by hand: six 3x3 convolutions of 64 to 64 channels at 56x56, and six batch norms of 4 numbers a channel, 2 of them trained.
    assert table["trainable_parameters"][1] == 6 * 9 * 64 * 64 + 6 * 2 * 64
    assert table["parameters"][1] == 6 * 9 * 64 * 64 + 6 * 4 * 64
    assert table["macs"][1] == 6 * 9 * 64 * 64 * 56 * 56
    # torchvision's num_params, and the batch norm statistics that Keras adds.
    assert table["trainable_parameters"].sum() == 21_797_672
    assert table["parameters"].sum() == 21_797_672 + 17_024


def test_the_layers_are_the_plans_in_its_order() -> None:
    table = layer_table(RESNET_34)
    assert list(table["name"]) == [layer.name for layer in RESNET_34.layers]
    assert table["trainable_parameters"].sum() == 21_797_672
    assert tuple(table.set_index("name").loc["stage2_block1_shortcut_conv"]) == ("conv", "28×28×128", 8_192, 8_192, 8_192 * 28 * 28)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("stage4 Shortcut", ["stage4_block1_shortcut_conv", "stage4_block1_shortcut_bn"]),
        ("dense", ["head_dense"]),
        ("112×112 conv", ["stem_conv"]),
        ("no such layer", []),
    ],
)
def test_a_search_finds_layers_by_all_its_words(search: str, expected: list[str]) -> None:
    assert list(layer_table(RESNET_34, search)["name"]) == expected


def test_an_empty_search_result_keeps_columns_and_types() -> None:
    assert list(layer_table(RESNET_34, "tulip").dtypes) == list(layer_table(RESNET_34).dtypes)


@pytest.mark.parametrize(("name", "column"), [("resnet-18", "resnet_18"), ("resnet-34", "resnet_34")])
def test_our_networks_are_the_papers_row_by_row(name: str, column: str) -> None:
    table = comparison_table(plan(PRESETS[name]))
    assert list(table["own"][:-1]) == list(table[column][:-1])
    assert list(table["own_size"]) == list(table["output_size"])


def test_the_papers_flops_are_multiply_adds_without_projections() -> None:
    for name, paper in (("resnet-18", "1.8×10⁹"), ("resnet-34", "3.6×10⁹")):
        macs = plan(replace(PRESETS[name], shortcut="none")).macs
        assert f"{macs / 1e9:.1f}×10⁹" == paper


def test_a_network_of_fewer_or_more_stages_finds_its_place() -> None:
    mini = comparison_table(plan(PRESETS["mini-resnet"]))
    assert list(mini["own"]) == [
        "3×3, 32",
        "[3×3, 32; 3×3, 32] × 2",
        "[3×3, 64; 3×3, 64] × 2",
        "[3×3, 128; 3×3, 128] × 2",
        "",
        "average pool, 10-d fc, softmax",
        "8.05×10⁷",
    ]
    six = comparison_table(plan(replace(PRESETS["resnet-18"], depths=(1,) * 6, widths=(8,) * 6)))
    assert list(six["layer"]) == ["conv1", "conv2_x", "conv3_x", "conv4_x", "conv5_x", "conv6_x", "conv7_x", "fc", "FLOPs"]
    assert list(six["resnet_34"][5:7]) == ["", ""]
    assert list(six["own_size"]) == ["112×112", "56×56", "28×28", "14×14", "7×7", "4×4", "2×2", "1×1", ""]


@pytest.mark.parametrize(
    ("number", "short", "power"),
    [
        (999, "999", "9.99×10²"),
        (999_499, "999 k", "9.99×10⁵"),
        (999_500, "1.00 M", "1.00×10⁶"),
        (80_508_672, "80.5 M", "8.05×10⁷"),
        (3_663_761_408, "3.66 G", "3.66×10⁹"),
        (11_514_000_000_000, "11.5 T", "1.15×10¹³"),
    ],
)
def test_numbers_of_three_digits(number: int, short: str, power: str) -> None:
    assert compact(number) == short
    assert scientific(number) == power
