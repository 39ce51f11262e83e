"""The training engine: a Dask scheduler with two kinds of worker, in a process of its own (`python -m resnet.runs.engine`).

It prints its address as one line and ends when its standard input closes, so that it cannot outlive the server that started it,
however that server ended. A lab's own cluster takes its place through RESNET_SCHEDULER_ADDRESS; its workers want the resources
`train=1` or `inspect=1` and this package installed.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

TOPIC = "resnet-lab"  # the Dask event topic every run reports on
TRAIN, INSPECT = "train", "inspect"  # the two worker kinds, as Dask resources

LOOPBACK = "127.0.0.1"  # this engine serves its own machine; a cluster brings its own scheduler
EVENT_LOG_LENGTH = 100_000  # events the scheduler remembers for a server that lost its connection: ten full runs
WORKER_DEATHS_ALLOWED = 1_000  # a queued run must survive the death of the worker it waits on; see jobs.claim
MEMORY_SHARE = {TRAIN: 0.7, INSPECT: 0.25}
# TensorFlow's own allocator for oneDNN never gives memory back: after one large network a worker that has to build many small ones
# would stay at its limit. A training worker keeps the faster allocator, its sizes come again with every batch.
ENVIRONMENT: dict[str, dict[str, str]] = {TRAIN: {}, INSPECT: {"TF_ONEDNN_USE_SYSTEM_ALLOCATOR": "1"}}
PROJECT_ROOT = Path(__file__).resolve().parents[2]


def dask_settings() -> dict[str, Any]:
    """What Dask must be told before the scheduler and the workers start."""
    cores = str(os.cpu_count() or 1)
    threads = {"OMP_NUM_THREADS": cores, "TF_NUM_INTRAOP_THREADS": cores, "TF_NUM_INTEROP_THREADS": "2", "TF_CPP_MIN_LOG_LEVEL": "2"}
    return {
        "distributed.admin.low-level-log-length": EVENT_LOG_LENGTH,
        "distributed.scheduler.allowed-failures": WORKER_DEATHS_ALLOWED,
        # Workers are no daemons, so that a job may start processes; the profiler's 10 ms samples cost training time.
        "distributed.worker.daemon": False,
        "distributed.worker.profile.enabled": False,
        "distributed.nanny.pre-spawn-environ": threads,
    }


def worker_spec(kind: str) -> dict[str, Any]:
    """A nanny that keeps one worker of that kind alive, for SpecCluster. Dask decides what "memory_limit" 0.7 of the machine is."""
    from distributed import Nanny

    return {
        "cls": Nanny,
        "options": {
            "nthreads": 1,
            "resources": {kind: 1},
            "memory_limit": MEMORY_SHARE[kind],
            "name": kind,
            "host": LOOPBACK,
            "env": ENVIRONMENT[kind],
        },
    }


async def run_engine(announce: Callable[[str], None], until: asyncio.Event) -> None:
    """Serve until the event is set. The inspect worker is started when the first question waits for one."""
    from distributed import Scheduler, SpecCluster

    scheduler = {"cls": Scheduler, "options": {"host": LOOPBACK, "port": 0, "dashboard_address": f"{LOOPBACK}:0"}}
    async with SpecCluster(
        workers={TRAIN: worker_spec(TRAIN)}, scheduler=scheduler, asynchronous=True, silence_logs=False, shutdown_on_close=True
    ) as cluster:
        announce(cluster.scheduler_address)
        while not until.is_set():
            waiting = {kind for task in cluster.scheduler.unrunnable for kind in task.resource_restrictions or ()}
            if INSPECT in waiting and INSPECT not in cluster.worker_spec:
                cluster.worker_spec[INSPECT] = worker_spec(INSPECT)
                await cluster
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), 0.1)


def main() -> None:
    """Entry point of the child process."""
    import dask

    dask.config.set(dask_settings())
    # The server reads one line of our output and no more. Whatever this process and its workers print after it goes where their errors
    # go: a full pipe would stop them.
    announcements = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    async def serve() -> None:
        until = asyncio.Event()
        loop = asyncio.get_running_loop()

        def wait_for_parent() -> None:
            sys.stdin.buffer.read()
            loop.call_soon_threadsafe(until.set)

        threading.Thread(target=wait_for_parent, daemon=True).start()
        await run_engine(lambda address: print(address, file=announcements, flush=True), until)

    asyncio.run(serve())


class EngineProcess:
    """The engine as a child of the server. `start` blocks until its address is known."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start the engine and return its scheduler's address. Raises RuntimeError where it ends before it gave one."""
        path = os.pathsep.join(filter(None, [str(PROJECT_ROOT), os.environ.get("PYTHONPATH")]))
        # Dask sets up its logging when it is imported, in every process of the engine, so the level travels by the environment.
        # A worker that is ended takes its semaphores with it; Python's warning about that would be the last thing Ctrl-C prints.
        quiet = {"DASK_LOGGING__DISTRIBUTED": "warning", "PYTHONWARNINGS": "ignore::UserWarning:multiprocessing.resource_tracker"}
        environment = {**quiet, **os.environ, "PYTHONPATH": path}
        # A session of its own: Ctrl-C in the server's terminal reaches the server alone, which then closes the engine in order.
        self._process = subprocess.Popen(
            [sys.executable, "-m", "resnet.runs.engine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT_ROOT,
            env=environment,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        address = self._process.stdout.readline().strip()
        if not address:
            raise RuntimeError(f"the training engine ended with code {self._process.wait()} before it was ready")
        return address

    def wait(self) -> int:
        """Block until the engine has ended and return its exit code."""
        return self._process.wait() if self._process else 0

    def close(self, patience: float = 3.0) -> None:
        """Let the engine end in order; after `patience` seconds end it for good."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            # Its workers watch it and end with it.
            self._process.kill()
            self._process.wait()


if __name__ == "__main__":
    main()
