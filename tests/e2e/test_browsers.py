"""Each browser has a name of its own, which its runs carry."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from resnet.runs.routes import VISITOR_COOKIE
from resnet.runs.store import Store
from tests.app_server import AppServer
from tests.e2e.live_view import LiveView, expect_no_traceback
from tests.e2e.test_training_live import TINY, begin

Visit = Callable[[str], Page]


def test_one_browser_cannot_fill_the_queue_and_another_gets_its_turn(visit: Visit, tmp_path: Path) -> None:
    with AppServer(tmp_path, RESNET_RUNS_PER_VISITOR="1") as server:
        live = begin(visit, server)
        live.wait_for_points(1)
        live.page.get_by_role("button", name="Queue another run").click()
        expect(live.page.get_by_text("no browser may have more")).to_be_visible()
        expect_no_traceback(live.page)

        other = LiveView(visit(f"{server.url}/training?{TINY}"))
        other.page.get_by_role("button", name="Queue another run").click()
        other.wait_for_state("queued")
        names = [name_of(view.page) for view in (other, live)]
        assert names[0] != names[1]
        store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
        assert [record.visitor for record in store.runs()] == names
        store.close()


def name_of(page: Page) -> str:
    (cookie,) = [cookie for cookie in page.context.cookies() if cookie["name"] == VISITOR_COOKIE]
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert cookie["expires"] == -1, "forgotten when the browser closes"
    return cookie["value"]
