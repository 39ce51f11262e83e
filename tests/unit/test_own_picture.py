"""A picture of one's own: what is taken and what is refused before any harm, and each step against arrays written by hand."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from resnet.data import load_dataset
from resnet.errors import PictureError
from resnet.own_picture import KEPT_SIDE, MOST_BYTES, Made, Ways, averaged, bright_edge, drawn_box, make, on_black, open_picture, squared
from resnet.pictures import embedded_pictures
from resnet.sample_pictures import SAMPLES, sample


def file_of(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def photo(width: int = 60, height: int = 40) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), np.uint8))


def png_that_says(width: int, height: int) -> bytes:
    """A few hundred bytes whose head promises as many pixels as one likes."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


def animated(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    return file_of(frames[0], kind, save_all=True, append_images=frames[1:])


# Ten kinds of bad file and some more: how each is made, and what the refusal says.
BAD: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "the file is empty"),
    "words": (lambda: b"This is not a picture at all.", "no picture in PNG, JPEG or WebP; the file looks like 'This is not '"),
    "svg": (lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "looks like SVG"),
    "tiff": (lambda: file_of(photo(), "TIFF"), "looks like TIFF"),
    "gif": (lambda: animated("GIF"), "looks like GIF"),
    "bomb": (lambda: png_that_says(60_000, 60_000), "may have 25,000,000 pixels; this one says it has many more"),
    "large": (lambda: png_that_says(10_000, 10_000), "may have 25,000,000 pixels, got 10,000×10,000"),
    "little over": (lambda: png_that_says(5_001, 5_000), "got 5,001×5,000"),
    "one pixel": (lambda: file_of(Image.new("RGB", (1, 1))), "at least 8×8 pixels, got 1×1"),
    "a line": (lambda: file_of(Image.new("RGB", (300, 7))), "at least 8×8 pixels, got 300×7"),
    "animated PNG": (lambda: animated("PNG"), "must stand still, got an animation of 3 frames"),
    "animated WebP": (lambda: animated("WEBP"), "must stand still, got an animation of 3 frames"),
    "cut off PNG": (lambda: file_of(photo())[:-2_000], "cannot be read to its end"),
    "cut off JPEG": (lambda: file_of(photo(300, 300), "JPEG")[:9_000], "cannot be read to its end"),
    "only a head": (lambda: png_that_says(100, 100), "cannot be read to its end"),
    "too many bytes": (lambda: file_of(photo()) + bytes(MOST_BYTES), "may have 5,242,880 bytes (5 MB), got"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_refused_in_words(kind: str) -> None:
    make_file, words = BAD[kind]
    with pytest.raises(PictureError) as refusal:
        open_picture(make_file())
    assert words in str(refusal.value)


def test_whatever_is_damaged_in_a_file_it_is_read_or_refused() -> None:
    """A thousand files with some bytes changed, in head and body: nothing but an image or a PictureError comes of them."""
    chance = random.Random(5)
    whole = [file_of(photo(), kind) for kind in ("PNG", "JPEG", "WEBP")]
    refused = 0
    for number in range(1_000):
        damaged = bytearray(whole[number % 3])
        for _ in range(chance.randint(1, 8)):
            damaged[chance.randrange(len(damaged) if number % 2 else 60)] = chance.randrange(256)
        try:
            assert open_picture(bytes(damaged)).shape[2] == 3
        except PictureError:
            refused += 1
    assert 100 < refused < 1_000


def test_a_photo_comes_as_it_is_and_upright() -> None:
    assert np.array_equal(open_picture(file_of(photo())), np.asarray(photo()))
    lying = Image.Exif()
    lying[0x0112] = 6  # the camera was turned: a quarter turn clockwise puts it right
    turned = np.asarray(photo())
    shown = open_picture(file_of(photo(), "WEBP", lossless=True, exif=lying))
    assert np.array_equal(shown, np.rot90(turned, -1))


def test_a_large_photo_is_made_smaller() -> None:
    assert open_picture(file_of(Image.new("RGB", (4_000, 3_000), "#336699"), "JPEG")).shape == (384, KEPT_SIDE, 3)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.new("L", (9, 9), 100), (100, 100, 100)),
        (Image.fromarray(np.full((9, 9), 100 * 257, np.uint16)), (100, 100, 100)),
        (Image.new("1", (9, 9), 1), (255, 255, 255)),
        (Image.new("RGBA", (9, 9), (200, 0, 0, 0)), (255, 255, 255)),
        (Image.new("RGBA", (9, 9), (0, 0, 0, 51)), (204, 204, 204)),
        (Image.new("LA", (9, 9), (0, 255)), (0, 0, 0)),
        (Image.new("RGB", (9, 9), (10, 200, 30)).quantize(4), (10, 200, 30)),
    ],
    ids=["grey", "16 bits", "1 bit", "transparent", "glassy", "grey and alpha", "palette"],
)
def test_every_kind_of_colour_becomes_red_green_and_blue(image: Image.Image, expected: tuple[int, int, int]) -> None:
    shown = open_picture(file_of(image))
    assert shown.shape == (9, 9, 3)
    assert {tuple(pixel) for pixel in shown.reshape(-1, 3).tolist()} == {expected}


def test_a_printers_jpeg_is_taken() -> None:
    shown = open_picture(file_of(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG"))
    assert np.abs(shown[8, 8].astype(int) - [255, 0, 0]).max() < 12


def test_a_training_image_comes_through_unchanged() -> None:
    """Saved as a file and opened, with nothing cropped: what the network gets is what it was trained on, at either resolution."""
    pictures, _ = embedded_pictures()
    smaller = load_dataset("fashion-mnist-14").x_test
    # Those with black along most of their edge; a coat that fills it would be taken to lie on a grey ground.
    edges = [np.concatenate([one[0], one[-1], one[1:-1, 0], one[1:-1, -1]]) for one in pictures[:200]]
    clear = [number for number, edge in enumerate(edges) if np.median(edge) == 0]
    assert len(clear) > 150
    for number in clear:
        picture = open_picture(file_of(Image.fromarray(pictures[number])))
        assert np.array_equal(make(picture, Ways(crop=False)).pixels, pictures[number])
        small = make(picture, Ways(crop=False), side=14).pixels
        assert np.abs(small / 255 - smaller[number, ..., 0]).max() <= 0.5 / 255 + 1e-6


def test_a_bright_ground_is_turned_round_and_made_black() -> None:
    paper = np.full((40, 40), 200, np.uint8)
    paper[10:20, 15:20] = 20
    assert bright_edge(paper)
    assert not bright_edge(255 - paper)
    light = on_black(255 - paper)
    assert light[0, 0] == 0
    assert light[12, 17] == round((235 - 55) * 255 / 200)
    assert set(np.unique(light).tolist()) == {0, 230}


def test_what_is_drawn_is_found_and_put_into_the_middle() -> None:
    light = np.zeros((40, 40), np.uint8)
    light[10:20, 15:20] = 230
    assert drawn_box(light, 0.15) == (10, 20, 15, 20)
    assert drawn_box(light, 0.95) is None
    square = squared(light[10:20, 15:20])
    assert square.shape == (10, 10)
    assert square.sum(axis=0).tolist() == [0, 0, 2300, 2300, 2300, 2300, 2300, 0, 0, 0]


def test_a_speck_is_not_drawn() -> None:
    light = np.zeros((400, 400), np.uint8)
    light[100:200, 50:60] = 255
    light[390, 390] = 255
    assert drawn_box(light, 0.15) == (100, 200, 50, 60)


def test_the_steps_follow_the_settings() -> None:
    picture = np.full((60, 40, 3), 250, np.uint8)
    picture[20:30, 10:30] = 0
    usual = make(picture, Ways())
    assert list(usual.steps) == ["upright", "grey", "light", "cropped", "square", "small"]
    assert [step.shape for step in usual.steps.values()] == [(60, 40, 3), (60, 40), (60, 40), (10, 20), (20, 20), (28, 28)]
    assert (usual.inverted, usual.empty) == (True, False)
    assert usual.pixels[14, 14] == 255
    assert usual.pixels[0].max() == 0
    assert make(picture, Ways(crop=False)).steps["cropped"].shape == (60, 40)
    assert make(picture, Ways(invert=False)).empty, "on a white ground that stays white nothing is lighter"
    assert list(make(picture, Ways(), side=14).steps)[-1] == "averaged"


def test_a_picture_of_one_colour_is_empty() -> None:
    made = make(np.full((30, 30, 3), 90, np.uint8), Ways())
    assert made.empty
    assert made.pixels.shape == (28, 28)
    assert not made.pixels.any()


def test_four_pixels_become_their_mean() -> None:
    assert averaged(np.array([[10, 20, 0, 0], [30, 41, 0, 255]], np.uint8)).tolist() == [[25, 64]]


@pytest.mark.parametrize("name", SAMPLES)
def test_each_sample_stands_out_from_its_ground(name: str) -> None:
    made: Made = make(sample(name), Ways())  # type: ignore[arg-type]
    assert not made.empty
    assert made.pixels.max() > 100
