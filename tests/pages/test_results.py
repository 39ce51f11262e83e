"""The results page without a browser: which run it shows, what it says of it, and how another one is opened."""

from __future__ import annotations

import base64
import json
import math
import time
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import plotly.io
import pytest
from sqlalchemy import update
from streamlit.testing.v1 import AppTest

from pages.parts.literal import literally
from pages.parts.runs.listing import KEY, run_table
from resnet.config import Recipe, TrainConfig
from resnet.presets import PRESETS, RECIPES
from resnet.runs import service
from resnet.runs.store import RUNS, RunState, Store
from resnet.training.events import (
    BatchEnd,
    Continued,
    EpochEnd,
    Event,
    Failed,
    Finished,
    Interrupted,
    RateChanged,
    Saved,
    Started,
    Stopped,
)
from tests.pages.components import select

ROUTER = str(Path(__file__).resolve().parents[2] / "pages" / "router.py")
NETWORK = "mini-resnet"
QUICK = TrainConfig(
    networks=(PRESETS[NETWORK],),
    dataset="fashion-mnist-subset",
    recipe=Recipe(optimizer="sgd", learning_rate=0.1, schedule="one-cycle", batch_size=64, epochs=3),
)
NOTEBOOK = replace(QUICK, recipe=RECIPES["notebook"], dataset="fashion-mnist")
STEPS = 3  # per epoch
CLASSES = [0.8, 0.98, 0.7, 0.9, 0.75, 0.96, 0.6, 0.95, 0.97, 0.955]


def course(run: str, rates: list[float], validation: list[float], *, last_batches: int = STEPS) -> list[Event]:
    """The events of a run up to its end: an epoch for each rate, a validation for each of `validation`."""
    events: list[Event] = [
        Started(run=run, sequence=1, time=10.0, networks=[NETWORK], epochs=10, steps_per_epoch=STEPS, training_images=9_000)
    ]
    for step in range(1, (len(rates) - 1) * STEPS + last_batches + 1):
        epoch = (step - 1) // STEPS + 1
        events.append(
            BatchEnd(
                run=run,
                sequence=len(events) + 1,
                time=10.0 + step,
                network=NETWORK,
                step=step,
                epoch=epoch,
                loss=3.0 / step,
                accuracy=0.5,
                learning_rate=rates[epoch - 1],
                images_per_second=500.0,
            )
        )
        if step % STEPS == 0 and epoch <= len(validation):
            events.append(
                EpochEnd(
                    run=run,
                    sequence=len(events) + 1,
                    time=10.0 + step,
                    network=NETWORK,
                    epoch=epoch,
                    step=step,
                    loss=1.0 / epoch,
                    accuracy=0.6,
                    validation_loss=validation[epoch - 1],
                    validation_accuracy=0.59 if epoch == 1 else 0.65,
                    learning_rate=rates[epoch - 1],
                    seconds=30.0,
                )
            )
    return events


def finish(run: str, sequence: int, *, loss: float = 0.2834, best_epoch: int | None = None, stopped_early: bool = False) -> Finished:
    return Finished(
        run=run,
        sequence=sequence,
        time=99.0,
        test_loss={NETWORK: loss},
        test_accuracy={NETWORK: sum(CLASSES) / 10},
        class_accuracy={NETWORK: CLASSES},
        best_epoch=best_epoch,
        stopped_early=stopped_early,
        seconds=102.4,
    )


def keep(
    store: Store, run: str, events: list[Event], state: RunState, *, config: TrainConfig = QUICK, created: float = 1_700_000_000
) -> None:
    store.add_run(run, config)
    store.append(run, events, state)
    with store.engine.begin() as connection:
        connection.execute(update(RUNS).where(RUNS.c.id == run).values(created=created))


def keep_notebook(store: Store, run: str) -> None:
    """A finished run of the notebook's recipe: a cut after epoch 3, best weights of epoch 2, ended early."""
    events = course(run, [1e-3, 1e-3, 1e-3, 5e-4], [0.5, 0.3, 0.35, 0.4])
    keep(store, run, [*events, finish(run, 99, best_epoch=2, stopped_early=True)], "finished", config=NOTEBOOK)


def results(**query: str) -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=30)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().switch_page("results.py").run()


def texts(app: AppTest) -> str:
    assert not app.exception
    parts = [*app.markdown, *app.caption, *app.warning, *app.error, *app.info]
    return "\n".join(str(part.value) for part in parts)


def metrics(app: AppTest) -> dict[str, tuple[str, str]]:
    return {metric.label: (metric.value, metric.delta) for metric in app.metric}


def figures(app: AppTest) -> list[Any]:
    return [plotly.io.from_json(chart.proto.spec, skip_invalid=True) for chart in app.get("plotly_chart")]


def links(app: AppTest) -> dict[str, str]:
    return {link.proto.label: link.proto.page for link in app.get("page_link")}


def listed(app: AppTest) -> Any:
    return next(frame for frame in app.dataframe if frame.key == KEY)


def ticked(app: AppTest) -> list[int]:
    rows: list[int] = app.session_state[KEY]["selection"]["rows"]
    return rows


def click(app: AppTest, **selection: Any) -> AppTest:
    return select(app, listed(app).proto.id, **selection)


def test_without_a_service_the_page_says_so() -> None:
    assert service.current() is None
    assert "keeps no runs" in texts(results())


def test_before_the_first_run_the_page_leads_to_training(store: Store) -> None:
    app = results()
    assert "Nothing has been trained here yet" in texts(app)
    assert links(app) == {"Train a network": "training"}
    assert not app.dataframe


def test_a_finished_run_shows_its_figures(store: Store) -> None:
    keep_notebook(store, "aaaa")
    app = results(run="aaaa")
    # 8,565 of 10,000 right; the interval by hand: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n)
    assert metrics(app) == {
        "Test accuracy": ("85.6%", "84.9% to 86.3%, 95% interval"),
        "Test loss": ("0.283", "cross-entropy"),
        "Best epoch": ("2", "of 4 trained"),
        "Time": ("1 min 42 s", "preparing, training, testing"),
    }
    said = texts(app)
    assert "mini-ResNet, 14 layers" in said
    assert "Adam 0.001 constant, batch 64, 10 epochs" in said
    assert "Tested with the weights of epoch 2, whose validation loss was the lowest." in said
    assert "Ended early, after 5 epochs without a lower one." in said
    assert "Learning rate 0.001, cut to 0.0005 after epoch 3." in said
    assert "1,000 test images of each class" in said


def test_curves_and_classes_are_drawn_with_a_text_for_those_who_cannot_see_them(store: Store) -> None:
    keep_notebook(store, "aaaa")
    app = results(run="aaaa")
    curves, classes = figures(app)
    notes = [note.text for note in curves.layout.annotations]
    assert notes.count("rate cut to 0.0005") == notes.count("best: epoch 2") == 2
    assert list(classes.data[0].y) == [
        "Trouser", "Bag", "Sandal", "Ankle boot", "Sneaker", "Dress", "T-shirt/top", "Coat", "Pullover", "Shirt",
    ]  # fmt: skip
    spoken = [chart.proto.alt for chart in app.get("plotly_chart")]
    assert "4 epochs" in spoken[0]
    assert "Trouser 98.0%, Bag 97.0%" in spoken[1]
    assert "Shirt 60.0%" in spoken[1]
    epochs, by_class, _ = (frame.value for frame in app.dataframe)
    assert epochs["validation_loss"].tolist() == [0.5, 0.3, 0.35, 0.4]
    assert epochs["learning_rate"].tolist() == [1e-3, 1e-3, 1e-3, 5e-4]
    assert by_class["accuracy"].tolist() == pytest.approx(sorted((100 * share for share in CLASSES), reverse=True))


def test_how_to_read_the_curves_is_told_in_the_runs_own_figures(store: Store) -> None:
    keep_notebook(store, "aaaa")
    said = texts(results(run="aaaa"))
    assert "one batch of 64 images" in said
    assert "on 5,000 images the network is not trained on" in said
    assert "dropout switches off 30% of the features" in said
    assert "above training accuracy in 3 of 4 epochs" in said
    assert "Since epoch 2 training loss has gone from 0.500 to 0.250, validation loss from 0.300 to 0.400." in said
    assert "A dotted line" in said
    # Nothing was cut and the last epoch was the best: neither is spoken of. Without dropout, nor is that.
    config = replace(QUICK, networks=(replace(PRESETS[NETWORK], dropout=0.0),))
    keep(store, "bbbb", [*course("bbbb", [0.1, 0.05], [0.5, 0.4]), finish("bbbb", 99)], "finished", config=config)
    other = texts(results(run="bbbb"))
    assert "above training accuracy in 1 of 2 epochs" in other
    assert not {text for text in ("A dotted line", "Since epoch", "dropout", "cut to") if text in other}
    assert "weights of the last epoch, whose validation loss was also the lowest" in other
    assert "One-cycle schedule, peak 0.1" in other


def test_without_a_run_in_the_address_the_newest_result_is_shown(store: Store) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished", created=1_000.0)
    keep(store, "bbbb", [*course("bbbb", [0.1], [0.5]), finish("bbbb", 99)], "finished", config=replace(QUICK, seed=7), created=2_000.0)
    keep(store, "cccc", course("cccc", [0.1], [])[:2], "running", created=3_000.0)
    app = results()
    assert "seed 7" in texts(app)
    assert ticked(app) == [1]
    assert "run" not in app.query_params


def test_the_list_tells_runs_apart(store: Store) -> None:
    plain = replace(QUICK, networks=(replace(PRESETS[NETWORK], shortcut="none"),))
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished", created=0.0)
    keep(store, "bbbb", [Stopped(run="bbbb", sequence=1, time=1.0, step=1_900, epoch=2)], "stopped", config=plain, created=1.0)
    keep(store, "cccc", [Stopped(run="cccc", sequence=1, time=1.0, step=0, epoch=0)], "stopped", config=NOTEBOOK, created=2.0)
    keep(store, "dddd", [Failed(run="dddd", sequence=1, time=1.0, rule="no {what} left", values={"what": "memory"})], "failed", created=3.0)
    keep(store, "eeee", [], "queued", created=4.0)
    table = listed(results()).value
    assert table["network"].tolist() == ["mini-ResNet, 14 layers"] * 3 + ["mini-ResNet, 14 layers, plain", "mini-ResNet, 14 layers"]
    assert table["recipe"].iloc[2:].tolist() == ["Adam 0.001 constant, batch 64, 10 epochs"] + ["SGD 0.1 one cycle, batch 64, 3 epochs"] * 2
    assert table["state"].tolist() == [
        "Waiting",
        "Failed: no memory left",
        "Stopped: before the first batch",
        "Stopped: after step 1,900, in epoch 2",
        "Finished",
    ]
    assert table["accuracy"].iloc[4] == pytest.approx(85.65)
    assert table["minutes"].iloc[4] == pytest.approx(102.4 / 60)
    assert table[["accuracy", "minutes"]].iloc[:4].isna().all(axis=None)


def test_times_are_those_of_the_visitor(store: Store) -> None:
    keep(store, "aaaa", [], "queued", created=1_700_000_000)  # 2023-11-14 22:13:20 in UTC
    assert [run_table(store.runs(), zone)["when"].item() for zone in (UTC, ZoneInfo("Asia/Shanghai"))] == [
        "2023-11-14 22:13",
        "2023-11-15 06:13",
    ]


@pytest.mark.parametrize("selection", [{"rows": [1]}, {"cells": [[1, "recipe"]]}], ids=["the box of a row", "a cell of a row"])
def test_a_click_on_a_row_opens_its_run(store: Store, selection: dict[str, Any]) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished", config=replace(QUICK, seed=1), created=1.0)
    keep(store, "bbbb", [*course("bbbb", [0.1], [0.5]), finish("bbbb", 99)], "finished", config=replace(QUICK, seed=2), created=2.0)
    app = results(run="bbbb")
    # A run that was added meanwhile must not shift what the click meant.
    keep(store, "cccc", [], "queued", created=3.0)
    app = click(app, **selection)
    assert "seed 1" in texts(app)
    assert app.query_params["run"] == "aaaa"
    assert ticked(app) == [2]


def test_taking_the_mark_off_a_row_changes_nothing(store: Store) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished")
    app = click(results(run="aaaa"))
    assert app.query_params["run"] == "aaaa"
    assert ticked(app) == [0]


def test_a_tick_that_the_browser_sends_back_is_no_click(store: Store) -> None:
    for number, run in enumerate(("aaaa", "bbbb", "cccc")):
        keep(store, run, [*course(run, [0.1], [0.5]), finish(run, 99)], "finished", created=float(number))
    app = results(run="aaaa")
    assert ticked(app) == [2]
    opened = "earlier_runs_opened"
    assert opened not in click(app, rows=[2]).session_state  # with whatever was done elsewhere on the page

    app.query_params["run"] = "bbbb"
    app.run()
    assert ticked(app) == [1]
    app = click(app, rows=[2])  # by a browser that has not drawn the page of the other run yet
    assert (app.query_params["run"], ticked(app)) == ("bbbb", [1])
    assert opened not in app.session_state

    app = click(app, rows=[0])
    assert (app.query_params["run"], ticked(app), app.session_state[opened]) == ("cccc", [0], 1)
    app = click(app, rows=[1])  # at once back to the one before: the hand has seen where it is
    assert (app.query_params["run"], app.session_state[opened]) == ("bbbb", 2)


def test_a_click_counts_once_however_often_the_browser_sends_it(store: Store) -> None:
    for number, run in enumerate(("aaaa", "bbbb")):
        keep(store, run, [*course(run, [0.1], [0.5]), finish(run, 99)], "finished", created=float(number))
    app = results(run="aaaa")
    for _ in range(3):
        app = click(app, rows=[1], cells=[[1, "network"]])  # into the row that is open: the reader is led up to it
        assert (app.query_params["run"], app.session_state["earlier_runs_opened"]) == ("aaaa", 1)
    app.query_params["run"] = "bbbb"
    app = click(app, rows=[1], cells=[[1, "network"]])  # by a browser that has not drawn the page of the other run yet
    assert (app.query_params["run"], app.session_state["earlier_runs_opened"]) == ("bbbb", 1)


def test_the_same_cell_may_be_clicked_again_once_another_run_was_opened_elsewhere(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number, run in enumerate(("aaaa", "bbbb")):
        keep(store, run, [*course(run, [0.1], [0.5]), finish(run, 99)], "finished", created=float(number))
    app = click(results(run="aaaa"), rows=[0], cells=[[0, "network"]])
    assert app.query_params["run"] == "bbbb"
    app.query_params["run"] = "aaaa"
    app.run()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    assert click(app, rows=[0], cells=[[0, "network"]]).query_params["run"] == "bbbb"


def test_a_run_in_progress_leads_to_the_training_page(store: Store) -> None:
    keep(store, "aaaa", course("aaaa", [0.1], []), "running")
    app = results(run="aaaa")
    assert "still in progress" in texts(app)
    assert "Watch it train" in links(app)
    assert not figures(app)
    (link,) = app.get("page_link")
    assert link.proto.query_string == "lang=en&run=aaaa"


def test_a_stopped_run_shows_what_curves_it_has(store: Store) -> None:
    events = course("aaaa", [1e-3, 5e-4], [0.5], last_batches=2)
    keep(store, "aaaa", [*events, Stopped(run="aaaa", sequence=99, time=50.0, step=5, epoch=2)], "stopped", config=NOTEBOOK)
    app = results(run="aaaa")
    assert "Stopped after step 5, in epoch 2. There is no test result." in texts(app)
    assert not app.metric
    (curves,) = figures(app)
    x = curves.data[0].x  # as it travels: base64 of float64
    assert np.frombuffer(base64.b64decode(x["bdata"]), x["dtype"]).tolist() == [step / STEPS for step in range(1, 6)]
    assert "Learning rate 0.001, cut to 0.0005 after epoch 1." in texts(app)
    assert "Tested" not in texts(app)


def test_an_interrupted_run_says_why_and_goes_on_with_one_click(store: Store) -> None:
    events = course("aaaa", [1e-3, 1e-3], [0.5], last_batches=2)
    last = [
        Saved(run="aaaa", sequence=90, time=1.0, step=4, epoch=2),
        Interrupted(run="aaaa", sequence=91, time=1.0, rule="the lamp {lamp} went out", values={"lamp": "L3"}),
    ]
    keep(store, "aaaa", [*events, *last], "interrupted", config=NOTEBOOK)
    app = results(run="aaaa")
    assert "Interrupted: the lamp L3 went out" in texts(app)
    assert "It goes on from step 4 of epoch 2." in texts(app)
    assert listed(app).value["state"].tolist() == ["Interrupted: the lamp L3 went out"]
    assert len(figures(app)) == 1
    (button,) = [item for item in app.button if item.label == "Continue"]
    app = button.click().run()
    assert "still in progress" in texts(app)
    assert store.runs()[0].attempt == 2


def test_what_people_did_to_a_run_is_told(store: Store) -> None:
    events = course("aaaa", [1e-3, 1e-3], [0.5, 0.4])
    done = [
        RateChanged(run="aaaa", sequence=90, time=1.0, step=2, epoch=1, previous=1e-3, learning_rate=2e-3, cause="hand"),
        Continued(run="aaaa", sequence=91, time=1.0, step=6, epoch=2),
    ]
    keep(store, "aaaa", [*events, *done, finish("aaaa", 99)], "finished", config=NOTEBOOK)
    said = texts(results(run="aaaa"))
    assert "Learning rate changed by hand to 0.002 after step 2. Continued from step 6." in said
    assert "never cut" not in said


def test_a_run_that_was_continued_shows_its_new_end(store: Store) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), Stopped(run="aaaa", sequence=50, time=1.0, step=3, epoch=1)], "stopped")
    assert "Stopped after step 3" in texts(results(run="aaaa"))
    store.append("aaaa", [Continued(run="aaaa", sequence=51, time=1.0, step=3, epoch=1), finish("aaaa", 60)], "finished")
    app = results(run="aaaa")
    assert "Continued from step 3." in texts(app)
    assert "Stopped" not in texts(app)


def test_a_failed_run_gives_its_reason_as_it_was_written(store: Store) -> None:
    reason = Failed(run="aaaa", sequence=1, time=1.0, rule="it broke: {problem}", values={"problem": "a*b*c $x$ <img>"})
    keep(store, "aaaa", [reason], "failed")
    app = results(run="aaaa")
    assert app.error[0].value == r"Failed: it broke\: a\*b\*c \$x\$ \<img\>"
    assert not figures(app)


def test_a_run_that_diverged_is_told_without_numbers(store: Store) -> None:
    last = finish("aaaa", 99, loss=math.nan)
    json.dumps(last.to_dict(), allow_nan=False)
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.1], [math.nan, math.nan]), last], "finished")
    app = results(run="aaaa")
    assert metrics(app)["Test loss"][0] == "–"
    assert metrics(app)["Best epoch"][0] == "–"
    assert len(figures(app)) == 2


@pytest.mark.parametrize(
    ("run", "message"),
    [("feedbeef0000", "There is no run feedbeef0000 on this server."), ("<img src=x>![](http://x)", "a run that does not exist")],
)
def test_an_unknown_run_is_said_to_be_unknown_and_the_list_stays(store: Store, run: str, message: str) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished")
    app = results(run=run)
    assert message in texts(app)
    assert "img" not in texts(app)
    assert not figures(app)
    assert len(listed(app).value) == 1
    assert ticked(app) == []
    assert "seed 42" in texts(click(app, cells=[[0, "network"]]))


def test_words_of_others_are_shown_as_they_are() -> None:
    assert literally("a_b: 50 % [x](y)") == r"a\_b\: 50 % \[x\]\(y\)"
