"""Results in a browser: a network is trained briefly, then looked into where it fails, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from resnet.runs.store import RunRecord
from resnet.training.checkpoints import FOLDER_VARIABLE
from resnet.wording import percent
from tests.app_server import AppServer
from tests.e2e.conftest import WAIT
from tests.e2e.labs import SHORT, database, ended, open_lab

CELL = re.compile(r"^(.+), called (.+): (\d+) of 200 images$")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[AppServer, RunRecord]]:
    """A server whose history holds one run of forty steps, with the weights it left."""
    folder = tmp_path_factory.mktemp("results")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(folder / "runs"))
        with open_lab(database(folder)) as lab:
            record = ended(lab, lab.start(SHORT))
    with AppServer(folder, **{FOLDER_VARIABLE: str(folder / "runs")}) as server:
        yield server, record


def images_in(output: Locator) -> tuple[str, str, int]:
    """What a cell holds, as the line beneath the matrix says it."""
    found = CELL.match(output.inner_text())
    assert found, output.inner_text()
    return found[1], found[2], int(found[3])


def test_a_cell_shows_its_images_and_one_of_them_is_looked_into(trained: tuple[AppServer, RunRecord], visit: Callable[[str], Page]) -> None:
    server, record = trained
    assert record.result is not None
    page = visit(f"{server.url}/results?run={record.id}")
    page.get_by_text("Where it fails").click()
    output = page.locator(".confusion output")
    expect(output).to_have_text(CELL, timeout=WAIT)
    plot, cards = page.locator(".confusion .plot"), page.locator(".answered").first.locator("button")
    box = plot.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 720, "the matrix is on one screen with the page's question"
    (accuracy,) = record.result.test_accuracy.values()
    expect(page.get_by_text(f"{percent(accuracy)} right: ")).to_be_visible()
    plot.evaluate("node => { node.marked = true; }")

    # The Shirts called Shirt: row and column 6 of 10. The words beneath come before the drawing, which until then has no cells.
    expect(plot).to_have_attribute("aria-busy", "false")
    area = page.locator(".confusion .nsewdrag").bounding_box()
    assert area is not None
    page.mouse.click(area["x"] + 0.65 * area["width"], area["y"] + 0.65 * area["height"])
    expect(output).to_have_text(re.compile("^Shirt, called Shirt: "))
    (class_accuracy,) = record.result.class_accuracy.values()
    assert images_in(output)[2] == round(200 * class_accuracy[6])
    expect(cards).to_have_count(min(60, images_in(output)[2]))

    # By keyboard along the row, until a cell holds shirts that are called something else.
    plot.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    for key in [*["ArrowLeft"] * 6, *["ArrowRight"] * 9]:
        page.keyboard.press(key)
        label, called, images = images_in(output)
        assert label == "Shirt"
        if images and called != "Shirt":
            break
    assert images > 0
    assert called != "Shirt"
    page.keyboard.press("Enter")
    expect(page.locator("p", has_text=f"Shirt, called {called}: ")).to_be_visible()
    expect(cards).to_have_count(min(60, images))
    expect(cards.first).to_contain_text("is Shirt")
    assert plot.evaluate("node => node.marked"), "the plot is never mounted anew"
    assert plot.bounding_box() == box, "nor does it move"

    cards.first.focus()
    number = cards.first.get_attribute("data-number")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("view=inside"))
    assert f"image={number}" in page.url
    expect(page.get_by_role("group", name="What it learned")).to_be_focused()
