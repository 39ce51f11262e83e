"""What may go wrong around the app, and what a visitor sees of it."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.app_server import AppServer
from tests.e2e.live_view import LiveView, expect_no_traceback
from tests.e2e.test_training_live import TINY, begin

Visit = Callable[[str], Page]

PAGES = ("", "block", "architecture", "experiments", "training", "results", "lesson")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_answers_as_the_first_request_to_a_fresh_server(path: str, visit: Visit, tmp_path: Path) -> None:
    with AppServer(tmp_path) as server:
        page = visit(f"{server.url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        expect(page.get_by_role("link", name="Architecture", exact=True)).to_be_visible()
        expect_no_traceback(page)


@pytest.mark.parametrize(
    "query",
    [
        "name=resnet-9000&depths=0,-1,x&widths=&input_shape=1,2&num_classes=ten&dropout=7",
        "run=nobody&lang=tlh",
        "name=%00%ff%3Cscript%3E&depths=" + "9" * 400,
        "depths=1000,1000,1000,1000,1000,1000,1000,1000&widths=8192,8192,8192,8192,8192,8192,8192,8192&input_shape=4096,4096,3",
        "depths=250,250,250,250,250,250,250,250&widths=4096,4096,4096,4096,4096,4096,4096,4096&input_shape=1024,1024,4096&stem=cifar",
    ],
)
@pytest.mark.parametrize("path", PAGES)
def test_garbage_in_the_address_is_survived(path: str, query: str, visit: Visit, server: AppServer) -> None:
    expect_no_traceback(visit(f"{server.url}/{path}?{query}"))


def test_an_unknown_run_is_said_to_be_unknown(visit: Visit, server: AppServer) -> None:
    page = visit(f"{server.url}/training?run=nobody")
    expect(page.get_by_text("There is no run nobody on this server")).to_be_visible()
    expect_no_traceback(page)


def test_a_broken_data_file_is_named_in_the_reason(visit: Visit, tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for name in ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"):
        (data / name).write_bytes(gzip.compress(b"these are no images"))
    with AppServer(tmp_path, RESNET_DATA_DIR=str(data)) as server:
        live = LiveView(visit(f"{server.url}/training?{TINY}"))
        live.page.get_by_text("All 70,000").click()
        live.start()
        live.wait_for_state("failed")
        expect(live.page.get_by_text("idx").first).to_be_visible()
        expect_no_traceback(live.page)


def test_the_web_process_never_holds_tensorflow(visit: Visit, server: AppServer) -> None:
    for path in PAGES:
        visit(f"{server.url}/{path}")
    live = begin(visit, server)
    live.wait_for_points(1)
    assert "tensorflow" in libraries_of(server.worker), "the test can see it where it is"
    assert "tensorflow" not in libraries_of(server.process)
    live.stop()
    live.wait_for_state("stopped")


def test_ctrl_c_with_open_streams_ends_soon_and_leaves_no_process(visit: Visit, tmp_path: Path) -> None:
    with AppServer(tmp_path) as server:
        live = begin(visit, server)
        live.wait_for_points(1)
        for _ in range(2):
            LiveView(visit(live.page.url)).wait_for_points(1)
        family = [server.process, *server.process.children(recursive=True)]
        began = time.monotonic()
        server.interrupt()
        # It takes under 5 s where nothing else runs; twice that is for a CI machine that is busy with the tests' own browser.
        _, alive = psutil.wait_procs(family, timeout=10)
        assert not alive
        print(f"Ctrl-C to the last process's end: {time.monotonic() - began:.1f} s")  # noqa: T201


def test_nothing_is_asked_of_another_host(visit: Visit, server: AppServer) -> None:
    page = visit(f"{server.url}/training?{TINY}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for path in PAGES:
        page.goto(f"{server.url}/{path}")
        page.get_by_role("heading", level=1).wait_for()
        page.wait_for_timeout(500)
    foreign = [url for url in asked if not url.startswith((server.url, server.url.replace("http", "ws"), "data:", "blob:"))]
    assert asked
    assert foreign == []


def libraries_of(process: psutil.Process) -> str:
    return " ".join(item.path for item in process.memory_maps())
