"""The one door between pages and training: start, steer, continue and read runs. One Service per server; `current()` finds it."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections.abc import AsyncGenerator

from resnet.config import TrainConfig
from resnet.errors import ExplainedError, TrainingError
from resnet.inquiries import Inquiry
from resnet.presets import DEMO
from resnet.runs import attempts, capacity, ownership, queueing
from resnet.runs.answers import Answer, Answers
from resnet.runs.channel import Frame, LiveState
from resnet.runs.dispatch import Dispatcher
from resnet.runs.history import History
from resnet.runs.hub import Hub
from resnet.runs.jobs import Command
from resnet.runs.keeper import EngineState
from resnet.runs.line import Place
from resnet.runs.pauses import PauseWatch
from resnet.runs.queueing import Limits, Waiting
from resnet.runs.schema import VISITOR_LENGTH
from resnet.runs.store import GoOn, Store
from resnet.training.control import Control
from resnet.training.events import Event, Stopped

logger = logging.getLogger(__name__)

ENDING_LIMIT = 2.0  # seconds for a run's end to become known, after no worker has it any more


class Service(History):
    """Runs, for pages and routes: those of the history, and what makes them. Methods may be called from any thread; those that wait for
    the database or the engine say so.

    Where the database cannot be used, those that need it raise StoreError.
    """

    def __init__(self, store: Store, *, address: str | None = None, usual: TrainConfig | None = DEMO, limits: Limits | None = None) -> None:
        """`address` is that of a Dask scheduler; without one an engine is started on this machine. `usual` is traced ahead."""
        super().__init__(store, Hub(store, on_end=self._ended), limits)
        self._owner = address or ownership.this_process()
        self._answers = Answers()
        self._dispatch = Dispatcher(self._hub, self._answers, address=address, usual=usual, returned=self._returned)
        self._pauses = PauseWatch(self._hub, self.resume, limit=self._limits.pause)
        self._repairs: dict[str, GoOn] = {}  # of runs that are being stopped for it
        self._lock = threading.Lock()
        self._admission = threading.Lock()  # two clicks of one browser are counted one after the other

    def open(self) -> None:
        """Follow what an earlier server left unfinished, and start or reach the engine in the background. Reads and writes the database."""
        self._purge()
        for record in self._store.unfinished():
            if record.owner == self._owner or ownership.has_ended(record.owner):
                self._store.adopt(record.id, self._owner)
                places = self._hub.places()
                self._hub.open(record, rank=queueing.rank(record.visitor, places))
        self._dispatch.open()
        self._pauses.open()
        self._daily.open()

    def close(self) -> None:
        """End the engine this service started (runs on a cluster go on) and write what is left. Blocks for a few seconds at most."""
        self._daily.close()
        self._pauses.close()
        self._dispatch.close()
        self._hub.close()
        self._store.close()

    @property
    def engine_state(self) -> EngineState:
        return self._dispatch.state

    def wait_until_ready(self, timeout: float) -> bool:
        """Block until the engine answers; False after `timeout` seconds."""
        return self._dispatch.wait_until_ready(timeout)

    def refusal(self, config: TrainConfig) -> TrainingError | None:
        """Why this training cannot fit into a training worker's memory; None where it can, or nobody knows yet."""
        limit = self._dispatch.memory_limit
        return capacity.refusal(config, limit) if limit is not None else None

    def start(self, config: TrainConfig, *, visitor: str = "") -> str:
        """Queue a run for the browser of that name and return its id. It begins when a training worker is free. Writes the database.

        Raises TrainingError where a limit is reached or the network cannot fit.
        """
        visitor = visitor[:VISITOR_LENGTH]  # a browser may send anything
        problem = self.refusal(config)
        if problem is not None:
            raise problem
        with self._admission:
            rank = queueing.admit(visitor, self._hub.places(), self._limits)
            record = self._store.add_run(uuid.uuid4().hex[:12], config, self._owner, visitor=visitor)
            self._hub.open(record, rank=rank)
        self._dispatch.submit(record.id)
        return record.id

    def continue_run(self, run: str, *, rate_factor: float = 1.0, from_step: int | None = None) -> None:
        """Go on with a run that was interrupted or stopped, from its newest checkpoint up to `from_step`, else from its first weights.

        Reads and writes the database. Raises TrainingError where it does not stand still, or a limit is reached.
        """
        self._continue_in_turn(run, GoOn(from_step=from_step, rate_factor=rate_factor))

    def repair(self, run: str) -> None:
        """Halve the rate and go on from before the trouble: as `continue_run` where the run stands still, else on the same worker, as soon
        as it has been stopped.

        Raises TrainingError where no trouble was told of, the run has finished or failed, a limit is reached, or no worker answers.
        """
        how = attempts.repair_of(run, self.events(run))
        place = self._hub.place(run)
        if place is None:
            self._continue_in_turn(run, how)
            return
        with self._lock:
            self._repairs[run] = how
        self._dispatch.workers.hold(place)
        try:
            self.stop(run)
        except TrainingError:
            with self._lock:
                self._repairs.pop(run, None)
            raise

    def stop(self, run: str) -> None:
        """Ask a run to stop. A waiting one ends at once; a running one after its batch; one that has ended is left alone.

        This and what else is asked of a run that trains raise TrainingError where no worker answers.
        """
        place = self._hub.place(run)
        if place is None:
            return
        self._hub.announce_stopping(run)
        if place.state == "queued":
            # Should it begin in this moment, its worker gets the request below and says Stopped too; the first to say so is heard.
            self._dispatch.cancel(run)
            self._hub.conclude(run, lambda sequence, said: _stopped(run, sequence, said))
            self._dispatch.workers.command(place, "stop")
            return
        try:
            self._tell(place, "stop")
        except TrainingError:
            self._hub.announce_stopping(run, stopping=False)
            raise

    def pause(self, run: str) -> None:
        """Ask a run to wait before its next batch. It keeps its worker, until others have waited long enough."""
        self._ask(run, "pause")

    def resume(self, run: str) -> None:
        """Let a paused run go on."""
        self._ask(run, "resume")

    def step(self, run: str) -> None:
        """Let a run take one batch and wait after it."""
        self._ask(run, "step")

    def set_learning_rate(self, run: str, rate: float) -> None:
        """Have a run use this rate from its next batch on. Raises ConfigError unless 0 < rate <= 100."""
        Control().set_learning_rate(rate)  # here the person hears of it
        self._ask(run, "set_learning_rate", rate)

    def measure(self, run: str) -> None:
        """Have a run measure once how far a step moves its weights and how many ReLUs are dead."""
        self._ask(run, "measure")

    def live_state(self, run: str) -> LiveState | None:
        """The state of an active run this moment ("stopping" included); None for one that has ended or is unknown."""
        return self._hub.state(run)

    def queue_position(self, run: str) -> int | None:
        """How many runs are ahead of a waiting one; None where it does not wait."""
        return self._hub.position(run)

    def waiting(self, run: str) -> Waiting | None:
        """What a run waits for and about how long; None where it does not wait."""
        places = self._hub.places()
        names = [place.run for place in places]
        if run not in names:
            return None
        line = [(place, self._hub.events(place.run) or []) for place in places[: names.index(run) + 1]]
        return queueing.waiting(run, line, self._dispatch.training_workers)

    def active_runs(self) -> list[str]:
        """Runs that wait or train: those that have begun, then those that wait, in the order of their turn."""
        return self._hub.active()

    def ask(self, inquiry: Inquiry) -> str:
        """Have a question about a network looked into, beside whatever trains; `answer` says what came of it. Returns its id.

        Who asks an equal question before its answer is forgotten gets the same id.
        """
        return self._answers.ask(inquiry, otherwise=self._dispatch.no_answer)

    def answer(self, question: str) -> Answer:
        """How far a question is, its answer, or why there is none."""
        return self._answers.answer(question)

    async def frames(self, run: str, after: int = 0) -> AsyncGenerator[Frame] | None:
        """Live frames for one viewer; None for an unknown run."""
        return await self._hub.frames(run, after)

    def _ask(self, run: str, command: Command, *values: float) -> None:
        place = self._hub.place(run)
        if place is not None and place.state != "queued":
            self._tell(place, command, *values)

    def _tell(self, place: Place, command: Command, *values: float) -> None:
        """Raises TrainingError where no worker hears, unless that is so because the run ends this moment."""
        if self._dispatch.workers.command(place, command, *values):
            return
        end = time.monotonic() + ENDING_LIMIT
        while self._is_current(place):
            if time.monotonic() > end:
                raise TrainingError("the training process did not answer; try again in a moment")
            time.sleep(0.05)

    def _is_current(self, place: Place) -> bool:
        now = self._hub.place(place.run)
        return now is not None and now.record.attempt == place.record.attempt

    def _continue_in_turn(self, run: str, how: GoOn) -> None:
        """Queue a run that stands still as a new one would be."""
        record = attempts.known(self._store.run(run), run)
        problem = self.refusal(record.config)
        if problem is not None:
            raise problem
        with self._admission:
            rank = queueing.admit(record.visitor, self._hub.places(), self._limits)
            attempts.begin_again(self._store, self._hub, run, how, owner=self._owner, rank=rank)
        self._dispatch.submit(run)

    def _ended(self, run: str, attempt: int) -> None:
        """Called by the hub once a run has ended and that is written."""
        self._dispatch.forget(run, attempt)
        with self._lock:
            how = self._repairs.pop(run, None)
        if how is not None:
            self._try_to_continue(run, how)
            self._dispatch.let_go(run, attempt)

    def _returned(self, runs: list[str]) -> None:
        """The engine is back; these are the runs that were in progress when it went."""
        for run in runs:
            try:
                record = self._store.run(run) if self._hub.settle(run) else None
                returns = record is not None and attempts.may_return(record, self._store.events(run))
            except ExplainedError:
                logger.exception("run %s cannot be read and stays interrupted", run)
                continue
            if returns:
                self._try_to_continue(run, GoOn())

    def _try_to_continue(self, run: str, how: GoOn) -> None:
        """For what nobody waits for: a run that cannot go on stays as it is, and says so."""
        try:
            attempts.begin_again(self._store, self._hub, run, how, owner=self._owner, rank=attempts.FIRST)
            self._dispatch.submit(run)
        except ExplainedError:
            logger.exception("run %s could not be continued", run)


def _stopped(run: str, sequence: int, said: list[Event]) -> Stopped:
    step, epoch = attempts.last_step(said)
    return Stopped(run=run, sequence=sequence, time=time.time(), step=step, epoch=epoch)


_current: Service | None = None


def current() -> Service | None:
    """The server's service; None where pages run without one, as in a script or a page test."""
    return _current


def set_current(service: Service | None) -> None:
    """Called once by the server's lifespan, and by tests."""
    global _current
    _current = service


def open_service() -> Service:
    """The service as the environment asks for it: RESNET_DATABASE_URL, RESNET_SCHEDULER_ADDRESS and those that `Limits` reads."""
    service = Service(Store(), address=os.environ.get("RESNET_SCHEDULER_ADDRESS"), limits=Limits.from_environment())
    service.open()
    return service
