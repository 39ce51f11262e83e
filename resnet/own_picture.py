"""A picture of one's own made into what the networks were trained on: 28x28, grey, the thing light on black and as large as fits.

The steps follow those that made Fashion-MNIST (Xiao, Rasul and Vollgraf 2017, arXiv 1708.07747, section 2), but for its sharpening, which
photos do not need. What comes from a stranger is looked at before it is decoded: its kind, its size in bytes, its size in pixels.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from resnet.errors import PictureError

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_BYTES = 5 * 2**20
MOST_PIXELS = 25_000_000  # as phones and cameras take them; one byte a colour makes 75 MB of it for a moment
LEAST_SIDE, KEPT_SIDE = 8, 512  # pixels: of a file's picture, and of what is gone on with
SIDE = 28
DRAWN = 0.15  # of full brightness: what is less far above the ground counts as ground
FEWEST_DRAWN = 0.005  # of a row's or column's pixels: what is less may be a speck

StepName = Literal["upright", "grey", "light", "cropped", "square", "small", "averaged"]

# By how their files begin: kinds that people have and that are refused, so that the refusal can name them.
_OTHERS: Mapping[bytes, str] = MappingProxyType(
    {b"GIF8": "GIF", b"BM": "BMP", b"II*\0": "TIFF", b"MM\0*": "TIFF", b"%PDF": "PDF", b"\0\0\1\0": "ICO", b"PK": "ZIP"}
)
_decoding = threading.Lock()  # one picture at a time takes its 100 MB, however many people upload


@dataclass(frozen=True, slots=True)
class Ways:
    """What can be set: whether to turn the picture's brightness round (None: where its edge is bright), to crop it, and what counts as
    drawn, as a share of full brightness above the ground."""

    invert: bool | None = None
    crop: bool = True
    drawn: float = DRAWN


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """The way of a picture to the network.

    Attributes:
        steps: uint8, (height, width, 3) of the first and (height, width) of the others, in order.
        inverted: whether its brightness was turned round. empty: nothing in it stands out from its ground.
        pixels: the last step, (side, side).
    """

    steps: Mapping[StepName, np.ndarray]
    inverted: bool
    empty: bool

    @property
    def pixels(self) -> np.ndarray:
        return list(self.steps.values())[-1]


def open_picture(data: bytes) -> np.ndarray:
    """A file's picture upright, in colour on white, no longer than KEPT_SIDE: uint8 (height, width, 3).

    Raises PictureError for everything that is not a still PNG, JPEG or WebP of a size that can be dealt with.
    """
    if not data:
        raise PictureError("the file is empty")
    if len(data) > MOST_BYTES:
        raise PictureError(
            "a picture may have {most:,} bytes ({megabytes} MB), got {size:,}",
            most=MOST_BYTES,
            megabytes=MOST_BYTES // 2**20,
            size=len(data),
        )
    with _decoding, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is checked here, more strictly
        image = _opened(data)
        _check_size(image)
        return _decoded(image)


def make(picture: np.ndarray, ways: Ways, side: int = SIDE) -> Made:
    """Each step from a colour picture, uint8 (height, width, 3), to one of `side` x `side`, which is SIDE or half of it."""
    grey = np.asarray(Image.fromarray(picture).convert("L"))
    inverted = bright_edge(grey) if ways.invert is None else ways.invert
    light = on_black(255 - grey if inverted else grey)
    box = drawn_box(light, ways.drawn)
    top, bottom, left, right = box if box and ways.crop else (0, light.shape[0], 0, light.shape[1])
    cropped = light[top:bottom, left:right]
    square = squared(cropped)
    small = np.asarray(Image.fromarray(square).resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    steps: dict[StepName, np.ndarray] = {
        "upright": picture,
        "grey": grey,
        "light": light,
        "cropped": cropped,
        "square": square,
        "small": small,
    }
    if side != SIDE:
        steps["averaged"] = averaged(small)
    return Made(MappingProxyType(steps), inverted, empty=box is None)


def bright_edge(grey: np.ndarray) -> bool:
    """Whether the frame of a grey picture is bright, by the median of its outermost pixels."""
    return bool(np.median(_edge(grey)) > 127)


def on_black(grey: np.ndarray) -> np.ndarray:
    """The edge's median brightness becomes 0, full brightness stays: white paper in a dim room is no white ground. uint8 as before."""
    ground = float(np.median(_edge(grey)))
    if ground >= 255:
        return np.zeros_like(grey)
    return np.rint(np.clip(grey - ground, 0, None) * 255 / (255 - ground)).astype(np.uint8)


def drawn_box(light: np.ndarray, drawn: float) -> tuple[int, int, int, int] | None:
    """Top, bottom, left and right (the ends not included) of what is drawn on a black ground; None where nothing is."""
    there = light > 255 * drawn
    rows = np.flatnonzero(there.mean(axis=1) > FEWEST_DRAWN)
    columns = np.flatnonzero(there.mean(axis=0) > FEWEST_DRAWN)
    if not (len(rows) and len(columns)):
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def squared(grey: np.ndarray) -> np.ndarray:
    """Black beside the shorter side, the picture in the middle: (height, width) to the longer of the two, twice."""
    height, width = grey.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    return np.pad(grey, ((top, side - height - top), (left, side - width - left)))


def averaged(small: np.ndarray) -> np.ndarray:
    """Each 2x2 pixels as one, as in the data set fashion-mnist-14."""
    rows, columns = small.shape
    blocks = small.reshape(rows // 2, 2, columns // 2, 2).astype(np.float64)
    return np.rint(blocks.mean(axis=(1, 3))).astype(np.uint8)


def _edge(grey: np.ndarray) -> np.ndarray:
    return np.concatenate([grey[0], grey[-1], grey[1:-1, 0], grey[1:-1, -1]])


def _opened(data: bytes) -> Image.Image:
    """Only what stands in the file's head is read."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except UnidentifiedImageError as error:
        raise PictureError(
            "this is no picture in PNG, JPEG or WebP; the file looks like {kind}", kind=_kind(data) or _beginning(data)
        ) from error
    except Exception as error:  # what a decoder raises when its file is damaged is written nowhere
        raise _unreadable(error) from error


def _check_size(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MOST_PIXELS:
        raise _too_many_pixels(width, height)
    if min(width, height) < LEAST_SIDE:
        raise PictureError(
            "a picture needs at least {least}×{least} pixels, got {width}×{height}", least=LEAST_SIDE, width=width, height=height
        )
    # A phone's JPEG may hold a second picture beside the photo (MPO); that is no animation.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise PictureError("a picture must stand still, got an animation of {frames} frames", frames=getattr(image, "n_frames", 2))


def _decoded(image: Image.Image) -> np.ndarray:
    try:
        if image.mode in ("1", "P", "PA"):  # between two numbers of a palette there is no colour
            image = image.convert("RGBA")
        image.thumbnail((KEPT_SIDE, KEPT_SIDE))  # decodes a large JPEG at a half, a quarter or an eighth of its size
        return np.asarray(_in_colour(ImageOps.exif_transpose(image)))
    except Exception as error:
        raise _unreadable(error) from error


def _in_colour(image: Image.Image) -> Image.Image:
    """Red, green and blue, one byte each; what is transparent lies on white, as on a page."""
    if image.mode.startswith("I"):  # 16 bits of grey, which Pillow would cut off at 255
        image = Image.fromarray(np.rint(np.asarray(image, np.float64) / 257).clip(0, 255).astype(np.uint8))
    if image.has_transparency_data:
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image.convert("RGBA"))
    return image.convert("RGB")


def _too_many_pixels(width: int | None = None, height: int | None = None) -> PictureError:
    if width is None:
        return PictureError("a picture may have {most:,} pixels; this one says it has many more", most=MOST_PIXELS)
    return PictureError("a picture may have {most:,} pixels, got {width:,}×{height:,}", most=MOST_PIXELS, width=width, height=height)


def _unreadable(error: Exception) -> PictureError:
    return PictureError(
        "the file begins as a picture, but cannot be read to its end: {problem}", problem=str(error) or type(error).__name__
    )


def _kind(data: bytes) -> str | None:
    """What the file seems to be, where that is a kind that people have."""
    if data[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1", b"ftypavif"):
        return "HEIC/AVIF"
    start = data[:1000].lstrip().lower()
    if start.startswith((b"<svg", b"<?xml", b"<!doctype")) or b"<svg" in start:
        return "SVG"
    return next((kind for mark, kind in _OTHERS.items() if data.startswith(mark)), None)


def _beginning(data: bytes) -> str:
    """Its first bytes, as one would see them in an editor."""
    return repr(data[:12])[1:]
