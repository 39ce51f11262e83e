"""The server: Streamlit's pages, the training engine that starts and ends with them, and the event stream of each run.

Start it with `streamlit run app.py`.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from resnet.runs import routes, service


def settle() -> None:
    """Load what the pages need, then take all that is loaded out of the garbage collector's sight.

    Streamlit collects after every run of a page. Looking through the objects of every module took it 60 ms each time, in which the
    server answered nobody. What is frozen here lives as long as the process anyway.
    """
    import pandas  # noqa: F401
    import plotly.graph_objects  # noqa: F401

    gc.collect()
    gc.freeze()


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    settling = asyncio.create_task(asyncio.to_thread(settle))
    # The engine starts in the background: the first page need not wait for it. Opening and closing block, so a thread does it.
    lab = await asyncio.to_thread(service.open_service)
    service.set_current(lab)
    try:
        yield {}
    finally:
        service.set_current(None)
        await settling
        await asyncio.to_thread(lab.close)


app = st.App("pages/router.py", lifespan=lifespan, routes=routes.ROUTES, middleware=routes.MIDDLEWARE)
