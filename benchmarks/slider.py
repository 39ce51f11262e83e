"""From a slider's move to the finished table, in a real browser. Target: 95 of 100 moves within 300 ms.

Run from the project's folder: `python -m benchmarks.slider [--network resnet-152] [--url http://localhost:8501] [--moves 40]`

Without --url it starts a server of its own and waits until its engine is warm. A move is one arrow key on a slider of the
architecture page, ResNet-152 to begin with. The clock runs in the page, from the key to the end of the last frame in which the
totals, the diagram or the table still changed. Then the table's text is held against the plan: no half-done page counts.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright

from resnet.config import ResNetConfig
from resnet.plan import plan
from resnet.presets import PRESETS
from tests import browser
from tests.app_server import AppServer

SETTLED_MS = 700  # nothing has changed for so long: the page is done
TARGET_MS = 300
WARM_LIMIT = 180  # seconds

# Notes the moment of the key, and the end of every frame in which the elements of the totals, the diagram or the table changed.
WATCH = """
() => {
  const watch = (window.slider_watch = {key: 0, changed: {}, last: 0});
  const note = (part) => requestAnimationFrame(() => setTimeout(() => { watch.changed[part] = watch.last = performance.now(); }));
  document.addEventListener('keydown', () => { watch.key = watch.last = performance.now(); watch.changed = {}; }, true);

  const content = {subtree: true, childList: true, characterData: true, attributes: true};
  const totals = document.querySelector('[data-testid="stMetricValue"]').closest('[data-testid="stGrid"]');
  new MutationObserver(() => note('totals')).observe(totals, {...content, attributes: false});

  const host = (inside) => [...document.querySelectorAll('*')].find((element) => element.shadowRoot?.querySelector(inside));
  new MutationObserver(() => note('diagram')).observe(host('.diagram svg').shadowRoot, content);
  new MutationObserver(() => note('table')).observe(host('.tree tbody').shadowRoot, content);
}
"""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--url", help="a running server that has nothing else to do; without it one is started")
    arguments.add_argument("--network", choices=PRESETS, default="resnet-152", help="the preset to begin with")
    arguments.add_argument("--moves", type=int, default=40)
    given = arguments.parse_args()
    with contextlib.ExitStack() as stack:
        url = given.url or stack.enter_context(warmed_server())
        driver = stack.enter_context(sync_playwright())
        chromium = driver.chromium.launch(executable_path=str(browser.find()), args=browser.launch_arguments())
        page = chromium.new_page(viewport={"width": 1280, "height": 720})
        times = measure(page, url, given.network, given.moves)
        chromium.close()
    for part in ("totals", "diagram", "table", "all"):
        values = [move[part] for move in times]
        print(f"{part:8} median {statistics.median(values):4.0f} ms   p95 {percentile(values, 95):4.0f} ms   slowest {max(values):4.0f} ms")
    print(f"slider to finished table: p95 {percentile([move['all'] for move in times], 95):.0f} ms over {len(times)} moves", end=" ")
    print(f"(target: at most {TARGET_MS} ms)")


def measure(page: Page, url: str, name: str, moves: int) -> list[dict[str, float]]:
    """Milliseconds from the key to the last change of each part, for each move."""
    network, times = PRESETS[name], []
    page.goto(f"{url}/architecture?name={name}")
    page.get_by_text(f"{plan(network).trainable_parameters:,}").first.wait_for(timeout=60_000)
    page.get_by_role("treegrid").wait_for()
    page.wait_for_timeout(2_000)
    page.evaluate(WATCH)
    for move in range(moves):
        stage = move % len(network.depths)
        network = one_more_block(network, stage) if move // len(network.depths) % 2 == 0 else one_block_less(network, stage)
        key = "ArrowRight" if move // len(network.depths) % 2 == 0 else "ArrowLeft"
        page.get_by_role("slider", name=f"Stage {stage + 1}, blocks").press(key)
        page.wait_for_function(f"performance.now() - slider_watch.last > {SETTLED_MS} && Object.keys(slider_watch.changed).length === 3")
        watched: dict[str, Any] = page.evaluate("slider_watch")
        check(page, network)
        times.append({part: at - watched["key"] for part, at in watched["changed"].items()} | {"all": watched["last"] - watched["key"]})
    return times


def check(page: Page, network: ResNetConfig) -> None:
    """The table's lines hold the plan's numbers; AssertionError where they do not."""
    lines = [line.split() for line in page.get_by_role("treegrid").locator("tbody tr").all_inner_texts()]
    for stage, line in zip(plan(network).stages, lines[1:], strict=True):
        expected = [f"{number:,}" for number in (stage.parameters, stage.trainable_parameters, stage.macs)]
        if line[-3:] != expected:
            raise AssertionError(f"the table shows {line} for {stage.name}, not {expected}")


def one_more_block(network: ResNetConfig, stage: int) -> ResNetConfig:
    return replace(network, depths=tuple(depth + (index == stage) for index, depth in enumerate(network.depths)))


def one_block_less(network: ResNetConfig, stage: int) -> ResNetConfig:
    return replace(network, depths=tuple(depth - (index == stage) for index, depth in enumerate(network.depths)))


def percentile(values: list[float], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


@contextlib.contextmanager
def warmed_server() -> Iterator[str]:
    """The address of a server of its own whose engine has come to rest, so that only the slider is measured."""
    with tempfile.TemporaryDirectory() as folder, AppServer(Path(folder)) as server:
        end = time.monotonic() + WARM_LIMIT
        while seconds_of_work(server, during=3.0) > 0.3 and time.monotonic() < end:
            pass
        yield server.url


def seconds_of_work(server: AppServer, during: float) -> float:
    """Processor seconds that the server and its engine took in the next `during` seconds."""
    family = [server.process, *server.process.children(recursive=True)]
    before = sum(sum(process.cpu_times()[:2]) for process in family)
    time.sleep(during)
    return sum(sum(process.cpu_times()[:2]) for process in family) - before


if __name__ == "__main__":
    main()
