"""A newcomer's way through the app: read, take the block apart, build, train, see the test accuracy."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.e2e.live_view import LiveView, expect_no_traceback

Visit = Callable[[str], Page]


def test_from_the_idea_to_a_test_accuracy(visit: Visit, server: AppServer) -> None:
    page = visit(server.url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()

    go_to(page, "Block")
    expect(page.get_by_role("img").first).to_be_visible()
    page.get_by_text("Source", exact=True).click()
    expect(page.get_by_text("def basic_block").first).to_be_visible()

    go_to(page, "Architecture")
    expect(page.get_by_text("696,042").first).to_be_visible()
    choose(page, "ResNet-34")
    expect(page.get_by_text("21,797,672").first).to_be_visible()
    expect(page).to_have_url(re.compile("name=resnet-34"))

    go_to(page, "Training")
    page.get_by_role("button", name="Adapt it").click()
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()

    go_to(page, "Architecture")
    choose(page, "mini-ResNet")
    expect(page.get_by_text("696,042").first).to_be_visible()

    go_to(page, "Training")
    live = LiveView(page)
    live.ask_for_epochs(1)
    live.start()
    live.wait_for_points(20)
    live.wait_for_state("finished")
    expect(page.get_by_text(re.compile(r"Test accuracy \d\d\.\d%"))).to_be_visible()
    assert live.points() == 141, "one point for each of the 9,000 / 64 batches"

    page.get_by_role("link", name="Look closer at this run").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("T-shirt/top").first).to_be_attached()
    expect_no_traceback(page)


def choose(page: Page, network: str) -> None:
    """Take a network from the gallery."""
    page.get_by_role("button", name="Gallery").click()
    page.get_by_role("dialog").get_by_role("button", name=re.compile(rf"^{network}\s+\d")).click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def go_to(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_url(re.compile(f"/{name.lower()}"))
    page.get_by_role("heading", level=1).wait_for()
    expect_no_traceback(page)
