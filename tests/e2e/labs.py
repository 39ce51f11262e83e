"""A lab for tests: the service with real processes, small runs, and ways to see how they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from resnet.config import Recipe, TrainConfig
from resnet.presets import PRESETS
from resnet.runs.service import Service
from resnet.runs.store import RunRecord, Store
from resnet.training.events import BatchEnd, Continued, Event, Finished, Saved

LIMIT = 90  # seconds
SMALL = replace(PRESETS["mini-resnet"], name="small", widths=(4, 8), depths=(1, 1), bn_momentum=0.5)
RECIPE = Recipe(batch_size=32, epochs=50, precision="float32")
LONG = TrainConfig(networks=(SMALL,), dataset="fashion-mnist-subset", recipe=RECIPE)  # 282 steps an epoch
SHORT = replace(LONG, max_steps=40)


def database(folder: Path) -> str:
    return f"sqlite:///{folder / 'runs.sqlite'}"


@contextmanager
def open_lab(url: str, **options: Any) -> Iterator[Service]:
    """A service that is ready."""
    lab = Service(Store(url), **{"usual": None, **options})
    lab.open()
    try:
        assert lab.wait_until_ready(LIMIT)
        yield lab
    finally:
        lab.close()


def wait_for(true: Callable[[], object], timeout: float = LIMIT) -> None:
    end = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


def record_of(lab: Service, run: str) -> RunRecord:
    record = lab.run(run)
    assert record is not None
    return record


def ended(lab: Service, run: str) -> RunRecord:
    wait_for(lambda: record_of(lab, run).ended)
    return record_of(lab, run)


def steps(lab: Service, run: str) -> list[int]:
    """The steps of the curve as a viewer sees it."""
    return [event.step for event in lab.events(run) if isinstance(event, BatchEnd)]


def points(lab: Service, run: str) -> int:
    return len(steps(lab, run))


def told(lab: Service, run: str, kind: type[Event]) -> list[Any]:
    return [event for event in lab.events(run) if isinstance(event, kind)]


def save(lab: Service, run: str) -> int:
    """Have the run write a checkpoint, and go on. Returns its step."""
    before = len(told(lab, run, Saved))
    lab.pause(run)
    wait_for(lambda: len(told(lab, run, Saved)) > before)
    lab.resume(run)
    step = told(lab, run, Saved)[-1].step
    wait_for(lambda: points(lab, run) > step + 2)
    return step


def assert_whole(lab: Service, run: str, config: TrainConfig, *, attempts: int = 2) -> None:
    """The run has finished as if nothing had happened: each step once, none invented, each epoch measured once."""
    record = ended(lab, run)
    assert isinstance(record.outcome, Finished), record.outcome
    assert record.attempt == attempts
    assert steps(lab, run) == list(range(1, (config.max_steps or 0) + 1))
    epochs = [event.epoch for event in lab.events(run) if event.kind == "epoch"]
    assert epochs == sorted(set(epochs))
    assert len(told(lab, run, Continued)) == attempts - 1
    sequences = [event.sequence for event in Store.events(lab._store, run)]
    assert sequences == list(range(1, len(sequences) + 1)), "nothing that was said is missing or twice"


def engine_of_this_test() -> psutil.Process:
    (engine,) = [child for child in psutil.Process().children() if "resnet.runs.engine" in child.cmdline()]
    return engine


def worker_of_this_test() -> psutil.Process:
    return worker_of(engine_of_this_test())


def worker_of(parent: psutil.Process) -> psutil.Process:
    (worker,) = [child for child in parent.children() if "spawn_main" in " ".join(child.cmdline())]
    return worker
