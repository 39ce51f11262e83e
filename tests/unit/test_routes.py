"""A browser gets a name with its first page and keeps it."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from resnet.runs.routes import MIDDLEWARE, VISITOR_COOKIE

PAGE = {"accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def browser() -> httpx.AsyncClient:
    app = Starlette(routes=[Route("/{rest:path}", lambda _: PlainTextResponse("here"))], middleware=MIDDLEWARE)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://lab")


@pytest.mark.anyio
async def test_a_page_gives_a_name_once(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/training", headers=PAGE)
    cookie = first.headers["set-cookie"]
    name = browser.cookies[VISITOR_COOKIE]
    assert len(name) >= 16
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age" not in cookie
    assert "expires" not in cookie.lower()
    second = await browser.get("/", headers=PAGE)
    assert "set-cookie" not in second.headers
    assert browser.cookies[VISITOR_COOKIE] == name


@pytest.mark.anyio
async def test_two_browsers_get_two_names_and_a_script_gets_none(browser: httpx.AsyncClient) -> None:
    cookies = []
    for _ in range(2):
        browser.cookies.clear()
        cookies.append((await browser.get("/", headers=PAGE)).cookies[VISITOR_COOKIE])
    assert cookies[0] != cookies[1]
    browser.cookies.clear()
    assert "set-cookie" not in (await browser.get("/static/app.js", headers={"accept": "*/*"})).headers
    assert "set-cookie" not in (await browser.post("/", headers=PAGE)).headers


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
