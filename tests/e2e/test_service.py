"""The service with a real engine: a scheduler, a worker process, a SQLite file. Processes are killed for real."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from resnet.config import Recipe, TrainConfig
from resnet.presets import PRESETS
from resnet.runs.engine import EngineProcess
from resnet.runs.service import Service
from resnet.runs.store import RunRecord, Store
from resnet.training.events import BatchEnd, Preparing, Stopped

SMALL = replace(PRESETS["mini-resnet"], name="small", widths=(4, 8), depths=(1, 1), bn_momentum=0.5)
RECIPE = Recipe(batch_size=32, epochs=50)
SHORT = TrainConfig(networks=(SMALL,), dataset="fashion-mnist-subset", recipe=RECIPE, max_steps=40)
LONG = TrainConfig(networks=(SMALL,), dataset="fashion-mnist-subset", recipe=RECIPE)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'runs.sqlite'}"


@pytest.fixture
def lab(url: str) -> Iterator[Service]:
    service = Service(Store(url), usual=None)
    service.open()
    assert service.wait_until_ready(60)
    yield service
    service.close()


def test_a_run_from_start_to_test_accuracy_beside_one_that_waits_and_is_stopped(lab: Service) -> None:
    first, second = lab.start(SHORT), lab.start(LONG)
    third = lab.start(LONG)
    wait_for(lambda: lab.queue_position(third) == 2)
    lab.stop(third)
    assert ended(lab, third).outcome == lab.events(third)[-1]
    assert [event.kind for event in lab.events(third)] == ["stopped"]

    record = ended(lab, first)
    events = lab.events(first)
    assert record.state == "finished"
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert events[0] == Preparing(run=first, sequence=1, time=events[0].time, phase="worker")
    assert [event.step for event in events if isinstance(event, BatchEnd)] == list(range(1, 41))
    assert record.result is not None
    assert 0.1 < record.result.test_accuracy["small"] < 1

    wait_for(lambda: points(lab, second) >= 5)
    lab.stop(second)
    assert lab.live_state(second) in {"stopping", "stopped", None}
    before = points(lab, second)
    stopped = ended(lab, second).outcome
    assert isinstance(stopped, Stopped)
    assert stopped.step == points(lab, second)
    assert before <= stopped.step


def test_a_killed_worker_fails_its_run_with_a_reason_and_the_next_one_starts(lab: Service) -> None:
    first, second = lab.start(LONG), lab.start(SHORT)
    wait_for(lambda: points(lab, first) >= 5)
    os.kill(worker_of_this_test().pid, signal.SIGKILL)
    record = ended(lab, first)
    assert record.failure is not None
    assert "was ended from outside" in record.failure.reason
    assert ended(lab, second).state == "finished"
    assert [event.kind for event in lab.events(first)].count("preparing") == steps_of_preparation(lab, second), "it must not begin twice"


def test_a_killed_engine_fails_its_run_and_is_started_again(lab: Service) -> None:
    first = lab.start(LONG)
    wait_for(lambda: points(lab, first) >= 5)
    os.kill(engine_of_this_test().pid, signal.SIGKILL)
    failure = ended(lab, first).failure
    assert failure is not None
    assert "engine ended unexpectedly" in failure.reason
    assert ended(lab, lab.start(SHORT)).state == "finished"


def test_a_server_that_stops_leaves_no_process_and_tells_the_next_one_the_truth(url: str) -> None:
    before = set(psutil.Process().children(recursive=True))
    service = Service(Store(url), usual=None)
    service.open()
    assert service.wait_until_ready(60)
    running, waiting = service.start(LONG), service.start(SHORT)
    wait_for(lambda: points(service, running) >= 5)
    started = set(psutil.Process().children(recursive=True)) - before
    assert started
    service.close()
    _, alive = psutil.wait_procs(started, timeout=5)
    assert not alive

    again = Service(Store(url), usual=None)
    record = again.run(running)
    assert record is not None
    assert record.failure is not None
    assert "server was stopped" in record.failure.reason
    assert points(again, running) >= 5
    again.open()
    try:
        assert ended(again, waiting).state == "finished", "what had not begun begins now"
    finally:
        again.close()


def test_a_cluster_goes_on_without_the_server_and_is_joined_again(url: str) -> None:
    cluster = EngineProcess()
    address = cluster.start()
    try:
        first = Service(Store(url), address=address, usual=None)
        first.open()
        assert first.wait_until_ready(60)
        run = first.start(replace(LONG, max_steps=400))
        wait_for(lambda: points(first, run) >= 5)
        first.close()

        second = Service(Store(url), address=address, usual=None)
        second.open()
        record = ended(second, run)
        assert record.state == "finished"
        sequences = [event.sequence for event in second.events(run)]
        assert sequences == list(range(1, len(sequences) + 1)), "what happened meanwhile was fetched, nothing twice"
        endless = second.start(LONG)
        wait_for(lambda: points(second, endless) >= 5)
        second.close()

        third = Service(Store(url), address=address, usual=None)
        third.open()
        assert third.wait_until_ready(60)
        third.stop(endless)
        assert ended(third, endless).state == "stopped", "a run that was joined can be steered"
        third.close()
    finally:
        cluster.close()


def wait_for(true: Callable[[], bool], timeout: float = 90) -> None:
    end = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def ended(lab: Service, run: str) -> RunRecord:
    record = lab.run(run)

    def has_ended() -> bool:
        nonlocal record
        record = lab.run(run)
        return record is not None and record.ended

    wait_for(has_ended)
    assert record is not None
    return record


def points(lab: Service, run: str) -> int:
    return sum(isinstance(event, BatchEnd) for event in lab.events(run))


def steps_of_preparation(lab: Service, run: str) -> int:
    return [event.kind for event in lab.events(run)].count("preparing")


def engine_of_this_test() -> psutil.Process:
    (engine,) = [child for child in psutil.Process().children() if "resnet.runs.engine" in child.cmdline()]
    return engine


def worker_of_this_test() -> psutil.Process:
    (worker,) = [child for child in engine_of_this_test().children() if "spawn_main" in " ".join(child.cmdline())]
    return worker
