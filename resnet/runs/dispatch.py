"""Between the runs and Dask: hands runs to workers, hears what they say, notices when one is gone, and says so."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from distributed import Client, Future, KilledWorker, fire_and_forget
from distributed.system import MEMORY_LIMIT

from resnet.config import TrainConfig
from resnet.errors import ExplainedError, TrainingError
from resnet.runs import reasons
from resnet.runs.answers import Answers
from resnet.runs.asking import Workers
from resnet.runs.attempts import told_until
from resnet.runs.engine import MEMORY_SHARE, TOPIC, TRAIN
from resnet.runs.hub import Hub
from resnet.runs.jobs import TrainingRoom, task_name, train_run
from resnet.runs.keeper import EngineKeeper, EngineState
from resnet.runs.line import Place
from resnet.runs.store import GoOn
from resnet.runs.survey import Survey, survey
from resnet.training.continuation import Continuation
from resnet.training.events import Event, Failed, Interrupted, from_dict

logger = logging.getLogger(__name__)

WORKERS = "all"  # Dask's own topics: workers that come and go, and those that a nanny ended for their memory
OUTGROWN = "worker-restart-memory"
OUTGROWN_PATIENCE = 0.5  # seconds for a nanny to say why, after its worker is gone


@dataclass(slots=True)
class _Job:
    attempt: int
    future: Future[str | None]


class Dispatcher:
    """Methods may be called from any thread."""

    def __init__(
        self, hub: Hub, answers: Answers, *, address: str | None, usual: TrainConfig | None, returned: Callable[[list[str]], None]
    ) -> None:
        """`returned` is called with the runs that an engine of this server took with it, as soon as another one is there."""
        self._hub, self._answers, self._usual, self._returned = hub, answers, usual, returned
        self._keeper = EngineKeeper(address, connected=self._connected, handed_over=self._hand_over, lost=self._lost)
        self.workers = Workers(lambda: self._keeper.client)
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._held: list[tuple[str, dict[str, Any]]] | None = None  # live messages that wait for the replay of the past
        self._fallen: list[str] = []
        self._outgrown: dict[str, int] = {}  # bytes that a worker had when it was ended for them, by its address
        self._survey = Survey()
        # What a message from Dask leads to and what has to wait, in its order: those messages come on Dask's own loop.
        self._later = ThreadPoolExecutor(1, thread_name_prefix="dispatch")

    def open(self) -> None:
        """Start or reach the engine in the background."""
        if self._keeper.owns_engine:
            self._interrupt_begun(reasons.SERVER_GONE)  # what is begun was, by a server that is no more
        self._keeper.open()

    def close(self) -> None:
        """End the engine, if it is this server's. Runs on a cluster go on."""
        if self._keeper.owns_engine:
            self._interrupt_begun(reasons.SERVER_STOPPED)
        self._answers.disconnect(reasons.NO_ENGINE["closed"])
        client = self._keeper.client
        if client is not None and client.status == "running":
            client.unsubscribe_topic(WORKERS)  # or the scheduler would tell us that we have gone
        self._keeper.close()
        self._later.shutdown(wait=False, cancel_futures=True)

    @property
    def state(self) -> EngineState:
        return self._keeper.state

    def wait_until_ready(self, timeout: float) -> bool:
        """Block until the engine answers; False after `timeout` seconds."""
        return self._keeper.wait_until_ready(timeout)

    @property
    def no_answer(self) -> ExplainedError:
        """Why a question has no answer while there is no engine."""
        return reasons.NO_ENGINE.get(self._keeper.state, reasons.ENGINE_GONE)

    @property
    def training_workers(self) -> int:
        """How many runs can train at a time."""
        return max(1, len(self._survey.limits))

    @property
    def memory_limit(self) -> int | None:
        """Bytes that a training worker may take, where several differ the smallest one; None where there is none or it is not known."""
        limits = self._survey.limits
        if limits:
            return min((limit for limit in limits if limit is not None), default=None)
        return int(MEMORY_SHARE[TRAIN] * MEMORY_LIMIT) if self._keeper.owns_engine else None

    def submit(self, run: str) -> None:
        """Hand a queued run to the engine; where there is none, that happens as soon as there is."""
        client, place = self._keeper.client, self._hub.place(run)
        if client is None or place is None:
            return
        try:
            self._submit(client, place)
        except Exception:  # the connection ends this moment; nobody who queued a run needs to know
            logger.exception("run %s could not be handed to the engine, and will be when that is reached again", run)

    def cancel(self, run: str) -> None:
        """Take back a run that no worker has begun."""
        with self._lock:
            job = self._jobs.get(run)
        if job is not None:
            job.future.cancel(force=True)

    def let_go(self, run: str, attempt: int) -> None:
        """As `Workers.let_go`, a moment later."""
        self._do_later(lambda: self.workers.let_go(run, attempt))

    def forget(self, run: str, attempt: int) -> None:
        """That attempt has ended."""
        with self._lock:
            if run in self._jobs and self._jobs[run].attempt == attempt:
                del self._jobs[run]

    def interrupt(self, run: str, reason: ExplainedError) -> None:
        """Say that the run stands still."""
        self._conclude(run, Interrupted, reason)

    def _connected(self, client: Client) -> None:
        """Hear what this engine says and has said, and decide what became of each run that is followed."""
        with self._lock:
            self._held = []
        for topic in (TOPIC, WORKERS, OUTGROWN):
            self._subscribe(client, topic)
        client.register_plugin(TrainingRoom(self._usual, polite=self._keeper.owns_engine), name=TrainingRoom.name)
        past = [(TOPIC, message) for _, message in client.get_events(TOPIC)]
        with self._lock:
            held, self._held = self._held, None
            for topic, message in [*past, *held]:  # what is in both is heard once: the hub knows the sequences
                self._hear(topic, message)
        places = {task_name(place.run, place.record.attempt): place for place in self._hub.places()}
        self._survey = survey(client, list(places))
        for task, place in places.items():
            if task in self._survey.known:
                self._follow(place, Future(task, client))
                if task in self._survey.orphans:
                    self._worker_lost(place, self._survey.orphans[task])
            elif place.state != "queued":
                self.interrupt(place.run, reasons.RUN_LOST)
        self._answers.connect(client)

    def _subscribe(self, client: Client, topic: str) -> None:
        client.subscribe_topic(topic, lambda message: self._receive(topic, message[1]))
        # That travels on another connection than the question for the past and may arrive after it: an event in between would be lost.
        client.run_on_scheduler(lambda dask_scheduler, subscriber=client.id: dask_scheduler.subscribe_topic(topic, subscriber))

    def _hand_over(self, client: Client) -> None:
        """Submit what waits for an engine, first of all what the last one took with it."""
        with self._lock:
            fallen, self._fallen = self._fallen, []
        self._returned(fallen)
        for place in self._hub.places():
            with self._lock:
                handed_over = place.run in self._jobs
            if place.state == "queued" and not handed_over:
                self._submit(client, place)

    def _lost(self) -> None:
        self._answers.disconnect(reasons.ENGINE_GONE)
        with self._lock:
            self._jobs.clear()
        if self._keeper.owns_engine:  # a cluster may be there again in a moment, its runs still under way
            self._fallen += self._interrupt_begun(reasons.ENGINE_STOPPED)

    def _submit(self, client: Client, place: Place) -> None:
        record = place.record
        future = client.submit(
            train_run,
            record.id,
            record.attempt,
            record.config.to_dict(),
            self._continuation(place),
            key=task_name(record.id, record.attempt),
            resources={TRAIN: 1},
            priority=-place.rank,
            fifo_timeout="0 ms",  # else those of the same tenth of a second are in no order
            pure=False,
            retries=0,
        )
        if not self._keeper.owns_engine:
            fire_and_forget(future)  # a cluster's runs outlive this server
        self._follow(place, future)

    def _continuation(self, place: Place) -> Continuation | None:
        if place.record.attempt == 1:
            return None
        how = place.record.continuation or GoOn()
        told = told_until(self._hub.events(place.run) or [], place.record.config.max_steps)
        from_step = told if how.from_step is None else min(told, how.from_step)
        return Continuation(last_sequence=place.last_sequence, from_step=from_step, rate_factor=how.rate_factor)

    def _follow(self, place: Place, future: Future[str | None]) -> None:
        run, attempt = place.run, place.record.attempt
        with self._lock:
            self._jobs[run] = _Job(attempt, future)
        future.add_done_callback(lambda done: self._job_ended(run, attempt, done))

    def _job_ended(self, run: str, attempt: int, future: Future[str | None]) -> None:
        """Called in a thread of Dask's when it has done with the job. One that said goodbye by an event needs nothing more."""
        place = self._hub.place(run)
        if self._keeper.state == "closed" or place is None or place.record.attempt != attempt:
            return
        if future.status == "error":
            error = future.exception()
            if isinstance(error, KilledWorker):
                self._worker_lost(place, error.last_worker.address)
                return
            if not isinstance(error, ExplainedError):
                error = TrainingError("the training job failed: {problem}", problem=f"{type(error).__name__}: {error}")
            self._conclude(run, Failed, error)
        elif future.status == "finished":
            address = future.result()
            if address is not None:
                self._worker_lost(place, address)

    def _receive(self, topic: str, message: dict[str, Any]) -> None:
        with self._lock:
            if self._held is not None:
                self._held.append((topic, message))
                return
        self._hear(topic, message)

    def _hear(self, topic: str, message: dict[str, Any]) -> None:
        if topic == TOPIC:
            try:
                event = from_dict(message)
            except (TypeError, ValueError):
                logger.exception("a worker of another version said what is not understood here")
            else:
                self._hub.publish(event, message.get("attempt", 1))
        elif topic == OUTGROWN:
            self._outgrown[message["worker"]] = message["rss"]
        elif message["action"] == "remove-worker":
            tasks = set(message["processing-tasks"])
            for place in self._hub.places():
                if place.state != "queued" and task_name(place.run, place.record.attempt) in tasks:
                    self._worker_lost(place, message["worker"])
            self._look_again()
        elif message["action"] == "add-worker":
            self._look_again()

    def _look_again(self) -> None:
        def look() -> None:
            client = self._keeper.client
            if client is not None:
                self._survey = survey(client)

        self._do_later(look)

    def _worker_lost(self, place: Place, address: str) -> None:
        """A worker is gone that had begun the run: say so, and why, and keep Dask from giving the run to another."""

        def tell() -> None:
            with self._lock:
                job = self._jobs.get(place.run)
            if job is None or job.attempt != place.record.attempt:
                return
            if address not in self._outgrown:
                time.sleep(OUTGROWN_PATIENCE)
            taken = self._outgrown.pop(address, None)
            self.interrupt(place.run, reasons.WORKER_LOST if taken is None else reasons.outgrown(taken))
            job.future.cancel(force=True)

        self._do_later(tell)

    def _do_later(self, work: Callable[[], None]) -> None:
        def guarded() -> None:
            try:
                work()
            except Exception:
                logger.exception("something that Dask told of could not be followed up")

        try:
            self._later.submit(guarded)
        except RuntimeError:
            logger.debug("the server is being stopped")

    def _interrupt_begun(self, reason: ExplainedError) -> list[str]:
        """Interrupt every run that has begun; those that wait can wait for another engine."""
        begun = [place.run for place in self._hub.places() if place.state != "queued"]
        for run in begun:
            self.interrupt(run, reason)
        return begun

    def _conclude(self, run: str, kind: type[Failed] | type[Interrupted], reason: ExplainedError) -> None:
        def last(sequence: int, _: list[Event]) -> Event:
            return kind(run=run, sequence=sequence, time=time.time(), rule=reason.rule, values=reason.plain_values)

        self._hub.conclude(run, last)
