"""The one door between pages and training: start, stop and read runs. One Service per server; `current()` finds it."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from distributed import Client, Future, fire_and_forget

from resnet.config import ResNetConfig, TrainConfig
from resnet.errors import ExplainedError, QuestionError, TrainingError
from resnet.presets import DEMO
from resnet.runs import ownership
from resnet.runs.answers import Answer, Answers
from resnet.runs.channel import STATES, Frame, LiveState
from resnet.runs.engine import TOPIC, TRAIN
from resnet.runs.hub import Hub
from resnet.runs.jobs import TrainingRoom, request_stop, train_run
from resnet.runs.keeper import EngineKeeper, EngineState
from resnet.runs.store import RunRecord, Store
from resnet.training.events import Event, Failed, Stopped, from_dict

logger = logging.getLogger(__name__)

RUN_LOST = TrainingError("the server or the training engine was stopped while this run was in progress")
SERVER_STOPPED = TrainingError("the server was stopped while this run was in progress")
ENGINE_STOPPED = TrainingError("the training engine ended unexpectedly while this run was in progress; it has been started again")
NO_ENGINE: dict[EngineState, QuestionError] = {
    "starting": QuestionError("the training engine is still starting; ask again in a moment"),
    "failed": QuestionError("the training engine could not be started; the server tries again"),
    "closed": QuestionError("the server is being stopped"),
}
ENGINE_GONE = QuestionError("the training engine ended before it could answer; ask again in a moment")


class Service:
    """Runs, for pages and routes. Methods may be called from any thread; those that wait for the database or the engine say so."""

    def __init__(self, store: Store, *, address: str | None = None, usual: TrainConfig | None = DEMO) -> None:
        """`address` is that of a Dask scheduler; without one an engine is started on this machine. `usual` is traced ahead."""
        self._store = store
        self._hub = Hub(store, on_end=self._forget)
        self._usual = usual
        self._owner = address or ownership.this_process()
        self._keeper = EngineKeeper(address, connected=self._connected, handed_over=self._hand_over, lost=self._lost)
        self._answers = Answers()
        self._futures: dict[str, Future[None]] = {}
        self._lock = threading.Lock()
        self._held: list[Event] | None = None  # live events that wait for the replay of the past

    def open(self) -> None:
        """Follow what an earlier server left unfinished, and start or reach the engine in the background. Reads the database."""
        for record in self._store.unfinished():
            if record.owner == self._owner or ownership.has_ended(record.owner):
                self._store.adopt(record.id, self._owner)
                self._hub.open(record.id, record.state)
        self._keeper.open()

    def close(self) -> None:
        """End the engine this service started (runs on a cluster go on) and write what is left. Blocks for a few seconds at most."""
        if self._keeper.owns_engine:
            self._fail_begun(SERVER_STOPPED)
        self._answers.disconnect(NO_ENGINE["closed"])
        self._keeper.close()
        self._hub.close()
        self._store.close()

    @property
    def engine_state(self) -> EngineState:
        return self._keeper.state

    def wait_until_ready(self, timeout: float) -> bool:
        """Block until the engine answers; False after `timeout` seconds."""
        return self._keeper.wait_until_ready(timeout)

    def start(self, config: TrainConfig) -> str:
        """Queue a run and return its id. It begins when a training worker is free. Writes the database."""
        run = uuid.uuid4().hex[:12]
        self._store.add_run(run, config, self._owner)
        self._hub.open(run)
        client = self._keeper.client
        if client is not None:  # without one, it is handed over as soon as the engine is there
            self._submit(client, run, config)
        return run

    def stop(self, run: str) -> None:
        """Ask a run to stop. A waiting one ends at once; a running one after its batch; one that has ended is left alone."""
        state = self._hub.state(run)
        if state is None:
            return
        self._hub.announce_stopping(run)
        if state == "queued":
            # Should it begin in this moment, its worker gets the request below and says Stopped too; the first to say so is heard.
            with self._lock:
                future = self._futures.get(run)
            if future is not None:
                future.cancel()
            self._hub.conclude(run, lambda sequence: Stopped(run=run, sequence=sequence, time=time.time(), step=0, epoch=0))
        client = self._keeper.client
        if client is not None:
            try:
                client.run(request_stop, run, on_error="ignore")
            except (OSError, RuntimeError, TimeoutError):
                # No worker can be asked while one starts anew, and its run is at an end by that.
                logger.exception("the request to stop run %s did not reach the workers", run)

    def run(self, run: str) -> RunRecord | None:
        """The run as the history knows it, or None. Reads the database."""
        record = self._store.run(run)
        said = self._hub.events(run)
        if record is not None and said and said[-1].ends_run:  # the end may be shown a moment before it is written
            return replace(record, state=STATES[said[-1].kind], outcome=said[-1])
        return record

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The latest runs, newest first. Reads the database."""
        return self._store.runs(limit)

    def events(self, run: str) -> list[Event]:
        """Every event of a run so far. Reads the database."""
        said = self._hub.events(run)
        return self._store.events(run) if said is None else said

    def live_state(self, run: str) -> LiveState | None:
        """The state of an active run this moment ("stopping" included); None for one that has ended or is unknown."""
        return self._hub.state(run)

    def queue_position(self, run: str) -> int | None:
        """How many runs are ahead of a waiting one; None where it does not wait."""
        return self._hub.position(run)

    def active_runs(self) -> list[str]:
        """Runs that wait or train, first come first."""
        return self._hub.active()

    def ask_build(self, network: ResNetConfig) -> str:
        """Have the network built in Keras, beside whatever trains; `answer` says what came of it. Returns the question's id.

        Who asks for the same network before its answer is forgotten gets the same question.
        """
        return self._answers.ask_build(network, otherwise=NO_ENGINE.get(self._keeper.state, ENGINE_GONE))

    def answer(self, question: str) -> Answer:
        """How far a question is, its answer, or why there is none."""
        return self._answers.answer(question)

    async def frames(self, run: str, after: int = 0) -> AsyncIterator[Frame] | None:
        """Live frames for one viewer; None for an unknown run."""
        return await self._hub.frames(run, after)

    def _connected(self, client: Client) -> None:
        """Hear what this engine says and has said, and decide what became of each run that is followed."""
        with self._lock:
            self._held = []
        client.subscribe_topic(TOPIC, self._receive)
        # That travels on another connection than the question for the past and may arrive after it: an event in between would be lost.
        client.run_on_scheduler(lambda dask_scheduler, subscriber=client.id: dask_scheduler.subscribe_topic(TOPIC, subscriber))
        client.register_plugin(TrainingRoom(self._usual, polite=self._keeper.owns_engine), name=TrainingRoom.name)
        past = [from_dict(message) for _, message in client.get_events(TOPIC)]
        with self._lock:
            held, self._held = self._held, None
            for event in [*past, *held]:  # what is in both is heard once: the hub knows the sequences
                self._hub.publish(event)
        known = set(client.run_on_scheduler(lambda dask_scheduler: [str(key) for key in dask_scheduler.tasks]))
        for run in self._hub.active():
            if run in known:
                self._follow(run, Future(run, client))
            elif self._hub.state(run) != "queued":
                self._fail(run, RUN_LOST)
        self._answers.connect(client)

    def _hand_over(self, client: Client) -> None:
        """Submit what waits for an engine."""
        for run in self._hub.active():
            record = self._store.run(run)
            if record is not None and run not in self._futures:
                self._submit(client, run, record.config)

    def _lost(self) -> None:
        self._answers.disconnect(ENGINE_GONE)
        with self._lock:
            self._futures.clear()
        if self._keeper.owns_engine:  # a cluster may be there again in a moment, its runs still under way
            self._fail_begun(ENGINE_STOPPED)

    def _submit(self, client: Client, run: str, config: TrainConfig) -> None:
        future = client.submit(train_run, run, config.to_dict(), key=run, resources={TRAIN: 1}, pure=False, retries=0)
        if not self._keeper.owns_engine:
            fire_and_forget(future)  # a cluster's runs outlive this server
        self._follow(run, future)

    def _follow(self, run: str, future: Future[None]) -> None:
        with self._lock:
            self._futures[run] = future
        future.add_done_callback(lambda done: self._job_ended(run, done))

    def _job_ended(self, run: str, future: Future[None]) -> None:
        """Called when Dask has done with the job. One that said goodbye by an event needs nothing more; one that could not has failed."""
        if future.status == "error" and self._keeper.state != "closed":
            error = future.exception()
            if not isinstance(error, ExplainedError):
                error = TrainingError("the training job failed: {problem}", problem=f"{type(error).__name__}: {error}")
            self._fail(run, error)

    def _fail_begun(self, reason: ExplainedError) -> None:
        """End every run that has begun; those that wait can wait for another engine."""
        for run in self._hub.active():
            if self._hub.state(run) != "queued":
                self._fail(run, reason)

    def _fail(self, run: str, reason: ExplainedError) -> None:
        def failed(sequence: int) -> Event:
            return Failed(run=run, sequence=sequence, time=time.time(), rule=reason.rule, values=reason.plain_values)

        self._hub.conclude(run, failed)

    def _receive(self, message: tuple[float, dict[str, Any]]) -> None:
        event = from_dict(message[1])
        with self._lock:
            if self._held is not None:
                self._held.append(event)
                return
        self._hub.publish(event)

    def _forget(self, run: str) -> None:
        with self._lock:
            self._futures.pop(run, None)


_current: Service | None = None


def current() -> Service | None:
    """The server's service; None where pages run without one, as in a script or a page test."""
    return _current


def set_current(service: Service | None) -> None:
    """Called once by the server's lifespan, and by tests."""
    global _current
    _current = service


def open_service() -> Service:
    """The service as the environment asks for it: RESNET_DATABASE_URL and RESNET_SCHEDULER_ADDRESS."""
    service = Service(Store(), address=os.environ.get("RESNET_SCHEDULER_ADDRESS"))
    service.open()
    return service
