"""Runs compared in a browser: two are chosen, one gets a title, is deleted and comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from resnet.runs.store import Store
from tests.app_server import AppServer
from tests.e2e.labs import database
from tests.e2e.live_view import expect_no_traceback
from tests.pages.test_results import QUICK, course, finish, keep


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """A server with two runs, which differ in their rate."""
    folder = tmp_path_factory.mktemp("compared")
    store = Store(database(folder))
    slow = replace(QUICK, recipe=replace(QUICK.recipe, learning_rate=0.01))
    for run, config in (("aaaa", QUICK), ("bbbb", slow)):
        keep(store, run, [*course(run, [0.1, 0.1], [0.5, 0.4]), finish(run, 99)], "finished", config=config)
    store.close()
    with AppServer(folder) as server:
        yield server


def test_two_runs_are_compared_and_one_is_named_deleted_and_restored(server: AppServer, visit: Callable[[str], Page]) -> None:
    page = visit(f"{server.url}/results?run=aaaa&view=compare&compare=aaaa")
    figure = page.locator(".js-plotly-plot").first
    expect(figure.locator(".legend .traces")).to_have_count(1)

    page.get_by_role("combobox", name="Runs that are compared").click()
    page.get_by_role("option", name=re.compile(r"· 0\.01 ·")).click()
    page.keyboard.press("Escape")
    expect(figure.locator(".legend .traces")).to_have_count(2)
    expect(page).to_have_url(re.compile(r"compare=aaaa(,|%2C)bbbb"))
    box = figure.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 720, "the curves are on one screen with what chooses them"

    page.get_by_role("button", name="Edit", exact=False).first.click()
    page.get_by_label("Title").fill("the <b>quick</b> one")
    page.get_by_role("button", name="Save").click()
    expect(figure.locator(".legend .traces").filter(has_text="the <b>quick</b> one")).to_have_count(1)
    expect(page.get_by_text("the <b>quick</b> one · mini-ResNet, 14 layers")).to_be_visible()

    page.get_by_role("button", name="Delete this run").click()
    expect(page.get_by_text("Deleted: the <b>quick</b> one")).to_be_visible()
    expect(figure.locator(".legend .traces")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("button", name="1 deleted run")).to_be_visible()  # a new session, without the notice
    page.get_by_role("button", name="1 deleted run").click()
    page.get_by_role("button", name="Restore").click()
    expect(figure.locator(".legend .traces")).to_have_count(2)
    expect(page).to_have_url(re.compile("run=aaaa"))
    expect_no_traceback(page)
