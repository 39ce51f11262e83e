"""Folded or unfolded, a network adds up to itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.outline import Focus, Row, focus_on, outline
from resnet.plan import Plan, plan
from resnet.presets import PRESETS

RESNET_50 = plan(PRESETS["resnet-50"])
DEEP = plan(replace(PRESETS["resnet-20"], depths=(3, 100, 3)))


def innermost(rows: tuple[Row, ...]) -> list[Row]:
    """The rows that are not unfolded into others, and layers."""
    return [row for row, after in zip(rows, [*rows[1:], None], strict=True) if after is None or after.level <= row.level]


@pytest.mark.parametrize("path", ["", "stem", "stage1", "stage3_block2", "stage3_block2_conv2", "head", "head_dense", "input"])
@pytest.mark.parametrize("network", [RESNET_50, DEEP], ids=["resnet-50", "a hundred blocks"])
def test_what_is_shown_adds_up_to_the_total(network: Plan, path: str) -> None:
    rows = outline(network, focus_on(network, path))
    assert rows[0].parameters == network.total_parameters
    for field, total in (
        ("parameters", network.total_parameters),
        ("trainable_parameters", network.trainable_parameters),
        ("macs", network.macs),
    ):
        assert sum(getattr(row, field) for row in innermost(rows)) == total


@pytest.mark.parametrize("block", [1, 20, 21, 50, 95, 96, 100])
def test_any_of_a_hundred_blocks_can_be_unfolded_and_it_still_adds_up(block: int) -> None:
    rows = outline(DEEP, Focus("stage2", block))
    assert sum(row.parameters for row in innermost(rows)) == DEEP.total_parameters
    (unfolded,) = (row for row in rows if row.level == 2 and row.unfolded)
    assert unfolded.block == block
    assert next(row.layer.name for row in rows if row.layer) in {f"stage2_block{block}_pad1", f"stage2_block{block}_conv1"}


@pytest.mark.parametrize(
    ("block", "gaps"),
    [
        # (first of those taken together, how many): 21 to 95 without the one that is open
        (None, [(21, 75)]),
        (20, [(21, 75)]),
        (21, [(22, 74)]),
        (50, [(21, 29), (51, 45)]),
        (95, [(21, 74)]),
        (96, [(21, 75)]),
    ],
)
def test_blocks_stay_in_order_around_the_one_that_is_open(block: int | None, gaps: list[tuple[int, int]]) -> None:
    rows = [row for row in outline(DEEP, Focus("stage2", block)) if row.level == 2]
    assert [(row.block, row.count) for row in rows if row.path is None] == gaps
    covered = [number for row in rows if row.block for number in range(row.block, row.block + row.count)]
    assert covered == list(range(1, 101))


def test_levels_from_network_to_layer() -> None:
    rows = outline(RESNET_50, focus_on(RESNET_50, "stage2_block1_conv2"))
    assert [(row.level, row.path) for row in rows if row.unfolded] == [
        (0, ""),
        (1, "stage2"),
        (2, "stage2_block1"),
        (3, "stage2_block1_conv2"),
    ]
    assert [row.path for row in rows if row.level == 1] == ["stem", "stage1", "stage2", "stage3", "stage4", "head"]
    assert [row.block for row in rows if row.level == 2] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("", Focus()),
        ("stage2", Focus("stage2")),
        ("stage2_block4", Focus("stage2", 4)),
        ("stage2_block5", Focus("stage2")),  # ResNet-50's stage 2 has four
        ("stage2_block0", Focus("stage2")),
        ("stage2_block4_conv3", Focus("stage2", 4, "stage2_block4_conv3")),
        ("stage2_block4_conv9", Focus("stage2", 4)),
        ("stage9_block1", Focus()),
        ("head_dense", Focus("head", None, "head_dense")),
        ("input", Focus("stem", None, "input")),
        ("<script>", Focus()),
    ],
)
def test_a_place_that_is_gone_gives_way_to_what_held_it(path: str, place: Focus) -> None:
    assert focus_on(RESNET_50, path) == place
    assert focus_on(RESNET_50, place.path) == place


def test_one_step_out() -> None:
    assert Focus("stage2", 1, "stage2_block1_conv1").parent == Focus("stage2", 1)
    assert Focus("stage2", 1).parent == Focus("stage2")
    assert Focus("head", None, "head_dense").parent == Focus("head")
    assert Focus("head").parent == Focus().parent == Focus()
