"""What was measured on demand, as a figure."""

from __future__ import annotations

import math

import pytest

from resnet.figures.measurement import HEALTHY, extremes, measurement_figure
from resnet.training.events import Measured

MEASURED = Measured(
    run="a",
    sequence=9,
    time=1.0,
    network="mini-resnet",
    step=120,
    update_ratio={"stem_conv": 2e-3, "stage1_block1_conv1": 1e-3, "stage1_block1_conv2": 0.0, "head_dense": 5e-2},
    dead={"stem_relu": 0.0, "stage1_block1_relu1": 0.4},
)


def test_ratios_stand_by_depth_on_a_logarithmic_axis_with_the_healthy_zone() -> None:
    figure = measurement_figure(MEASURED)
    ratios = figure.data[0]
    assert list(ratios.customdata) == list(MEASURED.update_ratio)
    assert list(ratios.y) == [2e-3, 1e-3, None, 5e-2], "a logarithm knows no zero"
    assert figure.layout.yaxis.type == "log"
    low, high = figure.layout.yaxis.range
    assert low < math.log10(HEALTHY[0])
    assert high > math.log10(5e-2)
    (zone,) = figure.layout.shapes
    assert (zone.y0, zone.y1) == HEALTHY
    assert zone.y0 < 1e-3 < zone.y1
    assert list(figure.layout.xaxis.ticktext) == ["Stem", "Stage 1", "Head"]
    assert list(figure.layout.xaxis.tickvals) == [1, 2.5, 4]


def test_the_share_of_dead_units_is_a_bar_of_each_activation() -> None:
    bars = measurement_figure(MEASURED).data[1]
    assert list(bars.y) == [0.0, 0.4]
    assert list(bars.customdata) == ["stem_relu", "stage1_block1_relu1"]


def test_nothing_measured_is_a_figure_too() -> None:
    figure = measurement_figure(None)
    assert not figure.data[0].x
    assert figure.layout.height == measurement_figure(MEASURED).layout.height


def test_the_extremes_are_told_without_what_is_no_number() -> None:
    assert extremes({"a": math.nan, "b": 0.5, "c": 0.25}) == ("c", 0.25, "b", 0.5)
    assert extremes({"a": math.nan}) is None


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_follow_the_theme(theme: str) -> None:
    other = {"light": "dark", "dark": "light"}[theme]
    one, two = (measurement_figure(MEASURED, theme=name) for name in (theme, other))  # type: ignore[arg-type]
    assert one.data[0].line.color != two.data[0].line.color
