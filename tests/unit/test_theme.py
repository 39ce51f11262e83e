"""Streamlit's theme is written in TOML, the palette in Python: they must say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from resnet.figures import palette

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
PAGE = (Path(__file__).parents[2] / "assets" / "page.css").read_text(encoding="utf-8")
SAME = {
    "linkColor": palette.SHORTCUT,
    "blueColor": palette.SHORTCUT,
    "violetColor": palette.BRANCH,
    "greenColor": palette.ADD,
    "orangeColor": palette.BROKEN,
    "grayColor": palette.PLAIN,
    "textColor": palette.INK,
    "codeTextColor": palette.INK,
    "borderColor": palette.LINE,
    "secondaryBackgroundColor": palette.SURFACE,
    "codeBackgroundColor": palette.SURFACE,
}
CHART = (palette.SHORTCUT, palette.BRANCH, palette.ADD, palette.BROKEN, palette.PLAIN)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_theme_wears_the_palette(theme: palette.Theme) -> None:
    section = CONFIG["theme"][theme]
    assert {option: section[option] for option in SAME} == {option: colour.on(theme) for option, colour in SAME.items()}
    assert section["backgroundColor"] == palette.BACKGROUND[theme]
    assert section["chartCategoricalColors"] == [colour.on(theme) for colour in CHART]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, from 0 to 1 (WCAG 2.2)."""
    channels = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_accent_is_read_under_a_buttons_white_text_and_what_is_chosen_on_the_page(theme: palette.Theme) -> None:
    """On the dark page no colour reaches 4.5:1 against both: white on the page itself is 18:1, and the square root of that is 4.25."""
    section = CONFIG["theme"][theme]
    assert contrast(section["primaryColor"], "#ffffff") >= 4.5
    assert contrast(section["primaryColor"], section["backgroundColor"]) >= 3  # a line, not a letter (WCAG 1.4.11)
    assert contrast(section["linkColor"], section["backgroundColor"]) >= 4.5


def test_what_is_chosen_has_the_colour_of_links() -> None:
    """Streamlit would write it in the accent's colour; the sheet says otherwise. That it reaches it is axe's to see (tests/e2e)."""
    light, dark = (CONFIG["theme"][theme]["linkColor"] for theme in ("light", "dark"))
    assert f"light-dark({light}, {dark})" in PAGE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_captions_are_read_on_the_page_and_on_a_panel(theme: palette.Theme) -> None:
    """Streamlit writes them in its text colour at six tenths of full strength."""
    section = CONFIG["theme"][theme]
    for behind in (section["backgroundColor"], section["secondaryBackgroundColor"]):
        pairs = [(int(section["textColor"][at : at + 2], 16), int(behind[at : at + 2], 16)) for at in (1, 3, 5)]
        faded = "#" + "".join(f"{round(0.6 * over + 0.4 * under):02x}" for over, under in pairs)
        assert contrast(faded, behind) >= 4.5


def test_nothing_is_fetched_from_elsewhere() -> None:
    text = (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert not re.search(r"https?:|//", text)
