"""The arithmetic shown for a layer: evaluated, it gives what is claimed; and the sizes of fields known from elsewhere."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest

from resnet.arithmetic import explain_layer
from resnet.config import ResNetConfig
from resnet.footprint import Field, activation_bytes, binary, receptive_fields, training_memory, weight_memory
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.wording import english, layer_title

ODD = ResNetConfig(
    name="odd",
    block="bottleneck",
    depths=(1, 2),
    widths=(8, 16),
    input_shape=(37, 50, 3),
    num_classes=7,
    stem="imagenet",
    preactivation=True,
    groups=2,
    width_per_group=32,
    se_reduction=4,
    dropout=0.1,
)
NETWORKS = [
    PRESETS["resnet-34"],
    PRESETS["resnext-50-32x4d"],
    PRESETS["se-resnet-50"],
    PRESETS["mini-resnet"],
    PRESETS["resnet-20"],
    replace(PRESETS["resnet-20"], widths=(16, 16, 32)),
    replace(PRESETS["resnet-50"], shortcut="zero-pad"),
    ODD,
    replace(ODD, padding="same"),
]


def evaluate(formula: str) -> int:
    """What a formula of the page comes to: sums, products, brackets for rounding; nothing else gets through."""
    python = formula.replace("×", "*").replace("·", "*").replace("−", "-").replace(",", "").replace("bytes", "")
    python = re.sub(r"⌊(.*)⌋", r"math.floor(\1)", re.sub(r"⌈(.*)⌉", r"math.ceil(\1)", python))
    assert re.fullmatch(r"(math\.(floor|ceil)|[\d+*/() -])*", python), formula
    return int(eval(python, {"math": math}))  # noqa: S307 - checked to be arithmetic


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text.split()[0]))


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: f"{network.name}-{network.padding}")
def test_every_formula_of_every_layer_comes_to_what_it_claims(network: ResNetConfig) -> None:
    planned = plan(network)
    for layer in planned.layers:
        parameters, work, size, field, memory = explain_layer(planned, layer, english)
        assert number(parameters.result) == layer.parameters == (evaluate(parameters.formula) if parameters.formula else 0), layer.name
        assert number(work.result) == layer.macs == (evaluate(work.formula) if work.formula else 0), layer.name
        assert size.result == "×".join(map(str, layer.output_shape))
        sides = [one.split("=") for one in size.formula.split(", ")] if size.formula else []
        for formula, side in sides:
            assert evaluate(formula) == int(side), (layer.name, size.formula)
        assert {int(side) for _, side in sides} <= set(layer.output_shape[:2])
        if field.formula:
            assert f"{evaluate(field.formula)}×" in field.result
        assert evaluate(memory.formula) == activation_bytes(layer.output_shape)


def test_height_and_width_are_told_apart_where_they_differ() -> None:
    planned = plan(ODD)
    stem = next(layer for layer in planned.layers if layer.name == "stem_conv")
    assert explain_layer(planned, stem, english)[2].formula == "⌊(37 + 2·3 − 7) / 2⌋ + 1 = 19, ⌊(50 + 2·3 − 7) / 2⌋ + 1 = 25"


def test_why_there_is_no_bias_depends_on_what_follows() -> None:
    planned = plan(PRESETS["resnet-18-v2"])
    layers = {layer.name: layer for layer in planned.layers}
    first, second = (explain_layer(planned, layers[f"stage1_block1_{name}"], english)[0].why for name in ("conv1", "conv2"))
    assert "batch norm that follows" in first
    assert "batch norm that follows" not in second


# Of the last 3x3's output: 1 + Σ (kernel - 1) · jump, done by hand for ResNet-18 (11 after the stem, then four 3x3 in each stage) and
# known for both from the literature on receptive fields.
@pytest.mark.parametrize(("name", "size"), [("resnet-18", 435), ("resnet-34", 899)])
def test_receptive_fields(name: str, size: int) -> None:
    planned = plan(PRESETS[name])
    assert 11 + 8 * 4 + 2 * 4 + 6 * 8 + 2 * 8 + 6 * 16 + 2 * 16 + 6 * 32 == 435
    last = [layer.name for layer in planned.layers if layer.kind == "add"][-1]
    assert receptive_fields(planned)[last] == Field(size, 32)
    assert receptive_fields(planned)["head_dense"].size is None


@pytest.mark.parametrize(
    ("name", "widths", "layer", "why", "title"),
    [
        (
            "resnet-20",
            (16, 32, 64),
            "stage2_block1",
            "Every 2nd pixel of every 2nd row is kept. 16 channels of zeros are appended.",
            "append zeros",
        ),
        ("resnet-20", (16, 16, 32), "stage2_block1", "Every 2nd pixel of every 2nd row is kept.", "fit x"),
        ("resnet-50", (64, 128, 256, 512), "stage1_block1", "192 channels of zeros are appended.", "append zeros"),
    ],
)
def test_a_shortcut_without_parameters_is_explained_as_it_is(name: str, widths: tuple[int, ...], layer: str, why: str, title: str) -> None:
    planned = plan(replace(PRESETS[name], widths=widths, shortcut="zero-pad"))
    (pad,) = (one for one in planned.layers if one.name == f"{layer}_shortcut_pad")
    assert explain_layer(planned, pad, english)[2].why == why
    assert layer_title(pad, "relu", english) == title


def test_the_first_convolution_of_v2_is_normed_by_the_blocks() -> None:
    planned = plan(PRESETS["resnet-50-v2"])
    (stem,) = (layer for layer in planned.layers if layer.name == "stem_conv")
    assert "the blocks begin with" in explain_layer(planned, stem, english)[0].why


def test_a_gate_does_not_widen_the_field() -> None:
    fields = [receptive_fields(plan(PRESETS[name]))["stage4_block2_add"] for name in ("resnet-18", "se-resnet-18")]
    assert fields[0] == fields[1]


def test_memory_of_weights_and_outputs() -> None:
    planned = plan(PRESETS["resnet-34"])
    assert weight_memory(planned) == 4 * 21_814_696
    assert training_memory(planned, 8) == 8 * sum(4 * math.prod(layer.output_shape) for layer in planned.layers)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "0.977 KiB"),
        (401_408, "392 KiB"),
        (1_048_576, "1 MiB"),
        (1_047_000, "0.998 MiB"),
        (5 * 2**40, "5 TiB"),
    ],
)
def test_binary_units(count: int, text: str) -> None:
    assert binary(count) == text
