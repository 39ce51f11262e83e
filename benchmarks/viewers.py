"""What a class costs the server: CPU and memory of the web process with 1, 30 and 100 viewers on one run's stream.

`python -m benchmarks.viewers`
"""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

from tests.app_server import AppServer
from tests.browser import find, launch_arguments
from tests.e2e.live_view import LiveView

SECONDS = 15
CLASSES = (0, 1, 30, 100)


def watch(url: str, viewers: int) -> None:
    """A process of its own that holds `viewers` streams open and reads what comes."""

    async def one(client: httpx.AsyncClient) -> None:
        async with client.stream("GET", url, timeout=None) as response:
            async for _ in response.aiter_raw():
                pass

    async def everybody() -> None:
        limits = httpx.Limits(max_connections=None)
        async with httpx.AsyncClient(limits=limits) as client:
            await asyncio.gather(*(one(client) for _ in range(viewers)))

    asyncio.run(everybody())


def main() -> None:
    executable = find()
    with tempfile.TemporaryDirectory() as folder, AppServer(Path(folder)) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=launch_arguments())
        page = browser.new_page()
        page.goto(f"{server.url}/training")
        live = LiveView(page)
        live.ask_for_epochs(50)
        live.start()
        live.wait_for_points(5)
        run = page.evaluate("() => new URL(location).searchParams.get('run')")
        browser.close()
        idle = 0.0
        for viewers in CLASSES:
            process = multiprocessing.get_context("spawn").Process(target=watch, args=(f"{server.url}/api/runs/{run}/events", viewers))
            process.start()
            time.sleep(3)
            share, memory = usage(server)
            idle = share if viewers == 0 else idle
            print(
                f"{viewers:3d} viewers: {share:5.1%} of a core ({share - idle:+.1%} against none), {memory / 2**20:.0f} MB resident",
                flush=True,
            )
            process.kill()
            process.join()
    print("target: 30 viewers at most 5 % of one core")


def usage(server: AppServer) -> tuple[float, int]:
    """The web process's share of a core over SECONDS, and its resident memory in bytes."""
    before = server.process.cpu_times()
    began = time.monotonic()
    time.sleep(SECONDS)
    after = server.process.cpu_times()
    busy = after.user + after.system - before.user - before.system
    return busy / (time.monotonic() - began), server.process.memory_info().rss


if __name__ == "__main__":
    main()
