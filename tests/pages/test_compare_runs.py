"""Runs side by side on the page Results, and what one does to a run there: name, note, delete, undo."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from resnet.presets import PRESETS
from resnet.runs.store import Store
from resnet.training.events import Finished, Stopped
from tests.pages.test_results import NETWORK, QUICK, course, figures, finish, keep, listed, results, texts

HALF = replace(QUICK.recipe, learning_rate=0.05)


def keep_three(store: Store) -> None:
    """Two of one data set that differ in rate and seed, and a plain one on all images."""
    plain = replace(PRESETS[NETWORK], shortcut="none")
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.1], [0.5, 0.4]), finish("aaaa", 99)], "finished", created=1_000.0)
    other = replace(QUICK, recipe=HALF, seed=7)
    better = replace(finish("bbbb", 99), test_accuracy={NETWORK: 0.86})
    keep(store, "bbbb", [*course("bbbb", [0.05], [0.6]), better], "finished", config=other, created=2_000.0)
    config = replace(QUICK, networks=(plain,), dataset="fashion-mnist")
    keep(store, "cccc", [*course("cccc", [0.1], [0.9]), finish("cccc", 99)], "finished", config=config, created=3_000.0)


def compared(app: AppTest) -> pd.DataFrame:
    return next(frame.value for frame in app.dataframe if "run" in frame.value)


def names(app: AppTest) -> list[str]:
    return compared(app)["run"].tolist()


def button(app: AppTest, label: str) -> Any:
    (found,) = [one for one in app.button if one.label == label]
    return found


def test_the_run_and_the_newest_other_one_are_compared_at_first(store: Store) -> None:
    keep_three(store)
    app = results(run="aaaa", view="compare")
    assert names(app) == ["mini-ResNet, 14 layers · 0.1 · 01-01 00:16", "mini-ResNet, 14 layers, plain · 0.1 · 01-01 00:50"]
    assert "compare" not in app.query_params
    (figure,) = figures(app)
    assert len(figure.data) == 2 * 4, "training and validation in two plots"


def test_the_address_names_the_runs_and_the_choice_is_written_into_it(store: Store) -> None:
    keep_three(store)
    app = results(run="aaaa", view="compare", compare="bbbb,nobody,cccc")
    assert app.multiselect(key="results_compare").value == ["bbbb", "cccc"]
    app.multiselect(key="results_compare").set_value(["cccc", "aaaa", "bbbb"]).run()
    assert app.query_params["compare"] == "cccc,aaaa,bbbb"
    assert [name.rpartition(" ")[2] for name in names(app)] == ["00:50", "00:16", "00:33"]
    app.multiselect(key="results_compare").set_value([]).run()
    assert "No run is chosen." in texts(app)
    assert app.query_params["compare"] == "none"


def test_runs_that_read_alike_are_told_apart_and_all_stay(store: Store) -> None:
    for run in ("aaaa", "bbbb", "cccc"):  # as where a class starts the same recipe within a minute
        keep(store, run, [*course(run, [0.1], [0.5]), finish(run, 99)], "finished", created=1_000.0)
    app = results(view="compare", compare="cccc,aaaa")
    choice = app.multiselect(key="results_compare")
    assert len(set(choice.options)) == 3
    app.run()  # for anything else on the page: the browser sends the choice back
    assert app.multiselect(key="results_compare").value == ["cccc", "aaaa"]
    assert app.query_params["compare"] == "cccc,aaaa"


def test_runs_of_a_link_that_cannot_be_compared_are_told_of(store: Store) -> None:
    keep_three(store)
    keep(store, "dddd", course("dddd", [0.1], []), "running", created=9.0)
    app = results(view="compare", compare="aaaa,dddd,gone1,gone2")
    assert names(app) == ["mini-ResNet, 14 layers · 0.1 · 01-01 00:16"]
    assert "1 run in this link has not ended yet" in texts(app)
    assert "2 runs in this link are not on this server" in texts(app)
    app.multiselect(key="results_compare").set_value([]).run()
    assert "in this link" not in texts(app)


def test_the_table_has_what_differs_as_numbers_that_sort(store: Store) -> None:
    keep_three(store)
    table = compared(results(view="compare", compare="aaaa,bbbb"))
    assert table.columns.tolist() == ["run", "accuracy", "minutes", "parameters", "depth", "learning_rate", "seed"]
    assert table["learning_rate"].tolist() == [0.1, 0.05]
    assert table["accuracy"].tolist() == [pytest.approx(0.8565), 0.86]
    assert table["parameters"].tolist() == [696_042] * 2  # the notebook's own summary


def test_the_best_is_told_with_what_its_images_leave_open(store: Store) -> None:
    keep_three(store)
    said = texts(results(view="compare", compare="aaaa,bbbb,cccc"))
    # Wilson by hand for 1,720 of 2,000: (0.86 + z²/4000 ± z √(0.86·0.14/2000 + z²/16e6)) / (1 + z²/2000)
    assert r"on 2,000 images: **mini\-ResNet, 14 layers · 0.05 · 01\-01 00\:33**, 86.0% (95% interval 84.4% to 87.5%)" in said
    assert "The interval of 1 other run overlaps with it" in said
    assert "on 10,000 images" not in said, "one run alone on its test images is not the best of anything"
    assert r"Bold: set differently from mini\-ResNet, 14 layers · 0.1" in said
    assert "Among what is the same: Optimizer, Epochs, at most, Batch size." in said


def test_what_is_alike_can_be_seen_too(store: Store) -> None:
    keep_three(store)
    app = results(view="compare", compare="aaaa,cccc")
    assert compared(app)["shortcut"].tolist() == ["Projection", "None (plain)"]
    assert "optimizer" not in compared(app)
    app.toggle(key="results_compare_all").set_value(True).run()
    table = compared(app)
    assert table["optimizer"].tolist() == ["SGD", "SGD"]
    assert table["se_reduction"].isna().all()


def test_each_network_of_a_race_is_a_line_of_its_own(store: Store) -> None:
    two = (replace(PRESETS[NETWORK], name="plain-14", shortcut="none"), replace(PRESETS[NETWORK], name="residual-14"))
    events = course("aaaa", [0.1], [0.5])
    both = [replace(event, network=network.name) if hasattr(event, "network") else event for network in two for event in events]
    end = Finished(
        run="aaaa",
        sequence=99,
        time=1.0,
        test_loss={"plain-14": 0.7, "residual-14": 0.5},
        test_accuracy={"plain-14": 0.7, "residual-14": 0.8},
        class_accuracy={"plain-14": [0.7] * 10, "residual-14": [0.8] * 10},
        best_epoch=None,
        stopped_early=False,
        seconds=10.0,
    )
    numbered = [replace(event, sequence=number) for number, event in enumerate(both, start=1)]
    keep(store, "aaaa", [*numbered, end], "finished", config=replace(QUICK, networks=two))
    app = results(run="aaaa", view="compare")
    assert [name.split(" · ")[0] for name in names(app)] == ["Plain-14, 14 layers, plain", "Residual-14, 14 layers"]
    assert compared(app)["accuracy"].tolist() == [0.7, 0.8]


def test_seconds_are_an_axis_too(store: Store) -> None:
    keep_three(store)
    app = results(view="compare")
    app.segmented_control(key="results_compare_unit").set_value("steps").run()
    assert figures(app)[0].layout.xaxis.title.text == "Step"
    assert app.query_params["x"] == "steps"


def test_a_run_without_a_batch_has_a_row_and_no_line(store: Store) -> None:
    keep_three(store)
    keep(store, "dddd", [Stopped(run="dddd", sequence=1, time=1.0, step=0, epoch=0)], "stopped", created=9.0)
    app = results(view="compare", compare="aaaa,dddd")
    assert compared(app)["accuracy"].isna().tolist() == [False, True]
    assert r"Ended before the first batch: mini\-ResNet" in texts(app)
    assert "All settings are the same." in texts(app)


def test_before_the_first_run_has_ended_there_is_nothing_to_compare(store: Store) -> None:
    keep(store, "aaaa", [], "queued")
    assert "No run of this server has ended yet" in texts(results(view="compare"))


def test_a_name_and_a_note_are_written_in_the_menu_and_seen_everywhere(store: Store) -> None:
    keep_three(store)
    app = results(run="aaaa", view="compare")
    (name,) = [field for field in app.text_input if field.label == "Title"]
    (note,) = [field for field in app.text_area if field.label == "Note"]
    name.input("first *try*")
    note.input("rate 0.1\nas a start")
    button(app, "Save").click().run()
    assert (store.runs()[2].title, store.runs()[2].note) == ("first *try*", "rate 0.1\nas a start")
    said = texts(app)
    assert r"**first \*try\*** · mini-ResNet, 14 layers" in said
    assert "rate 0.1 as a start" in said
    assert names(app)[0] == "first *try*"
    assert listed(app).value["title"].tolist()[2] == "first *try*"
    assert listed(app).value["note"].tolist()[2] == "rate 0.1 as a start"


def test_a_deletion_can_be_taken_back_by_its_notice(store: Store) -> None:
    keep_three(store)
    app = results(run="aaaa")
    button(app, "Delete this run").click().run()
    assert [record.id for record in store.runs()] == ["cccc", "bbbb"]
    assert "run" not in app.query_params
    assert r"Deleted: mini\-ResNet, 14 layers · 0.1" in texts(app)
    assert "Deleted:" in texts(app.run()), "the notice stays until it is answered"
    button(app, "Undo").click().run()
    assert [record.id for record in store.runs()] == ["cccc", "bbbb", "aaaa"]
    assert app.query_params["run"] == "aaaa"
    assert "Deleted:" not in texts(app)


def test_anybody_finds_what_was_deleted_in_a_list(store: Store) -> None:
    keep_three(store)
    assert store.delete("aaaa")
    app = results()
    assert "7 days after they were deleted" in texts(app)
    button(app, "Restore").click().run()
    assert len(store.runs()) == 3
    assert "Restore" not in [one.label for one in app.button]


def test_a_run_that_trains_cannot_be_deleted(store: Store) -> None:
    keep(store, "aaaa", course("aaaa", [0.1], []), "running")
    app = results(run="aaaa")
    assert button(app, "Delete this run").disabled


def test_a_run_that_others_continued_meanwhile_is_not_deleted_and_the_reason_is_told(store: Store) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), Stopped(run="aaaa", sequence=50, time=1.0, step=3, epoch=1)], "stopped")
    app = results(run="aaaa")
    store.append("aaaa", [], "running")
    button(app, "Delete this run").click().run()
    assert "waits or trains; stop it before you delete it" in texts(app)
    assert len(store.runs()) == 1
