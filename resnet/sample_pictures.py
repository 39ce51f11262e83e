"""Pictures to try a network on, drawn here: a shirt and trousers as a child might draw them, a digit and a face that it knows nothing of,
and noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw

Sample = Literal["shirt", "trousers", "seven", "face", "noise"]

SIDE = 280  # pixels
_PAPER, _INK = "#f4efe4", "#22262e"


@lru_cache(maxsize=8)
def sample(name: Sample) -> np.ndarray:
    """In colour, uint8 (SIDE, SIDE, 3), read-only."""
    picture = SAMPLES[name]()
    picture.flags.writeable = False
    return picture


def _shirt() -> np.ndarray:
    left = [(120, 62), (95, 50), (25, 100), (52, 140), (85, 118), (82, 240)]
    body = [*left, *((SIDE - x, y) for x, y in reversed(left))]
    return _drawn(lambda pen: pen.polygon(body, fill="#2f6db3", outline=_INK, width=3))


def _trousers() -> np.ndarray:
    body = [(95, 25), (185, 25), (212, 255), (158, 255), (140, 95), (122, 255), (68, 255)]
    return _drawn(lambda pen: pen.polygon(body, fill="#7a5c3e", outline=_INK, width=3))


def _seven() -> np.ndarray:
    return _drawn(lambda pen: pen.line([(80, 50), (205, 50), (120, 235)], fill=_INK, width=22, joint="curve"))


def _face() -> np.ndarray:
    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.ellipse((40, 40, 240, 240), outline=_INK, width=12)
        for left in (95, 165):
            pen.ellipse((left, 105, left + 20, 125), fill=_INK)
        pen.arc((90, 105, 190, 200), 20, 160, fill=_INK, width=12)

    return _drawn(draw)


def _noise() -> np.ndarray:
    """As coarse as what a network gets: of anything finer it would see the mean alone."""
    grey = np.random.default_rng(7).integers(0, 256, (28, 28, 1), np.uint8)
    return grey.repeat(SIDE // 28, axis=0).repeat(SIDE // 28, axis=1).repeat(3, axis=2)


def _drawn(draw: Callable[[ImageDraw.ImageDraw], None]) -> np.ndarray:
    """On paper."""
    picture = Image.new("RGB", (SIDE, SIDE), _PAPER)
    draw(ImageDraw.Draw(picture))
    return np.array(picture)


SAMPLES: Mapping[Sample, Callable[[], np.ndarray]] = MappingProxyType(
    {"shirt": _shirt, "trousers": _trousers, "seven": _seven, "face": _face, "noise": _noise}
)
