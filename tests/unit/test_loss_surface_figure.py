"""The figures of Landscape and Try your own: what is measured is what is drawn, on a scale that does not move."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest

from resnet.figures.loss_surface import HEIGHT, HIGHEST, LOWEST, Panel, loss_surface_figure
from resnet.figures.palette import PLAIN, RESIDUAL
from resnet.figures.probabilities import probabilities_figure

LOSSES = np.array([[0.01, 0.5, 2.0], [np.nan, 1.0, 5.0], [10.0, 20.0, 4_000.0]])


def panel(title: str = "plain-20", plain: bool = True) -> Panel:
    return Panel(title, plain, np.array([-1.0, 0.0, 1.0]), LOSSES, np.full((3, 3), 0.25), guessing=math.log(10))


@pytest.mark.parametrize("kind", ["above", "surface"])
def test_heights_are_the_losses_logarithms_cut_off_at_the_scale_s_ends(kind: str) -> None:
    figure = loss_surface_figure([panel()], kind)  # type: ignore[arg-type]
    drawn = np.asarray(figure.data[0].z)
    expected = np.log10([[LOWEST, 0.5, 2.0], [np.nan, 1.0, 5.0], [10.0, HIGHEST, HIGHEST]])
    np.testing.assert_allclose(drawn, expected, atol=1e-4)
    assert (figure.layout.coloraxis.cmin, figure.layout.coloraxis.cmax) == (math.log10(LOWEST), math.log10(HIGHEST))
    assert figure.layout.height == HEIGHT
    assert figure.data[0].customdata[2][2] == "at (1, 1)<br>loss 4e+03, accuracy 25.0%"
    assert figure.data[0].customdata[1][0] == ""


def test_the_dashed_line_is_the_loss_of_guessing_and_the_cross_the_trained_weights() -> None:
    _, guessing, cross = loss_surface_figure([panel()]).data
    assert (guessing.contours.start, guessing.contours.end, guessing.line.dash) == (math.log10(math.log(10)),) * 2 + ("dash",)
    assert (list(cross.x), list(cross.y)) == ([0], [0])


def test_networks_stand_side_by_side_in_the_colours_of_their_kind() -> None:
    figure = loss_surface_figure([panel(), panel("residual-20", plain=False)], theme="dark")
    assert [(title.text, title.font.color) for title in figure.layout.annotations] == [
        ("plain-20", PLAIN.dark),
        ("residual-20", RESIDUAL.dark),
    ]
    assert [trace.xaxis for trace in figure.data] == ["x", "x", "x", "x2", "x2", "x2"]


@pytest.mark.parametrize("count", [1, 2, 4])
def test_on_a_phone_networks_stand_below_each_other_and_the_scale_below_them(count: int) -> None:
    figure = loss_surface_figure([panel(str(number)) for number in range(count)], narrow=True)
    domains = [axis.domain for axis in figure.select_yaxes()]
    inside = figure.layout.height - figure.layout.margin.t - figure.layout.margin.b
    assert all(axis.domain == (0, 1) for axis in figure.select_xaxes())
    assert [inside * (top - bottom) for bottom, top in domains] == pytest.approx([290] * count)
    assert all(inside * (above[0] - below[1]) > 40 for above, below in pairwise(domains))
    bar = figure.layout.coloraxis.colorbar
    assert (bar.orientation, bar.yanchor, bar.title.side) == ("h", "top", "top")
    assert -inside * bar.y == pytest.approx(40), "below the ticks and the title of the last"
    assert [axis.title.text for axis in figure.select_xaxes()] == [""] * (count - 1) + ["along the first direction"]


def test_on_a_phone_surfaces_stand_below_each_other_and_nothing_is_as_high_as_one() -> None:
    figure = loss_surface_figure([panel(), panel()], "surface", narrow=True)
    assert figure.layout.scene.domain.y[0] > figure.layout.scene2.domain.y[1]
    assert loss_surface_figure([], narrow=True).layout.height == loss_surface_figure([panel()], narrow=True).layout.height


def test_no_network_is_an_empty_figure_of_the_same_height() -> None:
    figure = loss_surface_figure([])
    assert (len(figure.data), figure.layout.height) == (0, HEIGHT)


def test_every_class_has_a_bar_and_the_largest_is_in_full_colour() -> None:
    shares = np.array([0.1, 0.0, 0.0, 0.6, 0.0, 0.0, 0.3, 0.0, 0.0, 0.0], np.float32)
    (bars,) = probabilities_figure(shares).data
    np.testing.assert_allclose(bars.x, shares)
    assert (bars.y[3], bars.text[3]) == ("Dress", "60.0%")
    assert [place for place, colour in enumerate(bars.marker.color) if colour == RESIDUAL.light] == [3]
    (waiting,) = probabilities_figure(None).data
    assert (sum(waiting.x), waiting.text) == (0, None), "the classes alone: nothing moves when the bars come"
    assert waiting.y == bars.y
