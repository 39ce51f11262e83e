"""The channels of a layer, or its filters, as small pictures on one scale around zero: made ready to be drawn, a byte a number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from resnet.figures.block_maps import MOST_SHOWN, scale_end

MOST_CHANNELS = 64  # more would be too small to see anything on
LEVELS = 127  # colours on either side of zero


@dataclass(frozen=True, slots=True)
class Tile:
    """One channel: its number, counted from 0, what it reaches from and to, and the share of its places that are 0."""

    channel: int
    lowest: float
    highest: float
    silent_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Channels side by side.

    Attributes:
        levels: int8 (tiles, rows, columns), LEVELS being `limit` and what lies beyond it.
        limit: the end of the scale: the distance from 0 that MOST_SHOWN of all the numbers do not go beyond, rounded up to two digits.
        tiles: in the order they are shown. channels: how many the layer has.
    """

    levels: np.ndarray
    limit: float
    tiles: tuple[Tile, ...]
    channels: int

    @property
    def rows(self) -> int:
        return int(self.levels.shape[1])

    @property
    def columns(self) -> int:
        return int(self.levels.shape[2])


def tiles_of_maps(maps: np.ndarray, *, liveliest_first: bool = False) -> Tiles:
    """The first MOST_CHANNELS channels of maps (height, width, channels), or of (channels,), each then of one place.

    `liveliest_first`: those whose numbers differ most from place to place; of one place, those farthest from 0.
    """
    whole = maps if maps.ndim == 3 else maps.reshape(1, 1, -1)
    order: Sequence[int] = range(whole.shape[-1])
    if liveliest_first:
        liveliness = whole.std(axis=(0, 1)) if whole[..., 0].size > 1 else np.abs(whole[0, 0])
        order = [int(channel) for channel in np.argsort(-liveliness, kind="stable")]
    return _tiles(np.moveaxis(whole, -1, 0), order, share=MOST_SHOWN)


def tiles_of_filters(kernel: np.ndarray) -> Tiles:
    """The first MOST_CHANNELS filters of a kernel (height, width, channels in, filters), as they read their first channel."""
    return _tiles(np.moveaxis(kernel[:, :, 0], -1, 0), range(kernel.shape[-1]), share=1.0)


def tile_side(tiles: int, width: int, height: int, *, gap: int, largest: int) -> int:
    """How large squares can be, at most `largest`, so that so many fit into width x height, all in pixels, with a gap between them."""
    return next((side for side in range(largest, 1, -1) if ((width + gap) // (side + gap)) * ((height + gap) // (side + gap)) >= tiles), 1)


def _tiles(channels: np.ndarray, order: Sequence[int], *, share: float) -> Tiles:
    """`channels`: (channels, rows, columns)."""
    shown = list(order)[:MOST_CHANNELS]
    seen = channels[shown].astype(np.float64)
    distances = np.abs(seen)
    limit = scale_end(float(np.quantile(distances, share)) or float(distances.max()))
    tiles = tuple(
        Tile(channel, float(one.min()), float(one.max()), float(np.mean(one == 0))) for channel, one in zip(shown, seen, strict=True)
    )
    return Tiles(np.rint(np.clip(seen / limit, -1, 1) * LEVELS).astype(np.int8), limit, tiles, len(channels))
