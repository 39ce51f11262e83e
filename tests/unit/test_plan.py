"""The plan against numbers from elsewhere: the papers' tables, torchvision's counts, arithmetic done by hand."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from resnet.config import ResNetConfig
from resnet.errors import ConfigError
from resnet.plan import LayerPlan, plan, plan_block
from resnet.presets import PRESETS

MINI = PRESETS["mini-resnet"]
RESNET_34 = PRESETS["resnet-34"]


def layers_of(layers: tuple[LayerPlan, ...]) -> dict[str, LayerPlan]:
    return {layer.name: layer for layer in layers}


# torchvision's `_ops` (multiply-adds of convolutions and classifier, in units of 10⁹).
@pytest.mark.parametrize(("name", "gmacs"), [("resnet-18", 1.814), ("resnet-34", 3.664)])
def test_multiply_adds_are_torchvisions(name: str, gmacs: float) -> None:
    assert round(plan(PRESETS[name]).macs / 1e9, 3) == gmacs


def test_resnet_34_has_the_stages_of_the_papers_table_1() -> None:
    stages = [(stage.name, stage.output_shape, stage.blocks) for stage in plan(RESNET_34).stages]
    assert stages == [
        ("stem", (56, 56, 64), 0),  # conv1 and the max-pool that the paper counts to conv2_x
        ("stage1", (56, 56, 64), 3),  # conv2_x
        ("stage2", (28, 28, 128), 4),
        ("stage3", (14, 14, 256), 6),
        ("stage4", (7, 7, 512), 3),
        ("head", (1000,), 0),
    ]


def test_resnet_34_stages_by_hand() -> None:
    stem, stage1, stage2, *_, head = plan(RESNET_34).stages
    assert (stem.trainable_parameters, stem.parameters) == (7 * 7 * 3 * 64 + 2 * 64, 7 * 7 * 3 * 64 + 4 * 64)
    assert stem.macs == 7 * 7 * 3 * 64 * 112 * 112
    assert stage1.trainable_parameters == 3 * 2 * (9 * 64 * 64 + 2 * 64)
    assert stage1.macs == 3 * 2 * 9 * 64 * 64 * 56 * 56
    first = 9 * 64 * 128 + 9 * 128 * 128 + 64 * 128 + 3 * 2 * 128  # two convolutions, the projection, three batch norms
    assert stage2.trainable_parameters == first + 3 * 2 * (9 * 128 * 128 + 2 * 128)
    assert (head.parameters, head.trainable_parameters, head.macs) == (513_000, 513_000, 512_000)


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("field", ["parameters", "trainable_parameters", "macs"])
def test_layers_sum_to_stages_and_stages_to_totals(name: str, field: str) -> None:
    planned = plan(PRESETS[name])
    total = planned.total_parameters if field == "parameters" else getattr(planned, field)
    assert sum(getattr(stage, field) for stage in planned.stages) == total
    for stage in planned.stages:
        assert sum(getattr(layer, field) for layer in planned.layers if layer.stage == stage.name) == getattr(stage, field)


def test_layer_names_of_a_whole_network_in_reading_order() -> None:
    network = replace(RESNET_34, depths=(1, 1), widths=(4, 8), dropout=0.1)
    block = ["conv1", "bn1", "relu1", "conv2", "bn2"]
    assert [layer.name for layer in plan(network).layers] == [
        "input",
        *(f"stem_{part}" for part in ("pad", "conv", "bn", "relu", "pool_pad", "pool")),
        *(f"stage1_block1_{part}" for part in [*block, "add", "relu"]),
        *(f"stage2_block1_{part}" for part in ["pad1", *block, "shortcut_conv", "shortcut_bn", "add", "relu"]),
        *(f"head_{part}" for part in ("pool", "dropout", "dense")),
    ]


def test_layers_know_their_stage_and_block() -> None:
    places = {layer.name: (layer.stage, layer.block) for layer in plan(MINI).layers}
    assert places["input"] == places["stem_conv"] == ("stem", None)
    assert places["stage3_block2_add"] == ("stage3", 2)
    assert places["head_dense"] == ("head", None)


def test_symmetric_padding_needs_a_layer_before_strided_windows_only() -> None:
    padded = [layer.name for layer in plan(RESNET_34).layers if layer.kind == "pad"]
    assert padded == ["stem_pad", "stem_pool_pad", "stage2_block1_pad1", "stage3_block1_pad1", "stage4_block1_pad1"]


def test_padding_same_needs_no_padding_layer() -> None:
    assert not [layer.name for layer in plan(replace(RESNET_34, padding="same")).layers if layer.kind == "pad"]


def test_the_plain_network_has_neither_add_nor_projection() -> None:
    residual, plain = plan(RESNET_34), plan(replace(RESNET_34, shortcut="none"))
    left_out = {layer.name.rpartition("_block")[2].partition("_")[2] for layer in residual.layers} - {
        layer.name.rpartition("_block")[2].partition("_")[2] for layer in plain.layers
    }
    assert left_out == {"add", "shortcut_conv", "shortcut_bn"}
    projections = sum(inner * outer + 2 * outer for inner, outer in ((64, 128), (128, 256), (256, 512)))
    assert residual.trainable_parameters - plain.trainable_parameters == projections


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_there_is_a_dropout_layer_exactly_if_there_is_dropout(dropout: float) -> None:
    kinds = [layer.kind for layer in plan(replace(MINI, dropout=dropout)).layers]
    assert kinds.count("dropout") == (dropout > 0)


# A projection comes exactly where input and output differ: by stride, by channels, or by both.
@pytest.mark.parametrize(
    ("channels", "filters", "stride", "projects"),
    [(32, 32, 1, False), (32, 64, 1, True), (64, 32, 1, True), (32, 32, 2, True), (32, 64, 2, True)],
)
def test_projection_exactly_where_shapes_differ(channels: int, filters: int, stride: int, projects: bool) -> None:
    layers = layers_of(plan_block(MINI, input_shape=(14, 14, channels), filters=filters, stride=stride))
    assert ("stage1_block1_shortcut_conv" in layers) == ("stage1_block1_shortcut_bn" in layers) == projects
    if projects:
        assert layers["stage1_block1_shortcut_conv"].output_shape == layers["stage1_block1_add"].output_shape
        assert layers["stage1_block1_shortcut_conv"].parameters == channels * filters


def test_a_block_by_hand() -> None:
    layers = plan_block(replace(MINI, padding="symmetric"), input_shape=(7, 10, 3), filters=5, stride=2, stage=2, block=4)
    facts = [(layer.name.removeprefix("stage2_block4_"), layer.kind, layer.output_shape) for layer in layers]
    out = (4, 5, 5)
    assert facts == [
        ("pad1", "pad", (9, 12, 3)),
        ("conv1", "conv", out),
        ("bn1", "bn", out),
        ("relu1", "activation", out),
        ("conv2", "conv", out),
        ("bn2", "bn", out),
        ("shortcut_conv", "conv", out),
        ("shortcut_bn", "bn", out),
        ("add", "add", out),
        ("relu", "activation", out),
    ]
    costs = {layer.name.removeprefix("stage2_block4_"): (layer.parameters, layer.trainable_parameters, layer.macs) for layer in layers}
    assert costs["conv1"] == (9 * 3 * 5, 9 * 3 * 5, 9 * 3 * 5 * 4 * 5)
    assert costs["conv2"] == (9 * 5 * 5, 9 * 5 * 5, 9 * 5 * 5 * 4 * 5)
    assert costs["shortcut_conv"] == (15, 15, 15 * 4 * 5)
    assert costs["bn1"] == costs["bn2"] == costs["shortcut_bn"] == (20, 10, 0)
    assert costs["add"] == costs["relu"] == costs["pad1"] == (0, 0, 0)


def test_a_networks_blocks_are_plan_blocks() -> None:
    in_network = tuple(layer for layer in plan(RESNET_34).layers if (layer.stage, layer.block) == ("stage2", 1))
    alone = plan_block(RESNET_34, input_shape=(56, 56, 64), filters=128, stride=2, stage=2, block=1)
    # Alone it does not know what comes before it, and calls that x.
    before = "stage1_block3_relu"
    assert in_network == tuple(replace(layer, inputs=tuple(before if name == "x" else name for name in layer.inputs)) for layer in alone)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"input_shape": (28, 28)}, "a block's input_shape must be (height, width, channels), each a whole number from 1, got (28, 28)"),
        (
            {"input_shape": (28, 0, 8)},
            "a block's input_shape must be (height, width, channels), each a whole number from 1, got (28, 0, 8)",
        ),
        ({"input_shape": [8, 8, 8]}, "a block's input_shape must be (height, width, channels), each a whole number from 1, got [8, 8, 8]"),
        ({"filters": 0}, "a block's filters must be a whole number from 1 to 4096, got 0"),
        ({"filters": 4_097}, "a block's filters must be a whole number from 1 to 4096, got 4097"),
        ({"filters": 8.0}, "a block's filters must be a whole number from 1 to 4096, got 8.0"),
        ({"stride": 0}, "a block's stride must be 1 or 2, got 0"),
        ({"stride": 3}, "a block's stride must be 1 or 2, got 3"),
        ({"stride": True}, "a block's stride must be 1 or 2, got True"),
        ({"stride": 2, "input_shape": (1, 8, 8)}, "a stride of 2 needs at least 2x2 pixels, got 1x8"),
    ],
)
def test_a_block_that_cannot_exist_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        plan_block(MINI, **{"input_shape": (8, 8, 8), "filters": 8, "stride": 1, **changes})
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("network", "least", "message"),
    [
        (
            replace(MINI, se_reduction=16),
            16,
            "squeeze-and-excitation with 1/16 needs at least 16 output channels, and the block has 15; 16 filters would do",
        ),
        (
            replace(MINI, se_reduction=18, block="bottleneck"),
            5,
            "squeeze-and-excitation with 1/18 needs at least 18 output channels, and the block has 16; 5 filters would do",
        ),
        (
            PRESETS["resnext-50-32x4d"],
            16,
            "32 groups of width 4 per 64 filters need at least 16 filters to have a channel each, got 15",
        ),
        (
            replace(PRESETS["resnext-50-32x4d"], width_per_group=6),
            11,
            "32 groups of width 6 per 64 filters need at least 11 filters to have a channel each, got 10",
        ),
    ],
)
def test_a_block_with_too_few_filters_is_refused_with_the_number_that_would_do(network: ResNetConfig, least: int, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        plan_block(network, input_shape=(8, 8, 8), filters=least - 1, stride=1)
    assert str(refused.value) == message
    assert plan_block(network, input_shape=(8, 8, 8), filters=least, stride=1)


def test_the_web_process_plans_without_numpy_keras_or_tensorflow() -> None:
    program = (
        "import sys\n"
        "from resnet.plan import plan\n"
        "from resnet.presets import PRESETS\n"
        "from resnet.source import source_of\n"
        "plan(PRESETS['resnet-34'])\n"
        "source_of('resnet.blocks', 'basic_block')\n"
        "print(sorted({'keras', 'numpy', 'resnet.blocks', 'resnet.plan', 'tensorflow'} & set(sys.modules)))\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert answer.stdout == "['resnet.plan']\n"
