"""HTTP beside Streamlit's pages: the event stream of a run, and Plotly's own script so that a browser needs no internet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import plotly
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from resnet.runs import service

if TYPE_CHECKING:
    from resnet.runs.channel import Frame

PLOTLY_SCRIPT = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
PLOTLY_URL = f"/api/assets/plotly-{plotly.__version__}.min.js"
KEEP_ALIVE = 15  # seconds between two comments on a silent stream, so that a proxy keeps it


async def run_events(request: Request) -> Response:
    """GET /api/runs/{run}/events: frames as server-sent events. `Last-Event-ID`, or `?after=`, is the last sequence the viewer has.

    404 for an unknown run; 503 while this server has no training service. The stream ends with an event named "end".
    """
    lab = service.current()
    if lab is None:
        return JSONResponse({"error": "this server has no training engine"}, status_code=503)
    run = request.path_params["run"]
    frames = await lab.frames(run, _last_seen(request))
    if frames is None:
        return JSONResponse({"error": f"there is no run {run}"}, status_code=404)
    return EventSourceResponse(_as_events(frames), ping=KEEP_ALIVE, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})


async def _as_events(frames: AsyncIterator[Frame]) -> AsyncIterator[ServerSentEvent]:
    async for frame in frames:
        yield ServerSentEvent(data=frame.text, id=str(frame.sequence), event="end" if frame.last else "frame")


def _last_seen(request: Request) -> int:
    text = request.headers.get("Last-Event-ID") or request.query_params.get("after") or "0"
    return int(text) if text.isdecimal() and len(text) < 12 else 0


async def plotly_script(_: Request) -> Response:
    """Plotly's browser library from the installed package; its address carries the version, so a browser may keep it."""
    return FileResponse(PLOTLY_SCRIPT, media_type="text/javascript", headers={"Cache-Control": "public, max-age=31536000, immutable"})


ROUTES = [Route("/api/runs/{run}/events", run_events), Route(PLOTLY_URL, plotly_script)]
