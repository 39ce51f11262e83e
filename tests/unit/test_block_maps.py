"""One channel of a block made ready to be read: numbers that add up as the reader adds them, one scale, a channel that shows something."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resnet.figures.block_maps import decimals_for, kernel_of, lively_channel, read_channel, scale_end
from resnet.inquiries import BlockMaps
from tests.pages.block_answers import block_maps


@pytest.fixture(scope="module")
def maps() -> BlockMaps:
    return block_maps()


def test_the_sum_is_that_of_the_two_numbers_that_are_shown(maps: BlockMaps) -> None:
    reading = read_channel(maps, 3)
    here = {name: int(grid.units[1, 4]) for name, grid in reading.grids.items()}
    # 0.42 + (−0.17) = 0.25, and the twin has ReLU(−0.17).
    assert [here[name] for name in ("x", "branch", "shortcut", "sum", "y", "twin", "conv1")] == [42, -17, 42, 25, 25, 0, 25]
    assert (reading.decimals, reading.limit, reading.start) == (
        2,
        0.12,
        (1, 4),
    )  # x is 0.42 in one of 784 places; 99% of all numbers are at most 0.12


def test_rounding_comes_before_adding(maps: BlockMaps) -> None:
    branch, shortcut = maps.branch.copy(), np.full_like(maps.branch, 0.304)
    branch[..., 3] = 0.404
    reading = read_channel(replace(maps, branch=branch, shortcut=shortcut, summed=branch + shortcut), 3)
    # 0.708 would be 0.71, but a reader sees 0.40 and 0.30.
    assert set(reading.grids["sum"].units.ravel()) == {70}
    summed = branch[..., 3] + shortcut[..., 3]
    assert np.abs(reading.grids["sum"].units / 100 - summed).max() <= 0.01


def test_what_is_read_agrees_with_the_block_to_one_unit_of_the_last_decimal(maps: BlockMaps) -> None:
    random = np.random.default_rng(5)
    branch, shortcut = (random.normal(0, 0.8, maps.branch.shape).astype(np.float32) for _ in range(2))
    summed = branch + shortcut
    real = replace(
        maps, branch=branch, shortcut=shortcut, summed=summed, y=np.maximum(summed, 0), plain_y=np.maximum(branch, 0), x=np.abs(shortcut)
    )
    reading = read_channel(real, 9)
    for name, wanted in (("sum", summed), ("y", real.y), ("twin", real.plain_y), ("x", real.x)):
        assert np.abs(reading.grids[name].units / 100 - wanted[..., 9]).max() < 0.0101, name


def test_a_block_that_gets_fewer_channels_counts_them_around() -> None:
    maps = block_maps("stage2_block1")
    assert maps.projection
    reading = read_channel(maps, 35)  # of 64, where x has 32
    assert reading.source == 3
    assert reading.grids["x"].rows == 28
    assert reading.grids["y"].rows == 14
    assert reading.grids["x"].units[1, 4] == 42


def test_channels_that_are_not_there_are_refused(maps: BlockMaps) -> None:
    with pytest.raises(ValueError, match="the block gives 32 channels, there is no number 32"):
        read_channel(maps, 32)
    with pytest.raises(ValueError, match="no sum to read"):
        read_channel(replace(maps, shortcut=None), 0)


def test_the_liveliest_channel_has_both_summands(maps: BlockMaps) -> None:
    assert lively_channel(maps) == 3
    loud = maps.branch.copy()
    loud[::2, :, 7] = 50.0  # a branch that varies, beside a shortcut that is 0 everywhere
    assert lively_channel(replace(maps, branch=loud)) == 3


def test_the_scale_ends_at_two_digits_and_the_decimals_follow_it() -> None:
    assert [scale_end(value) for value in (0.421, 0.42, 1.005, 37.2, 0.00313, 0.0)] == [0.43, 0.42, 1.1, 38.0, 0.0032, 1.0]
    assert [decimals_for(limit) for limit in (38.0, 1.1, 0.43, 0.032, 0.0032)] == [2, 2, 2, 3, 4]


def test_a_kernel_is_that_between_two_channels(maps: BlockMaps) -> None:
    kernels = {name: kernel.copy() for name, kernel in maps.kernels.items()}
    kernels["stage1_block1_conv1"][:, :, 5, 3] = np.arange(9).reshape(3, 3)
    changed = replace(maps, kernels=kernels)
    assert kernel_of(changed, "conv1", source=5, channel=3).tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert kernel_of(changed, "conv2", source=5, channel=3).max() == 0.5
