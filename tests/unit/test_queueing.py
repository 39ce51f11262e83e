"""Whose turn it is, what is refused, and how long a wait will be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.config import Recipe, TrainConfig
from resnet.errors import ConfigError, TrainingError
from resnet.presets import DEMO, PRESETS
from resnet.runs.line import Place
from resnet.runs.queueing import Limits, Waiting, admit, estimated_seconds, remaining_seconds, waiting
from resnet.runs.store import RunRecord, RunState
from tests.unit.test_store import batch

HOUR = TrainConfig(
    networks=(PRESETS["mini-resnet"],), dataset="fashion-mnist-subset", recipe=Recipe(batch_size=100, epochs=10)
)  # 900 steps


def place(run: str, state: RunState = "queued", visitor: str = "", config: TrainConfig = HOUR) -> Place:
    return Place(RunRecord(id=run, created=0, config=config, state="queued", visitor=visitor), state, 0, 0.0, 0)


def test_a_browsers_next_run_ranks_behind_those_it_has() -> None:
    places = [place("1", "running", "ann"), place("2", "queued", "ann"), place("3", "queued", "bob"), place("4")]
    limits = Limits(runs_per_visitor=3, queue=4)
    assert admit("ann", places, limits) == 2
    assert admit("bob", places, limits) == 1
    assert admit("eve", places, limits) == 0
    assert admit("", places, limits) == 1, "browsers without a name share one turn"


def test_one_run_too_many_is_refused_with_the_number() -> None:
    places = [place(str(number), "queued", "ann") for number in range(3)]
    with pytest.raises(TrainingError, match="you have 3 runs that wait or train"):
        admit("ann", places, Limits(runs_per_visitor=3))
    with pytest.raises(TrainingError, match="3 runs wait already"):
        admit("bob", places, Limits(queue=3))
    nameless = [place(str(number)) for number in range(5)]
    assert admit("", nameless, Limits(runs_per_visitor=3)) == 5, "a browser without a name has no limit of its own"


def test_limits_come_from_the_environment() -> None:
    assert Limits.from_environment({}) == Limits(runs_per_visitor=3, queue=40, pause=900, imports_per_visitor=30, import_megabytes=2_000)
    said = {"RESNET_RUNS_PER_VISITOR": "1", "RESNET_QUEUE_LIMIT": "7", "RESNET_PAUSE_LIMIT": "0"}
    said |= {"RESNET_IMPORTS_PER_VISITOR": "2", "RESNET_IMPORT_MEGABYTES": "0"}
    assert Limits.from_environment(said) == Limits(runs_per_visitor=1, queue=7, pause=0, imports_per_visitor=2, import_megabytes=0)
    with pytest.raises(ConfigError, match="RESNET_QUEUE_LIMIT must be a whole number of at least 1, got 'ten'"):
        Limits.from_environment({"RESNET_QUEUE_LIMIT": "ten"})
    with pytest.raises(ConfigError, match="at least 1, got '0'"):
        Limits.from_environment({"RESNET_RUNS_PER_VISITOR": "0"})


def test_what_is_left_is_known_from_the_runs_own_speed_then_estimated() -> None:
    said = [replace(batch("1", 1), step=600, images_per_second=300.0)]
    assert remaining_seconds(place("1", "running"), said) == 300 * 100 / 300
    assert remaining_seconds(place("1", "preparing"), []) == estimated_seconds(HOUR)
    assert remaining_seconds(place("1", "paused"), said) is None
    short = replace(HOUR, max_steps=90)
    assert estimated_seconds(short) == pytest.approx(estimated_seconds(HOUR) / 10)
    assert remaining_seconds(place("1", "running", config=short), [replace(batch("1", 1), step=600)]) == 0


def test_a_wait_is_the_sum_of_what_is_ahead_shared_by_the_workers() -> None:
    running = (place("1", "running"), [replace(batch("1", 1), step=600, images_per_second=300.0)])  # 100 s left
    other = (place("2", "running"), [replace(batch("2", 1), step=870, images_per_second=300.0)])  # 10 s
    queued, last = (place("3"), []), (place("4"), [])
    whole = estimated_seconds(HOUR)
    assert waiting("3", [running, queued], 1) == Waiting(1, 100.0)
    assert waiting("4", [running, queued, last], 1) == Waiting(2, pytest.approx(100 + whole))
    assert waiting("4", [running, other, queued, last], 2) == Waiting(3, pytest.approx(min(100.0, 10 + whole)))
    assert waiting("3", [queued], 1) == Waiting(0, 0.0)
    assert waiting("3", [(place("1", "paused"), []), queued], 1) == Waiting(1, None)
    assert waiting("1", [running], 1) is None
    assert waiting("nobody", [running], 1) is None


def test_an_estimate_grows_with_the_epochs() -> None:
    assert estimated_seconds(replace(DEMO, recipe=replace(DEMO.recipe, epochs=6))) == pytest.approx(
        2 * estimated_seconds(replace(DEMO, recipe=replace(DEMO.recipe, epochs=3)))
    )
