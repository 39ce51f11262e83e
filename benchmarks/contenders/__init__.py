"""Ways to train the mini-ResNet, each in a process of its own, that take turns on one machine."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from types import TracebackType

BATCH = 64


class Contender:
    """`python -m benchmarks.contenders.<name> [option …]`: answers each line on its input by one line, and is still in between."""

    def __init__(self, name: str, *options: str, **environment: str) -> None:
        self.name = name
        # What this project sets for its own processes is not inherited: a contender starts as a user would start it.
        inherited = {key: value for key, value in os.environ.items() if key != "TF_ENABLE_ONEDNN_OPTS"}
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"benchmarks.contenders.{name}", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**inherited, "TF_CPP_MIN_LOG_LEVEL": "3", **environment},
        )
        self.greeting = self._hear()

    def __enter__(self) -> Contender:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()

    def ask(self, line: str) -> str:
        """Send a line and wait for the answer."""
        self.tell(line)
        return self._hear()

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        print(line, file=self._process.stdin, flush=True)

    def _hear(self) -> str:
        assert self._process.stdout is not None
        answer = self._process.stdout.readline().strip()
        if not answer:
            raise RuntimeError(f"{self.name} ended with code {self._process.wait()}")
        return answer

    def lines(self) -> Iterator[str]:
        """What it says until it ends."""
        assert self._process.stdout is not None
        return iter(line.strip() for line in self._process.stdout)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Stand still meanwhile, whatever it is doing."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)


def serve(answer: object) -> None:
    """In the contender's process: greet, then answer each line by what `answer(line)` returns."""
    assert callable(answer)
    print("ready", flush=True)
    for line in sys.stdin:
        print(answer(line.strip()), flush=True)
