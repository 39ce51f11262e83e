"""Streamlit's theme is written in TOML, the palette in Python: they must say the same."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from resnet.figures import palette

CONFIG = tomllib.loads((Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
SAME = {
    "primaryColor": palette.SHORTCUT,
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


def test_nothing_is_fetched_from_elsewhere() -> None:
    text = (Path(__file__).parents[2] / ".streamlit" / "config.toml").read_text(encoding="utf-8")
    assert not re.search(r"https?:|//", text)
