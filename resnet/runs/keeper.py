"""Keeps a connection to the training engine alive: starts it or reaches it, notices its end, and starts another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Literal

from distributed import Client

from resnet.runs.engine import EngineProcess

logger = logging.getLogger(__name__)

EngineState = Literal["starting", "ready", "failed", "closed"]

RESTART_PAUSE = 2.0  # seconds before an engine that ended by itself, or did not come up, is started again
CONNECT_LIMIT = 10  # seconds
WATCH_INTERVAL = 0.5  # seconds between two looks at a cluster's connection


class EngineKeeper:
    """Works in a thread of its own, so that the server's first page waits for nothing.

    `connected` is called with each new client before others may use it, `handed_over` once they may; `lost` when an engine has gone.
    """

    def __init__(
        self, address: str | None, *, connected: Callable[[Client], None], handed_over: Callable[[Client], None], lost: Callable[[], None]
    ) -> None:
        """`address` is a Dask scheduler's; None starts an engine on this machine."""
        self._address = address
        self._connected = connected
        self._handed_over = handed_over
        self._lost = lost
        self._engine = None if address else EngineProcess()
        self._client: Client | None = None
        self._state: EngineState = "starting"
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="engine-keeper", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Let go of the engine, and end it if it is ours."""
        self._closed.set()
        self._drop("closed")
        if self._engine is not None:
            self._engine.close()

    @property
    def state(self) -> EngineState:
        return self._state

    @property
    def client(self) -> Client | None:
        """The connection, or None while there is none."""
        return self._client

    @property
    def owns_engine(self) -> bool:
        return self._engine is not None

    def wait_until_ready(self, timeout: float) -> bool:
        """Block until the engine answers; False after `timeout` seconds."""
        return self._ready.wait(timeout)

    def _keep(self) -> None:
        while not self._closed.is_set():
            try:
                self._connect(self._address or self._start())
            except Exception:
                if not self._closed.is_set():
                    logger.exception("the training engine could not be started or reached")
                    self._drop("failed")
            else:
                self._watch()
                if not self._closed.is_set():
                    self._drop("starting")
                    self._lost()
            self._closed.wait(RESTART_PAUSE)

    def _watch(self) -> None:
        """Block while the engine is there."""
        if self._engine is not None:
            code = self._engine.wait()
            if not self._closed.is_set():
                logger.error("the training engine ended with code %s", code)
            return
        # Dask's client would connect again by itself, but without our subscription and our futures.
        client = self._client
        while client is not None and client.status == "running" and not self._closed.wait(WATCH_INTERVAL):
            pass

    def _start(self) -> str:
        assert self._engine is not None
        return self._engine.start()

    def _connect(self, address: str) -> None:
        client = Client(address, set_as_default=False, timeout=CONNECT_LIMIT)
        try:
            self._connected(client)
        except Exception:
            client.close(timeout=1)
            raise
        with self._lock:
            self._client = client
        self._handed_over(client)
        self._state = "ready"
        self._ready.set()

    def _drop(self, state: EngineState) -> None:
        self._state = state
        self._ready.clear()
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close(timeout=1)
