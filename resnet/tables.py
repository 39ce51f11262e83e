"""A plan as tables, and the paper's own table to hold it against. Pure: plan in, DataFrame out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from resnet.plan import LayerPlan, Plan
from resnet.wording import Translate, english, shape_text, stage_title


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One row of He et al. 2015 (arXiv 1512.03385), table 1, columns "18-layer" and "34-layer"."""

    layer: str
    output_size: str
    resnet_18: str
    resnet_34: str


PAPER_TABLE = (
    PaperRow("conv1", "112×112", "7×7, 64, /2", "7×7, 64, /2"),
    PaperRow("conv2_x", "56×56", "3×3 max pool, /2 · [3×3, 64; 3×3, 64] × 2", "3×3 max pool, /2 · [3×3, 64; 3×3, 64] × 3"),
    PaperRow("conv3_x", "28×28", "[3×3, 128; 3×3, 128] × 2", "[3×3, 128; 3×3, 128] × 4"),
    PaperRow("conv4_x", "14×14", "[3×3, 256; 3×3, 256] × 2", "[3×3, 256; 3×3, 256] × 6"),
    PaperRow("conv5_x", "7×7", "[3×3, 512; 3×3, 512] × 2", "[3×3, 512; 3×3, 512] × 3"),
    PaperRow("fc", "1×1", "average pool, 1000-d fc, softmax", "average pool, 1000-d fc, softmax"),
    PaperRow("FLOPs", "", "1.8×10⁹", "3.6×10⁹"),
)


def stage_table(network: Plan, t: Translate = english) -> pd.DataFrame:
    """One row for stem, each stage and head: stage, output_shape, blocks (missing for stem and head), parameters,
    trainable_parameters, macs."""
    return pd.DataFrame(
        {
            "stage": [stage_title(stage.name, t) for stage in network.stages],
            "output_shape": [shape_text(stage.output_shape) for stage in network.stages],
            "blocks": pd.array([stage.blocks or None for stage in network.stages], dtype="Int64"),
            "parameters": [stage.parameters for stage in network.stages],
            "trainable_parameters": [stage.trainable_parameters for stage in network.stages],
            "macs": [stage.macs for stage in network.stages],
        }
    )


def layer_table(network: Plan, search: str = "") -> pd.DataFrame:
    """One row per layer, in the plan's order: name, kind, output_shape, parameters, trainable_parameters, macs.

    With `search`, only layers in whose name, kind or shape every one of its words occurs.
    """
    words = search.casefold().split()
    layers = [layer for layer in network.layers if _matches(layer, words)]
    return pd.DataFrame(
        {
            "name": pd.Series([layer.name for layer in layers], dtype="str"),
            "kind": pd.Series([layer.kind for layer in layers], dtype="str"),
            "output_shape": pd.Series([shape_text(layer.output_shape) for layer in layers], dtype="str"),
            "parameters": pd.Series([layer.parameters for layer in layers], dtype="int64"),
            "trainable_parameters": pd.Series([layer.trainable_parameters for layer in layers], dtype="int64"),
            "macs": pd.Series([layer.macs for layer in layers], dtype="int64"),
        }
    )


def comparison_table(network: Plan, t: Translate = english) -> pd.DataFrame:
    """The paper's table 1 beside `network`: layer, output_size, resnet_18, resnet_34 (all three the paper's), own_size, own.

    Stage 1 stands beside conv2_x, and so on; where one has no such stage, its cells are empty. The last row holds the multiply-adds,
    which the paper calls FLOPs.
    """
    stages = {stage.name: stage for stage in network.stages}
    own = [_stem_text(network)]
    own += [f"[3×3, {width}; 3×3, {width}] × {depth}" for width, depth in zip(network.config.widths, network.config.depths, strict=True)]
    sizes = [_size_text(stages[name].output_shape) for name in stages if name != "head"]
    if network.config.stem == "imagenet":
        # As the paper has it: the convolution's size in the first row, the max-pool at the head of the second.
        sizes[0] = _size_text(_layer(network, "stem_conv").output_shape)
        own[1] = t("3×3 max pool, /2") + " · " + own[1]
    stage_rows = max(len(PAPER_TABLE) - 2, len(own))
    own += [""] * (stage_rows - len(own)) + [t("average pool, {classes}-d fc, softmax", classes=network.config.num_classes)]
    sizes += [""] * (stage_rows - len(sizes)) + ["1×1"]
    paper = list(PAPER_TABLE[:-2])
    paper += [PaperRow(f"conv{row + 1}_x", "", "", "") for row in range(len(paper), stage_rows)]
    paper += PAPER_TABLE[-2:]
    return pd.DataFrame(
        {
            "layer": [row.layer for row in paper],
            "output_size": [row.output_size for row in paper],
            "resnet_18": [_translated(row.resnet_18, t) for row in paper],
            "resnet_34": [_translated(row.resnet_34, t) for row in paper],
            "own_size": [*sizes, ""],
            "own": [*own, scientific(network.macs)],
        }
    )


def scientific(number: int) -> str:
    """Three significant digits and a power of ten: 3,663,761,408 as 3.66×10⁹."""
    mantissa, exponent = f"{number:.2e}".split("e")
    return f"{mantissa}×10{str(int(exponent)).translate(str.maketrans('0123456789', '⁰¹²³⁴⁵⁶⁷⁸⁹'))}"


def compact(number: int) -> str:
    """Three significant digits and a prefix of the SI: 3,663,761,408 as 3.66 G."""
    for power, unit in ((15, "P"), (12, "T"), (9, "G"), (6, "M"), (3, "k")):
        # 999,500 would be rounded to 1000 k.
        if number >= 0.9995 * 10**power:
            return f"{number / 10**power:#.3g}".rstrip(".") + f" {unit}"
    return str(number)


def _matches(layer: LayerPlan, words: list[str]) -> bool:
    text = f"{layer.name} {layer.kind} {shape_text(layer.output_shape)}"
    return all(word in text for word in words)


def _layer(network: Plan, name: str) -> LayerPlan:
    return next(layer for layer in network.layers if layer.name == name)


def _stem_text(network: Plan) -> str:
    width = network.config.widths[0]
    return f"7×7, {width}, /2" if network.config.stem == "imagenet" else f"3×3, {width}"


def _size_text(shape: tuple[int, ...]) -> str:
    return shape_text(shape[:2])


def _translated(cell: str, t: Translate) -> str:
    """The paper's words in the reader's language; its numbers stay."""
    return cell.replace("3×3 max pool, /2", t("3×3 max pool, /2")).replace(
        "average pool, 1000-d fc, softmax", t("average pool, {classes}-d fc, softmax", classes=1000)
    )
