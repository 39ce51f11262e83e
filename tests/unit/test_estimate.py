"""The estimate against what was measured: images per second on two cores, networks of different shapes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.config import ResNetConfig
from resnet.estimate import epoch_seconds, training_seconds
from resnet.plan import plan
from resnet.presets import PRESETS

MINI = PRESETS["mini-resnet"]


def _thin(depth: int) -> ResNetConfig:
    return replace(MINI, depths=((depth - 2) // 6,) * 3, widths=(8, 16, 32), input_shape=(14, 14, 1), dropout=0.0)


@pytest.mark.parametrize(
    ("network", "images", "measured"),
    [
        (MINI, 305, 1.0),  # 305 images per second
        (_thin(56), 200 * 64, 11.0),  # 200 steps of 64 images
        (_thin(20), 200 * 64, 5.0),
    ],
    ids=["mini", "thin-56", "thin-20"],
)
def test_it_is_within_a_quarter_of_what_was_measured(network: ResNetConfig, images: int, measured: float) -> None:
    totals = plan(network)
    assert training_seconds(totals.macs, images, layers=len(totals.layers)) == pytest.approx(measured, rel=0.25)


def test_the_mini_resnet_is_what_it_was_measured_on() -> None:
    totals = plan(MINI)
    assert 64_000 / training_seconds(totals.macs, 64_000, layers=len(totals.layers)) == pytest.approx(305, rel=0.01)


def test_arithmetic_alone_is_three_passes_of_two_operations() -> None:
    assert training_seconds(157_000_000, 1_000) == pytest.approx(6.0)


def test_time_grows_with_images_layers_and_smaller_batches() -> None:
    assert training_seconds(10**6, 2_000) == pytest.approx(2 * training_seconds(10**6, 1_000))
    assert training_seconds(10**6, 640, layers=100) - training_seconds(10**6, 640) == pytest.approx(10 * 100 * 0.25e-3)
    assert training_seconds(10**6, 640, layers=100, batch_size=32) - training_seconds(10**6, 640) == pytest.approx(20 * 100 * 0.25e-3)
    assert training_seconds(0, 0) == 0


def test_an_epoch_counts_validation_at_a_third() -> None:
    totals = plan(MINI)
    assert epoch_seconds(totals, "fashion-mnist") == pytest.approx(training_seconds(totals.macs, 56_667, layers=len(totals.layers)))
    assert epoch_seconds(totals, "fashion-mnist-subset") == pytest.approx(training_seconds(totals.macs, 9_333, layers=len(totals.layers)))
