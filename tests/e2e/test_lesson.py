"""The guided lesson in a browser: the clock runs and is kept, quizzes answer to the keyboard, the sheet and the notebook are downloaded."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.e2e.conftest import WAIT

STORED = "localStorage.getItem('resnet-lab-lesson')"


def _seconds(page: Page) -> int:
    minutes, seconds = page.locator(".clock .time b").inner_text().split(":")
    return 60 * int(minutes) + int(seconds)


def _go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


def test_the_clock_and_the_ticks_go_on_while_other_pages_are_read(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/lesson")
    expect(page.get_by_text("The clock is not running yet")).to_be_visible(timeout=WAIT)
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.locator(".clock .due")).to_have_text("Now: Label ten images, recall")
    page.wait_for_function(f"() => JSON.parse({STORED}).since < Date.now() - 2000")
    expect(page.locator(".clock .left")).to_contain_text(re.compile(r"3:5\d left"))
    page.get_by_text("Done", exact=True).click()
    expect(page.locator(".clock li.done")).to_have_count(1, timeout=WAIT)
    # A step by its button; the one that is due stays marked.
    page.get_by_role("button", name=re.compile("^5. The block")).click()
    expect(page.get_by_role("heading", name=re.compile("5. The block"))).to_be_visible(timeout=WAIT)
    expect(page.locator(".clock .plan")).to_contain_text(re.compile(r"16:5\d ahead of the plan"))
    expect(page.locator(".clock li.now")).to_have_count(1)

    _go(page, "Idea")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Why would a deeper network", timeout=WAIT)
    line = page.get_by_role("button", name=re.compile("Label ten images, recall"))
    expect(line).to_contain_text(re.compile(r"0:\d\d.*3:\d\d left for it"), timeout=WAIT)
    page.reload()  # a new session, which has not heard of the lesson
    expect(line).to_contain_text(re.compile(r"0:\d\d.*3:\d\d left for it"), timeout=WAIT)
    line.click()
    expect(page.locator(".clock .run")).to_have_text("Pause", timeout=WAIT)
    assert _seconds(page) >= 2
    expect(page.locator(".clock li.done")).to_have_count(1)
    expect(page.get_by_role("heading", name=re.compile("5. The block"))).to_be_visible()

    # A new session of the same browser, which begins elsewhere and knows nothing.
    page.goto(f"{server.url}/lesson")
    expect(page.get_by_role("heading", name=re.compile("5. The block"))).to_be_visible(timeout=WAIT)
    expect(page.locator(".clock li.done")).to_have_count(1, timeout=WAIT)
    page.get_by_role("button", name="Pause").click()
    before = _seconds(page)
    page.wait_for_timeout(1_500)
    assert _seconds(page) == before
    page.locator(".clock .over").click()
    expect(page.locator(".clock li.done")).to_have_count(0, timeout=WAIT)
    assert _seconds(page) == 0
    _go(page, "Idea")
    line = page.locator(".st-key-lesson_bar button")
    expect(line).to_be_attached(timeout=WAIT)
    expect(line).to_be_hidden()  # no clock runs


def test_on_a_projectors_screen_the_step_is_seen_whole(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/lesson?lesson=cure")
    last = page.get_by_text("What a rescue brings, your run will show.")
    expect(last).to_be_visible(timeout=WAIT)
    box = last.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 720
    expect(page.get_by_role("link", name="Experiments: the cure")).to_have_attribute("href", re.compile(r"^experiments\?.*experiment=cure"))


def test_a_quiz_is_answered_by_keyboard_alone(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/lesson?lesson=exit")
    radio = page.get_by_role("radio").first
    expect(radio).to_be_attached(timeout=WAIT)
    check = page.get_by_role("button", name="Check", exact=True)
    expect(check).to_be_disabled()
    radio.focus()
    page.keyboard.press("Space")
    expect(check).to_be_enabled(timeout=WAIT)
    page.keyboard.press("Tab")
    expect(check).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("We saw a deeper network end worse.", timeout=WAIT)
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowDown")
    again = page.get_by_role("button", name="Check again")
    expect(again).to_be_enabled(timeout=WAIT)
    again.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("stAlert")).to_have_count(2, timeout=WAIT)
    expect(page.get_by_text("1 of 1 answered, 1 right, 0 at the first try.")).to_be_visible()


def test_the_sheet_and_the_notebook_come_as_files_in_the_readers_language(
    server: AppServer, visit: Callable[[str], Page], tmp_path: Path
) -> None:
    page = visit(f"{server.url}/lesson?lang=zh")
    for ending in ("html", "ipynb"):
        with page.expect_download() as caught:
            page.locator(f".st-key-lesson_{ending} button").click()
        assert caught.value.suggested_filename == f"residual-networks-zh.{ending}"
        caught.value.save_as(tmp_path / f"lesson.{ending}")
    sheet = (tmp_path / "lesson.html").read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in sheet
    assert "残差" in sheet
    assert "<td>residual-56</td>" in sheet or "<figure>" not in sheet
    book = nbformat.read(tmp_path / "lesson.ipynb", as_version=4)
    nbformat.validate(book)
    assert any("残差" in cell.source for cell in book.cells if cell.cell_type == "markdown")
