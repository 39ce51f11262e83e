"""Questions to the inspect worker and what came of them: asked once however many people ask, kept for a while, never waited for in vain."""

from __future__ import annotations

import logging
import math
import threading
import time
import uuid
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any, Literal

from distributed import Client, Future

from resnet.errors import BusyError, ExplainedError, ForgottenError, QuestionError
from resnet.inquiries import Finding, Inquiry, size_of
from resnet.runs.engine import INSPECT
from resnet.runs.questions import PROGRESS, Step, find_out

logger = logging.getLogger(__name__)

Phase = Literal["starting", "waiting"] | Step

KEPT = 256  # questions
KEPT_BYTES = 64 * 2**20  # of arrays and files in them and their answers; one block's maps and kernels are 1 to 3 MB
MOST_PENDING = 128  # a class of thirty with a page of three questions each, and some to spare
PENDING_BYTES = 256 * 2**20  # of files and numbers in them: one .keras file has up to 200 MB
LARGE = 2**16  # bytes; a question that holds more lets go of them once it is answered
START_LIMIT = 60  # seconds for an inspect worker to come up
ANSWER_LIMIT = 300  # seconds for an answer, waiting for other questions included
FETCH_LIMIT = 30  # seconds


@dataclass(frozen=True, slots=True)
class Pending:
    """Not answered yet: the process starts, answers others first, loads TensorFlow, or is at it. `seconds` since it was asked."""

    phase: Phase
    seconds: float


Answer = Pending | Finding | ExplainedError


@dataclass(slots=True)
class _Question:
    """`size` is in bytes, of the inquiry and, once there is one, of the outcome. An inquiry that was let go of is None, and known by its
    hash."""

    inquiry: Inquiry | None
    asked: float
    size: int = 0
    phase: Phase | None = None  # as the worker said it
    future: Future[Finding] | None = None
    outcome: Finding | ExplainedError | None = None
    hashed: int = field(init=False)

    def __post_init__(self) -> None:
        self.hashed = hash(self.inquiry)

    def asks(self, inquiry: Inquiry, hashed: int) -> bool:
        return self.hashed == hashed and self.inquiry in (None, inquiry)


class Answers:
    """Methods may be called from any thread and do not wait for the engine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._questions: OrderedDict[str, _Question] = OrderedDict()  # the one asked for last at the end
        self._heard = -math.inf  # when a worker showed last that it is there

    def connect(self, client: Client) -> None:
        """Ask through this connection from now on."""
        client.subscribe_topic(PROGRESS, self._hear)
        with self._lock:
            self._client = client

    def disconnect(self, reason: ExplainedError) -> None:
        """The connection is gone: who still waits gets the reason as answer."""
        with self._lock:
            self._client = None
            for question in self._questions.values():
                self._conclude(question, reason)

    def ask(self, inquiry: Inquiry, *, otherwise: ExplainedError) -> str:
        """The id of this question: of an equal one that waits or has been answered, else of a new one.

        `otherwise` is its answer where there is no connection.
        """
        hashed = hash(inquiry)
        with self._lock:
            self._give_up_overdue()
            for name, question in self._questions.items():
                if question.asks(inquiry, hashed) and not isinstance(question.outcome, ExplainedError):
                    self._questions.move_to_end(name)
                    return name
            name, question = f"question-{uuid.uuid4().hex[:12]}", _Question(inquiry, time.monotonic(), size_of(inquiry))
            refusal = self._refusal(question.size, otherwise)
            if refusal is not None:
                self._conclude(question, refusal)
            self._questions[name] = question
            self._forget_oldest()
            client = self._client
        if refusal is None and client is not None:
            self._submit(client, name, question, inquiry)
        return name

    def answer(self, name: str) -> Answer:
        """How far the question is, its answer, or why there is none."""
        with self._lock:
            self._give_up_overdue()
            question = self._questions.get(name)
            if question is None:
                return ForgottenError("this answer is no longer kept; ask again")
            if question.outcome is not None:
                return question.outcome
            return Pending(self._phase(question), time.monotonic() - question.asked)

    def _give_up_overdue(self) -> None:
        now = time.monotonic()
        for question in self._questions.values():
            if question.outcome is None:
                phase = self._phase(question)
                # Between two questions the worker is busy with neither: it is up all the same, and the next one's turn comes.
                since, limit = (max(question.asked, self._heard), START_LIMIT) if phase == "starting" else (question.asked, ANSWER_LIMIT)
                if now - since > limit:
                    self._conclude(question, _too_late(phase, limit))

    def _phase(self, question: _Question) -> Phase:
        """What the worker said. Before it has said anything, it is either busy with another question or has to start."""
        if question.phase is not None:
            return question.phase
        busy = any(other.phase is not None and other.outcome is None for other in self._questions.values())
        return "waiting" if busy else "starting"

    def _refusal(self, size: int, otherwise: ExplainedError) -> ExplainedError | None:
        """Why a question of so many bytes is not taken."""
        if self._client is None:
            return otherwise
        pending = [question.size for question in self._questions.values() if question.outcome is None]
        if len(pending) >= MOST_PENDING:
            return BusyError("{pending} questions wait for an answer already; ask again in a moment", pending=len(pending))
        if pending and sum(pending) + size > PENDING_BYTES:
            return BusyError(
                "questions with {held:,} bytes of files wait for an answer already, and this one has {size:,} more; ask again in a moment",
                held=sum(pending),
                size=size,
            )
        return None

    def _forget_oldest(self) -> None:
        """The newest answer stays, however large it is."""
        sizes = {name: question.size for name, question in self._questions.items() if question.outcome is not None}
        count, held = len(self._questions), sum(sizes.values())
        for name, size in list(sizes.items())[:-1]:
            if count <= KEPT and held <= KEPT_BYTES:
                break
            del self._questions[name]
            count, held = count - 1, held - size

    def _submit(self, client: Client, name: str, question: _Question, inquiry: Inquiry) -> None:
        try:
            future = client.submit(find_out, name, inquiry, key=name, resources={INSPECT: 1}, pure=False, retries=0)
        except Exception as error:  # the connection closes this moment
            logger.exception("question %s could not be handed over", name)
            with self._lock:
                self._conclude(question, _failed(error))
            return
        with self._lock:
            if question.outcome is None:
                question.future = future
            else:
                future.release()
        future.add_done_callback(lambda done: self._done(question, done))

    def _done(self, question: _Question, future: Future[Finding]) -> None:
        """Called in a thread of Dask's when it has done with the question. One that was released is concluded already."""
        if future.status == "cancelled":
            return
        outcome: Finding | ExplainedError
        try:
            outcome = future.result(timeout=FETCH_LIMIT)
        except ExplainedError as error:
            outcome = error
        except Exception as error:
            logger.exception("a question failed")
            outcome = _failed(error)
        with self._lock:
            self._heard = time.monotonic()
            self._conclude(question, outcome)

    def _conclude(self, question: _Question, outcome: Finding | ExplainedError) -> None:
        """What is said first counts. A released future needs no answer, or lets the worker forget the one it gave."""
        if question.outcome is None:
            question.outcome = outcome
            if question.size > LARGE:
                question.inquiry, question.size = None, 0
            question.size += size_of(outcome)
            if question.future is not None:
                question.future.release()
                question.future = None

    def _hear(self, message: tuple[float, dict[str, Any]]) -> None:
        with self._lock:
            self._heard = time.monotonic()
            question = self._questions.get(message[1]["question"])  # a cluster tells every server
            if question is not None:
                question.phase = message[1]["phase"]


def _too_late(phase: Phase, limit: int) -> QuestionError:
    if phase == "starting":
        return QuestionError(
            "no process for questions has come up within {limit} seconds; a cluster needs a worker with the resource inspect=1", limit=limit
        )
    return QuestionError("there was no answer within {limit} seconds, and the question was given up", limit=limit)


def _failed(error: Exception) -> QuestionError:
    return QuestionError("the question failed: {problem}", problem=f"{type(error).__name__}: {error}")
