"""A Dask cluster as a lab would start it, on this machine: one scheduler, workers that come and are killed, plain or with TLS."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

import psutil

ROOT = Path(__file__).parents[2]
DASK = (sys.executable, "-m", "dask")
LOOPBACK = "127.0.0.1"
LIMIT = 60  # seconds


class Cluster:
    """`dask scheduler` as a child process; `add_worker` starts `dask worker`. `folder` takes what they write."""

    def __init__(self, folder: Path, *, protocol: str = "tcp", environment: Mapping[str, str] | None = None) -> None:
        self._folder, self._protocol = folder, protocol
        self._environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_LOGGING__DISTRIBUTED": "warning", **(environment or {})}
        self._processes: list[psutil.Popen] = []
        self.address = ""

    def __enter__(self) -> Cluster:
        facts = self._folder / "scheduler.json"
        self._start("scheduler", "--host", LOOPBACK, "--port", "0", "--protocol", self._protocol, "--scheduler-file", str(facts))
        end = time.monotonic() + LIMIT
        while not (facts.exists() and facts.read_text().strip().endswith("}")):
            assert time.monotonic() < end, "the scheduler did not come up"
            time.sleep(0.05)
        _, _, rest = facts.read_text().partition('"address": "')
        self.address = rest.partition('"')[0]
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for process in reversed(self._processes):
            kill(process)

    def add_worker(self, name: str, *, memory: str = "4GB") -> psutil.Process:
        """The nanny's process; the worker is its child."""
        options = ("--nthreads", "1", "--resources", "train=1", "--memory-limit", memory, "--name", name, "--no-dashboard")
        return self._start("worker", self.address, *options, "--local-directory", str(self._folder))

    def _start(self, kind: str, *arguments: str) -> psutil.Popen:
        with (self._folder / f"{kind}-{len(self._processes)}.log").open("wb") as log:
            process = psutil.Popen([*DASK, kind, *arguments], env=self._environment, cwd=self._folder, stdout=log, stderr=subprocess.STDOUT)
        self._processes.append(process)
        return process


def kill(process: psutil.Process) -> None:
    """End it and all its children, at once and for good."""
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=10)
