"""Events survive the way to the store and back; the control is heard from another thread."""

from __future__ import annotations

import json
import threading
from dataclasses import FrozenInstanceError

import pytest

from resnet.errors import DataError
from resnet.training.control import Control
from resnet.training.events import (
    KINDS,
    BatchEnd,
    EpochEnd,
    Evaluating,
    Event,
    Failed,
    Finished,
    Preparing,
    Started,
    Stopped,
    from_dict,
)

COMMON = {"run": "r1", "sequence": 7, "time": 1_700_000_000.25}
EVENTS = [
    Preparing(**COMMON, phase="data"),
    Preparing(**COMMON, phase="download", done=0.5),
    Started(**COMMON, networks=["mini-resnet"], epochs=3, steps_per_epoch=141, training_images=9_000),
    BatchEnd(
        **COMMON, network="mini-resnet", step=142, epoch=2, loss=0.1 + 0.2, accuracy=0.75, learning_rate=1e-3, images_per_second=305.5
    ),
    EpochEnd(
        **COMMON,
        network="mini-resnet",
        epoch=2,
        step=282,
        loss=0.5,
        accuracy=0.8,
        validation_loss=0.6,
        validation_accuracy=0.79,
        learning_rate=1e-3,
        seconds=31.5,
    ),
    Evaluating(**COMMON, best_epoch=2),
    Evaluating(**COMMON),
    Finished(
        **COMMON,
        test_loss={"mini-resnet": 0.4},
        test_accuracy={"mini-resnet": 0.88},
        class_accuracy={"mini-resnet": [0.8, 0.96]},
        best_epoch=None,
        stopped_early=False,
        seconds=93.0,
    ),
    Stopped(**COMMON, step=17, epoch=1),
    Failed(**COMMON, rule="the data file {file} is missing", values={"file": "/data/x.gz"}),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_event_survives_json(event: Event) -> None:
    assert from_dict(json.loads(json.dumps(event.to_dict()))) == event


def test_every_kind_is_known_and_covered_here() -> None:
    assert set(KINDS.values()) == {type(event) for event in EVENTS}
    assert {event.__name__ for event in KINDS.values()} == {event.__name__ for event in Event.__subclasses__()}


def test_only_the_last_word_of_a_run_ends_it() -> None:
    assert {kind for kind, event in KINDS.items() if event.ends_run} == {"finished", "stopped", "failed"}


def test_fields_of_a_newer_version_are_ignored() -> None:
    event = Stopped(**COMMON, step=17, epoch=1)
    assert from_dict({**event.to_dict(), "invented_later": 1}) == event


@pytest.mark.parametrize("data", [{"kind": "resurrected"}, {}])
def test_unknown_kind_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"an event's kind must be one of .*'batch'.*, got"):
        from_dict({**COMMON, **data})


def test_failure_reads_like_the_error_it_came_from() -> None:
    error = DataError("the data file {file} is truncated: it holds {got} of {wanted} bytes once decompressed", file="x.gz", got=3, wanted=9)
    failed = Failed(**COMMON, rule=error.rule, values=error.values)
    assert failed.reason == str(error) == "the data file x.gz is truncated: it holds 3 of 9 bytes once decompressed"


def test_event_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        EVENTS[0].sequence = 8  # type: ignore[misc]


def test_stop_is_heard_from_another_thread_and_by_one_run_only() -> None:
    control, other = Control(), Control()
    assert not control.stop_requested
    thread = threading.Thread(target=control.stop)
    thread.start()
    thread.join()
    assert control.stop_requested
    assert not other.stop_requested
