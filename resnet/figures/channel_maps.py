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
    """One channel: its number, counted from 0, what it reaches from and to, and the share of its places that are 0. Places of minus
    infinity, which padding puts around maps before a max-pool, do not count."""

    channel: int
    lowest: float
    highest: float
    silent_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Tiles:
    """Channels side by side.

    Attributes:
        levels: int8 (tiles, rows, columns), LEVELS being `limit` and what lies beyond it; 0 where there is no finite number.
        limit: the end of the scale: the distance from 0 that MOST_SHOWN of the numbers of all channels, shown or not, do not go beyond,
            rounded up to two digits.
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


def tiles_of_maps(maps: np.ndarray, *, liveliest_first: bool = False, first: int = 0) -> Tiles:
    """MOST_CHANNELS channels, from place `first` in their order, of maps (height, width, channels), or of (channels,), then of one place.

    `liveliest_first`: those whose numbers differ most from place to place; of one place, those farthest from 0.
    """
    whole = maps if maps.ndim == 3 else maps.reshape(1, 1, -1)
    channels = np.ma.masked_invalid(np.moveaxis(whole, -1, 0).astype(np.float64))
    order: Sequence[int] = range(len(channels))
    if liveliest_first:
        liveliness = channels.std(axis=(1, 2)) if channels[0].size > 1 else np.abs(channels[:, 0, 0])
        order = [int(channel) for channel in np.argsort(-np.ma.filled(liveliness, 0), kind="stable")]
    return _tiles(channels, order[first : first + MOST_CHANNELS], share=MOST_SHOWN)


def tiles_of_filters(kernel: np.ndarray, *, first: int = 0) -> Tiles:
    """MOST_CHANNELS filters, from `first` on, of a kernel (height, width, channels in, filters), as they read their first channel."""
    filters = np.ma.masked_invalid(np.moveaxis(kernel[:, :, 0], -1, 0).astype(np.float64))
    return _tiles(filters, range(len(filters))[first : first + MOST_CHANNELS], share=1.0)


def tile_side(tiles: int, width: int, height: int, *, gap: int, largest: int) -> int:
    """How large squares can be, at most `largest`, so that so many fit into width x height, all in pixels, with a gap between them."""
    return next((side for side in range(largest, 1, -1) if ((width + gap) // (side + gap)) * ((height + gap) // (side + gap)) >= tiles), 1)


def _tiles(channels: np.ma.MaskedArray, shown: Sequence[int], *, share: float) -> Tiles:
    """`channels`: (channels, rows, columns), what is not finite masked."""
    seen = channels[list(shown)]
    distances = np.abs(channels).compressed()
    limit = scale_end(float(np.quantile(distances, share)) or float(distances.max())) if distances.size else 1.0
    levels = np.rint(np.clip(seen.filled(0) / limit, -1, 1) * LEVELS).astype(np.int8)
    return Tiles(levels, limit, tuple([_tile(channel, one.compressed()) for channel, one in zip(shown, seen, strict=True)]), len(channels))


def _tile(channel: int, numbers: np.ndarray) -> Tile:
    """`numbers` are finite; where there are none, the channel is told as 0."""
    numbers = numbers if numbers.size else np.zeros(1)
    return Tile(channel, float(numbers.min()), float(numbers.max()), float(np.mean(numbers == 0)))
