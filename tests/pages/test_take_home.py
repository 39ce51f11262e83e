"""The view that takes a run home, without a browser: which files there are, what is in them, and what becomes of one that is brought."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from resnet.data import SUBSET_FILE
from resnet.export.archive import unpack
from resnet.export.model_file import describe_model
from resnet.inquiries import Packed, PredictTest, RunSubject, SaveModel, TestPredictions, WriteLogs
from resnet.presets import PRESETS, RACERS, race
from resnet.runs import files as offered
from resnet.runs.answers import Answer
from resnet.runs.service import Service
from resnet.runs.store import Store
from resnet.training import trained
from resnet.training.checkpoints import FOLDER_VARIABLE
from resnet.training.events import Failed, Finished, RateChanged, Stopped
from tests.pages.components import components
from tests.pages.test_results import CLASSES, NETWORK, QUICK, course, finish, keep, keep_notebook, results, texts

# Of ten images of each class all are right, but for 3 T-shirts that are called shirts.
LABELS = np.repeat(np.arange(10), 10)
FOUND = TestPredictions(np.eye(10, dtype=np.float32)[np.where(np.arange(100) < 3, 6, LABELS)], LABELS, 0.5)

Files = dict[str, Callable[[], Any]]


@pytest.fixture
def files(monkeypatch: pytest.MonkeyPatch) -> Files:
    """What each button of the last page hands over, by the file's name: AppTest has no hand that takes a file."""
    made: Files = {}
    button, put = st.download_button, offered.put

    def held(label: str, data: bytes, **options: Any) -> bool:
        made[options["file_name"]] = lambda: data
        return button(label, data, **options)

    def noted(offer: offered.Offer) -> None:
        made[offer.name] = offer.make
        put(offer)

    monkeypatch.setattr(st, "download_button", held)
    monkeypatch.setattr(offered, "put", noted)
    return made


def taken(run: str, **query: str) -> AppTest:
    return results(run=run, view="take", **query)


ALL_FILES = {
    "mini_resnet_aaaa.py",
    "mini_resnet_aaaa.ipynb",
    "fashion-mnist-subset.npz",
    "mini_resnet_aaaa.html",
    "run_aaaa.zip",
    "mini_resnet_aaaa_epochs.csv",
    "mini_resnet_aaaa_batches.csv",
    "mini_resnet_aaaa.json",
}


def test_a_run_is_taken_home_as_files(store: Store, files: Files) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.05], [0.5, 0.4]), finish("aaaa", 99)], "finished")
    assert not taken("aaaa").exception
    assert set(files) == ALL_FILES
    assert files["fashion-mnist-subset.npz"]() == SUBSET_FILE.read_bytes()
    assert "trained again as run aaaa of ResNet Lab" in files["mini_resnet_aaaa.py"]()
    assert "trained again as run aaaa" not in files["mini_resnet_aaaa.ipynb"]()
    assert "as run aaaa of ResNet Lab did" in files["mini_resnet_aaaa.ipynb"]()
    again = unpack(files["run_aaaa.zip"]())
    assert (again.run, again.config, again.events[-1].kind) == ("aaaa", QUICK, "finished")


def test_the_history_is_in_the_tables_as_it_was_told(store: Store, files: Files) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.05], [0.5, float("nan")]), finish("aaaa", 99)], "finished")
    taken("aaaa")
    epochs = list(csv.DictReader(io.StringIO(files["mini_resnet_aaaa_epochs.csv"]())))
    assert [(row["epoch"], row["step"], row["loss"], row["validation_loss"], row["learning_rate"]) for row in epochs] == [
        ("1", "3", "1.0", "0.5", "0.1"),
        ("2", "6", "0.5", "", "0.05"),
    ]
    batches = list(csv.DictReader(io.StringIO(files["mini_resnet_aaaa_batches.csv"]())))
    assert [(row["network"], row["step"], float(row["loss"])) for row in batches] == [(NETWORK, str(n), 3.0 / n) for n in range(1, 7)]
    whole = json.loads(files["mini_resnet_aaaa.json"]())
    assert whole["batches"]["loss"] == [3.0 / n for n in range(1, 7)]
    assert whole["epochs"][1]["validation_loss"] is None
    assert whole["training"]["recipe"]["learning_rate"] == 0.1
    assert whole["result"]["class_accuracy"] == {NETWORK: CLASSES}


@pytest.mark.parametrize(("language", "tag", "word"), [("en", "en", "Test accuracy"), ("zh", "zh-CN", "测试准确率")])
def test_the_report_needs_nothing_else(store: Store, files: Files, language: str, tag: str, word: str) -> None:
    keep_notebook(store, "aaaa")
    store.describe("aaaa", title="<b>Ours</b>", note="first\nrun")
    taken("aaaa", lang=language)
    page = files["mini_resnet_aaaa.html"]()
    assert page.startswith(f'<!doctype html>\n<html lang="{tag}">')
    assert "<h1>&lt;b&gt;Ours&lt;/b&gt;</h1>" in page
    assert "<p class=note>first\nrun</p>" in page
    assert word in page
    assert "85.6%" in page
    # Plotly once, both figures, and nothing that would have to be fetched.
    assert page.count("Plotly.newPlot(") - page.count('"Plotly.newPlot(') >= 2
    assert 'id="figure-1"' in page
    assert 'id="figure-2"' in page
    outside = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.search(r"""(?:src|href)\s*=|@import|url\(""", outside)
    assert not re.search(r"<script[^>]+src", page)


def test_of_a_race_each_network_is_taken_by_itself(store: Store, files: Files) -> None:
    config = race("plain-20", "residual-20")
    names = [network.name for network in config.networks]
    events = [
        replace(event, network=name, sequence=10 * event.sequence + place, loss=event.loss + place)  # type: ignore[call-arg, attr-defined]
        for event in course("aaaa", [0.1], [0.5])[1:]
        for place, name in enumerate(names)
    ]
    end = Finished(
        run="aaaa",
        sequence=99,
        time=99.0,
        test_loss=dict.fromkeys(names, 0.5),
        test_accuracy=dict.fromkeys(names, 0.855),
        class_accuracy=dict.fromkeys(names, CLASSES),
        best_epoch=None,
        stopped_early=False,
        seconds=9.0,
    )
    keep(store, "aaaa", [*events, end], "finished", config=config)
    taken("aaaa", net="residual-20")
    assert 'NAME = "residual-20"' in files["network_residual_20_aaaa.py"]()
    assert "training loss of epoch 1            2.0000" in files["network_residual_20_aaaa.py"]()


def test_figures_are_drawn_in_the_browser(store: Store) -> None:
    keep_notebook(store, "aaaa")
    (figures,) = [one for one in components(taken("aaaa")) if one.proto.component_name == "resnet_lab_figure_files"]
    told = json.loads(figures.proto.json)["figures"]
    assert [one["name"] for one in told] == [f"mini_resnet_aaaa_{name}" for name in ("curves", "classes", "confusion", "calibration")]
    assert all(one["figure"]["layout"]["paper_bgcolor"] == "#ffffff" for one in told[:2])
    assert told[2]["figure"] is told[3]["figure"] is None  # nothing has answered yet
    assert {trace["type"] for trace in told[0]["figure"]["data"]} == {"scatter"}
    assert [bar["type"] for bar in told[1]["figure"]["data"]] == ["bar"]


def test_a_network_is_made_a_file_in_the_form_that_is_chosen(store: Store, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def answered(lab: Service, question: str) -> Answer:
        return FOUND if question == "PredictTest" else Packed(b"12345")

    def heard(lab: Service, inquiry: Any) -> str:
        asked.append(inquiry)
        return type(inquiry).__name__

    monkeypatch.setattr(Service, "ask", heard)
    monkeypatch.setattr(Service, "answer", answered)
    monkeypatch.setattr(Service, "engine_state", property(lambda lab: "ready"))
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.05], [0.5, 0.4]), finish("aaaa", 99)], "finished")
    app = taken("aaaa")
    assert [type(one) for one in asked] == [PredictTest]  # for figure and report; no file is made unasked
    asked.clear()
    source = RunSubject("aaaa", PRESETS[NETWORK], "fashion-mnist-subset")
    for form, name in (("keras", "mini_resnet_aaaa.keras"), ("tensorboard", "mini_resnet_aaaa.tensorboard.zip")):
        app.session_state["take_model"] = form
        app = app.run()
        assert not app.exception
        assert files[name]() == b"12345"
        assert "take_model" not in app.session_state["inquiries_asked"], "the button has it, the session need not"
    told = replace(QUICK, recipe=replace(QUICK.recipe, precision="float32"))  # as the run said when it began
    assert SaveModel(source, "keras", told) in asked
    logs = next(one for one in asked if isinstance(one, WriteLogs))
    by_name = {(one.log, one.tag): one for one in logs.series}
    assert set(by_name) == {("train", tag) for tag in ("loss", "accuracy", "learning_rate")} | {
        ("validation", tag) for tag in ("loss", "accuracy")
    }
    np.testing.assert_allclose(by_name["train", "loss"].values, [3.0 / n for n in range(1, 7)])
    assert by_name["validation", "loss"].steps == (3, 6)


def test_what_the_network_answers_comes_into_report_and_figures(store: Store, files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Service, "ask", lambda lab, inquiry: "q")
    monkeypatch.setattr(Service, "answer", lambda lab, question: FOUND)
    monkeypatch.setattr(Service, "engine_state", property(lambda lab: "ready"))
    keep_notebook(store, "aaaa")
    (figures,) = [one for one in components(taken("aaaa")) if one.proto.component_name == "resnet_lab_figure_files"]
    matrix, calibration = (one["figure"] for one in json.loads(figures.proto.json)["figures"][2:])
    assert matrix["data"][0]["type"] == "heatmap"
    assert calibration["layout"]["xaxis"]["title"]["text"] == "Probability of the class named"
    page = files["mini_resnet_aaaa.html"]()
    assert "The most frequent mistake: T-shirt/top, called Shirt." in page
    assert "Probability and share right are 3.0 points apart on average" in page  # sure of all 100, right in 97
    # Of 13 called shirts 10 are; of 10 T-shirts 7 are called so: F1 = 2 · 1 · 0.7 / 1.7
    assert "<tr><td>T-shirt/top</td><td>100.0%</td><td>70.0%</td><td>82.4%</td><td>10</td></tr>" in page
    assert "<tr><td>Shirt</td><td>76.9%</td><td>100.0%</td><td>87.0%</td><td>10</td></tr>" in page


def figure_titles(app: AppTest) -> dict[str, bool]:
    """What can be taken as a picture, and whether it is there."""
    (figures,) = [one for one in components(app) if one.proto.component_name == "resnet_lab_figure_files"]
    return {one["title"]: one["figure"] is not None for one in json.loads(figures.proto.json)["figures"]}


def stop(run: str, step: int, epoch: int) -> Stopped:
    return Stopped(run=run, sequence=99, time=50.0, step=step, epoch=epoch)


def test_a_run_that_was_stopped_is_taken_home_as_far_as_it_came(store: Store, files: Files) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.05], [0.5], last_batches=2), stop("aaaa", 5, 2)], "stopped")
    app = taken("aaaa")
    assert "ended before its network was tested" in texts(app)
    assert "Continue it under “How good”" in texts(app)
    assert figure_titles(app) == {"Loss and accuracy": True}
    assert app.segmented_control(key="take_model").options == ["TensorBoard logs (.zip)"]
    assert set(files) == ALL_FILES
    assert len(list(csv.DictReader(io.StringIO(files["mini_resnet_aaaa_batches.csv"]())))) == 5
    assert json.loads(files["mini_resnet_aaaa.json"]())["result"] is None
    assert "training loss of epoch 1            1.0000" in files["mini_resnet_aaaa.py"]()
    assert "Stopped: after step 5, in epoch 2" in files["mini_resnet_aaaa.html"]()
    assert "It trains to the end of the recipe, which the run did not reach." in texts(app)
    again = unpack(files["run_aaaa.zip"]())
    assert (again.events[-1].kind, again.trained) == ("stopped", {})
    assert app.file_uploader(key="run_file")


def test_a_run_that_failed_before_its_first_batch_leaves_its_code(store: Store, files: Files) -> None:
    reason = Failed(run="aaaa", sequence=1, time=1.0, rule="no {what} left", values={"what": "<memory>"})
    keep(store, "aaaa", [reason], "failed")
    app = taken("aaaa")
    assert figure_titles(app) == {"Loss and accuracy": False}
    assert "Failed: no &lt;memory&gt; left" in files["mini_resnet_aaaa.html"]()
    assert '<div id="figure-1"' not in files["mini_resnet_aaaa.html"]()
    assert "SEED = 42" in files["mini_resnet_aaaa.py"]()
    assert unpack(files["run_aaaa.zip"]()).events[-1].kind == "failed"


def test_whether_the_weights_go_along_and_the_run_comes_back_is_said_beforehand(
    store: Store, files: Files, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.05], [0.5, 0.4]), finish("aaaa", 99)], "finished")
    said = texts(taken("aaaa"))
    assert "can be brought to another server on this page. It goes without the weights of mini-ResNet" in said
    network = PRESETS[NETWORK]
    weights = {"stem_conv/kernel": np.zeros((3, 3, 1, 16), np.float32)}
    trained.keep(trained.Trained(network, QUICK.dataset, weights, np.zeros((2_000, 10), np.float32)), tmp_path / "aaaa")
    assert "Its weights go with it." in texts(taken("aaaa"))
    deep = replace(QUICK, networks=(replace(network, depths=(600, 600, 600)),))
    keep(store, "bbbb", [stop("bbbb", 0, 0)], "stopped", config=deep)
    assert "The whole run cannot be brought back to a server: the network in the file has" in texts(taken("bbbb"))


def test_a_run_in_progress_is_not_taken_home_yet(store: Store, files: Files) -> None:
    keep(store, "aaaa", course("aaaa", [0.1], []), "running")
    assert "still in progress" in texts(taken("aaaa"))
    assert not files


def test_how_far_the_code_repeats_the_run_is_said_of_each_run(store: Store, files: Files) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.05], [0.5, 0.4]), finish("aaaa", 99)], "finished")
    plain = texts(taken("aaaa"))
    assert "The run's training loss in epoch 1 was 1.0000: compare." in plain
    assert "somebody stepped in" not in plain
    by_hand = RateChanged(run="bbbb", sequence=90, time=1.0, step=2, epoch=1, previous=0.1, learning_rate=0.2, cause="hand")
    keep(store, "bbbb", [*course("bbbb", [0.1, 0.2], [0.5, 0.4]), by_hand, finish("bbbb", 99)], "finished")
    assert "After step 2 somebody stepped in, which the code does not do" in texts(taken("bbbb"))


def test_the_network_that_comes_with_the_app_has_no_course(store: Store, files: Files) -> None:
    app = results(run="embedded", view="take")
    assert not app.exception
    assert not files
    assert app.file_uploader(key="run_file")


def brought(app: AppTest, name: str, data: bytes) -> AppTest:
    return app.file_uploader(key="run_file").set_value((name, data, "application/octet-stream")).run()


def test_a_run_that_is_brought_is_shown(store: Store, files: Files) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1, 0.05], [0.5, 0.4]), finish("aaaa", 99)], "finished", config=replace(QUICK, seed=7))
    app = taken("aaaa")
    app = brought(app, "run_aaaa.zip", files["run_aaaa.zip"]())
    assert not app.exception
    new, old = store.runs()[0], store.run("aaaa")
    assert old is not None
    assert {record.id for record in store.runs()} == {"aaaa", app.query_params["run"]}
    assert new.config.seed == 7
    assert "brought as a file" in texts(app)
    assert "view" not in app.query_params


@pytest.mark.parametrize(
    ("name", "data", "complaint"),
    [
        ("run.zip", b"no archive", "run.zip: the file cannot be read as a .zip archive"),
        ("model.keras", b"PK", "model.keras: the file cannot be read as a .zip archive"),
        ("photo.PNG", b"PK", "photo.PNG: a run comes as a .zip and a network as a .keras file, got one that ends in '.png'"),
        ("run", b"PK", "run: a run comes as a .zip and a network as a .keras file, got one that ends in ''"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_with_its_reason(store: Store, name: str, data: bytes, complaint: str) -> None:
    keep_notebook(store, "aaaa")
    app = brought(taken("aaaa"), name, data)
    assert complaint in texts(app).replace("\\", "")
    assert [record.id for record in store.runs()] == ["aaaa"]


def test_a_model_file_names_its_network() -> None:
    described = json.loads(describe_model(RACERS["plain-20"], "fashion-mnist-14", None))
    assert (described["format"], described["network"]["name"], "training" in described) == ("resnet-lab-model", "plain-20", False)
