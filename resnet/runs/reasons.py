"""Why a run stands still and why a question has no answer, in words that a page can translate."""

from __future__ import annotations

from resnet.errors import QuestionError, TrainingError
from resnet.footprint import binary
from resnet.runs.keeper import EngineState

RUN_LOST = TrainingError("the training engine that had this run was ended while it was in progress")
SERVER_GONE = TrainingError("the server was ended from outside while this run was in progress")
SERVER_STOPPED = TrainingError("the server was stopped while this run was in progress")
ENGINE_STOPPED = TrainingError("the training engine ended unexpectedly while this run was in progress; it has been started again")
WORKER_LOST = TrainingError("the process that trained this run was ended from outside, or the connection to it was lost")


def outgrown(taken: int) -> TrainingError:
    """For a process that had `taken` bytes when it was ended for them."""
    return TrainingError(
        "the process that trained this run had grown to {taken} of memory, more than it may take, and was ended; a smaller batch or "
        "network needs less",
        taken=binary(taken),
    )


ENGINE_GONE = QuestionError("the training engine ended before it could answer; ask again in a moment")
NO_ENGINE: dict[EngineState, QuestionError] = {
    "starting": QuestionError("the training engine is still starting; ask again in a moment"),
    "failed": QuestionError("the training engine could not be started; the server tries again"),
    "closed": QuestionError("the server is being stopped"),
}
