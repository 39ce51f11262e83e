"""A run's batches in few points: what a point stands for, and where."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from resnet.figures.overlay import overlay_of
from tests.unit.test_curves import STEPS, batch, run


def test_a_short_run_is_taken_whole() -> None:
    overlay = overlay_of(run([0.1, 0.1], [0.5]))
    assert overlay.stride == 1
    assert overlay.steps == list(range(1, 9))
    assert overlay.epochs == [step / STEPS for step in range(1, 9)]
    assert overlay.loss == pytest.approx([2 / step for step in range(1, 9)], rel=1e-4)
    assert overlay.seconds == [None] * 8, "an older history knows no training time"


def test_a_long_run_is_told_in_means_that_stand_where_they_end() -> None:
    events = [replace(batch(step), loss=float(step), seconds=step / 2) for step in range(1, 1_003)]
    overlay = overlay_of(events, most=10)
    assert overlay.stride == 101
    assert overlay.steps == [*(101 * point for point in range(1, 10)), 1_002]
    assert overlay.loss[0] == sum(range(1, 102)) / 101
    assert overlay.loss[-1] == sum(range(910, 1_003)) / 93
    assert overlay.seconds[0] == 50.5
    lengths = {len(column) for column in (overlay.steps, overlay.epochs, overlay.seconds, overlay.loss, overlay.accuracy)}
    assert lengths == {10}


def test_what_is_no_number_stays_none() -> None:
    overlay = overlay_of([batch(1), replace(batch(2), loss=math.nan), batch(3)])
    assert overlay.loss == [2.0, None, pytest.approx(2 / 3, rel=1e-4)]
    json.dumps(overlay.loss, allow_nan=False)


def test_a_run_without_a_batch_is_empty() -> None:
    assert overlay_of([]).steps == []
