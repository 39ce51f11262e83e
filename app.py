"""The server: Streamlit's pages, the training engine that starts and ends with them, and the event stream of each run.

Start it with `streamlit run app.py`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

from resnet.runs import routes, service


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    # The engine starts in the background: the first page need not wait for it. Opening and closing block, so a thread does it.
    lab = await asyncio.to_thread(service.open_service)
    service.set_current(lab)
    try:
        yield {}
    finally:
        service.set_current(None)
        await asyncio.to_thread(lab.close)


app = st.App("pages/router.py", lifespan=lifespan, routes=routes.ROUTES)
