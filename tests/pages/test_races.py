"""A run of several networks on the pages that are made for one: named after all of them, and mistaken for none."""

from __future__ import annotations

import math
from datetime import UTC

from streamlit.testing.v1 import AppTest

from pages.parts.runs.listing import run_table
from pages.parts.runs.trouble_words import trouble_words
from resnet.config import TrainConfig
from resnet.presets import DEMO, race
from resnet.runs.store import Store
from resnet.training.events import Event, Finished, Trouble
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
