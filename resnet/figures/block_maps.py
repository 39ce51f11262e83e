"""One channel of a block's maps, made ready to be looked at: whole numbers on one scale, so that what is read off adds up.

A map is rounded to the decimals that are shown before anything is added. The sum of the two numbers a reader sees is then the third one
he sees; it may differ from the block's own sum by one unit of the last decimal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, floor, log10

import numpy as np

from resnet.inquiries import BlockMaps

FEWEST_DECIMALS = 2
MOST_SHOWN = 0.99  # the few beyond it have the colour of the scale's end, so that one spike does not pale all others
# How a block of two convolutions goes on inside, from x to F(x), by the last part of the layers' names.
HIDDEN = ("conv1", "bn1", "relu1")
BRANCH = ("conv2", "bn2")


@dataclass(frozen=True, slots=True)
class Grid:
    """One channel of one map: whole numbers (rows, columns), of which 10 ** decimals make 1."""

    units: np.ndarray
    decimals: int

    @property
    def rows(self) -> int:
        return int(self.units.shape[0])

    @property
    def columns(self) -> int:
        return int(self.units.shape[1])

    @property
    def lowest(self) -> float:
        return float(self.units.min()) / 10**self.decimals

    @property
    def highest(self) -> float:
        return float(self.units.max()) / 10**self.decimals

    @property
    def silent_share(self) -> float:
        """The share of its places that are 0."""
        return float(np.mean(self.units == 0))


@dataclass(frozen=True, slots=True)
class Reading:
    """One channel of a block, as it is read off.

    Attributes:
        grids: by what they are: x, conv1, bn1, relu1, conv2, bn2, branch, shortcut, sum, y, twin. `x` is the channel of that number, or,
            where the block gets fewer channels than it gives, the one at the same place counted around.
        limit: the end of the colour scale: the distance from 0 that MOST_SHOWN of the numbers in x, branch, shortcut, sum, y and twin do
            not go beyond, rounded up to two digits.
        source: the channel of x that is shown. channel: that of all others.
        start: a place (row, column) of y that is worth reading first.
    """

    grids: Mapping[str, Grid]
    limit: float
    decimals: int
    source: int
    channel: int
    start: tuple[int, int]


def read_channel(maps: BlockMaps, channel: int) -> Reading:
    """The channel of all maps. Raises ValueError for one that the block does not have, and for a block without an add."""
    if maps.shortcut is None:
        raise ValueError("a block without a shortcut has no sum to read")
    if not 0 <= channel < maps.y.shape[-1]:
        raise ValueError(f"the block gives {maps.y.shape[-1]} channels, there is no number {channel}")
    source = channel % maps.x.shape[-1]
    seen = (maps.x[..., source], *(one[..., channel] for one in (maps.branch, maps.shortcut, maps.summed, maps.y, maps.plain_y)))
    distances = np.concatenate([np.abs(one).ravel() for one in seen]).astype(np.float64)
    largest = float(distances.max())
    limit = scale_end(float(np.quantile(distances, MOST_SHOWN)) or largest)
    decimals = decimals_for(scale_end(largest))

    def units(values: np.ndarray) -> np.ndarray:
        return np.rint(values.astype(np.float64) * 10**decimals).astype(np.int64)

    branch, shortcut = units(maps.branch[..., channel]), units(maps.shortcut[..., channel])
    whole = {
        "x": units(maps.x[..., source]),
        **{part: units(layer[..., channel]) for part, layer in inside(maps).items()},
        "branch": branch,
        "shortcut": shortcut,
        "sum": branch + shortcut,
        "y": np.maximum(branch + shortcut, 0),
        "twin": np.maximum(branch, 0),
    }
    return Reading(
        grids={name: Grid(values, decimals) for name, values in whole.items()},
        limit=limit,
        decimals=decimals,
        source=source,
        channel=channel,
        start=_lively_place(branch, shortcut),
    )


def inside(maps: BlockMaps) -> dict[str, np.ndarray]:
    """The layers on the branch by the last part of their names: conv1, bn1, relu1, conv2, bn2."""
    by_part = {name.split("_", 2)[-1]: values for name, values in maps.inside.items()}
    return {part: by_part[part] for part in (*HIDDEN, *BRANCH) if part in by_part}


def lively_channel(maps: BlockMaps) -> int:
    """The channel in which both summands and the output vary: the one whose least spread of the three is largest."""
    shown = [one for one in (maps.branch, maps.shortcut, maps.y) if one is not None]
    return int(np.min([one.std(axis=(0, 1)) for one in shown], axis=0).argmax())


def kernel_of(maps: BlockMaps, convolution: str, *, source: int, channel: int) -> np.ndarray:
    """The kernel (height, width) between one channel in and one channel out of a convolution such as "conv1"."""
    (kernel,) = (values for name, values in maps.kernels.items() if name.endswith(f"_{convolution}") and "shortcut" not in name)
    return kernel[:, :, source, channel]


def scale_end(largest: float) -> float:
    """`largest` rounded up to two digits; 1 where all is 0."""
    if not largest > 0:
        return 1.0
    unit = 10.0 ** (floor(log10(largest)) - 1)
    return round(ceil(largest / unit - 1e-6) * unit, 12)


def decimals_for(limit: float) -> int:
    """How many decimals tell a hundredth of the scale apart."""
    return max(FEWEST_DECIMALS, 1 - floor(log10(limit)))


def _lively_place(branch: np.ndarray, shortcut: np.ndarray) -> tuple[int, int]:
    """Where the lesser of the summands is largest; rather where the branch takes away and something is left, if there is such a place."""
    lesser = np.minimum(np.abs(branch), np.abs(shortcut))
    taken = np.where((branch < 0) & (branch + shortcut > 0), lesser, 0)
    row, column = np.unravel_index(int((taken if taken.any() else lesser).argmax()), branch.shape)
    return int(row), int(column)
