"""Whose a run is, with real processes."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import psutil

from resnet.presets import DEMO
from resnet.runs import ownership
from resnet.runs.service import Service
from resnet.runs.store import Store
from tests.unit.test_store import batch


def test_a_process_that_lives_has_not_ended_and_one_that_is_gone_has() -> None:
    assert not ownership.has_ended(ownership.this_process())
    script = "from resnet.runs.ownership import this_process; print(this_process())"
    other = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    assert ownership.has_ended(other.stdout.strip())


def test_a_number_given_to_another_process_is_told_apart() -> None:
    assert ownership.has_ended(f"{platform.node()}/{os.getpid()}/12.00")


def test_what_another_machine_does_is_not_ours_to_say() -> None:
    assert not ownership.has_ended("elsewhere/1/12.00")
    assert not ownership.has_ended("tcp://scheduler:8786")
    assert not ownership.has_ended("")


def test_a_second_server_leaves_a_living_ones_runs_alone(tmp_path: Path) -> None:
    """As with `make run` on two ports: both keep their runs in the same file."""
    url = f"sqlite:///{tmp_path / 'runs.sqlite'}"
    store = Store(url)
    parent = f"{platform.node()}/{os.getppid()}"
    living = f"{parent}/{psutil.Process(os.getppid()).create_time():.2f}"
    for run, owner in (("theirs", living), ("abandoned", f"{platform.node()}/{os.getpid()}/12.00")):
        store.add_run(run, replace(DEMO, seed=1), owner)
        store.append(run, [batch(run, 1)], "running")
    second = Service(Store(url), usual=None, address="tcp://127.0.0.1:9")  # an engine that is not there
    second.open()
    try:
        assert second.active_runs() == ["abandoned"]
    finally:
        second.close()
        # Its last attempt to connect goes on for some seconds and draws from Python's global random numbers, as Keras's initialisers do.
        for thread in threading.enumerate():
            if thread.name == "engine-keeper":
                thread.join(20)
    theirs = store.run("theirs")
    assert theirs is not None
    assert (theirs.state, theirs.owner) == ("running", living)
