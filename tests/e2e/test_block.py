"""The page Block in a browser: the walk by keyboard and by hand; the kinds change in place, nothing jumps, nodes explain themselves."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from resnet.by_hand import hand_block
from resnet.by_hand_questions import question_at
from tests.app_server import AppServer
from tests.e2e.conftest import WAIT

# The diagram lives in a shadow root, which Playwright's locators see through and document.querySelector does not.
MARK = "frame => { for (const part of frame.querySelectorAll('svg, svg *')) part.marked = true; }"
# Of all words in the drawing, in pixels of the screen.
SMALLEST_TEXT = """frame => Math.min(...[...frame.querySelectorAll('svg text')].map(
    text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""
UNMARKED = "frame => [...frame.querySelectorAll('svg, svg *')].filter(part => !part.marked).length"


def _node(page: Page, key: str) -> Locator:
    return page.locator(f".diagram g[data-key={key}]")


def _open(page: Page) -> Page:
    """The page with everything on it: the drawing, the controls, the code."""
    expect(_node(page, "add")).to_contain_text("add", timeout=WAIT)
    expect(page.get_by_role("slider")).to_have_count(3, timeout=WAIT)
    expect(page.get_by_role("combobox")).to_have_count(2, timeout=WAIT)
    expect(page.get_by_role("switch", name="Repair automatically")).to_be_attached(timeout=WAIT)
    expect(page.get_by_text("def basic_block")).to_be_visible(timeout=WAIT)
    return page


def _kind(page: Page, name: str) -> None:
    page.get_by_test_id("stButtonGroup").filter(has_text="Bottleneck").get_by_text(name, exact=True).click()


def _rows(*parts: Locator) -> list[tuple[float, float]]:
    """Top and bottom of each part, in pixels from the top of the window."""
    boxes = [part.bounding_box() for part in parts]
    return [(box["y"], box["y"] + box["height"]) for box in boxes if box is not None]


def _open_walk(page: Page, step: str) -> Page:
    expect(page.locator(".steps [aria-current]")).to_have_text(step, timeout=WAIT)
    expect(_node(page, "conv1")).to_have_count(3, timeout=WAIT)  # the block's, the twin's, and the grid computed by hand
    return page


def test_the_walk_goes_forward_and_back_by_keyboard_and_its_address_follows(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = _open_walk(visit(f"{server.url}/block"), "x")
    here, residual = page.locator(".steps [aria-current]"), page.locator(".diagram").first
    shown = (residual, page.locator(".diagram").nth(1), page.locator(".steps"), page.locator(".diagram").nth(2))
    before = _rows(*shown)
    assert all(0 <= top < bottom <= 720 for top, bottom in before)
    residual.evaluate(MARK)
    for step in ("conv 1", "BN 1", "ReLU"):
        page.keyboard.press("ArrowRight")
        expect(here).to_have_text(step)
    expect(page.locator(".diagram").first.locator("g.lit")).to_have_attribute("data-key", "relu1", timeout=WAIT)
    page.wait_for_url("**/block?*step=relu1*")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".diagram").first.locator("g.lit")).to_have_attribute("data-key", "bn1", timeout=WAIT)
    page.keyboard.press("End")
    expect(here).to_have_text("sum")
    expect(page.get_by_text("x went two ways")).to_be_visible(timeout=WAIT)
    expect(page.locator(".diagram").first.locator("tspan.lit")).to_have_text(["+"], timeout=WAIT)
    page.keyboard.press("Home")
    expect(page.locator(".diagram").first.locator("g.lit")).to_have_attribute("data-key", "input", timeout=WAIT)
    assert residual.evaluate("frame => [...frame.querySelectorAll('svg g')].filter(part => !part.marked).length") == 0
    assert _rows(*shown) == before


def test_a_cell_is_computed_by_hand_and_arrow_keys_in_its_field_stay_there(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = _open_walk(visit(f"{server.url}/block?step=conv1&seed=1"), "conv 1")
    question = question_at("conv1", hand_block(1), 1)
    assert question is not None
    field = page.get_by_role("textbox")
    field.fill("99")
    field.press("ArrowLeft")
    field.press("Enter")
    expect(page.get_by_text("99 is not it.")).to_be_visible(timeout=WAIT)
    expect(page.locator(".steps [aria-current]")).to_have_text("conv 1")
    field.fill(str(question.answer))
    field.press("Enter")
    expect(page.get_by_text("Right.")).to_be_visible(timeout=WAIT)
    expect(page.get_by_text(question.worked)).to_be_visible()
    page.get_by_text("Source", exact=True).click()
    expect(page.locator(".source mark")).to_have_text(re.compile(r"_conv1"), timeout=WAIT)


def test_the_branch_is_folded_and_the_shortcut_stays(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = _open_walk(visit(f"{server.url}/block"), "x")
    fold = page.locator(".diagram").first.locator("[data-key=fold]")
    fold.focus()
    fold.press("Enter")
    expect(_node(page, "branch").first).to_contain_text("F(x)", timeout=WAIT)
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(page.locator(".diagram").first.locator("path[data-key=shortcut-line]")).to_have_count(1)


def test_a_slider_changes_the_drawing_in_place_and_nothing_jumps(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = _open(visit(f"{server.url}/block?view=kinds"))
    frame, slider = page.locator(".diagram"), page.get_by_role("slider").first
    parts = (
        page.get_by_role("heading", level=1),
        frame,
        page.get_by_test_id("stSlider").first,
        page.get_by_role("switch", name="Repair automatically"),
    )
    before = _rows(*parts)
    assert len(before) == len(parts)
    assert all(0 <= top < bottom <= 720 for top, bottom in before)  # on a projector the picture and what moves it are seen together
    frame.evaluate(MARK)

    slider.focus()
    slider.press("ArrowRight")
    expect(_node(page, "conv1")).to_contain_text("33×33×64", timeout=WAIT)
    expect(_node(page, "add")).to_contain_text("33×33×64")
    assert frame.evaluate(UNMARKED) == 0
    assert _rows(*parts) == before


def test_the_add_is_broken_and_repaired_without_drawing_the_rest_anew(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = _open(visit(f"{server.url}/block?view=kinds"))
    frame = page.locator(".diagram")
    frame.evaluate(MARK)
    page.get_by_test_id("stButtonGroup").get_by_text("2", exact=True).click()
    expect(_node(page, "add")).to_contain_text("32×32×64+ 16×16×64", timeout=WAIT)
    page.get_by_text("Project: 4,352 params").click()
    expect(_node(page, "shortcut_conv")).to_contain_text("4,096 params", timeout=WAIT)  # 1 · 1 · 64 · 64
    new = frame.evaluate("frame => [...frame.querySelectorAll('svg g')].filter(part => !part.marked).map(part => part.dataset.key)")
    assert new == ["shortcut_conv", "shortcut_bn"]


def test_a_drawing_that_is_not_of_what_the_controls_say_is_faint_until_it_is(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = _open(visit(f"{server.url}/block?block_kind=se"))
    frame, filters = page.locator(".diagram"), page.get_by_role("slider").nth(2)
    drawing = frame.locator("svg")
    expect(drawing).to_have_css("opacity", "1")
    frame.evaluate(MARK)
    filters.focus()
    filters.press("Home")
    expect(page.get_by_text("16 filters would do")).to_be_visible(timeout=WAIT)
    expect(drawing).to_have_css("opacity", "0.35", timeout=WAIT)
    assert frame.evaluate(UNMARKED) == 0
    filters.press("ArrowRight")
    expect(drawing).to_have_css("opacity", "1", timeout=WAIT)


def test_each_kind_is_drawn_in_place_readable_on_a_projector_with_its_source(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = _open(visit(f"{server.url}/block?view=kinds"))
    frame = page.locator(".diagram")
    parts = (
        page.get_by_role("heading", level=1),
        page.get_by_test_id("stSlider").first,
        page.get_by_role("switch", name="Repair automatically"),
    )
    code = page.get_by_test_id("stCode").first
    before, ((code_begins, _),) = _rows(*parts), _rows(code)
    assert all(0 <= top < bottom <= 720 for top, bottom in before)
    frame.evaluate(MARK)
    for kind, node, function in (
        ("Bottleneck", "conv3", "bottleneck_block"),
        ("Pre-activation", "relu3", "preactivation_bottleneck_block"),
        ("ResNeXt", "relu", "bottleneck_block"),
        ("SE", "se_scale", "squeeze_excite"),
    ):
        _kind(page, kind)
        expect(_node(page, node)).to_be_visible(timeout=WAIT)
        expect(page.get_by_text(f"def {function}")).to_be_attached(timeout=WAIT)
        assert _rows(*parts) == before, kind  # a wider drawing is a lower one, and leaves its room as it was
        assert _rows(code)[0][0] == code_begins, kind  # it is as long as the kind needs
        ((top, bottom),) = _rows(frame)
        assert before[0][1] <= top < bottom <= before[1][0], kind
        assert frame.evaluate(SMALLEST_TEXT) >= 11, kind
        assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth"), kind
        same = "frame => [...frame.querySelectorAll('[data-key=input], [data-key=conv1], [data-key=add]')].every(part => part.marked)"
        assert frame.evaluate(same), kind


def test_a_kind_has_an_address_and_is_still_there_after_another_page(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/block?block_kind=se-bottleneck")
    expect(_node(page, "se_reduce")).to_contain_text("4,112 params", timeout=WAIT)  # 256 · 16 + 16
    _kind(page, "ResNeXt")
    expect(_node(page, "conv2")).to_contain_text("32 groups", timeout=WAIT)
    page.wait_for_url("**/block?*block_kind=resnext*")
    page.get_by_role("link", name="Idea").click()
    page.wait_for_url(lambda url: "/block" not in url)
    page.get_by_role("link", name="Block", exact=True).click()
    expect(_node(page, "conv2")).to_contain_text("32 groups", timeout=WAIT)
    page.wait_for_url("**/block?*block_kind=resnext*")


def test_a_node_explains_itself_to_the_keyboard(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = _open(visit(f"{server.url}/block?view=kinds"))
    tip = page.locator(".diagram .tip")
    expect(tip).to_be_hidden()
    _node(page, "conv1").focus()
    expect(tip).to_contain_text("Weights: 3·3·64 for each of 64 filters = 36,864.")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    _node(page, "bn1").hover()
    expect(tip).to_contain_text("Together 256.")
    page.evaluate("() => document.activeElement?.blur()")
    page.keyboard.press("Escape")  # with the focus nowhere near the drawing
    expect(tip).to_be_hidden()
