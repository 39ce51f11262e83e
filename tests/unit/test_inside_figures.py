"""What is drawn of a layer's channels, of the plane of the test images and of a network's parts, before a browser has it."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from resnet.diagrams.parts import HEIGHT, WIDTH, parts_of, parts_svg
from resnet.figures.channel_maps import LEVELS, MOST_CHANNELS, tile_side, tiles_of_filters, tiles_of_maps
from resnet.figures.plane import neighbour, plane_figure
from resnet.inquiries import Embedding, Strip
from resnet.plan import plan
from resnet.presets import PRESETS, RACERS
from resnet.wording import english

SVG = "{http://www.w3.org/2000/svg}"


def test_channels_share_one_scale_around_zero() -> None:
    maps = np.array([[[2.0, 0.0, -1.0], [1.0, 0.0, 0.5]]], np.float32)  # 1 x 2 places, three channels
    tiles = tiles_of_maps(maps)
    assert (tiles.rows, tiles.columns, tiles.channels, tiles.limit) == (1, 2, 3, 2.0)
    np.testing.assert_array_equal(tiles.levels, [[[LEVELS, 64]], [[0, 0]], [[-64, 32]]])
    assert [(one.channel, one.lowest, one.highest, one.silent_share) for one in tiles.tiles] == [
        (0, 1.0, 2.0, 0.0),
        (1, 0.0, 0.0, 1.0),
        (2, -1.0, 0.5, 0.0),
    ]


def test_the_liveliest_come_first_and_no_more_than_can_be_seen() -> None:
    maps = np.zeros((2, 2, 100), np.float32)
    maps[0, 0] = np.arange(100)
    assert [one.channel for one in tiles_of_maps(maps).tiles] == list(range(MOST_CHANNELS))
    assert [one.channel for one in tiles_of_maps(maps, liveliest_first=True).tiles] == list(range(99, 35, -1))
    rest = tiles_of_maps(maps, liveliest_first=True, first=64)
    assert [one.channel for one in rest.tiles] == list(range(35, -1, -1))
    assert (len(rest.levels), rest.channels, rest.limit) == (36, 100, tiles_of_maps(maps).limit), "one scale for all of the layer"
    flat = tiles_of_maps(np.array([1.0, -5.0, 3.0], np.float32), liveliest_first=True)
    assert (flat.rows, flat.columns) == (1, 1)
    assert [one.channel for one in flat.tiles] == [1, 2, 0]


def test_one_spike_does_not_pale_the_rest_and_nothing_is_no_problem() -> None:
    maps = np.ones((20, 20, 1), np.float32)
    maps[0, 0] = 100
    tiles = tiles_of_maps(maps)
    assert tiles.limit == 1.0
    assert tiles.levels[0, 0, 0] == tiles.levels[0, 5, 5] == LEVELS
    assert not tiles_of_maps(np.zeros((3, 3, 2), np.float32)).levels.any()


@pytest.mark.filterwarnings("error")
def test_what_padding_puts_around_maps_is_left_out() -> None:
    """Minus infinity around 2 x 2 places of two channels, of which the second differs more; a channel without any number is told as 0."""
    maps = np.full((4, 4, 3), -np.inf, np.float32)
    maps[1:3, 1:3, 0] = [[0.0, 0.5], [0.5, 0.0]]
    maps[1:3, 1:3, 1] = [[2.0, -1.0], [0.0, 1.0]]
    tiles = tiles_of_maps(maps, liveliest_first=True)
    assert tiles.limit == 2.0
    assert [(one.channel, one.lowest, one.highest, one.silent_share) for one in tiles.tiles] == [
        (1, -1.0, 2.0, 0.25),
        (0, 0.0, 0.5, 0.5),
        (2, 0.0, 0.0, 1.0),
    ]
    np.testing.assert_array_equal(tiles.levels[0], [[0, 0, 0, 0], [0, LEVELS, -64, 0], [0, 0, 64, 0], [0, 0, 0, 0]])
    assert not tiles.levels[2].any()
    assert tiles_of_maps(np.array([-np.inf, 1.0], np.float32), liveliest_first=True).tiles[0].channel == 1


def test_filters_are_whole_and_zero_centred() -> None:
    kernel = np.zeros((3, 3, 1, 2), np.float32)
    kernel[0, 2, 0, 1], kernel[2, 0, 0, 1] = -0.5, 0.25
    tiles = tiles_of_filters(kernel)
    assert tiles.limit == 0.5
    assert [one.channel for one in tiles_of_filters(np.ones((3, 3, 1, 80), np.float32), first=64).tiles] == list(range(64, 80))
    np.testing.assert_array_equal(tiles.levels[1], [[0, 0, -LEVELS], [0, 0, 0], [64, 0, 0]])


@pytest.mark.parametrize("count", [1, 3, 10, 16, 32, 64])
def test_tiles_fit_into_their_room_as_large_as_they_can(count: int) -> None:
    width, height, gap = 554, 294, 4
    side = tile_side(count, width, height, gap=gap, largest=96)

    def fit(one: int) -> int:
        """How many stand in it, laid out one by one."""
        across = sum((place + 1) * one + place * gap <= width for place in range(width))
        down = sum((place + 1) * one + place * gap <= height for place in range(height))
        return across * down

    assert fit(side) >= count
    assert side == 96 or fit(side + 1) < count


def test_the_plane_says_of_each_dot_which_image_it_is() -> None:
    found = Embedding(
        coordinates=np.array([[0, 0], [1, 0], [0, 2], [3, 1]], np.float32),
        explained=np.array([0.5, 0.25]),
        labels=np.array([2, 6, 2, 9]),
        named=np.array([2, 2, 2, 9]),
    )
    figure = plane_figure(found, chosen=3)
    by_name = {trace.name: trace for trace in figure.data}
    assert [one[0] for one in by_name["Pullover"].customdata] == [0, 2]
    assert list(by_name["Shirt"].customdata[0]) == [1, "Pullover"]
    assert (list(by_name["taken for another class"].x), list(by_name["taken for another class"].y)) == ([1], [0])
    assert (by_name["the image above"].x[0], by_name["the image above"].y[0]) == (3, 1)
    assert figure.layout.xaxis.title.text == "first component: 50% of the variance"
    looks = {(trace.marker.color, trace.marker.symbol) for trace in figure.data[:10]}
    assert len(looks) == 10, "every class has a look of its own"
    assert plane_figure(None).data == ()


@pytest.mark.parametrize("name", ["mini-resnet", "residual-56", "plain-20"])
def test_the_strip_has_a_column_for_each_part_and_a_bar_for_each_block(name: str) -> None:
    network = plan({**PRESETS, **RACERS}[name])
    names = list(parts_of(network))
    blocks = names[1:-1]
    assert len(blocks) == sum(network.config.depths)
    assert sum(map(len, parts_of(network).values())) == len(network.layers)
    strip = (
        None if network.config.shortcut == "none" else Strip(tuple(blocks), np.linspace(0.2, 1.0, len(blocks)), np.full(len(blocks), 0.1))
    )
    drawn = ElementTree.fromstring(parts_svg(network, strip, blocks[1], str, english))
    columns = {one.get("data-open"): one for one in drawn.iter(f"{SVG}g")}
    assert list(columns) == names
    assert [name for name, one in columns.items() if one.get("aria-pressed") == "true"] == [blocks[1]]
    bars = [one for one in drawn.iter(f"{SVG}rect") if one.get("data-key") == "bar"]
    assert len(bars) == (0 if strip is None else len(blocks))
    if strip is not None:
        heights = [float(one.get("height", 0)) for one in bars]
        assert heights[-1] / heights[0] == pytest.approx(5, rel=1e-4)
        assert columns[blocks[0]].get("aria-label") == f"{blocks[0]}: ‖F‖/‖x‖ = 0.20 ± 0.10"
    for rectangle in drawn.iter(f"{SVG}rect"):
        left, width = float(rectangle.get("x", 0)), float(rectangle.get("width", 0))
        assert 0 <= left < left + width <= WIDTH
    assert all(float(one.get("y", 0)) < HEIGHT for one in drawn.iter(f"{SVG}text"))


def test_a_block_whose_shortcut_brings_nothing_has_no_bar() -> None:
    network = plan(PRESETS["mini-resnet"])
    blocks = list(parts_of(network))[1:-1]
    ratios = np.array([0.5, np.inf, np.nan, 1.0, 1.0, 1.0])
    drawn = parts_svg(network, Strip(tuple(blocks), ratios, np.zeros(6)), blocks[0], str, english)
    assert drawn.count('data-key="bar"') == 4
    assert "nan" not in drawn
    ratios, words = np.array([0.5, 0.0, 1.0, 1.0, 1.0, 1.0]), "the shortcut brings nothing but zeros"
    drawn = parts_svg(network, Strip(tuple(blocks), ratios, np.zeros(6), silent=(blocks[1],)), blocks[0], str, english)
    assert drawn.count('data-key="bar"') == 5
    assert f'aria-label="{blocks[1]}: {words}"' in drawn


def test_the_next_dot_is_the_nearest_of_those_that_lie_more_that_way_than_aside() -> None:
    dots = np.array([[0, 0], [2, 0.5], [1, 1.5], [-3, 0], [0, -1], [9, 0]], np.float32)
    right, left, up, down = (1, 0), (-1, 0), (0, 1), (0, -1)
    assert [neighbour(dots, 0, way) for way in (right, left, up, down)] == [1, 3, 2, 4]
    assert neighbour(dots, 1, right) == 5
    assert neighbour(dots, 5, right) == 5, "at the edge one stays"
    assert neighbour(dots, None, right) == neighbour(dots, 1999, left) == 0, "who is nowhere begins in the middle"
