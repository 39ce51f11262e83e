"""What the inspect worker does: short questions, answered beside a training run. TensorFlow is imported inside the functions only."""

from __future__ import annotations

from typing import Literal

from distributed import get_worker
from distributed.system import MEMORY_LIMIT

from resnet.errors import QuestionError
from resnet.footprint import weight_memory
from resnet.inquiries import BuildNetwork, Finding, Inquiry
from resnet.plan import Plan, plan
from resnet.runs.jobs import TrainingRoom, first_to_begin

PROGRESS = "resnet-lab-questions"  # the Dask event topic on which a question says how far it is
Step = Literal["loading", "building", "answering"]  # TensorFlow is loaded, the network built, the question looked into

# Drawing the first weights of a network that is mostly one convolution takes three times their bytes for a moment, TensorFlow itself
# 0.8 GB: together they stay under the 95% at which Dask ends a worker.
WEIGHTS_SHARE = 0.2
MOST_LAYERS = 5_000  # 20 to 40 s; the deepest network of the paper, 1,202 layers by its own count, has 4,210


def find_out(question: str, inquiry: Inquiry) -> Finding:
    """Answer this question with Keras, saying how far it is.

    Raises QuestionError for a network that is too large for this worker, and for a question that was begun before: Dask gives the task
    of a worker that died to the next one, which the same question would end again.
    """
    worker = get_worker()
    if first_to_begin(question, worker.address) is not None:
        raise QuestionError(
            "the process that answered this question was ended from outside or ran out of memory; ask again, "
            "for a smaller network if it happens twice"
        )
    if isinstance(inquiry, BuildNetwork):
        check_size(plan(inquiry.network), worker.memory_manager.memory_limit or MEMORY_LIMIT)
    room = TrainingRoom.of(worker)
    if room is not None:
        room.give_way()  # before TensorFlow starts its own threads

    def say(step: Step) -> None:
        worker.log_event(PROGRESS, {"question": question, "phase": step})

    say("loading")
    from resnet.inspection.answering import answer

    say("building" if isinstance(inquiry, BuildNetwork) else "answering")
    return answer(inquiry)


def check_size(network: Plan, memory: int) -> None:
    """Raise QuestionError for a network that a process with so many bytes of `memory` should not try to build."""
    needed, allowed = weight_memory(network), int(WEIGHTS_SHARE * memory)
    if needed > allowed:
        raise QuestionError(
            "the {parameters:,} parameters of this network take {needed:,} bytes, and the process that would build it can spare "
            "{allowed:,}; fewer channels or blocks make it smaller",
            parameters=network.total_parameters,
            needed=needed,
            allowed=allowed,
        )
    if len(network.layers) > MOST_LAYERS:
        raise QuestionError(
            "this network has {layers:,} layers; Keras takes several milliseconds for each, so that no more than {most:,} are built here",
            layers=len(network.layers),
            most=MOST_LAYERS,
        )
