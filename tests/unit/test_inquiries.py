"""Questions to the inspect worker, as plain data: which are refused, and which are equal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from resnet.config import adapt
from resnet.embedded import EMBEDDED
from resnet.errors import QuestionError
from resnet.inquiries import (
    AMOUNTS,
    Cut,
    EmbedTest,
    LearnIdentity,
    LookAtBlock,
    MeasureChain,
    MeasureStrip,
    Packed,
    RunSubject,
    Series,
    Strip,
    Subject,
    WriteLogs,
    places_to_cut,
    size_of,
)
from resnet.inquiries.effort import SECOND, images_within
from resnet.inspection.judging import how_many
from resnet.loss_surface import Slice
from resnet.plan import plan
from resnet.presets import PRESETS

MINI, DEEP, PLAIN = Subject("mini-resnet"), Subject("residual-56"), Subject("plain-20")


@pytest.mark.parametrize(
    ("ask", "complaint"),
    [
        (lambda: Subject("resnet-50"), "no weights of 'resnet-50' with this app, only of mini-resnet, residual-56"),
        (lambda: Subject("plain-20", "epoch-1"), "moments: untrained, trained; not of 'epoch-1'"),
        (lambda: LookAtBlock(MINI, "stage4_block1", 0), "no block 'stage4_block1'; its blocks are stage1_block1, stage1_block2"),
        (lambda: LookAtBlock(MINI, "stage1_block1", 2_000), "image must be a whole number from 0 to 1,999, got 2000"),
        (lambda: LookAtBlock(MINI, "stage1_block1", True), "got True"),
        (lambda: MeasureStrip(PLAIN), "plain-20 has no shortcuts"),
        (lambda: MeasureStrip(DEEP, 257), "images must be a whole number from 1 to 256, got 257"),
        (lambda: MeasureChain(21, 0, True), "blocks must be a whole number from 1 to 20, got 21"),
        (lambda: LearnIdentity(0, 501, 0.01), "steps must be a whole number from 1 to 500, got 501"),
        (lambda: LearnIdentity(0, 10, 0.0), "learning_rate must be a number in"),
        (lambda: Cut(PLAIN, "branch", ("stage1_block1",)), "'stage1_block1' cannot be cut out of plain-20 as a branch: possible are none"),
        (lambda: Cut(DEEP, "layer", ("stage2_block1_conv1",)), "cannot be cut out of residual-56 as a layer"),
        (lambda: Cut(DEEP, "head", ()), "a branch, a shortcut or a layer, not 'head'"),  # type: ignore[arg-type]
    ],
)
def test_what_cannot_be_answered_is_refused_with_the_value(ask: Callable[[], object], complaint: str) -> None:
    with pytest.raises(QuestionError) as refusal:
        ask()
    assert complaint in str(refusal.value)


def test_equal_questions_are_one() -> None:
    asked = {Cut(Subject("residual-56"), "branch", ("stage1_block2",)), Cut(DEEP, "branch", ("stage1_block2",), 2_000)}
    assert len(asked) == 1


def test_amounts_go_from_nothing_to_the_whole_branch_in_twentieths() -> None:
    assert len(AMOUNTS) == 21
    assert (AMOUNTS[0], AMOUNTS[1], AMOUNTS[20]) == (0.0, 0.05, 1.0)


def test_what_can_be_cut_keeps_the_shape() -> None:
    residual, plain = EMBEDDED["residual-20"].network, EMBEDDED["plain-20"].network
    nine = tuple(f"stage{stage}_block{block}" for stage in (1, 2, 3) for block in (1, 2, 3))
    assert places_to_cut(residual, "branch") == places_to_cut(residual, "shortcut") == nine
    assert places_to_cut(plain, "shortcut") == ()
    # 18 convolutions in blocks; the first of stages 2 and 3 halves the resolution.
    changing = ("stage2_block1", "stage3_block1")
    convolutions = tuple(f"{block}_conv{number}" for block in nine for number in (1, 2) if number == 2 or block not in changing)
    assert places_to_cut(residual, "layer") == convolutions
    assert places_to_cut(plain, "layer") == (*(block for block in nine if block not in changing), *convolutions)


def test_the_size_of_an_answer_counts_each_array_once() -> None:
    ratio = np.zeros(10)
    assert size_of(Strip(blocks=("a",), ratio=ratio, spread=ratio)) == 80
    assert size_of(Strip(blocks=("a",), ratio=ratio, spread=np.zeros(3))) == 104
    assert size_of(QuestionError("no")) == 0


def test_files_and_numbers_in_tuples_count_too() -> None:
    assert size_of(Packed(bytes(7))) == 7
    assert size_of(WriteLogs((Series("train", "loss", (1, 2), (0.5, 0.25), (10.0, 20.0)),) * 2)) == 2 * 6 * 32
    assert size_of(MeasureChain(1, 1, True)) == 0


@pytest.mark.parametrize("name", ["residual-20", "mini-resnet"])
def test_all_images_of_the_subset_are_embedded(name: str) -> None:
    """2.1 and 80.5 million multiply-adds an image."""
    assert EmbedTest.of(Subject(name)) == EmbedTest(Subject(name), 2_000)


@pytest.mark.parametrize(
    ("millions", "images"), [(1, 2_000), (15.1, 1_900), (300, 100), (301, 90), (936, 50), (11_000, 50)], ids=lambda one: f"{one:,}"
)
def test_images_are_as_many_as_the_work_allows_in_round_numbers(millions: float, images: int) -> None:
    network = replace(plan(PRESETS["mini-resnet"]), macs=int(millions * 1e6))
    assert images_within(SECOND, network, fewest=50, most=2_000) == images


def test_a_heavy_network_has_its_landscape_on_few_images_and_its_pictures_among_few() -> None:
    """ResNet-34 on 28 x 28 pixels takes 936 million multiply-adds for each image: nothing of it may hold up others for long."""
    heavy = plan(adapt(PRESETS["resnet-34"], "fashion-mnist"))
    assert heavy.macs == 935_917_568
    one = Slice.of(MINI, heavy, 1)
    assert (one.images, one.at_once) == (20, 1)
    assert one.images * heavy.macs < SECOND
    assert EmbedTest.of(RunSubject("r", adapt(PRESETS["resnet-34"], "fashion-mnist"), "fashion-mnist")).images == 100
    assert how_many(heavy) == (240, 60)
    assert how_many(plan(EMBEDDED["residual-20"].network)) == (2_000, 500)
