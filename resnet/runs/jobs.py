"""What a worker runs. TensorFlow is imported inside the functions, so that the web process can name them without loading it."""

from __future__ import annotations

import logging
import os
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from distributed import Worker, WorkerPlugin, get_client, get_worker

from resnet.config import TrainConfig
from resnet.errors import TrainingError
from resnet.runs.engine import TOPIC, TRAIN
from resnet.training.control import Control
from resnet.training.events import Preparing

if TYPE_CHECKING:
    from resnet.training.events import Event
    from resnet.training.workshop import Workshop

logger = logging.getLogger(__name__)

POLITE_PRIORITY = 10  # as `nice -n 10`


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

    def control(self, run: str) -> Control:
        """The run's control, the same for the job and for whoever asks it to stop, whichever comes first."""
        with self._lock:
            return self._controls.setdefault(run, Control())

    def forget(self, run: str) -> None:
        with self._lock:
            self._controls.pop(run, None)

    def workshop(self) -> Workshop | None:
        """The warm graphs; waits while they are being made. None where that failed: a run can do without."""
        self._warming.join()
        return self._workshop


def train_run(run: str, config: dict[str, Any]) -> None:
    """Train one run and report every event on the engine's topic. Raises TrainingError for a run that was begun before."""
    worker = get_worker()
    claim(run, worker.address)
    room = TrainingRoom.of(worker)
    assert room is not None, "the service registers it before it submits a run"

    def emit(event: Event) -> None:
        # The event below is the run's first; train() counts from 1 again.
        worker.log_event(TOPIC, replace(event, sequence=event.sequence + 1).to_dict())

    worker.log_event(TOPIC, Preparing(run=run, sequence=1, time=time.time(), phase="worker").to_dict())
    room.give_way()
    control = room.control(run)
    try:
        workshop = room.workshop()
        from resnet.training.loop import train

        train(TrainConfig.from_dict(config), emit, control, run=run, workshop=workshop)
    finally:
        room.forget(run)


def claim(run: str, address: str) -> None:
    """Mark the run as begun, once for all time.

    Dask gives the task of a worker that died to the next one, but a training must not begin twice unseen.
    """
    if not first_to_begin(run, address):
        raise TrainingError(
            "the process that trained this run was ended from outside or ran out of memory; "
            "start the run again, with a smaller network or batch if it happens twice"
        )


def first_to_begin(task: str, address: str) -> bool:
    """Whether no worker has begun this task before, which from now on one has: the one at `address`."""
    client = get_client()
    key = ["resnet-lab", task]
    if client.get_metadata(key, default=None) is not None:
        return False
    client.set_metadata(key, address)
    return True


def request_stop(run: str, dask_worker: Worker) -> None:
    """Runs on every worker: ask the run to stop, whether it trains here, prepares here or has yet to come."""
    room = TrainingRoom.of(dask_worker)
    if room is not None:
        room.control(run).stop()
