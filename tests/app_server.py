"""The real app on a free port, with a database and a home of its own, for browser tests and benchmarks."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import psutil

ROOT = Path(__file__).resolve().parents[1]
START_LIMIT = 60  # seconds
END_LIMIT = 20


class AppServer:
    """`streamlit run app.py` as a child process. `folder` keeps its database and its log; `environment` adds to this process's own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._environment = {**os.environ, "RESNET_DATABASE_URL": f"sqlite:///{folder / 'runs.sqlite'}", **environment}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> AppServer:
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port), "--server.headless", "true"]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=subprocess.STDOUT)
        end = time.monotonic() + START_LIMIT
        while not self._answers():
            if time.monotonic() > end or self._process.poll() is not None:
                raise RuntimeError(f"the server did not come up:\n{self.log.read_text(errors='replace')}")
            time.sleep(0.1)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None and self._process.poll() is None:
            family = [self.process, *self.process.children(recursive=True)]
            self.interrupt()
            _, alive = psutil.wait_procs(family, timeout=END_LIMIT)
            for process in alive:
                process.kill()

    @property
    def process(self) -> psutil.Process:
        """The web process."""
        assert self._process is not None
        return psutil.Process(self._process.pid)

    @property
    def engine(self) -> psutil.Process:
        """The engine's process; waits for it on a server that has just come up."""
        return _first(self.process, lambda child: "resnet.runs.engine" in child.cmdline())

    @property
    def worker(self) -> psutil.Process:
        """The process that trains."""
        return _first(self.engine, lambda child: any("spawn_main" in word for word in child.cmdline()))

    def interrupt(self) -> None:
        """What Ctrl-C does."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/_stcore/health", timeout=1) as response:
                return response.status == 200
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _first(parent: psutil.Process, fits: Callable[[psutil.Process], bool]) -> psutil.Process:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        for child in parent.children():
            try:
                if fits(child):
                    return child
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.1)
    raise RuntimeError(f"process {parent.pid} has no such child")
