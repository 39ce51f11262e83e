"""The drawing of a network: as many blocks, shortcuts and projections as there are, sizes that follow the shapes, nothing outside."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resnet.config import ResNetConfig
from resnet.diagrams.columns import HEIGHT, plate_height, plate_thickness
from resnet.diagrams.network import drawn_blocks, network_svg
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.wording import english

SVG = "{http://www.w3.org/2000/svg}"
RESNET_34 = PRESETS["resnet-34"]


def _draw(network: ResNetConfig) -> ElementTree.Element:
    return ElementTree.fromstring(network_svg(plan(network), english))


def _column(root: ElementTree.Element, key: str) -> ElementTree.Element:
    (column,) = (group for group in root.iter(f"{SVG}g") if group.get("data-key") == key)
    return column


def _count(root: ElementTree.Element, tag: str, class_: str) -> int:
    """Elements of a class in the columns, that is without the legend's."""
    columns = [group for group in root.iter(f"{SVG}g") if group.get("tabindex")]
    return sum(element.get("class") == class_ for column in columns for element in column.iter(SVG + tag))


def _words(root: ElementTree.Element, key: str) -> list[str]:
    return [text.text or "" for text in _column(root, key).iter(f"{SVG}text")]


def test_resnet_34_has_16_blocks_each_with_shortcut_and_add_and_3_projections() -> None:
    root = _draw(RESNET_34)
    assert _count(root, "rect", "plate branch") == 16
    assert _count(root, "path", "edge shortcut thin") == 16
    assert _count(root, "circle", "dot add") == 16
    assert _count(root, "rect", "plate shortcut") == 3


def test_a_plain_network_has_grey_plates_and_neither_shortcut_nor_add() -> None:
    root = _draw(replace(RESNET_34, shortcut="none"))
    assert _count(root, "rect", "plate branch") == 0
    assert _count(root, "rect", "plate plain") == 16 + 1 + 2 + 2  # blocks, input, stem, head
    assert _count(root, "path", "edge shortcut thin") == 0
    assert _count(root, "circle", "dot add") == 0


def test_every_column_says_its_shape() -> None:
    root = _draw(RESNET_34)
    assert _words(root, "input")[:2] == ["Input", "224×224×3"]
    assert _words(root, "stem") == ["Stem", "56×56×64", "7×7 /2, pool /2"]
    assert _words(root, "stage3") == ["Stage 3", "14×14×256", "6 blocks"]
    assert _words(root, "head")[:2] == ["Head", "512 → 1000"]
    assert _words(_draw(replace(RESNET_34, depths=(1, 1, 1, 1))), "stage1")[2] == "1 block"


def test_a_column_tells_its_cost() -> None:
    tip = _column(_draw(RESNET_34), "stage1").get("data-tip")
    assert tip == "222,720 parameters, 221,952 of them trained.\n693,633,024 multiply-adds per image."


def test_plates_follow_resolution_and_channels() -> None:
    plates = {
        key: next(rect for rect in _column(_draw(RESNET_34), key).iter(f"{SVG}rect") if rect.get("class") == "plate branch")
        for key in ("stage1", "stage2", "stage3", "stage4")
    }
    heights = [float(plate.get("height", 0)) for plate in plates.values()]
    widths = [float(plate.get("width", 0)) for plate in plates.values()]
    assert heights == sorted(heights, reverse=True)
    assert len(set(heights)) == 4
    assert widths == sorted(widths)
    assert len(set(widths)) == 4
    assert plate_height(112, 224) > plate_height(112, 448) > plate_height(56, 448)
    assert plate_thickness(64) < plate_thickness(65)


@pytest.mark.parametrize(
    ("depth", "drawn"),
    [(1, (1,)), (8, (1, 2, 3, 4, 5, 6, 7, 8)), (9, (1, 2, 3, 4, None, 8, 9)), (1000, (1, 2, 3, 4, None, 999, 1000))],
)
def test_a_long_stage_is_shown_by_its_ends(depth: int, drawn: tuple[int | None, ...]) -> None:
    assert drawn_blocks(depth) == drawn


def test_a_long_stage_still_shows_its_projection_and_its_number() -> None:
    root = _draw(replace(RESNET_34, depths=(3, 40, 6, 3)))
    assert _words(root, "stage2") == ["⋯", "Stage 2", "28×28×128", "40 blocks"]
    assert _count(_column_alone(root, "stage2"), "rect", "plate shortcut") == 1


def _column_alone(root: ElementTree.Element, key: str) -> ElementTree.Element:
    alone = ElementTree.Element("svg")
    alone.append(_column(root, key))
    return alone


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 4096)), min_size=1, max_size=8),
    st.sampled_from([(28, 28, 1), (224, 160, 3), (1024, 1024, 3), (300, 1, 3)]),
    st.sampled_from(["projection", "none"]),
    st.integers(2, 100_000),
)
def test_everything_stays_inside_and_in_order(
    stages: list[tuple[int, int]], shape: tuple[int, int, int], shortcut: str, classes: int
) -> None:
    stages = stages[: min(5, 1 if 1 in shape[:2] else 5)]
    depths, widths = zip(*stages, strict=True)
    network = replace(
        PRESETS["mini-resnet"],
        depths=depths,
        widths=widths,
        input_shape=shape,
        shortcut=shortcut,
        num_classes=classes,  # type: ignore[arg-type]
    )
    root = _draw(network)
    width = float(root.get("viewBox", "").split()[2])
    end = 0.0
    for column in (group for group in root.iter(f"{SVG}g") if group.get("tabindex")):
        field, *plates = (rect for rect in column.iter(f"{SVG}rect"))
        left, right = float(field.get("x", 0)), float(field.get("x", 0)) + float(field.get("width", 0))
        assert left == pytest.approx(end, abs=0.01)
        end = right
        for plate in plates:
            assert left - 0.01 <= float(plate.get("x", 0))
            assert float(plate.get("x", 0)) + float(plate.get("width", 0)) <= right + 0.01
            assert float(plate.get("y", 0)) >= 0
            assert float(plate.get("y", 0)) + float(plate.get("height", 0)) <= HEIGHT
    assert end == pytest.approx(width, abs=1.01)
