"""The page Architecture in a browser: the network unfolds by hand, by key and by link; what is taken home is what was shown."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from playwright.sync_api import Locator, Page, expect

from resnet.plan import plan
from resnet.presets import PRESETS
from tests.app_server import AppServer
from tests.e2e.live_view import expect_no_traceback

Visit = Callable[[str], Page]
PNG = b"\x89PNG\r\n\x1a\n"


def _line(page: Page, path: str) -> Locator:
    return page.get_by_role("treegrid").locator(f"tr[data-path='{path}']")


def _node(page: Page, key: str) -> Locator:
    return page.locator(f".diagram g[data-key={key}]")


def test_drawing_and_table_unfold_together_and_the_address_remembers(server: AppServer, visit: Visit) -> None:
    page = visit(f"{server.url}/architecture?name=resnet-50")
    _node(page, "stage2").click()
    expect(_line(page, "stage2")).to_have_attribute("aria-expanded", "true")
    _line(page, "stage2_block1").click()
    expect(_node(page, "stage2_block1_conv2")).to_be_visible()
    expect(page.locator(".diagram path.edge.shortcut").first).to_be_visible()
    # By key: the node has the focus, Enter opens it.
    _node(page, "stage2_block1_shortcut_conv").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 × 1 × 256 × 512")).to_be_visible()
    expect(page.get_by_role("treegrid").locator("dd strong").first).to_have_text("131,072")
    expect(page).to_have_url(re.compile("open=stage2_block1_shortcut_conv"))
    # In another browser the link shows the same, and a click on the line folds it up again.
    other = visit(page.url)
    expect(other.get_by_text("1 × 1 × 256 × 512")).to_be_visible()
    _line(other, "stage2_block1_shortcut_conv").get_by_role("button").click()
    expect(other.get_by_text("1 × 1 × 256 × 512")).to_have_count(0)
    expect(_line(other, "stage2_block1")).to_have_class("chosen")
    other.go_back()
    expect(other.get_by_text("1 × 1 × 256 × 512")).to_be_visible()
    expect_no_traceback(page)


def test_the_table_is_walked_by_arrow_keys(server: AppServer, visit: Visit) -> None:
    page = visit(f"{server.url}/architecture?name=resnet-34")
    _line(page, "stem").get_by_role("button").focus()
    page.keyboard.press("ArrowDown")
    expect(_line(page, "stage1").get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(_line(page, "stage1_block3")).to_be_visible()
    expect(_line(page, "stage1").get_by_role("button")).to_be_focused()


def test_the_gallery_is_walked_and_chosen_from_by_keys(server: AppServer, visit: Visit) -> None:
    page = visit(f"{server.url}/architecture")
    page.get_by_role("button", name="Gallery").click()
    cards = page.get_by_role("dialog").locator(".gallery button")
    expect(cards).to_have_count(len(PRESETS))
    page.get_by_role("button", name=re.compile("^ResNet-152 V2")).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name=re.compile("^ResNeXt-50"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_url(re.compile("name=resnext-50-32x4d"))
    expect(page.get_by_text("25,028,904").first).to_be_visible()


def test_what_is_taken_home_is_what_was_shown(server: AppServer, visit: Visit, tmp_path: Path) -> None:
    page = visit(f"{server.url}/architecture?name=resnet-34&tab=export&open=stage2")

    def take(button: str) -> Path:
        with page.expect_download() as download:
            page.get_by_role("button", name=button).click()
        path = tmp_path / download.value.suggested_filename
        download.value.save_as(path)
        return path

    drawing = ElementTree.fromstring(take("Picture (SVG)").read_text())
    assert {"Block 1", "Block 4"} <= {text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")}
    assert "var(" not in ElementTree.tostring(drawing, "unicode")
    picture = take("Picture (PNG)")
    assert picture.name == "resnet_34_stage2.png"
    assert picture.read_bytes().startswith(PNG)
    assert picture.stat().st_size > 5_000

    assert "def basic_block" in take("Python script").read_text()
    assert json.loads(take("Notebook").read_text())["nbformat"] == 4
    file = take("Layers (CSV)")
    layers = file.read_text().splitlines()
    assert len(layers) == 1 + len(plan(PRESETS["resnet-34"]).layers)
    assert layers[3].startswith("stem_conv,conv,112×112×64,")
    # The same table is to be had where all layers are shown, under the same name.
    page.get_by_role("tab", name="Every layer").click()
    same = take("Download CSV")
    assert (same.name, same.read_text().splitlines()) == (file.name, layers) == ("resnet_34_layers.csv", layers)
    page.get_by_role("tab", name="Take it home").click()

    # Changed, and the file brought back: the network of the file is there again.
    described = take("Configuration (JSON)")
    page.get_by_role("slider", name="Stage 1, blocks").press("ArrowRight")
    expect(page.get_by_text("Changed from ResNet-34")).to_be_visible()
    page.locator("input[type=file]").set_input_files(described)
    expect(page.get_by_text("ResNet-34, unchanged")).to_be_visible()
    broken = tmp_path / "broken.json"
    broken.write_text('{"format": "a recipe for soup"}')
    page.locator("input[type=file]").set_input_files(broken)
    expect(page.get_by_text("the file does not describe a network")).to_be_visible()
    expect_no_traceback(page)


def test_files_arrive_while_other_pages_are_made_again_and_again(server: AppServer, visit: Visit) -> None:
    """As in a class, whose pages look for answers several times a second."""
    page = visit(f"{server.url}/architecture?name=mini-resnet&tab=export")
    for _ in range(2):
        other = visit(f"{server.url}/idea")
        expect(other.get_by_role("radio").first).to_be_attached()
        other.evaluate("setInterval(() => document.querySelector('[role=radiogroup] input:not(:checked)').click(), 150)")
    for name, begins in (("Python script", '"""mini-resnet in Keras.'), ("Notebook", "{"), ("Layers (CSV)", "name,kind,")) * 2:
        with page.expect_download() as download:
            page.get_by_role("button", name=name).click()
        assert download.value.failure() is None
        assert download.value.path().read_text(encoding="utf-8").startswith(begins)


def test_a_narrow_window_shows_every_column_of_a_comparison(server: AppServer, visit: Visit) -> None:
    page = visit(f"{server.url}/architecture?name=resnet-152&tab=compare&b_name=mini-resnet")
    page.set_viewport_size({"width": 900, "height": 900})
    tables = page.get_by_test_id("stDataFrame")
    expect(tables).to_have_count(2)
    for number in (0, 1):
        hidden = "table => { const grid = table.querySelector('.dvn-scroller'); return grid.scrollWidth - grid.clientWidth; }"
        assert tables.nth(number).evaluate(hidden) <= 0
        box = tables.nth(number).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 900


def test_a_tick_unfolds_its_layer_and_stays_with_it(server: AppServer, visit: Visit) -> None:
    page = visit(f"{server.url}/architecture?name=resnet-34&tab=layers")
    page.set_viewport_size({"width": 1280, "height": 1500})
    grid, search = page.get_by_test_id("stDataFrame"), page.get_by_placeholder("stage2 conv")
    grid.scroll_into_view_if_needed()
    row = 29  # pixels; below a heading of 36
    grid.click(position={"x": 15, "y": 36 + 3 * row + row // 2})
    expect(page).to_have_url(re.compile("open=stem_bn"))
    for words, shown in (("stage3", "45 of 130"), ("stem", "6 of 130")):
        search.fill(words)
        expect(page.get_by_text(f"{shown} layers.")).to_be_visible()
        expect(page).to_have_url(re.compile("open=stem_bn"))
    ticked = grid.locator("tr[aria-selected=true]")
    expect(ticked).to_have_count(1)
    expect(ticked).to_contain_text("stem_bn")
    expect_no_traceback(page)
