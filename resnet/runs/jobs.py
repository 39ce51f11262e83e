"""What a worker runs. TensorFlow is imported inside the functions, so that the web process can name them without loading it."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Container
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from distributed import Worker, WorkerPlugin, get_client, get_worker

from resnet.config import TrainConfig
from resnet.runs.capacity import check_fits
from resnet.runs.engine import TOPIC, TRAIN
from resnet.training.continuation import Continuation
from resnet.training.control import Control
from resnet.training.events import Preparing

if TYPE_CHECKING:
    from resnet.training.events import Event
    from resnet.training.workshop import Workshop

logger = logging.getLogger(__name__)

POLITE_PRIORITY = 10  # as `nice -n 10`
HOLD_LIMIT = 10.0  # seconds that a worker is kept for a run that is about to go on

Command = Literal["stop", "pause", "resume", "step", "set_learning_rate", "measure"]  # methods of Control


class TrainingRoom(WorkerPlugin):
    """What a training worker keeps between runs: warm graphs, and the controls of runs that people may stop."""

    name = "training-room"
    idempotent = True  # a server that connects again must not take the room from under a run

    def __init__(self, usual: TrainConfig | None, *, polite: bool = False) -> None:
        """`usual` is traced ahead while nobody waits; None warms nothing. `polite` gives way to the server and browsers of this machine."""
        self._usual = usual
        self._polite = polite

    @classmethod
    def of(cls, worker: Worker) -> TrainingRoom | None:
        """The worker's own, once it is set up."""
        room = worker.plugins.get(cls.name)
        return room if isinstance(room, cls) else None

    def setup(self, worker: Worker) -> None:
        self._controls: dict[str, Control] = {}
        self._held: dict[str, threading.Event] = {}
        self._lock = threading.Lock()
        self._workshop: Workshop | None = None
        self._warming = threading.Thread(target=self._warm, name="warm-up", daemon=True)
        if TRAIN in worker.state.total_resources:
            self._warming.start()

    def give_way(self) -> None:
        """Lower the priority of the calling thread, and of those it starts, where the system knows such a thing.

        On Linux a priority is a thread's own: the one that sends events keeps its place, so that a point reaches the browser at once.
        """
        if self._polite and hasattr(os, "setpriority"):
            os.setpriority(os.PRIO_PROCESS, 0, POLITE_PRIORITY)

    def _warm(self) -> None:
        self.give_way()  # before TensorFlow starts its own threads
        from resnet.training.workshop import Workshop

        self._workshop = Workshop()
        if self._usual is not None:
            self._workshop.warm(self._usual)

    def control(self, task: str) -> Control:
        """The control of a run's attempt, the same for the job and for whoever asks it to stop, whichever comes first."""
        with self._lock:
            return self._controls.setdefault(task, Control())

    def forget(self, task: str) -> None:
        with self._lock:
            self._controls.pop(task, None)

    def forget_all_but(self, tasks: Container[Any]) -> None:
        """Forget those that were to stop when they came, and were taken back before they did."""
        with self._lock:
            self._controls = {task: control for task, control in self._controls.items() if task in tasks}

    def trains(self, task: str) -> bool:
        """Whether that attempt is in progress here, or is to stop when it comes."""
        with self._lock:
            return task in self._controls

    def hold(self, task: str) -> None:
        """Keep the worker when this attempt ends, for the one that goes on from there: whoever waits in the queue would be quicker."""
        with self._lock:
            if task in self._controls:
                self._held[task] = threading.Event()

    def let_go(self, task: str) -> None:
        with self._lock:
            held = self._held.get(task)
        if held is not None:
            held.set()

    def linger(self, task: str) -> None:
        """Wait until a worker that is held is let go."""
        with self._lock:
            held = self._held.get(task)
        if held is not None:
            held.wait(HOLD_LIMIT)
            with self._lock:
                self._held.pop(task, None)

    def workshop(self) -> Workshop | None:
        """The warm graphs; waits while they are being made. None where that failed: a run can do without."""
        self._warming.join()
        return self._workshop


def task_name(run: str, attempt: int) -> str:
    """Dask's name for one attempt at a run. What stands before the first hyphen is the kind of task, for Dask's own statistics."""
    return f"train-{run}-{attempt}"


def train_run(run: str, attempt: int, config: dict[str, Any], continuation: Continuation | None) -> str | None:
    """Train one attempt at a run and report every event on the engine's topic.

    Returns None when it is over; the address of the worker that began this attempt before, where one did. Dask gives the task of a
    worker that died to the next one, but a training must not begin twice unseen.

    Raises TrainingError for a network that does not fit into this worker's memory.
    """
    worker = get_worker()
    task = task_name(run, attempt)
    earlier = first_to_begin(task, worker.address)
    if earlier is not None:
        return earlier
    room = TrainingRoom.of(worker)
    assert room is not None, "the service registers it before it submits a run"

    def emit(event: Event) -> None:
        # The event below is the attempt's first; train() counts on from where the run was.
        _report(worker, replace(event, sequence=event.sequence + 1), attempt)

    control = room.control(task)  # before anybody hears that the run is here
    said = continuation.last_sequence if continuation else 0
    _report(worker, Preparing(run=run, sequence=said + 1, time=time.time(), phase="worker"), attempt)
    room.give_way()
    try:
        wanted = TrainConfig.from_dict(config)
        check_fits(wanted, worker.memory_manager.memory_limit)
        workshop = room.workshop()
        from resnet.training.checkpoints import Checkpoints, prune_runs
        from resnet.training.loop import train

        checkpoints = Checkpoints.of_run(run)
        try:
            train(wanted, emit, control, run=run, workshop=workshop, checkpoints=checkpoints, continuation=continuation)
        except Exception:
            checkpoints.delete()  # it was told as Failed, after which nothing goes on
            raise
        prune_runs(spare={run})
    finally:
        room.linger(task)
        room.forget(task)
    return None


def _report(worker: Worker, event: Event, attempt: int) -> None:
    worker.log_event(TOPIC, {**event.to_dict(), "attempt": attempt})


def first_to_begin(task: str, address: str) -> str | None:
    """None for the first who begins this task, which is from now on the worker at `address`; to all others, that worker's address."""
    client = get_client()
    key = claim_key(task)
    earlier: str | None = client.get_metadata(key, default=None)
    if earlier is None:
        client.set_metadata(key, address)
    return earlier


def claim_key(task: str) -> list[Any]:
    """Where the scheduler keeps who began a task."""
    return ["resnet-lab", task]


def request(command: Command, task: str, *values: float, dask_worker: Worker) -> bool:
    """Runs on every worker: ask what is asked of an attempt that trains here. Returns whether it does.

    A stop is kept for one that this worker is about to begin; nothing else is worth that.
    """
    room = TrainingRoom.of(dask_worker)
    if room is None:
        return False
    here = room.trains(task)
    if here or (command == "stop" and task in dask_worker.state.tasks):
        room.forget_all_but(dask_worker.state.tasks)
        getattr(room.control(task), command)(*values)
    return here


def hold(task: str, dask_worker: Worker) -> None:
    """Runs on every worker: see `TrainingRoom.hold`."""
    room = TrainingRoom.of(dask_worker)
    if room is not None:
        room.hold(task)


def let_go(task: str, successor: str, dask_worker: Worker) -> bool:
    """Runs on every worker: end the hold where the successor has arrived, which is then first in its line. Returns whether it has."""
    room = TrainingRoom.of(dask_worker)
    arrived = successor in dask_worker.state.tasks
    if room is not None and arrived:
        room.let_go(task)
    return arrived
