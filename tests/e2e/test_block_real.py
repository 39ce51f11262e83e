"""The block's real numbers in a browser, from the real network in the real worker: read a sum by keyboard, turn the branch down."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.app_server import AppServer
from tests.e2e.conftest import WAIT

SUM = re.compile(r"^(−?[\d.]+) \+ \(?(−?[\d.]+)\)? = (−?[\d.]+) → ReLU ([\d.]+)$")
SAME = "frame => [...frame.querySelectorAll('canvas')].every(canvas => canvas.marked)"
MARK = "frame => frame.querySelectorAll('canvas').forEach(canvas => { canvas.marked = true; })"


def _line(page: Page, number: int) -> Locator:
    return page.locator(".maps output span").nth(number)


def _sum(page: Page) -> list[float]:
    found = SUM.match(_line(page, 1).inner_text())
    assert found, _line(page, 1).inner_text()
    return [float(words.replace("−", "-")) for words in found.groups()]


def test_the_crosshair_is_moved_by_keyboard_and_reads_a_sum_that_adds_up(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/block?numbers=real&step=relu")
    stage = page.locator(".stage")
    expect(_line(page, 1)).to_have_text(SUM, timeout=WAIT)
    box = page.locator(".maps").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 720, "the maps are on one screen with the twins"
    stage.evaluate(MARK)
    stage.focus()
    places = set[str]()
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        places.add(_line(page, 0).inner_text())
        shortcut, branch, summed, y = _sum(page)
        assert round(shortcut + branch, 2) == summed
        assert y == max(summed, 0)
    assert len(places) >= 4
    assert "step=relu" in page.url, "the page's own arrow keys stay out of it"

    page.locator(".stage canvas").nth(3).hover(position={"x": 5, "y": 5})
    expect(_line(page, 0)).to_have_text("row 2, column 2")

    page.locator(".steps button[data-key=conv1]").click()
    expect(_line(page, 2)).to_contain_text("this patch of one channel", timeout=WAIT)
    expect(page.locator(".stage .patch:visible")).to_have_count(1)
    assert stage.evaluate(SAME), "the maps are the same elements at another step"
    expect(_line(page, 0)).to_have_text("row 2, column 2")


def test_less_of_the_branch_changes_what_the_network_says(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/block?view=amount")
    shares = page.locator(".classes .share")
    expect(shares.first).to_contain_text("%", timeout=WAIT)
    whole = shares.all_inner_texts()
    assert abs(sum(float(words.removesuffix("%")) for words in whole) - 100) < 0.6
    slider = page.get_by_role("slider", name="How much the branch counts")
    slider.focus()
    slider.press("Home")
    expect(page.locator(".amount label output")).to_have_text("a = 0.00")
    assert shares.all_inner_texts() != whole
    shortcut, scaled, summed, _ = _sum(page)
    assert (scaled, summed) == (0, shortcut)
    slider.press("End")
    assert shares.all_inner_texts() == whole


def test_the_strip_leads_to_another_block(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/block?numbers=real&step=add")
    second = page.locator(".diagram g[data-key=stage2_block1]")
    expect(second).to_have_attribute("aria-label", re.compile(r"= \d\.\d\d ± "), timeout=WAIT)
    expect(_line(page, 1)).to_have_text(SUM, timeout=WAIT)
    expect(page.get_by_text("Click a block to load it")).to_be_visible(timeout=WAIT)
    # Streamlit may forget what is asked for while the page that an answer brought is being made.
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning", timeout=WAIT)
    second.press("Enter")
    expect(page.locator(".stage figure[data-key=shortcut] figcaption")).to_have_text("Wₛ x", timeout=WAIT)
    page.wait_for_url("**at=stage2_block1*")
