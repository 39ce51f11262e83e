"""Diagrams: well-formed, accessible, and saying the right numbers."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from resnet.diagrams import svg
from resnet.diagrams.idea import construction_svg, units_svg
from resnet.wording import english

NAMESPACE = "{http://www.w3.org/2000/svg}"


def _words(element: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{NAMESPACE}text")]


@pytest.mark.parametrize("draw", [construction_svg, units_svg])
def test_a_drawing_is_one_image_with_a_text_alternative(draw: object) -> None:
    root = ElementTree.fromstring(draw(english))  # type: ignore[operator]
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{NAMESPACE}desc", "") in root.attrib["aria-label"]
    assert not [element for element in root.iter() if "tabindex" in element.attrib]


def test_the_deeper_network_is_the_shallow_one_and_identities() -> None:
    root = ElementTree.fromstring(construction_svg(english))
    layers = [words for words in _words(root) if words in {"1", "2", "3", "4", "="}]
    assert layers == ["1", "2", "3", "4"] + ["1", "2", "3", "4"] + ["="] * 4


def test_words_are_translated_and_escaped() -> None:
    text = construction_svg(lambda message, /, **values: "<&\"'>" if "{" not in message else message.format(**values))
    assert "<&" not in text
    assert "<&\"'>" in _words(ElementTree.fromstring(text))


def test_a_line_break_in_an_attribute_survives() -> None:
    element = ElementTree.fromstring(svg.element("g", data_tip="one\ntwo", class_="a", aria_label=None))
    assert element.attrib == {"data-tip": "one\ntwo", "class": "a"}


def test_corners_are_rounded_and_short_pieces_are_not_overshot() -> None:
    assert svg.rounded_path((0, 0), (0, -50), (100, -50), radius=12) == "M0 0 L0 -38 Q0 -50 12 -50 L100 -50"
    assert svg.rounded_path((0, 0), (5, 0), (5, 9), radius=12) == "M0 0 L0 0 Q5 0 5 9 L5 9"


def test_a_line_of_text_is_about_as_wide_as_it_looks() -> None:
    assert svg.text_width("32×32×64", 14) == pytest.approx(63, abs=3)  # as measured in Chromium with Liberation Sans
    assert svg.text_width("批归一化", 15) == 60
