"""The block by hand: every number against Keras's own layers and gradients, and what the drawn numbers are to show."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from resnet.by_hand import SIDE, Grid, HandBlock, hand_block, number, products, written_out
from resnet.by_hand_questions import question_at

SEEDS = (1, 2, 3, 7, 40, 9_999)
STEPS = ("conv1", "relu1", "conv2", "add", "relu", "mask", "sum")


def _by_keras(block: HandBlock, *, shortcut: bool) -> dict[str, Grid]:
    """The same block as Keras layers, and its gradient at x by automatic differentiation."""
    convolutions = []
    for kernel in (block.kernel1, block.kernel2):
        layer = keras.layers.Conv2D(1, 3, padding="same", use_bias=False)
        layer.build((1, SIDE, SIDE, 1))
        layer.set_weights([kernel.reshape(3, 3, 1, 1).astype("float32")])
        convolutions.append(layer)
    x = tf.constant(block.x.reshape(1, SIDE, SIDE, 1).astype("float32"))
    g = tf.constant(block.g.reshape(1, SIDE, SIDE, 1).astype("float32"))
    with tf.GradientTape() as tape:
        tape.watch(x)
        conv1 = convolutions[0](x)
        relu1 = keras.ops.relu(conv1)
        branch = convolutions[1](relu1)
        summed = branch + x if shortcut else branch
        y = keras.ops.relu(summed)
    at_x = tape.gradient(y, x, output_gradients=g)
    found = {"conv1": conv1, "relu1": relu1, "branch": branch, "summed": summed, "y": y, "at_x": at_x}
    return {name: np.rint(np.asarray(value)).astype(np.int64).reshape(SIDE, SIDE) for name, value in found.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_every_grid_is_keras_s(seed: int) -> None:
    block = hand_block(seed)
    residual, plain = _by_keras(block, shortcut=True), _by_keras(block, shortcut=False)
    for name, grid in residual.items():
        assert np.array_equal(getattr(block, name), grid), name
    assert np.array_equal(block.plain_y, plain["y"])
    assert np.array_equal(block.plain_at_x, plain["at_x"])
    assert np.array_equal(block.through_branch + block.masked, block.at_x)
    assert np.array_equal(block.masked, np.where(block.summed > 0, block.g, 0))


def test_a_seed_gives_the_same_numbers_each_time_and_another_one_others() -> None:
    assert np.array_equal(hand_block.__wrapped__(5).x, hand_block.__wrapped__(5).x)
    assert len({hand_block(seed).x.tobytes() + hand_block(seed).kernel1.tobytes() for seed in range(1, 30)}) == 29


@pytest.mark.parametrize("seed", range(1, 40))
def test_the_numbers_are_small_and_show_what_a_block_does(seed: int) -> None:
    block = hand_block(seed)
    assert block.x.min() >= 0  # as behind a ReLU
    assert max(np.abs(grid).max() for grid in (block.branch, block.summed, block.at_x)) <= 15
    for grid in (block.conv1, block.branch, block.summed):
        assert np.any(grid > 0)
        assert np.any(grid < 0)
    assert np.any(block.y != block.plain_y)
    assert np.any(block.at_x != block.plain_at_x)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("step", STEPS)
def test_a_question_s_answer_stands_in_its_grid_and_at_the_end_of_what_is_worked_out(step: str, seed: int) -> None:
    block = hand_block(seed)
    question = question_at(step, block, seed)
    assert question is not None
    assert question.answer == getattr(block, question.target)[question.place]
    assert question.worked.endswith(f"= {number(question.answer)}")
    for name, cells in question.sources.items():
        assert cells, name
        assert all(0 <= row < len(getattr(block, name)) and 0 <= column < len(getattr(block, name)) for row, column in cells)


def test_nothing_is_asked_where_there_is_nothing_to_compute() -> None:
    assert [step for step in ("x", "bn1", "bn2", "shortcut", "g", "copy", "branch_back") if question_at(step, hand_block(1), 1)] == []


def test_nine_products_are_written_out_with_the_frame_s_zeros() -> None:
    values = np.arange(16).reshape(4, 4)
    kernel = np.array([[1, 0, -1], [2, 3, 0], [0, 0, 1]])
    # At the upper left corner the window sees 0 above and to the left, then 0, 1 and 4, 5.
    assert written_out(products(values, kernel, 0, 0)) == "0·1 + 0·0 + 0·(−1) + 0·2 + 0·3 + 1·0 + 0·0 + 4·0 + 5·1 = 5"
    assert [term.outside for term in products(values, kernel, 0, 0)] == [True, True, True, True, False, False, True, False, False]
    # In the middle: 0·1 + 2·(−1) + 4·2 + 5·3 + 10·1.
    assert written_out(products(values, kernel, 1, 1)).endswith("= 31")


def test_the_first_convolution_is_asked_within_the_grid_the_second_at_its_edge() -> None:
    for seed in range(1, 30):
        block = hand_block(seed)
        inner, outer = question_at("conv1", block, seed), question_at("conv2", block, seed)
        assert inner is not None
        assert outer is not None
        assert set(inner.place) <= {1, 2}
        assert len(inner.sources["x"]) == 9
        assert len(outer.sources["relu1"]) in (4, 6)
