"""Training in the browser: it streams, it stays, it stops, it is shared."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.e2e.live_view import LiveView, expect_no_traceback

Visit = Callable[[str], Page]

# A network small enough that a test sees many batches, in the address as a student would share it.
TINY = "name=mini-resnet&depths=1,1&widths=4,8"


def begin(visit: Visit, server: AppServer) -> LiveView:
    """A run that goes on until a test stops it."""
    live = LiveView(visit(f"{server.url}/training?{TINY}"))
    live.ask_for_epochs(200)
    live.start()
    return live


def test_points_stream_into_one_chart_and_a_zoom_survives(visit: Visit, server: AppServer) -> None:
    live = begin(visit, server)
    live.wait_for_points(1)
    page = live.page
    page.evaluate("() => { document.querySelector('.live-run .plot').mark = 'the same node'; }")
    drag_a_zoom(page)
    zoomed = axis_range(page)
    assert zoomed != [0, 200]
    seen = live.points()
    updates = page.evaluate(
        """() => new Promise((resolve) => {
             let updates = 0;
             document.querySelector('.live-run .plot').on('plotly_afterplot', () => ++updates >= 20 && resolve(updates));
           })"""
    )
    assert updates >= 20
    assert live.points() > seen
    assert page.evaluate("() => document.querySelector('.live-run .plot').mark") == "the same node"
    assert page.locator(".live-run .plot.curves").count() == 1
    assert axis_range(page) == zoomed
    live.stop()
    live.wait_for_state("stopped")


def test_reload_and_a_second_browser_show_the_same_run(visit: Visit, server: AppServer) -> None:
    live = begin(visit, server)
    live.wait_for_points(10)
    first = live.curve()
    live.page.reload()
    live.wait_for_points(len(first))
    assert live.curve()[: len(first)] == first
    other = LiveView(visit(live.page.url))
    other.wait_for_points(len(first))
    assert other.curve()[: len(first)] == first
    live.stop()
    for view in (live, other):
        view.wait_for_state("stopped")
    expect_same_curve(live, other)
    assert [x for x, _ in live.curve()] == sorted({x for x, _ in live.curve()}), "no point twice"


def test_stop_is_acknowledged_at_once_and_ends_within_one_batch(visit: Visit, server: AppServer) -> None:
    # Not the tiny network: the mini-ResNet's batches take long enough to be counted one by one.
    live = LiveView(visit(f"{server.url}/training?name=mini-resnet"))
    live.ask_for_epochs(200)
    live.start()
    live.wait_for_points(5)
    page = live.page
    page.evaluate(
        """() => {
             const root = document.querySelector('.live-run');
             const step = () => [...root.querySelectorAll('dt')].find((term) => term.textContent === 'Step').nextElementSibling.textContent;
             const note = () => window.seen.push([root.dataset.state, step()]);
             window.seen = [];
             new MutationObserver(note).observe(root, { attributeFilter: ['data-state'] });
           }"""
    )
    live.stop()
    live.wait_for_state("stopped")
    seen = [(state, steps_done(step)) for state, step in page.evaluate("() => window.seen")]
    at_stopping = [steps for state, steps in seen if state == "stopping"]
    assert at_stopping, "acknowledged before it was done"
    at_end = seen[-1][1]
    # The batch in work is finished; the one before it may still have been under way to the browser.
    assert 5 <= at_stopping[0] <= at_end <= at_stopping[0] + 2
    expect(page.get_by_role("button", name="Start", exact=True)).to_be_visible()
    expect_no_traceback(page)


def test_a_stop_during_preparation_ends_the_run_without_a_point(visit: Visit, server: AppServer) -> None:
    # A depth nobody has asked for yet, so that its graph must be traced.
    live = LiveView(visit(f"{server.url}/training?name=mini-resnet&depths=5,5,5&widths=4,8,8"))
    live.start()
    live.wait_for_state("preparing")
    live.stop()
    live.wait_for_state("stopped")
    assert live.points() <= 1, "the batch that was traced may still be told"


def test_a_second_start_waits_and_says_so(visit: Visit, server: AppServer) -> None:
    first = begin(visit, server)
    first.wait_for_points(1)
    second = begin(visit, server)
    second.wait_for_state("queued")
    expect(second.root).to_contain_text("1 ahead of this run")
    first.stop()
    second.wait_for_points(1)
    second.stop()
    second.wait_for_state("stopped")


def steps_done(shown: str) -> int:
    """12 of "12 / 28,200"."""
    return int(shown.split(" / ")[0].replace(",", ""))


def expect_same_curve(one: LiveView, other: LiveView, seconds: int = 10) -> None:
    """Both end alike; the last points are drawn a moment after the state is told."""
    for _ in range(10 * seconds):
        if one.curve() == other.curve():
            break
        one.page.wait_for_timeout(100)
    assert one.curve() == other.curve()


def drag_a_zoom(page: Page) -> None:
    area = page.locator(".live-run .plot .xy .nsewdrag, .live-run .plot .nsewdrag").first
    area.scroll_into_view_if_needed()  # the start button, below the open form, was scrolled to
    box = area.bounding_box()
    assert box
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.5 * box["height"], steps=5)
    page.mouse.up()
    page.wait_for_function("() => document.querySelector('.live-run .plot').layout.xaxis.range[0] > 0")


def axis_range(page: Page) -> list[float]:
    found: list[float] = page.evaluate("() => document.querySelector('.live-run .plot').layout.xaxis.range")
    return found
