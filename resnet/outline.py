"""A network folded and unfolded: network, stage, block, layer. What is shown at any folding adds up to the whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby

from resnet.plan import LayerPlan, Plan, Shape

_MOST_BLOCKS = 40
_FIRST_BLOCKS, _LAST_BLOCKS = 20, 5


@dataclass(frozen=True, slots=True)
class Focus:
    """Where a reader has unfolded a network: a stage, a block of it, a layer of that; each may be missing."""

    stage: str | None = None
    block: int | None = None
    layer: str | None = None

    @property
    def path(self) -> str:
        """The place as one word: "", "stage2", "stage2_block1" or a layer's name."""
        return self.layer or (block_path(self.stage, self.block) if self.stage and self.block else self.stage or "")

    @property
    def parent(self) -> Focus:
        """One step out."""
        if self.layer is not None:
            return Focus(self.stage, self.block)
        return Focus(self.stage) if self.block is not None else Focus()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the unfolded network and the sums over what it holds.

    Attributes:
        path: where a click on it leads; "" for the network, None for blocks that are taken together.
        level: 0 network, 1 stage, 2 block, or layer of stem and head, 3 layer of a block.
        layer: the layer, on a layer's row. block: the number of the block, or of the first of those taken together.
        count: how many blocks it stands for.
        unfolded: whether what it holds follows.
    """

    path: str | None
    level: int
    stage: str | None
    block: int | None
    layer: LayerPlan | None
    count: int
    output_shape: Shape
    parameters: int
    trainable_parameters: int
    macs: int
    unfolded: bool


def block_path(stage: str, block: int) -> str:
    """ "stage2_block1", with which the names of that block's layers begin."""
    return f"{stage}_block{block}"


def focus_on(network: Plan, path: str) -> Focus:
    """The place that `path` names, or the part of it that this network has: a layer that is gone gives way to its block."""
    for layer in network.layers:
        if path == layer.name:
            return Focus(layer.stage, layer.block, layer.name)
    stage, _, rest = path.partition("_")
    known = {item.name: item for item in network.stages}
    if stage not in known:
        return Focus()
    number = rest.removeprefix("block").partition("_")[0]
    if rest.startswith("block") and number.isdecimal() and 1 <= int(number) <= known[stage].blocks:
        return Focus(stage, int(number))
    return Focus(stage)


def block_layers(network: Plan, stage: str, block: int | None) -> tuple[LayerPlan, ...]:
    """The layers of one block; of stem and head, which have none, with `block` None."""
    return tuple(layer for layer in network.layers if (layer.stage, layer.block) == (stage, block))


def stage_blocks(layers: Iterable[LayerPlan], stage: str) -> dict[int, tuple[LayerPlan, ...]]:
    """The layers of each of a stage's blocks, by number; empty for stem and head."""
    own = (layer for layer in layers if layer.stage == stage)
    return {number: tuple(group) for number, group in groupby(own, key=lambda layer: layer.block) if number is not None}


def outline(network: Plan, focus: Focus) -> tuple[Row, ...]:
    """The network, its stages, and what the focus unfolds of them."""
    config_row = _row("", 0, None, None, network.layers, unfolded=True)
    return (config_row, *_stage_rows(network, focus))


def _stage_rows(network: Plan, focus: Focus) -> Iterator[Row]:
    for stage, group in groupby(network.layers, key=lambda layer: layer.stage):
        layers = tuple(group)
        yield _row(stage, 1, stage, None, layers, unfolded=stage == focus.stage, count=layers[-1].block or 0)
        if stage == focus.stage and layers[-1].block is None:
            yield from _layer_rows(layers, 2, focus)
        elif stage == focus.stage:
            yield from _block_rows(stage, layers, focus)


def _block_rows(stage: str, layers: tuple[LayerPlan, ...], focus: Focus) -> Iterator[Row]:
    blocks = stage_blocks(layers, stage)
    shown = {*_always_shown(len(blocks)), focus.block}
    for is_shown, numbers in groupby(blocks, key=lambda number: number in shown):
        if is_shown:
            yield from _shown_rows(stage, {number: blocks[number] for number in numbers}, focus)
        else:
            together = tuple(numbers)
            layers_together = tuple(chain.from_iterable(blocks[number] for number in together))
            yield _row(None, 2, stage, together[0], layers_together, unfolded=False, count=len(together))


def _always_shown(blocks: int) -> tuple[int, ...]:
    """Numbers of a stage's blocks that have a row of their own wherever the focus is."""
    if blocks <= _MOST_BLOCKS:
        return tuple(range(1, blocks + 1))
    return (*range(1, _FIRST_BLOCKS + 1), *range(blocks - _LAST_BLOCKS + 1, blocks + 1))


def _shown_rows(stage: str, blocks: Mapping[int, tuple[LayerPlan, ...]], focus: Focus) -> Iterator[Row]:
    for number, layers in blocks.items():
        unfolded = number == focus.block
        yield _row(block_path(stage, number), 2, stage, number, layers, unfolded=unfolded, count=1)
        if unfolded:
            yield from _layer_rows(layers, 3, focus)


def _layer_rows(layers: Iterable[LayerPlan], level: int, focus: Focus) -> Iterator[Row]:
    for layer in layers:
        yield _row(layer.name, level, layer.stage, layer.block, (layer,), unfolded=layer.name == focus.layer, layer=layer)


def _row(
    path: str | None,
    level: int,
    stage: str | None,
    block: int | None,
    layers: tuple[LayerPlan, ...],
    *,
    unfolded: bool,
    layer: LayerPlan | None = None,
    count: int = 0,
) -> Row:
    return Row(
        path,
        level,
        stage,
        block,
        layer,
        count,
        layers[-1].output_shape,
        sum(one.parameters for one in layers),
        sum(one.trainable_parameters for one in layers),
        sum(one.macs for one in layers),
        unfolded,
    )
