"""Events survive the way to the store and back."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError

import pytest

from resnet.errors import DataError
from resnet.training.event import ExplainedEvent
from resnet.training.events import (
    KINDS,
    BatchEnd,
    Continued,
    EpochEnd,
    Evaluating,
    Event,
    Failed,
    Finished,
    GradientNorms,
    Interrupted,
    Measured,
    Paused,
    Preparing,
    RateChanged,
    Recovered,
    Resumed,
    Saved,
    SaveFailed,
    Started,
    Stopped,
    Trouble,
    from_dict,
)

COMMON = {"run": "r1", "sequence": 7, "time": 1_700_000_000.25}
EVENTS = [
    Preparing(**COMMON, phase="data"),
    Preparing(**COMMON, phase="download", done=0.5),
    Started(
        **COMMON,
        networks=["mini-resnet"],
        epochs=3,
        steps_per_epoch=141,
        training_images=9_000,
        precision="bfloat16",
        layers={"mini-resnet": ["stem_conv", "head_dense"]},
    ),
    BatchEnd(
        **COMMON,
        network="mini-resnet",
        step=142,
        epoch=2,
        loss=0.1 + 0.2,
        accuracy=0.75,
        learning_rate=1e-3,
        images_per_second=305.5,
        seconds=29.75,
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
    Paused(**COMMON, step=17, epoch=1),
    Resumed(**COMMON, step=17, epoch=1),
    RateChanged(**COMMON, step=17, epoch=1, previous=1e-3, learning_rate=5e-4, cause="hand"),
    GradientNorms(**COMMON, network="mini-resnet", step=17, norms=[0.5, 0.25]),
    Measured(**COMMON, network="mini-resnet", step=17, update_ratio={"stem_conv": 1e-3}, dead={"stem_relu": 0.25}),
    Trouble(
        **COMMON,
        network="mini-resnet",
        step=17,
        epoch=1,
        trouble="explosion",
        cause="rate-too-high",
        since=8,
        loss=40.0,
        before=0.5,
        good_step=0,
    ),
    Recovered(**COMMON, network="mini-resnet", step=30, epoch=1),
    Saved(**COMMON, step=30, epoch=1),
    SaveFailed(**COMMON, step=30, rule="no room in {folder}", values={"folder": "/data"}),
    Continued(**COMMON, step=30, epoch=1, epoch_ended=False, rate_factor=0.5),
    Interrupted(**COMMON, rule="the worker of step {step} is gone", values={"step": 30}),
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
    kinds = {event.__name__ for event in (*Event.__subclasses__(), *ExplainedEvent.__subclasses__())}
    assert {event.__name__ for event in KINDS.values()} == kinds - {ExplainedEvent.__name__}


def test_only_the_last_word_of_a_run_ends_it() -> None:
    assert {kind for kind, event in KINDS.items() if event.ends_run} == {"finished", "stopped", "interrupted", "failed"}


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


def test_figures_that_are_no_numbers_come_back_as_such() -> None:
    broken = GradientNorms(**COMMON, network="mini-resnet", step=17, norms=[0.5, math.inf])
    data = json.loads(json.dumps(broken.to_dict(), allow_nan=False))
    assert data["norms"] == [0.5, None]
    assert math.isnan(from_dict(data).norms[1])  # type: ignore[attr-defined]
    [batch] = [event for event in EVENTS if isinstance(event, BatchEnd)]
    old = {name: value for name, value in batch.to_dict().items() if name != "seconds"}
    assert math.isnan(from_dict(old).seconds)  # type: ignore[attr-defined]
