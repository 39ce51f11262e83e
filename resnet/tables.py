"""A plan as tables, and the paper's own table to hold it against. Pure: plan in, DataFrame out."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from resnet.config import Block
from resnet.plan import LayerPlan, Plan, StagePlan
from resnet.wording import Translate, english, layer_title, shape_text, stage_title

PAPER_DEPTHS = (18, 34, 50, 101, 152)


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One row of He et al. 2015 (arXiv 1512.03385), table 1, with a cell for each of PAPER_DEPTHS.

    The paper stacks a block's kernels and channels in each cell, "[3×3, 64; 3×3, 64] × 2". The kernels are the same down a column, so
    `kernels_text` puts them over it, and a cell keeps the channels: "2 × [64, 64]".
    """

    layer: str
    output_size: str
    cells: tuple[str, ...]


PAPER_TABLE = (
    PaperRow("conv1", "112×112", ("7×7, 64, /2",) * 5),
    PaperRow("max pool", "56×56", ("3×3, /2",) * 5),
    PaperRow("conv2_x", "56×56", ("2 × [64, 64]", "3 × [64, 64]", *("3 × [64, 64, 256]",) * 3)),
    PaperRow("conv3_x", "28×28", ("2 × [128, 128]", "4 × [128, 128]", *("4 × [128, 128, 512]",) * 2, "8 × [128, 128, 512]")),
    PaperRow(
        "conv4_x",
        "14×14",
        ("2 × [256, 256]", "6 × [256, 256]", "6 × [256, 256, 1024]", "23 × [256, 256, 1024]", "36 × [256, 256, 1024]"),
    ),
    PaperRow("conv5_x", "7×7", ("2 × [512, 512]", "3 × [512, 512]", *("3 × [512, 512, 2048]",) * 3)),
    PaperRow("avg pool, fc", "1×1", ("1000",) * 5),
    PaperRow("FLOPs", "", ("1.8×10⁹", "3.6×10⁹", "3.8×10⁹", "7.6×10⁹", "11.3×10⁹")),
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


def layer_table(network: Plan, search: str = "", t: Translate | None = None) -> pd.DataFrame:
    """One row per layer, in the plan's order: name, kind, output_shape, parameters, trainable_parameters, macs.

    `kind` is the plan's word, for programs; with a translator it is the reader's, as tree and drawing have it. With `search`, only layers
    in whose name, kind (either word) or shape every one of its words occurs.
    """
    words = search.casefold().split()
    titles = {layer.name: layer.kind if t is None else layer_title(layer, network.config.activation, t) for layer in network.layers}
    layers = [layer for layer in network.layers if _matches(layer, titles[layer.name], words)]
    return pd.DataFrame(
        {
            "name": pd.Series([layer.name for layer in layers], dtype="str"),
            "kind": pd.Series([titles[layer.name] for layer in layers], dtype="str"),
            "output_shape": pd.Series([shape_text(layer.output_shape) for layer in layers], dtype="str"),
            "parameters": pd.Series([layer.parameters for layer in layers], dtype="int64"),
            "trainable_parameters": pd.Series([layer.trainable_parameters for layer in layers], dtype="int64"),
            "macs": pd.Series([layer.macs for layer in layers], dtype="int64"),
        }
    )


def comparison_table(network: Plan, t: Translate = english) -> pd.DataFrame:
    """The paper's table 1 beside `network`: layer, output_size, resnet_18 … resnet_152 (all the paper's), own_size, own.

    Stage 1 stands beside conv2_x, and so on; where one has no such stage, its cells are empty. The last row holds the multiply-adds,
    which the paper calls FLOPs.
    """
    stem, stages, (head, flops) = PAPER_TABLE[:2], PAPER_TABLE[2:-2], PAPER_TABLE[-2:]
    own_stages = network.stages[1:-1]
    own = _own_stem(network) + [(_size_text(stage.output_shape), _own_stage(network, stage)) for stage in own_stages]
    missing = len(own_stages) - len(stages)
    more = [PaperRow(f"conv{len(stages) + 2 + number}_x", "", ("",) * len(PAPER_DEPTHS)) for number in range(missing)]
    own += [("", "")] * -missing
    own += [("1×1", str(network.config.num_classes)), ("", scientific(network.macs))]
    rows = [*stem, *stages, *more, head, flops]
    columns = {f"resnet_{depth}": [row.cells[place] for row in rows] for place, depth in enumerate(PAPER_DEPTHS)}
    return pd.DataFrame(
        {"layer": [_row_title(row.layer, t) for row in rows], "output_size": [row.output_size for row in rows]}
        | columns
        | {"own_size": [size for size, _ in own], "own": [text for _, text in own]}
    )


def kernels_text(block: Block) -> str:
    """The kernels of a block's convolutions, in order: what the brackets of `comparison_table` leave out."""
    return "1×1, 3×3, 1×1" if block == "bottleneck" else "3×3, 3×3"


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


def _matches(layer: LayerPlan, title: str, words: list[str]) -> bool:
    text = f"{layer.name} {layer.kind} {title} {shape_text(layer.output_shape)}".casefold()
    return all(word in text for word in words)


def _layer(network: Plan, name: str) -> LayerPlan:
    return next(layer for layer in network.layers if layer.name == name)


def _own_stem(network: Plan) -> list[tuple[str, str]]:
    """Output size and contents of the first two rows; a small stem has no max-pool."""
    width = network.config.widths[0]
    size = _size_text(_layer(network, "stem_conv").output_shape)
    if network.config.stem == "cifar":
        return [(size, f"3×3, {width}"), ("", "")]
    return [(size, f"7×7, {width}, /2"), (_size_text(network.stages[0].output_shape), "3×3, /2")]


def _row_title(layer: str, t: Translate) -> str:
    """The paper's names of stages stay; the two that are words are the reader's."""
    return {"max pool": t("max pool"), "avg pool, fc": t("avg pool, fc")}.get(layer, layer)


def _own_stage(network: Plan, stage: StagePlan) -> str:
    """ "3 × [64, 64, 256]": the number of blocks and the channels of a block's convolutions."""
    convolutions = [layer for layer in network.layers if layer.name.startswith(f"{stage.name}_block1_conv")]
    return f"{stage.blocks} × [{', '.join(str(layer.output_shape[-1]) for layer in convolutions)}]"


def _size_text(shape: tuple[int, ...]) -> str:
    return shape_text(shape[:2])
