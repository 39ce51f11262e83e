"""How accurate networks are for what they cost: one protocol at a time, the page's network among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

import streamlit as st

from pages.parts.display import phone
from pages.parts.figure import show_figure
from pages.parts.i18n import lesson, t
from pages.parts.network_state import AXES, current_axis, current_protocol, set_axis, set_protocol
from pages.parts.network_words import in_words, network_title
from pages.parts.runs.listing import recipe_words, time_zone
from pages.parts.theme import current_theme
from resnet.config import DatasetName, ResNetConfig, fields_that_differ
from resnet.datasets import DATASETS
from resnet.figures.class_accuracy import wilson_interval
from resnet.figures.landscape import landscape_figure
from resnet.landscape import Axis, Landscape, Ours, Point, cost, family_of, published_points
from resnet.plan import Plan
from resnet.presets import PRESETS
from resnet.published import PROTOCOLS, Protocol, protocol_words
from resnet.runs import service
from resnet.wording import listed_apart

if TYPE_CHECKING:
    from resnet.runs.store import RunRecord

_PROTOCOL_KEY, _AXIS_KEY = "accuracy_protocol", "accuracy_axis"
_MOST_RUNS = 200
_MOST_DIFFERENCES = 3  # a published network that differs in more fields is no neighbour

# Charts of what was trained here. Subset and full set are two protocols: more images to learn from, and others to be tested on.
_OWN_RUNS: Mapping[str, DatasetName] = MappingProxyType({"fashion-mnist-subset": "fashion-mnist-subset", "fashion-mnist": "fashion-mnist"})


def accuracy_tab(network: Plan, runs: Sequence[RunRecord] | None = None) -> None:
    """The choice of a protocol, its chart, and what it measures. `runs` are those to be drawn; without them the service is asked."""
    _controls()
    name = current_protocol()
    left, right = st.columns([2.3, 1], gap="large")
    if name in PROTOCOLS:
        protocol = PROTOCOLS[name]
        chart = _published_chart(protocol, network)
        verdict = _published_verdict(protocol, network.config)
    else:
        dataset = _OWN_RUNS[name]
        chart = _own_chart(dataset, network, _finished(dataset, runs))
        verdict = _own_verdict(chart)
    with left:
        if chart.points:
            _draw(chart, current_axis())
        else:
            _nothing_yet(chart)
    with right:
        st.markdown(_lesson(name))
        st.markdown(verdict)
        st.caption(lesson("accuracy", "rule"))


def _controls() -> None:
    """The chart and its axis, as the address has them."""
    st.session_state[_PROTOCOL_KEY], st.session_state[_AXIS_KEY] = current_protocol(), current_axis()
    titles = {name: protocol_words(protocol, t)[0] for name, protocol in PROTOCOLS.items()} | {
        name: _own_title(dataset) for name, dataset in _OWN_RUNS.items()
    }
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.selectbox(
            t("Measured how"), list(titles), format_func=titles.__getitem__, key=_PROTOCOL_KEY, on_change=_take_protocol, width=520
        )
        st.segmented_control(
            t("Cost in"),
            AXES,
            format_func={"parameters": t("Parameters"), "macs": t("Multiply-adds")}.__getitem__,
            key=_AXIS_KEY,
            required=True,
            on_change=_take_axis,
        )


def _take_protocol() -> None:
    set_protocol(st.session_state[_PROTOCOL_KEY])


def _take_axis() -> None:
    set_axis(st.session_state[_AXIS_KEY])


def _draw(chart: Landscape, axis: Axis) -> None:
    points = listed_apart((f"{point.title} {point.accuracy:.2f}%" for point in chart.points), t)
    show_figure(
        landscape_figure(chart, axis, current_theme(), t, narrow=phone()),
        key="accuracy_chart",
        alt=f"{chart.title}. {chart.source}. {points}.",
    )


def _published_chart(protocol: Protocol, network: Plan) -> Landscape:
    mine = protocol.result_of(network.config)
    title, source = protocol_words(protocol, t)
    return Landscape(
        title=title,
        source=source,
        points=published_points(protocol, t),
        series=protocol.series,
        ours=_ours(network, (mine.title,) if mine else ()),
    )


def _published_verdict(protocol: Protocol, network: ResNetConfig) -> str:
    """What this protocol knows of the page's network: its accuracy, or that there is none and which network comes nearest."""
    title, mine = network_title(network), protocol.result_of(network)
    if mine is not None:
        return t(
            "**{title}, the network on this page, is in the chart:** {accuracy:.2f}%.", title=mine.title, accuracy=protocol.accuracy(mine)
        )
    words = t("**For {title} as it is here, no accuracy is published under this protocol.**", title=title)
    nearest = protocol.nearest(network)
    different = fields_that_differ(network, nearest.network)
    if len(different) <= _MOST_DIFFERENCES:
        changes = in_words({name: getattr(nearest.network, name) for name in different})
        words += " " + t("The nearest in the chart is {title}, with {changes}.", title=nearest.title, changes=changes)
    return words


def _ours(network: Plan, points: tuple[str, ...]) -> Ours:
    return Ours(title=network_title(network.config), parameters=network.trainable_parameters, macs=network.macs, points=points)


def _finished(dataset: DatasetName, runs: Sequence[RunRecord] | None) -> list[RunRecord]:
    """Runs of one network on this data set that have a test result, best first."""
    if runs is None:
        lab = service.current()
        runs = lab.runs(_MOST_RUNS) if lab is not None else ()
    found = [run for run in runs if run.config.dataset == dataset and run.result is not None and not run.config.is_race]
    return sorted(found, key=_accuracy, reverse=True)


def _own_chart(dataset: DatasetName, network: Plan, runs: Sequence[RunRecord]) -> Landscape:
    images = DATASETS[dataset].test_images
    points, named = list[Point](), set[ResNetConfig]()
    for run in runs:
        config, accuracy = run.config.networks[0], _accuracy(run)
        parameters, macs = cost(config)
        low, high = wilson_interval(round(accuracy * images), images)
        points.append(
            Point(
                title=_run_title(run),
                # One name for all runs of a network, at the best of them.
                label="" if config in named else network_title(config),
                family=family_of(config),
                parameters=parameters,
                macs=macs,
                accuracy=100 * accuracy,
                interval=(100 * low, 100 * high),
                remark=recipe_words(run.config.recipe) + ", " + t("seed {seed}", seed=run.config.seed),
            )
        )
        named.add(config)
    mine = tuple(_run_title(run) for run in runs if run.config.networks[0] == network.config)
    return Landscape(title=_own_title(dataset), source=_own_source(runs), points=tuple(points), ours=_ours(network, mine))


def _own_source(runs: Sequence[RunRecord]) -> str:
    """Whose runs these are, and of which days."""
    if not runs:
        return t("trained and tested on this server")
    days = [f"{datetime.fromtimestamp(when(run.created for run in runs), time_zone()):%Y-%m-%d}" for when in (min, max)]
    return t("trained and tested on this server, {first} to {last}, whatever the recipe", first=days[0], last=days[1])


def _own_verdict(chart: Landscape) -> str:
    mine = [point.accuracy for point in chart.points if point.title in chart.ours.points]
    if not mine:
        return t("**{title} has no finished run on this data.**", title=chart.ours.title)
    return t(
        "**{title}, the network on this page, is in the chart:** its best run has {best:.1%}.", title=chart.ours.title, best=max(mine) / 100
    )


def _nothing_yet(chart: Landscape) -> None:
    st.markdown(f"**{chart.title}**")
    st.info(t("No run on this data has finished on this server yet; each that does will be a point here."), icon=":material/scatter_plot:")
    if st.button(t("Train a network"), key="accuracy_train", icon=":material/play_arrow:"):
        st.switch_page("training.py")


def _own_title(dataset: DatasetName) -> str:
    facts = DATASETS[dataset]
    if dataset == "fashion-mnist":
        return t("Fashion-MNIST, all images: {images:,} test images, runs of this server", images=facts.test_images)
    return t("Fashion-MNIST, subset: {images:,} test images, runs of this server", images=facts.test_images)


def _lesson(name: str) -> str:
    """What a protocol measures, and what to beware of."""
    subset, full = _images("fashion-mnist-subset"), _images("fashion-mnist")
    return {
        "torchvision-v1": lesson("accuracy", "torchvision-v1"),
        "torchvision-v2": lesson("accuracy", "torchvision-v2", gain=_gain_by_recipe()),
        "se": lesson("accuracy", "se"),
        "ten-crop": lesson("accuracy", "ten-crop"),
        "cifar-2015": lesson("accuracy", "cifar-2015"),
        "cifar-2016": lesson("accuracy", "cifar-2016"),
        "fashion-mnist-subset": lesson("accuracy", "fashion-mnist-subset", **subset),
        "fashion-mnist": lesson("accuracy", "fashion-mnist", **full),
    }[name]


def _images(dataset: DatasetName) -> dict[str, str]:
    facts = DATASETS[dataset]
    return {"training": f"{facts.training_images:,}", "test": f"{facts.test_images:,}"}


def _gain_by_recipe() -> str:
    """The points that ResNet-50 gained by torchvision's new recipe."""
    old, new = (PROTOCOLS[key].result_of(PRESETS["resnet-50"]) for key in ("torchvision-v1", "torchvision-v2"))
    assert old is not None, "ResNet-50 is in both"
    assert new is not None, "ResNet-50 is in both"
    return f"{new.value - old.value:.1f}"


def _run_title(run: RunRecord) -> str:
    return t("{title}, run {run}", title=network_title(run.config.networks[0]), run=run.id)


def _accuracy(run: RunRecord) -> float:
    """The share of test images that were recognised. Only for a run that has a result."""
    assert run.result is not None, "asked of finished runs only"
    return next(iter(run.result.test_accuracy.values()))
