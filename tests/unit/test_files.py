"""Files that are made when they are asked for: who asks by the token gets the file, or the reason in the reader's language."""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator, Callable
from urllib.parse import quote

import httpx
import pytest
from starlette.applications import Starlette

from resnet.errors import ExplainedError, StoreError, TrainingError
from resnet.runs import files
from resnet.runs.files import Offer
from resnet.runs.routes import FILES_URL, ROUTES


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=ROUTES)), base_url="http://lab") as browser:
        yield browser


def offered(make: Callable[[], str | bytes], *, name: str = "a.csv", kind: str = "text/csv", token: str = "") -> Offer:
    offer = Offer(token or files.new_token(), make, name, kind, lambda error: f"translated: {error}")
    files.put(offer)
    return offer


def address(offer: Offer) -> str:
    return f"{FILES_URL}/{offer.token}"


@pytest.mark.anyio
async def test_a_file_is_made_when_it_is_asked_for(browser: httpx.AsyncClient) -> None:
    made: list[threading.Thread] = []

    def make() -> bytes:
        made.append(threading.current_thread())
        return b"\x00" * len(made)

    offer = offered(make, name="运行 'a'/b.zip", kind="application/zip")
    assert not made
    assert [(await browser.get(address(offer))).content for _ in range(2)] == [b"\x00", b"\x00\x00"]
    assert threading.current_thread() not in made  # the others' requests go on meanwhile
    headers = (await browser.get(address(offer))).headers
    assert headers["content-type"] == "application/zip"
    assert headers["content-disposition"] == f"attachment; filename*=UTF-8''{quote(offer.name, safe='')}"
    assert "'a'" not in headers["content-disposition"]
    assert headers["cache-control"] == "no-store"


@pytest.mark.anyio
async def test_text_comes_as_utf_8(browser: httpx.AsyncClient) -> None:
    offer = offered(lambda: "残差")
    answer = await browser.get(address(offer))
    assert (answer.content, answer.headers["content-type"]) == ("残差".encode(), "text/csv; charset=utf-8")


@pytest.mark.anyio
async def test_what_is_offered_later_takes_the_place_of_what_was(browser: httpx.AsyncClient) -> None:
    first = offered(lambda: "first")
    second = offered(lambda: "second", token=first.token)
    assert (await browser.get(address(second))).text == "second"
    del first
    assert (await browser.get(address(second))).text == "second"


@pytest.mark.anyio
async def test_nothing_is_kept_of_a_page_that_is_gone(browser: httpx.AsyncClient) -> None:
    offer = offered(lambda: "here")
    before = address(offer)
    assert (await browser.get(before)).status_code == 200
    del offer
    assert (await browser.get(before)).status_code == 404
    assert (await browser.get(f"{FILES_URL}/guessed")).status_code == 404


@pytest.mark.anyio
@pytest.mark.parametrize(("kind", "status"), [(TrainingError, 409), (StoreError, 503)])
async def test_why_there_is_no_file_is_told_in_the_readers_language(
    browser: httpx.AsyncClient, kind: type[ExplainedError], status: int
) -> None:
    def fails() -> str:
        raise kind("run {run} has not ended", run="aaaa")

    offer = offered(fails)
    answer = await browser.get(address(offer))
    assert (answer.status_code, answer.json()) == (status, {"error": "translated: run aaaa has not ended"})


@pytest.mark.anyio
async def test_what_nobody_foresaw_is_logged_and_not_told(browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    offer = offered(lambda: str(1 // 0))
    with caplog.at_level(logging.ERROR):
        answer = await browser.get(address(offer))
    assert answer.status_code == 500
    assert "division" not in answer.text
    (record,) = caplog.records
    assert record.exc_info
    assert record.exc_info[0] is ZeroDivisionError


def test_tokens_cannot_be_guessed() -> None:
    tokens = {files.new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 24


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
