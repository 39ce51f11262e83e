"""HTTP beside Streamlit's pages: a run's event stream, recorded runs, files, Plotly's own script, and a name for each browser."""

from __future__ import annotations

import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import plotly
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import HTTPConnection, Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from resnet.errors import ExplainedError, StoreError
from resnet.experiments import recordings
from resnet.runs import files, service

if TYPE_CHECKING:
    from resnet.runs.channel import Frame

logger = logging.getLogger(__name__)

PLOTLY_SCRIPT = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PLOTLY_URL = f"/api/assets/plotly-{plotly.__version__}.min.js"
RECORDINGS_URL = "/api/recordings"
FILES_URL = "/api/files"
VISITOR_COOKIE = "resnet_lab_browser"
KEEP_ALIVE = 15  # seconds between two comments on a silent stream, so that a proxy keeps it


async def run_events(request: Request) -> Response:
    """GET /api/runs/{run}/events: frames as server-sent events. `Last-Event-ID`, or `?after=`, is the last sequence the viewer has.

    404 for an unknown run; 503 while this server has no training service or cannot read its history. The stream of a run that has
    finished or failed ends with an event named "end"; that of one that is interrupted or stopped stays open, since it may be continued.
    """
    lab = service.current()
    if lab is None:
        return JSONResponse({"error": "this server has no training engine"}, status_code=503)
    run = request.path_params["run"]
    try:
        frames = await lab.frames(run, _last_seen(request))
    except StoreError as problem:
        return JSONResponse({"error": str(problem)}, status_code=503)
    if frames is None:
        return JSONResponse({"error": f"there is no run {run}"}, status_code=404)
    return EventSourceResponse(_as_events(frames), ping=KEEP_ALIVE, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


async def _as_events(frames: AsyncGenerator[Frame]) -> AsyncIterator[ServerSentEvent]:
    async with aclosing(frames):
        async for frame in frames:
            yield ServerSentEvent(data=frame.text, id=str(frame.sequence), event="end" if frame.last else "frame")


def _last_seen(request: Request) -> int:
    text = request.headers.get("Last-Event-ID") or request.query_params.get("after") or "0"
    return int(text) if text.isdecimal() and len(text) < 12 else 0


async def plotly_script(_: Request) -> Response:
    """Plotly's browser library from the installed package; its address carries the version, so a browser may keep it."""
    return FileResponse(PLOTLY_SCRIPT, media_type="text/javascript", headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def recording(request: Request) -> Response:
    """GET /api/recordings/{name}.json: a recorded run in the shape of one frame. 404 where no such recording came with the app."""
    name = request.path_params["name"]
    if name not in recordings.names():
        return JSONResponse({"error": "there is no such recording"}, status_code=404)
    headers = {"Content-Encoding": "gzip", "Cache-Control": "no-cache"}
    return FileResponse(recordings.path_of(name), media_type="application/json", headers=headers)


async def file(request: Request) -> Response:
    """GET /api/files/{token}: what a page offers under this token (`resnet.runs.files`), made now.

    404 where nothing is offered, as after the page's session; 503 or 409 where it cannot be made, with the reason in the reader's
    language; 500 where nobody foresaw why.
    """
    offer = files.find(request.path_params["token"])
    if offer is None:
        return JSONResponse({"error": "there is no such file"}, status_code=404)
    try:
        made = await run_in_threadpool(offer.make)
    except ExplainedError as problem:
        return JSONResponse({"error": offer.explain(problem)}, status_code=503 if isinstance(problem, StoreError) else 409)
    except Exception:
        logger.exception("the file %s could not be made", offer.name)
        return JSONResponse({"error": "the file could not be made"}, status_code=500)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(offer.name, safe='')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(made, media_type=offer.kind, headers=headers)


ROUTES = [
    Route("/api/runs/{run}/events", run_events),
    Route(RECORDINGS_URL + "/{name}.json", recording),
    Route(FILES_URL + "/{token}", file),
    Route(PLOTLY_URL, plotly_script),
]


class NamedBrowsers:
    """Gives each browser a random name that it brings back, so that the queue can be fair between them.

    The name says nothing about a person, goes nowhere else and is forgotten when the browser closes. Scripts cannot read it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _is_nameless_page(scope):
            await self._app(scope, receive, send)
            return

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                cookie = f"{VISITOR_COOKIE}={secrets.token_urlsafe(12)}; Path=/; HttpOnly; SameSite=Lax"
                MutableHeaders(scope=message).append("Set-Cookie", cookie)
            await send(message)

        await self._app(scope, receive, send_named)


def _is_nameless_page(scope: Scope) -> bool:
    """A page, not what it loads: of several requests at once each would give another name."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    request = HTTPConnection(scope)
    return "text/html" in request.headers.get("accept", "") and not request.cookies.get(VISITOR_COOKIE)


MIDDLEWARE = [Middleware(NamedBrowsers)]
