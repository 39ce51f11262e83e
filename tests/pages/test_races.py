"""A run of several networks on the pages that are made for one: named after all of them, and mistaken for none."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC

from streamlit.testing.v1 import AppTest

from pages.parts.runs.listing import run_table
from pages.parts.runs.trouble_words import trouble_words
from resnet.config import TrainConfig
from resnet.presets import DEMO, race
from resnet.runs.store import RunState, Store
from resnet.training.events import BatchEnd, EpochEnd, Event, Finished, Interrupted, Started, Trouble
from tests.pages.test_results import results
from tests.pages.training_page import ROUTER, texts, training

RACE = race("plain-20", "residual-20", "plain-56", "residual-56")
ACCURACIES = {"plain-20": 0.7, "residual-20": 0.81, "plain-56": 0.2, "residual-56": 0.8}


def keep(store: Store, run: str, config: TrainConfig, accuracies: dict[str, float]) -> None:
    """A run that has finished."""
    end: Event = Finished(
        run=run,
        sequence=1,
        time=99.0,
        test_loss=dict.fromkeys(accuracies, 0.5),
        test_accuracy=accuracies,
        class_accuracy={name: [accuracy] * 10 for name, accuracy in accuracies.items()},
        best_epoch=None,
        stopped_early=False,
        seconds=60.0,
    )
    store.add_run(run, config)
    store.append(run, [end], "finished")


def test_the_list_names_all_and_gives_no_one_accuracy(store: Store) -> None:
    keep(store, "aaaa", DEMO, {"mini-resnet": 0.88})
    keep(store, "bbbb", RACE, ACCURACIES)
    table = run_table(store.runs(), UTC).set_index("network")
    names = "plain-20 · residual-20 · plain-56 · residual-56"
    assert list(table.index) == [names, "mini-ResNet, 14 layers"]
    assert table.data[names] == "Subset of 12,000, 14×14"
    assert math.isnan(table.accuracy[names])
    assert table.accuracy["mini-ResNet, 14 layers"] == 88.0


def test_results_and_training_lead_to_the_experiment(store: Store) -> None:
    keep(store, "bbbb", RACE, ACCURACIES)
    results = AppTest.from_file(ROUTER, default_timeout=30)
    results.query_params["run"] = "bbbb"
    for app in (results.run().switch_page("results.py").run(), training(run="bbbb")):
        assert not app.exception
        assert "race of plain-20, residual-20, plain-56, residual-56" in texts(app)
        # Which network is meant is for the visitor to choose; the page Training has none to choose.
        assert [metric.value for metric in app.metric if metric.label == "Test accuracy"] in ([], [f"{ACCURACIES['plain-20']:.1%}"])


TWO = race("plain-20", "residual-20")


def raced(losses: dict[str, float]) -> list[Event]:
    """An epoch of each network, by its name, in the order in which a race tells of them: one batch of two, and the epoch's end."""
    started = Started(run="cccc", sequence=1, time=1.0, networks=list(losses), epochs=10, steps_per_epoch=2, training_images=9_000)
    steps: list[Event] = [
        BatchEnd(run="cccc", sequence=0, time=1.0 + step, network=name, step=step, epoch=1, loss=loss, accuracy=0.5, learning_rate=1e-3,
                 images_per_second=500.0)
        for step in (1, 2) for name, loss in losses.items()
    ]  # fmt: skip
    ends: list[Event] = [
        EpochEnd(run="cccc", sequence=0, time=3.0, network=name, epoch=1, step=2, loss=loss, accuracy=0.5, validation_loss=2 * loss,
                 validation_accuracy=0.4, learning_rate=1e-3, seconds=9.0)
        for name, loss in losses.items()
    ]  # fmt: skip
    return [started, *(replace(event, sequence=number) for number, event in enumerate([*steps, *ends], start=2))]


def keep_race(store: Store, config: TrainConfig, end: Event, state: RunState) -> None:
    store.add_run("cccc", config)
    store.append("cccc", [*raced({"plain-20": 2.0, "residual-20": 1.5}), end], state)


def epochs_table(app: AppTest) -> list[float]:
    (table,) = [frame.value for frame in app.dataframe if "validation_loss" in frame.value]
    return [float(loss) for loss in table.validation_loss]


def test_of_a_race_that_broke_off_the_reason_the_way_on_and_each_networks_curves_are_seen(store: Store) -> None:
    reason = Interrupted(run="cccc", sequence=90, time=9.0, rule="the lamp {lamp} went out", values={"lamp": "L3"})
    keep_race(store, TWO, reason, "interrupted")
    app = results(run="cccc", net="residual-20")
    assert "Interrupted: the lamp L3 went out" in texts(app)
    assert "A race of plain-20, residual-20" in texts(app)
    assert "Continue" in [button.label for button in app.button]
    assert epochs_table(app) == [3.0]
    assert epochs_table(results(run="cccc")) == [4.0]


def test_a_race_of_no_experiment_has_its_curves_and_classes_on_results(store: Store) -> None:
    accuracies = {"plain-20": 0.7, "residual-20": 0.81}
    end = Finished(
        run="cccc", sequence=90, time=9.0, test_loss={"plain-20": 0.9, "residual-20": 0.5}, test_accuracy=accuracies,
        class_accuracy={name: [accuracy] * 10 for name, accuracy in accuracies.items()}, best_epoch=None, stopped_early=False, seconds=60.0,
    )  # fmt: skip
    keep_race(store, replace(TWO, recipe=replace(TWO.recipe, batch_size=77)), end, "finished")
    app = results(run="cccc", net="residual-20")
    metrics = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    assert (metrics["Test accuracy"][0], metrics["Test loss"][0]) == ("81.0%", "0.500")
    assert metrics["Time"] == ("1 min 0 s", "all 2 networks together")
    assert metrics["Best epoch"] == ("1", "of 1 trained")
    assert epochs_table(app) == [3.0]
    curves, classes = [chart.proto.alt for chart in app.get("plotly_chart")]
    assert "1 epochs" in curves
    assert "Shirt 81.0%" in classes


def test_a_race_is_laid_under_no_other_run(store: Store) -> None:
    keep(store, "aaaa", DEMO, {"mini-resnet": 0.88})
    keep(store, "bbbb", RACE, ACCURACIES)
    app = training(under="bbbb")
    assert not app.exception
    (choice,) = [item for item in app.multiselect if item.label == "Curves laid under these"]
    assert len(choice.options) == 1
    assert "mini-ResNet" in choice.options[0]
    assert choice.value == []


def test_trouble_names_the_depth_of_the_network_that_has_it() -> None:
    trouble = Trouble(
        run="r",
        sequence=1,
        time=1.0,
        network="plain-56",
        step=100,
        epoch=1,
        trouble="plateau",
        cause="no-shortcuts",
        since=0,
        loss=2.3,
        before=2.303,
    )
    assert "56 layers without shortcuts" in trouble_words(trouble, RACE, 1e-3).reason
