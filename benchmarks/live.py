"""The live path in a real browser: a batch's end to the browser, Start to the first point, Start to "preparing".

`python -m benchmarks.live`
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.app_server import AppServer
from tests.browser import find, launch_arguments
from tests.e2e.live_view import LiveView

FRAMES = 120
REPEATS = 5
UNUSUAL = "name=mini-resnet&widths={width},64,128"  # a network whose graph nobody has traced yet

# Runs in the page, so that no driver's round trip is measured: click, then look at every frame the browser draws.
CLICK_AND_WAIT = """([selector, ready]) => new Promise((resolve) => {
  const button = [...document.querySelectorAll('button')].find((node) => node.textContent.includes(selector));
  const view = document.querySelector('.live-run');
  const isReady = new Function('view', `return ${ready}`);
  const before = view.dataset.run;
  const began = performance.now();
  button.click();
  const look = () => {
    if (view.dataset.run !== before && isReady(view)) resolve((performance.now() - began) / 1000);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})"""

FRAME_AGES = """([url, frames]) => new Promise((resolve) => {
  const ages = [];
  let first = true;
  const source = new EventSource(url);
  source.addEventListener('frame', (event) => {
    const now = Date.now() / 1000;
    const batches = Object.values(JSON.parse(event.data).batches)[0];
    if (batches && !first) ages.push(now - batches.time[0]);
    first = false;  // the first frame brings the past
    if (ages.length >= frames) { source.close(); resolve(ages); }
  });
})"""


def main() -> None:
    executable = find()
    with tempfile.TemporaryDirectory() as folder, AppServer(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=launch_arguments())
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        live = LiveView(page)
        visit(page, f"{server.url}/training")
        live.start()
        live.wait_for_points(5)  # the worker is warm from here on
        run = page.evaluate("() => new URL(location).searchParams.get('run')")
        ages = page.evaluate(FRAME_AGES, [f"{server.url}/api/runs/{run}/events", FRAMES])
        stop(live)
        report("a batch's end to the browser", ages, 0.1, 0.95)
        report("Start to the first point, quick demo, warm", [first_point(server, page, live) for _ in range(REPEATS)], 3, 0.5)
        report("Start to 'preparing', a network not traced yet", [preparing(server, page, live, n) for n in range(REPEATS)], 0.5, 0.5)
        browser.close()


def first_point(server: AppServer, page: Page, live: LiveView) -> float:
    visit(page, f"{server.url}/training")
    seconds: float = page.evaluate(CLICK_AND_WAIT, ["Start", "Number(view.querySelector('.plot').dataset.points) > 0"])
    stop(live)
    return seconds


def preparing(server: AppServer, page: Page, live: LiveView, number: int) -> float:
    visit(page, f"{server.url}/training?{UNUSUAL.format(width=16 + number)}")
    seconds: float = page.evaluate(CLICK_AND_WAIT, ["Start", "view.dataset.state === 'preparing'"])
    stop(live)
    return seconds


def visit(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Start", exact=True).wait_for()
    page.locator(".live-run .js-plotly-plot, .live-run .plot.js-plotly-plot").first.wait_for()
    time.sleep(0.5)


def stop(live: LiveView) -> None:
    live.stop()
    live.wait_for_state("stopped")


def report(what: str, seconds: list[float], target: float, quantile: float) -> None:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    median = statistics.median(ordered)
    verdict = "met" if (p95 if quantile == 0.95 else median) <= target else "MISSED"
    print(
        f"{what}: median {median * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, longest {ordered[-1] * 1000:.0f} ms, n = {len(ordered)}; "
        f"target {target * 1000:.0f} ms: {verdict}",
        flush=True,
    )


if __name__ == "__main__":
    main()
