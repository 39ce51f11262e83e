"""Every page for those who see little, hear it read, use keys, or hold a phone: axe's findings, and nothing wider than the screen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pages.parts.i18n import NAMES
from tests.e2e.survey import PLACES, THEMES, Seen

# Streamlit's own markup, which an app cannot change: axe's rule, what marks the node, and why it is as it is.
STREAMLIT: tuple[tuple[str, str, str], ...] = (
    (
        "color-contrast",
        r"stButtonGroup.*stWidgetLabel",
        "Streamlit fades the label of a segmented control that is disabled. What is disabled needs no contrast (WCAG 1.4.3); axe knows "
        "that of the labels of inputs alone.",
    ),
    (
        "scrollable-region-focusable",
        r'data-testid="stHorizontalBlock"|<pre class="st-|katex-display|<div class="st-emotion-cache-\w+ \w+">',
        "Streamlit lets its rows, code, formulas and tables scroll, and gives them no focus. The paper's table is wider than the page in a "
        "projector's type alone, and all of it is read out; in ours a row whose only button is disabled (Reset on "
        "Architecture) has nothing out of sight; code can be copied by its button; a formula is cut by a narrow window alone.",
    ),
)


def ours(seen: Seen) -> list[str]:
    """What axe found in something this project draws, in words."""
    nodes = [(one["id"], node) for one in seen.violations for node in one["nodes"]]
    return [f"{rule}: {_where(node)} {node['html'][:160]}" for rule, node in nodes if not _streamlit(rule, node)]


def _streamlit(rule: str, node: dict[str, Any]) -> bool:
    marks = f"{_where(node)} {node['html']} {node['any']}".replace("\n", " ")
    return any(rule == known and re.search(pattern, marks) for known, pattern, _ in STREAMLIT)


def _where(node: dict[str, Any]) -> str:
    """The path to a node, through shadow roots."""
    return " ".join(" >>> ".join(step) if isinstance(step, list) else step for step in node["target"])


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("language", NAMES)
def test_axe_finds_nothing_serious_in_what_we_draw(surveyed: list[Seen], language: str, theme: str) -> None:
    looked_at = [seen for seen in surveyed if (seen.language, seen.theme) == (language, theme)]
    assert {seen.page for seen in looked_at} == set(PLACES)
    assert {str(seen): found for seen in looked_at if (found := ours(seen))} == {}


def test_what_is_left_to_streamlit_is_still_found(surveyed: list[Seen]) -> None:
    """An entry that no longer occurs is to be taken off the list."""
    found = [(one["id"], node) for seen in surveyed for one in seen.violations for node in one["nodes"]]
    assert all(any(_streamlit(rule, node) for rule, node in found if rule == known) for known, _, _ in STREAMLIT)


@pytest.mark.parametrize("language", NAMES)
def test_a_phone_shows_everything_but_what_scrolls_sideways_in_its_frame(surveyed: list[Seen], language: str) -> None:
    phones = {str(seen): seen.overflow for seen in surveyed if seen.language == language and seen.overflow is not None}
    assert {seen.page for seen in surveyed if str(seen) in phones} == set(PLACES)
    assert {name: found for name, found in phones.items() if found != {"wide": [], "cut": [], "document": 390, "main": 0}} == {}
