"""The tabs Compare, Accuracy, Counting and The paper's table, each for itself: what they say of a network, and what their controls do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import plotly.io
import pytest
from streamlit.testing.v1 import AppTest

from resnet.config import DatasetName, Recipe, ResNetConfig, TrainConfig, adapt
from resnet.presets import PRESETS
from resnet.runs import service
from resnet.runs.service import Service
from resnet.runs.store import Store
from resnet.training.events import Finished
from tests.pages.components import components

SCRIPT = """
from pages.parts.architecture.{module} import {function}
from pages.parts.network_state import current_network, read_url, write_url
from resnet.plan import plan

read_url()
{function}(plan(current_network()))
write_url()
"""


def open_tab(tab: str, **address: str) -> AppTest:
    app = AppTest.from_string(SCRIPT.format(module=tab, function=f"{tab}_tab"), default_timeout=30)
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def measures(app: AppTest) -> dict[str, tuple[str, ...]]:
    """The rows of the table: A, B, difference and ratio by measure."""
    assert not app.exception
    return {row[0]: tuple(row[1:]) for row in app.dataframe[0].value.itertuples(index=False)}


def differing(app: AppTest) -> dict[str, tuple[str, str]]:
    """A's and B's values of the fields in which they differ."""
    return {row[0]: (row[1], row[2]) for row in app.dataframe[1].value.itertuples(index=False)} if len(app.dataframe) > 1 else {}


def address(app: AppTest) -> dict[str, Any]:
    return {name: value[0] if isinstance(value, list) else value for name, value in app.query_params.items() if name != "lang"}


def figure(app: AppTest) -> Any:
    (chart,) = app.get("plotly_chart")
    return plotly.io.from_json(chart.proto.spec, skip_invalid=True)


def words(app: AppTest) -> str:
    assert not app.exception
    return "\n".join(str(part.value) for part in [*app.markdown, *app.caption, *app.info, *app.subheader])


def table(app: AppTest) -> Any:
    (found,) = app.table
    return found.value


def headings(app: AppTest) -> list[str]:
    return [str(heading).replace("\N{NO-BREAK SPACE}", " ") for heading in table(app).columns]


def test_a_is_held_against_a_neighbour_until_another_is_chosen() -> None:
    app = open_tab("compare", name="resnet-34")
    assert app.selectbox(key="compare_preset").value == "resnet-50"
    assert measures(app)["Parameters, trained"] == ("21,797,672", "25,557,032", "+3,759,360", "▲ ×1.17")
    assert measures(app)["Layers with weights"] == ("34", "50", "+16", "▲ ×1.47")
    assert measures(app)["Resolution before the head"] == ("7 px", "7 px", "–", "equal")
    assert differing(app) == {"Block": ("Basic", "Bottleneck")}
    assert address(app) == {"name": "resnet-34"}

    app.selectbox(key="compare_preset").set_value("resnet-18").run()
    assert measures(app)["Parameters, trained"] == ("21,797,672", "11,689,512", "−10,108,160", "▼ ×0.536")
    assert differing(app) == {"Blocks": ("3 · 4 · 6 · 3", "2 · 2 · 2 · 2")}
    assert address(app) == {"name": "resnet-34", "b_name": "resnet-18"}


def test_a_changed_network_is_held_against_what_it_was() -> None:
    app = open_tab("compare", name="resnet-34", depths="3,5,6,3")
    # One block more of 128 channels, by hand: two 3x3 and the trained half of two norms.
    more = 2 * (9 * 128 * 128 + 2 * 128)
    assert measures(app)["Parameters, trained"] == (f"{21_797_672 + more:,}", "21,797,672", f"−{more:,}", "▼ ×0.987")
    assert "**A** · ResNet-34, changed" in words(app)


@pytest.mark.parametrize(
    ("address", "title"),
    [
        ({"name": "resnet-34"}, "ResNet-34"),
        ({"name": "resnet-34", "dropout": "0.5"}, "ResNet-34, changed"),
        ({"name": "resnet-34", "input_shape": "28,28,1", "num_classes": "10", "stem": "cifar"}, "ResNet-34, changed"),
        ({"name": "resnet-34", "called": "resnet-99"}, "resnet-99"),
    ],
)
def test_every_tab_calls_a_network_the_same(address: dict[str, str], title: str) -> None:
    assert f"**A** · {title}\n" in words(open_tab("compare", **address))
    verdict = words(open_tab("accuracy", protocol="cifar-2016", **address))
    assert f"**For {title} as it is here, no accuracy is published under this protocol.**" in verdict
    assert headings(open_tab("paper", **address))[-1] == f"{title} · 3×3, 3×3"
    columns = json.loads(open_tab("counting", **address).dataframe[0].proto.columns)
    assert columns["own"]["label"] == title


def test_extreme_ratios_keep_their_direction_and_are_whole_numbers_of_times() -> None:
    tiny = {"name": "mini-resnet", "depths": "1", "widths": "1", "input_shape": "4,4,1", "num_classes": "2"}
    app = open_tab("compare", **tiny, b_name="resnet-152")
    # By hand: stem 9 + 2, two 3x3 of one channel with their norms 22, a head of 2 weights and 2 biases.
    assert measures(app)["Parameters, trained"] == ("37", "60,192,808", "+60,192,771", f"▲ ×{round(60_192_808 / 37):,}")
    assert measures(app)["Layers with weights"][3] == "▲ ×38"
    app.button(key="compare_swap").click().run()
    assert measures(app)["Parameters, trained"][3] == f"▼ 1/{round(60_192_808 / 37):,}" == "▼ 1/1,626,833"
    assert measures(app)["Layers with weights"][3] == "▼ ×0.0263"


def test_keeping_a_as_b_makes_them_the_same_network() -> None:
    app = open_tab("compare", name="resnet-34", depths="3,5,6,3")
    app.button(key="compare_keep").click().run()
    assert {ratio for *_, ratio in measures(app).values()} == {"equal"}
    assert "A and B are the same network" in words(app)
    assert address(app) == {"name": "resnet-34", "depths": "3,5,6,3", "b_name": "resnet-34", "b_depths": "3,5,6,3"}


def test_small_numbers_are_written_out() -> None:
    app = open_tab("compare", name="resnet-18", b_name="mini-resnet")
    assert differing(app)["Batch norm ε"] == ("0.00001", "0.001")


def test_swapping_changes_both() -> None:
    app = open_tab("compare", name="resnet-34", b_name="resnet-18", b_widths="64,128,256,256")
    before = measures(app)["Parameters, trained"]
    app.button(key="compare_swap").click().run()
    assert measures(app)["Parameters, trained"][:2] == (before[1], before[0])
    assert address(app) == {"name": "resnet-18", "widths": "64,128,256,256", "b_name": "resnet-34"}


def test_b_takes_the_images_of_a() -> None:
    app = open_tab("compare", name="mini-resnet", b_name="resnet-18")
    assert measures(app)["Multiply-adds"][1] == "1.81 G"
    app.button(key="compare_same_images").click().run()
    # torchvision's ResNet-18 with a 3x3 stem of one channel and a head of ten classes.
    assert measures(app)["Parameters, trained"][1] == f"{11_689_512 - 49 * 3 * 64 + 9 * 64 - 990 * 513:,}"
    assert not {"Input", "Classes", "Stem"} & set(differing(app))
    assert app.button(key="compare_same_images").disabled


def test_b_that_cannot_take_them_is_left_alone() -> None:
    app = open_tab("compare", name="mini-resnet", depths="1,1", widths="8,8", input_shape="2,2,1", b_name="resnet-18")
    assert app.button(key="compare_same_images").disabled
    assert measures(app)["Multiply-adds"][1] == "1.81 G"


def test_the_stages_of_both_are_drawn() -> None:
    app = open_tab("compare", name="plain-34")
    names = {trace.name for trace in figure(app).data}
    assert names == {"A: Plain-34", "B: ResNet-34"}
    assert len(components(app)) == 2


def choose(app: AppTest, protocol: str) -> None:
    app.selectbox(key="accuracy_protocol").set_value(protocol).run()
    assert not app.exception


def switch(app: AppTest, axis: str) -> None:
    next(group for group in app.get("button_group") if group.key == "accuracy_axis").set_value(axis).run()
    assert not app.exception


def points(app: AppTest) -> dict[str, tuple[float, float]]:
    return {
        text.strip(): (x, y)
        for trace in figure(app).data
        if trace.mode == "markers+text"
        for text, x, y in zip(trace.text, trace.x, trace.y, strict=True)
    }


def test_the_chart_names_its_protocol_and_knows_the_network() -> None:
    app = open_tab("accuracy", name="resnet-50")
    title = figure(app).layout.title
    assert "torchvision's first weights" in title.text
    assert "IMAGENET1K_V1" in title.subtitle.text
    assert points(app)["ResNet-50"] == (25_557_032, 76.13)
    assert "**ResNet-50, the network on this page, is in the chart:** 76.13%." in words(app)
    switch(app, "macs")
    assert points(app)["ResNet-50"] == (4_089_184_256, 76.13)


def test_protocol_and_axis_are_in_the_address_and_come_from_it() -> None:
    app = open_tab("accuracy", name="resnet-50")
    choose(app, "torchvision-v2")
    switch(app, "macs")
    assert address(app) == {"name": "resnet-50", "protocol": "torchvision-v2", "axis": "macs"}
    again = open_tab("accuracy", name="resnet-50", protocol="torchvision-v2", axis="macs")
    assert points(again)["ResNet-50"] == (4_089_184_256, 80.858)
    assert again.selectbox(key="accuracy_protocol").value == "torchvision-v2"
    choose(app, "torchvision-v1")
    switch(app, "parameters")
    assert address(app) == {"name": "resnet-50"}


def test_another_protocol_is_another_chart() -> None:
    app = open_tab("accuracy", name="resnet-50")
    choose(app, "torchvision-v2")
    assert points(app)["ResNet-50"] == (25_557_032, 80.858)
    assert "gains 4.7 points" in words(app)
    choose(app, "se")
    # The paper's has its stride on the first 1x1: another network, and said so.
    assert "**For ResNet-50 as it is here, no accuracy is published under this protocol.**" in words(app)
    assert "The nearest in the chart is ResNet-50, with Bottleneck's stride: first 1×1." in words(app)
    rule = next(trace for trace in figure(app).data if trace.name == "the network on this page")
    assert list(rule.x) == [25_557_032] * 2


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A history behind a service whose engine was never started."""
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    lab = Service(store, usual=None)
    service.set_current(lab)
    yield store
    service.set_current(None)
    lab.close()


def keep(store: Store, run: str, network: ResNetConfig, accuracy: float, dataset: DatasetName = "fashion-mnist-subset") -> None:
    store.add_run(run, TrainConfig(networks=(network,), dataset=dataset, recipe=Recipe(epochs=3), seed=7))
    end = Finished(
        run=run,
        sequence=1,
        time=99.0,
        test_loss={network.name: 0.3},
        test_accuracy={network.name: accuracy},
        class_accuracy={network.name: [accuracy] * 10},
        best_epoch=None,
        stopped_early=False,
        seconds=100.0,
    )
    store.append(run, [end], "finished")


def test_runs_of_this_server_are_points_of_their_own_chart(store: Store) -> None:
    mini, eighteen = PRESETS["mini-resnet"], adapt(PRESETS["resnet-18"], "fashion-mnist")
    keep(store, "aaaa", mini, 0.88)
    keep(store, "bbbb", mini, 0.9)
    keep(store, "cccc", eighteen, 0.87)
    keep(store, "dddd", mini, 0.925, "fashion-mnist")
    store.add_run("eeee", TrainConfig(networks=(mini,), dataset="fashion-mnist-subset", recipe=Recipe()))  # not finished
    app = open_tab("accuracy", name="mini-resnet")
    choose(app, "fashion-mnist-subset")
    drawn = [(x, round(y, 6)) for trace in figure(app).data if trace.mode == "markers+text" for x, y in zip(trace.x, trace.y, strict=True)]
    parameters = 11_689_512 - 49 * 3 * 64 + 9 * 64 - 990 * 513
    assert sorted(drawn) == [(696_042, 88.0), (696_042, 90.0), (parameters, 87.0)]
    assert points(app)["mini-ResNet"] == (696_042, 90.0)  # the name stands at the best run
    ring = next(trace for trace in figure(app).data if trace.name == "the network on this page")
    assert sorted(round(y, 6) for y in ring.y) == [88.0, 90.0]
    assert "2,000 test images" in figure(app).layout.title.text
    today = f"{datetime.now(UTC):%Y-%m-%d}"  # the test's browser names no time zone
    assert figure(app).layout.title.subtitle.text == f"trained and tested on this server, {today} to {today}, whatever the recipe"
    assert "its best run has 90.0%" in words(app)

    choose(app, "fashion-mnist")
    assert points(app) == {"mini-ResNet": (696_042, 92.5)}
    assert "10,000 test images" in figure(app).layout.title.text
    # Wilson's interval of 9,250 in 10,000.
    (trace,) = (trace for trace in figure(app).data if trace.mode == "markers+text")
    assert (trace.y[0] - trace.error_y.arrayminus[0], trace.y[0] + trace.error_y.array[0]) == pytest.approx((91.97, 93.00), abs=0.01)


@pytest.mark.parametrize("protocol", ["fashion-mnist-subset", "fashion-mnist"])
def test_without_a_run_the_tab_says_so(protocol: str) -> None:
    app = open_tab("accuracy", name="mini-resnet")
    choose(app, protocol)
    assert not app.get("plotly_chart")
    assert "No run on this data has finished on this server yet" in words(app)
    assert "**mini-ResNet has no finished run on this data.**" in words(app)


def test_the_two_counts_are_explained_from_the_plan() -> None:
    app = open_tab("counting", name="resnet-34")
    assert "Why 25,636,712 there and 25,557,032 here?" in words(app)
    assert "Of the 79,680 between them" in words(app)
    rows = app.dataframe[0].value
    assert list(rows["fifty"]) == ["25,557,032", "53,120", "25,610,152", "26,560", "25,636,712"]
    # 8,512 filters: as many as batch norm channels, of which the statistics are two numbers each.
    assert list(rows["own"]) == ["21,797,672", "17,024", "21,814,696", "8,512", "21,823,208"]
    assert "34 here is 1 in the stem, 32 in the blocks and 1 in the head" in words(app)
    assert "(115,605,504 multiply-adds in every stage of ResNet-34)" in words(app)


def test_the_papers_table_stands_beside_the_network() -> None:
    app = open_tab("paper", name="se-resnext-50-32x4d")
    columns = headings(app)
    assert columns[2:7] == ["18 · 3×3, 3×3", "34 · 3×3, 3×3", "50 · 1×1, 3×3, 1×1", "101 · 1×1, 3×3, 1×1", "152 · 1×1, 3×3, 1×1"]
    assert columns[-1] == "SE-ResNeXt-50 32×4d · 1×1, 3×3, 1×1 · 32 groups · SE"
    assert table(app).iloc[3, -1].replace("\N{NO-BREAK SPACE}", " ") == "4 × [256, 256, 512]"
    said = words(app)
    assert "3.66×10⁹ of them, and 3.64×10⁹ without" in said
    assert "Why 3.8 there and 4.09×10⁹ here" in said
    assert "our plan counts 3.86×10⁹" in said
    assert "1512.03385" in said


def test_another_network_changes_its_column() -> None:
    assert headings(open_tab("paper", name="plain-18"))[-1] == "Plain-18 · 3×3, 3×3 · plain"
    assert headings(open_tab("paper", name="resnet-50-v2"))[-1] == "ResNet-50 V2 · 1×1, 3×3, 1×1 · pre-activation"
