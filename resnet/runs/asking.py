"""Asks workers about the runs they have. Each question goes to the worker that has begun the run, so that no other can hold it up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from distributed import Client

from resnet.runs.jobs import Command, claim_key, hold, let_go, request, task_name
from resnet.runs.line import Place

logger = logging.getLogger(__name__)

ASK_LIMIT = 10.0  # seconds for an answer


class Workers:
    """Methods may be called from any thread and block until there is an answer, or ASK_LIMIT is over."""

    def __init__(self, client: Callable[[], Client | None]) -> None:
        """`client` returns the connection to the engine, None while there is none."""
        self._client = client

    def command(self, place: Place, command: Command, *values: float) -> bool:
        """Ask the worker that has this run. Returns whether one has."""
        task = task_name(place.run, place.record.attempt)
        return any(self._ask(task, request, command, task, *values))

    def hold(self, place: Place) -> None:
        """Keep the worker that has this run when it stops, for its next attempt."""
        task = task_name(place.run, place.record.attempt)
        self._ask(task, hold, task)

    def let_go(self, run: str, attempt: int) -> None:
        """The next attempt has been submitted: as soon as it has arrived, it may have the worker."""
        task, successor = task_name(run, attempt), task_name(run, attempt + 1)
        for _ in range(20):
            if any(self._ask(task, let_go, task, successor)):
                return
            time.sleep(0.1)

    def _ask(self, task: str, question: Callable[..., Any], *values: Any) -> list[Any]:
        """What the worker answers that has begun the task; where none has, what each does. Nothing where there is no engine."""
        client = self._client()
        if client is None:
            return []
        try:
            address = client.get_metadata(claim_key(task), default=None)
            workers = [address] if address else None
            # Client.run, with a limit: a worker that hangs is asked in vain.
            answers = client.sync(client._run, question, *values, workers=workers, on_error="ignore", callback_timeout=ASK_LIMIT)
        except (OSError, RuntimeError, TimeoutError):
            # No worker can be asked while one starts anew, and its run is at an end by that.
            logger.exception("a request did not reach the workers: %s %s", question.__name__, values)
            return []
        return list(answers.values())
