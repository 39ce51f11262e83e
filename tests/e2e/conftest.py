"""A real server and a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.app_server import AppServer
from tests.browser import find, launch_arguments
from tests.e2e.survey import Seen, survey

WAIT = 60_000  # milliseconds: a loaded machine is slow, not wrong


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    executable = find()
    assert executable, "no browser was found: run `make test`, which installs one, or set RESNET_BROWSER"
    expect.set_options(timeout=WAIT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(executable), args=launch_arguments())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppServer]:
    """One server for all tests that leave it as it was."""
    with AppServer(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Open an address in a browser of its own: cookies and session belong to nobody else."""
    contexts: list[BrowserContext] = []

    def open_page(url: str) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 720}, locale="en-GB")
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        page.get_by_role("heading", level=1).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def surveyed(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> list[Seen]:
    """Every page in each language and theme, looked at once for all tests that ask what is on it."""
    return survey(browser, tmp_path_factory.mktemp("survey"))
