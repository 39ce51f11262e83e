"""Drawings of measured numbers: bars as long as the norms, a logarithmic axis, a strip whose blocks lead somewhere."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from resnet.diagrams.chain import chain_svg, decades
from resnet.diagrams.norm_bars import norm_bars_svg, norm_text
from resnet.diagrams.strip import strip_svg
from resnet.inquiries import Chain, Strip
from resnet.wording import english
from tests.pages.block_answers import NORMS

SVG = "{http://www.w3.org/2000/svg}"
BLOCKS = ("stage1_block1", "stage1_block2", "stage2_block1")
STRIP = Strip(BLOCKS, np.array([0.5, 2.0, 1.0]), np.array([0.125, 0.25, 0.5]))
CHAIN = Chain(np.array([4.0, 2.0, 1.0]), np.array([0.001, 0.1, 1.0]), np.ones(3), np.ones(3))


def group(drawing: str, key: str) -> ElementTree.Element:
    return next(one for one in ElementTree.fromstring(drawing).iter(f"{SVG}g") if one.get("data-key") == key)


def part(element: ElementTree.Element, key: str) -> ElementTree.Element:
    return next(one for one in element.iter() if one.get("data-key") == key)


def test_bars_are_as_long_as_the_norms_and_say_them() -> None:
    drawing = norm_bars_svg(NORMS, english, projection=False)
    widths = {key: float(part(group(drawing, key), "bar").attrib["width"]) for key in ("g", "mask", "copy", "branch_back", "sum", "twin")}
    assert [round(width / widths["g"], 4) for width in widths.values()] == [1, 0.6, 0.6, 0.8, 1, 0.25]
    assert part(group(drawing, "twin"), "value").text == "0.125"
    assert part(group(drawing, "mask"), "note").text == "40% of the places are closed"
    assert part(group(drawing, "copy"), "note").text == "copied as it is"
    assert part(group(norm_bars_svg(NORMS, english, projection=True), "copy"), "note").text == "the projection's weights, transposed"


def test_the_step_looked_at_is_lit_and_only_it() -> None:
    drawing = norm_bars_svg(NORMS, english, projection=False, lit="mask")
    assert [one.get("data-key") for one in ElementTree.fromstring(drawing) if part_or_none(one, "lit") is not None] == ["mask"]


def part_or_none(element: ElementTree.Element, key: str) -> ElementTree.Element | None:
    return next((one for one in element.iter() if one.get("data-key") == key), None)


def test_without_numbers_there_are_places_and_no_lengths() -> None:
    drawing = norm_bars_svg(None, english, projection=False)
    assert part(group(drawing, "sum"), "bar").attrib["width"] == "0"
    assert part(group(drawing, "sum"), "value").text == "–"
    assert "not yet measured" in chain_svg(None, 20, english)
    assert "not yet measured" in strip_svg(None, BLOCKS, BLOCKS[0], str, english)


def test_norms_are_said_with_three_digits() -> None:
    assert [norm_text(value) for value in (None, 0.0, 0.12345, 12.345, 0.00012345, 123456.0)] == [
        "–",
        "0",
        "0.123",
        "12.3",
        "1.2e-04",
        "1.2e+05",
    ]


def test_equal_ratios_are_equal_heights_on_the_chains_axis() -> None:
    drawing = chain_svg(CHAIN, 2, english)
    heights = {
        name: [float(y) for _, y in re.findall(r"[ML]\s*([\d.]+) ([\d.]+)", part(group(drawing, name), "line").attrib["d"])]
        for name in ("residual", "plain")
    }
    # Three decades from 0.001 to 1, and one more for 4.
    assert heights["plain"][0] - heights["plain"][1] == pytest.approx(2 * (heights["plain"][1] - heights["plain"][2]), abs=0.3)
    assert heights["residual"][2] == heights["plain"][2]
    assert heights["residual"][0] < heights["residual"][1] < heights["residual"][2]
    assert "with shortcuts: 4 at the first block" in drawing
    assert "block 1: 0.001" in group(drawing, "plain").attrib["data-tip"]


def test_a_norm_of_nothing_or_without_end_stays_in_the_drawing() -> None:
    broken = Chain(np.array([np.inf, 1.0]), np.array([0.0, 1.0]), np.ones(2), np.ones(2))
    drawing = chain_svg(broken, 1, english)
    assert "nan" not in drawing
    assert "inf," not in drawing
    assert decades([0.0, float("inf")]) == (-1, 1)
    assert decades([1.0]) == (-1, 1)
    assert decades([0.002, 40.0]) == (-3, 2)


def test_a_block_of_the_strip_leads_to_itself_with_its_ratio() -> None:
    drawing = strip_svg(STRIP, BLOCKS, "stage1_block2", str.upper, english)
    heights = [float(part(group(drawing, block), "bar").attrib["height"]) for block in BLOCKS]
    assert [round(height / heights[1], 4) for height in heights] == [0.25, 1, 0.5]
    chosen = group(drawing, "stage1_block2")
    assert (chosen.get("data-open"), chosen.get("class"), chosen.get("aria-pressed")) == ("stage1_block2", "chosen", "true")
    assert chosen.get("aria-label") == "STAGE1_BLOCK2: ‖F‖/‖x‖ = 2.00 ± 0.25"
    assert group(drawing, "stage1_block1").get("aria-pressed") == "false"
