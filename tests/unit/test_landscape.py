"""Published accuracies against their sources, and how they are drawn: one protocol to a chart."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from resnet.figures.labels import Spot, label_positions
from resnet.figures.landscape import landscape_figure
from resnet.figures.palette import PLAIN, RESIDUAL
from resnet.figures.stacked import wrapped
from resnet.landscape import Landscape, Ours, Point, cost, family_of, published_points
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.published import PROTOCOLS, protocol_words

# Accuracy in percent, typed anew from the sources: torchvision's metadata, and 100 minus the papers' errors.
ACCURACIES = {
    "torchvision-v1": {
        "ResNet-18": 69.758,
        "ResNet-34": 73.314,
        "ResNet-50": 76.130,
        "ResNet-101": 77.374,
        "ResNet-152": 78.312,
        "ResNeXt-50 32×4d": 77.618,
        "ResNeXt-101 32×8d": 79.312,
        "Wide ResNet-50-2": 78.468,
    },
    "torchvision-v2": {
        "ResNet-50": 80.858,
        "ResNet-101": 81.886,
        "ResNet-152": 82.284,
        "ResNeXt-50 32×4d": 81.198,
        "ResNeXt-101 32×8d": 82.834,
        "Wide ResNet-50-2": 81.602,
    },
    "se": {
        "ResNet-50": 75.20,
        "SE-ResNet-50": 76.71,
        "ResNet-101": 76.83,
        "SE-ResNet-101": 77.62,
        "ResNet-152": 77.58,
        "SE-ResNet-152": 78.43,
        "ResNeXt-50 32×4d": 77.89,
        "SE-ResNeXt-50 32×4d": 78.90,
    },
    "ten-crop": {
        "Plain-18": 72.06,
        "Plain-34": 71.46,
        "ResNet-18 A": 72.12,
        "ResNet-34 A": 74.97,
        "ResNet-34 B": 75.48,
        "ResNet-50": 77.15,
        "ResNet-101": 78.25,
        "ResNet-152": 78.57,
    },
    "cifar-2015": {
        "ResNet-20": 91.25,
        "ResNet-32": 92.49,
        "ResNet-44": 92.83,
        "ResNet-56": 93.03,
        "ResNet-110": 93.57,
        "ResNet-1202": 92.07,
    },
    "cifar-2016": {
        "ResNet-110": 93.39,
        "ResNet-110 V2": 93.63,
        "ResNet-164": 94.07,
        "ResNet-164 V2": 94.54,
        "ResNet-1001": 92.39,
        "ResNet-1001 V2": 95.08,
    },
}

# Millions of parameters that the sources give, where they do; He et al. 2015, table 6, and He et al. 2016, table 4.
PARAMETERS = {
    "cifar-2015": {
        "ResNet-20": 0.27,
        "ResNet-32": 0.46,
        "ResNet-44": 0.66,
        "ResNet-56": 0.85,
        "ResNet-110": 1.7,
        "ResNet-1202": 19.4,
    },
    "cifar-2016": {"ResNet-110": 1.7, "ResNet-164 V2": 1.7},
}


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_published_numbers(name: str) -> None:
    assert {point.title: point.accuracy for point in published_points(PROTOCOLS[name])} == ACCURACIES[name]


@pytest.mark.parametrize("name", PARAMETERS)
def test_the_networks_have_the_papers_parameters(name: str) -> None:
    points = {point.title: point for point in published_points(PROTOCOLS[name])}
    for title, millions in PARAMETERS[name].items():
        digits = 2 if millions < 1 else 1
        assert round(points[title].parameters / 1e6, digits) == millions


def test_the_first_papers_bottlenecks_have_its_multiply_adds() -> None:
    # The plan's with the stride on the first 1x1, as counted independently.
    points = {point.title: point for point in published_points(PROTOCOLS["ten-crop"])}
    assert [round(points[title].macs / 1e9, 3) for title in ("ResNet-50", "ResNet-101", "ResNet-152")] == [3.858, 7.570, 11.282]
    assert points["ResNet-34 A"].parameters == points["Plain-34"].parameters  # option A adds none


@pytest.mark.parametrize("name", PROTOCOLS)
def test_lines_join_networks_of_the_chart(name: str) -> None:
    protocol = PROTOCOLS[name]
    titles = [result.title for result in protocol.results]
    assert len(set(titles)) == len(titles)
    joined = [title for line in protocol.series for title in line]
    assert set(joined) <= set(titles)
    assert all(len(line) > 1 for line in protocol.series)


def test_a_network_is_found_whatever_its_name() -> None:
    protocol = PROTOCOLS["torchvision-v1"]
    found = protocol.result_of(replace(PRESETS["resnet-50"], name="mine"))
    assert found is not None
    assert found.title == "ResNet-50"
    # The paper's own has its stride elsewhere: not this network.
    assert protocol.result_of(replace(PRESETS["resnet-50"], bottleneck_stride_on="1x1")) is None
    assert protocol.result_of(PRESETS["plain-34"]) is None


def test_the_nearest_differs_in_the_fewest_fields() -> None:
    assert PROTOCOLS["se"].nearest(PRESETS["se-resnet-50"]).title == "SE-ResNet-50"
    assert PROTOCOLS["torchvision-v1"].nearest(replace(PRESETS["resnet-34"], dropout=0.2)).title == "ResNet-34"


@pytest.mark.parametrize(
    ("name", "family"),
    [
        ("plain-18", "plain"),
        ("resnet-18", "basic"),
        ("resnet-50", "bottleneck"),
        ("resnet-50-v2", "preactivation"),
        ("resnext-50-32x4d", "resnext"),
        ("wide-resnet-50-2", "wide"),
        ("se-resnext-50-32x4d", "se"),
    ],
)
def test_each_family_has_its_name(name: str, family: str) -> None:
    assert family_of(PRESETS[name]) == family


def chart(protocol: str, network: str, *, ringed: bool = True) -> Landscape:
    found, totals = PROTOCOLS[protocol], plan(PRESETS[network])
    mine = found.result_of(totals.config)
    title, source = protocol_words(found)
    return Landscape(
        title=title,
        source=source,
        points=published_points(found),
        series=found.series,
        ours=Ours(
            title="this one",
            parameters=totals.trainable_parameters,
            macs=totals.macs,
            points=(mine.title,) if mine and ringed else (),
        ),
    )


def drawn(figure: Any) -> dict[str, list[tuple[float, float]]]:
    """Points by their names, from all families."""
    return {
        text.strip(): (x, y)
        for trace in figure.data
        if trace.mode == "markers+text"
        for text, x, y in zip(trace.text, trace.x, trace.y, strict=True)
    }


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("axis", ["parameters", "macs"])
def test_every_point_is_where_its_cost_and_its_accuracy_put_it(name: str, axis: Any) -> None:
    figure = landscape_figure(chart(name, "resnet-50"), axis)
    expected = {
        result.title: (cost(result.network)[0 if axis == "parameters" else 1], PROTOCOLS[name].accuracy(result))
        for result in PROTOCOLS[name].results
    }
    assert drawn(figure) == expected
    low, high = (10**end for end in figure.layout.xaxis.range)
    bottom, top = figure.layout.yaxis.range
    assert all(low < x < high and bottom < y < top for x, y in expected.values())
    assert (figure.layout.title.text, figure.layout.title.subtitle.text) == protocol_words(PROTOCOLS[name])


def test_the_network_of_the_page_wears_a_ring_on_its_point() -> None:
    figure = landscape_figure(chart("torchvision-v1", "resnet-50"), "macs")
    ring = next(trace for trace in figure.data if trace.name == "the network on this page")
    assert (ring.marker.symbol, list(ring.x), list(ring.y)) == ("circle-open", [4_089_184_256], [76.13])


def test_a_network_without_a_result_is_a_rule_at_its_cost() -> None:
    figure = landscape_figure(chart("torchvision-v1", "se-resnet-50"), "parameters")
    rule = next(trace for trace in figure.data if trace.name == "the network on this page")
    assert list(rule.x) == [28_088_024] * 2
    assert list(rule.y) == list(figure.layout.yaxis.range)
    assert "this one (yours): no result here" in rule.text[0]
    assert not figure.layout.annotations


def test_a_network_far_away_is_pointed_to_and_does_not_stretch_the_axis() -> None:
    near = landscape_figure(chart("torchvision-v1", "resnet-50"), "parameters")
    far = landscape_figure(chart("torchvision-v1", "mini-resnet"), "parameters")
    assert far.layout.xaxis.range == near.layout.xaxis.range
    (note,) = far.layout.annotations
    assert note.text == "← this one (yours): no result here, 696 k"
    assert (note.x, note.xref) == (0, "x domain")
    assert not any(trace.name == "the network on this page" for trace in far.data)


@pytest.mark.parametrize("name", PROTOCOLS)
@pytest.mark.parametrize("axis", ["parameters", "macs"])
def test_on_a_phone_the_page_says_the_title_and_names_stay_within(name: str, axis: Any) -> None:
    wide, narrow = (landscape_figure(chart(name, "resnet-50"), axis, narrow=narrow) for narrow in (False, True))
    assert drawn(narrow) == drawn(wide)
    assert narrow.layout.title.text.replace("<br>", " ") == protocol_words(PROTOCOLS[name])[1]
    assert all(len(line) <= 50 for line in narrow.layout.title.text.split("<br>"))
    assert narrow.layout.xaxis.range[1] > wide.layout.xaxis.range[1]
    low, high = narrow.layout.xaxis.range
    ends = [
        280 * (math.log10(x) - low) / (high - low) + 6.8 * len(text.strip()) * {"left": 0, "center": 0.5, "right": 1}[where.split()[1]]
        for trace in narrow.data
        if trace.mode == "markers+text"
        for x, text, where in zip(trace.x, trace.text, trace.textposition, strict=True)
    ]
    assert max(ends) <= 280
    entries = [trace.name for trace in narrow.data if trace.showlegend is not False]
    assert narrow.layout.margin.b >= 45 + 20 * len(entries), "the axis, its title, and the legend below it"
    assert (narrow.layout.legend.yref, narrow.layout.legend.y) == ("container", 0)
    assert narrow.layout.height - narrow.layout.margin.t - narrow.layout.margin.b == 300


def test_on_a_phone_what_is_said_of_the_network_at_hand_is_in_short_lines() -> None:
    (note,) = landscape_figure(chart("torchvision-v1", "mini-resnet"), "parameters", narrow=True).layout.annotations
    assert (note.text, note.align) == ("← this one (yours): no result<br>here, 696 k", "left")
    assert wrapped("在此协议下没有公布的结果，2026 年。", 13) == "在此协议下没<br>有公布的结<br>果，2026 年。"


def test_errors_are_turned_into_accuracies_in_sight() -> None:
    figure = landscape_figure(chart("ten-crop", "resnet-34"), "parameters")
    words = [text for trace in figure.data if trace.hovertext is not None for text in trace.hovertext]
    assert any("error 28.54%, so accuracy 71.46%" in text for text in words)
    best = next(
        text
        for trace in landscape_figure(chart("cifar-2015", "resnet-20"), "macs").data
        if trace.hovertext
        for text in trace.hovertext
        if "ResNet-110" in text
    )
    assert "the best of five runs; their mean error is 6.61 ± 0.16%" in best


def test_plain_networks_are_grey_and_families_have_symbols_of_their_own() -> None:
    figure = landscape_figure(chart("ten-crop", "resnet-34"), "parameters", "dark")
    looks = {trace.name: (trace.marker.color, trace.marker.symbol) for trace in figure.data if trace.mode == "markers+text"}
    assert looks == {"plain": (PLAIN.dark, "x"), "basic blocks": (RESIDUAL.dark, "circle"), "bottlenecks": (RESIDUAL.dark, "diamond")}


def test_an_interval_has_whiskers() -> None:
    point = Point(title="run 1", label="mini", family="basic", parameters=696_042, macs=80_508_672, accuracy=90.0, interval=(88.6, 91.2))
    ours = Ours(title="mini", parameters=696_042, macs=80_508_672, points=("run 1",))
    figure = landscape_figure(Landscape(title="", source="", points=(point,), ours=ours), "parameters")
    (trace,) = (trace for trace in figure.data if trace.mode == "markers+text")
    assert (trace.error_y.array[0], trace.error_y.arrayminus[0]) == pytest.approx((1.2, 1.4))
    assert figure.layout.yaxis.range[0] < 88.6
    assert figure.layout.yaxis.range[1] > 91.2


def test_no_points_give_empty_axes() -> None:
    ours = Ours(title="mini", parameters=696_042, macs=80_508_672)
    figure = landscape_figure(Landscape(title="", source="", points=(), ours=ours), "macs")
    assert drawn(figure) == {}
    assert list(figure.layout.yaxis.range) == [0, 100]


def test_names_keep_off_each_other_and_off_lines() -> None:
    # Two points one above the other: the upper one's name goes up, the lower one's down.
    assert label_positions([Spot(300, 200, "upper"), Spot(300, 185, "lower")], 700) == ("top center", "bottom center")
    # At the left edge there is no room to the left; and a line upwards is in the way of the place above.
    steep = (Spot(5, 100, ""), Spot(5, 300, ""))
    (place,) = label_positions([Spot(5, 100, "a long name")], 700, [steep])
    assert place.endswith("right")


def test_ticks_are_round_and_within_the_axis() -> None:
    figure = landscape_figure(chart("torchvision-v1", "resnet-50"), "parameters")
    low, high = (10**end for end in figure.layout.xaxis.range)
    ticks = dict(zip(figure.layout.xaxis.ticktext, figure.layout.xaxis.tickvals, strict=True))
    assert ticks["20 M"] == 20_000_000
    assert all(low <= value <= high for value in ticks.values())
    assert math.isclose(figure.layout.xaxis.range[0], math.log10(low))
