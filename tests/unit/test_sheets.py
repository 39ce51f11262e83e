"""What every component's style sheet and script keeps: motion is asked for, the focus is seen, Streamlit's class names are let alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

COMPONENTS = Path(__file__).parents[2] / "assets" / "components"
SHEETS = sorted(COMPONENTS.glob("*.css"))
SCRIPTS = sorted(COMPONENTS.glob("*.js"))
sheets = pytest.mark.parametrize("sheet", SHEETS, ids=lambda path: path.name)


@sheets
def test_what_moves_asks_whether_motion_is_wanted(sheet: Path) -> None:
    css = sheet.read_text(encoding="utf-8")
    # The probe's colour has to have a transition, whose end tells of another theme; nobody sees it.
    moving = re.findall(r"(?:transition|animation):(?! none)(?!.*\b1ms)", css)
    assert not moving or "prefers-reduced-motion" in css


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_that_moves_asks_too(script: Path) -> None:
    code = script.read_text(encoding="utf-8")
    assert not re.search(r'"smooth"|\.animate\(', code) or "prefers-reduced-motion" in code


@sheets
def test_whatever_hides_the_outline_shows_the_focus_otherwise(sheet: Path) -> None:
    css = sheet.read_text(encoding="utf-8")
    if re.search(r"outline: (?:none|0)\b|all: unset", css):
        assert ":focus-visible" in css


@sheets
def test_no_sheet_leans_on_streamlits_own_names(sheet: Path) -> None:
    assert not re.search(r"\.st[A-Z]\w+|\.st-emotion|\[data-testid", sheet.read_text(encoding="utf-8"))


@sheets
def test_type_grows_on_a_projector(sheet: Path) -> None:
    """In rem, or times the display's scale; the units of an SVG grow with the drawing."""
    if sheet.name not in ("diagram.css",):
        assert re.findall(r"font-size: [\d.]+px", sheet.read_text(encoding="utf-8")) == []
