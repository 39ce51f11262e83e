"""Tables of a plan, held against the paper's own table and against sums made by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.tables import PAPER_DEPTHS, compact, comparison_table, kernels_text, layer_table, scientific, stage_table
from resnet.wording import english

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


def test_a_readers_table_has_words_and_is_found_by_word_and_code() -> None:
    table = layer_table(RESNET_34, "stem", english)
    assert list(table["kind"]) == ["padding", "7×7 conv /2", "batch norm", "ReLU", "padding", "max-pool"]
    for search in ("mean", "global-pool", "MEAN head"):
        assert list(layer_table(RESNET_34, search, english)["name"]) == ["head_pool"]
    assert list(layer_table(RESNET_34, "head_pool")["kind"]) == ["global-pool"]
    assert list(layer_table(RESNET_34, "stem relu", english)["name"]) == ["stem_relu"]
    assert list(layer_table(RESNET_34, "mean")["name"]) == []


def test_an_empty_search_result_keeps_columns_and_types() -> None:
    assert list(layer_table(RESNET_34, "tulip").dtypes) == list(layer_table(RESNET_34).dtypes)


# He et al. 2015, table 1, below the stem: blocks, and the channels of a block's convolutions, stage by stage.
PAPER = {
    18: "2 × [64, 64] | 2 × [128, 128] | 2 × [256, 256] | 2 × [512, 512]",
    34: "3 × [64, 64] | 4 × [128, 128] | 6 × [256, 256] | 3 × [512, 512]",
    50: "3 × [64, 64, 256] | 4 × [128, 128, 512] | 6 × [256, 256, 1024] | 3 × [512, 512, 2048]",
    101: "3 × [64, 64, 256] | 4 × [128, 128, 512] | 23 × [256, 256, 1024] | 3 × [512, 512, 2048]",
    152: "3 × [64, 64, 256] | 8 × [128, 128, 512] | 36 × [256, 256, 1024] | 3 × [512, 512, 2048]",
}
FLOPS = {18: "1.8×10⁹", 34: "3.6×10⁹", 50: "3.8×10⁹", 101: "7.6×10⁹", 152: "11.3×10⁹"}


@pytest.mark.parametrize("depth", PAPER_DEPTHS)
def test_our_networks_are_the_papers_row_by_row(depth: int) -> None:
    table = comparison_table(plan(PRESETS[f"resnet-{depth}"]))
    stem, head = ["7×7, 64, /2", "3×3, /2"], ["1000"]
    assert list(table[f"resnet_{depth}"]) == [*stem, *PAPER[depth].split(" | "), *head, FLOPS[depth]]
    assert list(table["own"][:-1]) == list(table[f"resnet_{depth}"][:-1])
    assert list(table["own_size"]) == list(table["output_size"])
    assert list(table["output_size"]) == ["112×112", "56×56", "56×56", "28×28", "14×14", "7×7", "1×1", ""]


@pytest.mark.parametrize("depth", [18, 34])
def test_the_papers_flops_are_multiply_adds_without_projections(depth: int) -> None:
    macs = plan(replace(PRESETS[f"resnet-{depth}"], shortcut="none")).macs
    assert f"{macs / 1e9:.1f}×10⁹" == FLOPS[depth]


@pytest.mark.parametrize("depth", [50, 101, 152])
def test_the_papers_bottlenecks_have_their_stride_on_the_first_convolution(depth: int) -> None:
    macs = plan(replace(PRESETS[f"resnet-{depth}"], bottleneck_stride_on="1x1")).macs
    # Of 3.858 the paper prints 3.8, of 7.570 and 11.282 it prints 7.6 and 11.3: within a tenth each.
    assert macs / 1e9 == pytest.approx(float(FLOPS[depth].removesuffix("×10⁹")), abs=0.06)


def test_kernels_stand_over_the_columns() -> None:
    assert (kernels_text("basic"), kernels_text("bottleneck")) == ("3×3, 3×3", "1×1, 3×3, 1×1")


def test_a_network_of_fewer_or_more_stages_finds_its_place() -> None:
    mini = comparison_table(plan(PRESETS["mini-resnet"]))
    assert list(mini["own"]) == ["3×3, 32", "", "2 × [32, 32]", "2 × [64, 64]", "2 × [128, 128]", "", "10", "8.05×10⁷"]
    assert list(mini["own_size"]) == ["28×28", "", "28×28", "14×14", "7×7", "", "1×1", ""]
    six = comparison_table(plan(replace(PRESETS["resnet-18"], depths=(1,) * 6, widths=(8,) * 6)))
    stages = ["conv2_x", "conv3_x", "conv4_x", "conv5_x", "conv6_x", "conv7_x"]
    assert list(six["layer"]) == ["conv1", "max pool", *stages, "avg pool, fc", "FLOPs"]
    assert list(six["resnet_152"][6:8]) == ["", ""]
    assert list(six["own_size"]) == ["112×112", "56×56", "56×56", "28×28", "14×14", "7×7", "4×4", "2×2", "1×1", ""]


@pytest.mark.parametrize(
    ("name", "third"),
    [
        ("resnext-50-32x4d", "4 × [256, 256, 512]"),  # int(128 * 4 / 64) * 32 channels in the 3x3
        ("wide-resnet-50-2", "4 × [256, 256, 512]"),
        ("se-resnet-50", "4 × [128, 128, 512]"),
        ("resnet-50-v2", "4 × [128, 128, 512]"),
        ("plain-34", "4 × [128, 128]"),
        ("resnet-110", "18 × [32, 32]"),
    ],
)
def test_every_kind_of_network_has_a_column(name: str, third: str) -> None:
    assert comparison_table(plan(PRESETS[name]))["own"][3] == third


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
