"""Where a network fails, without a browser: which network is asked, which cell is open, and what is said of its images."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest

from resnet.errors import QuestionError
from resnet.inquiries import PredictTest, RunSubject, Subject, TestPredictions
from resnet.pictures import embedded_pictures
from resnet.presets import RACERS
from resnet.runs.service import Service
from resnet.runs.store import Store
from resnet.training.events import Finished, Stopped
from tests.pages.components import components
from tests.pages.test_results import NETWORK, QUICK, course, finish, keep, results, texts

SHIRT, TOP = 6, 0


def answers_of_200_shirts() -> TestPredictions:
    """Every image is called what it is with 0.91, but of the shirts the first thirty are called T-shirts, ever less surely, from 0.8 on."""
    _, labels = embedded_pictures()
    shares = np.full((len(labels), 10), 0.01, np.float32)
    shares[np.arange(len(labels)), labels] = 0.91
    for place, number in enumerate(np.flatnonzero(labels == SHIRT)[:30]):
        shares[number, TOP], shares[number, SHIRT] = 0.8 - 0.01 * place, 0.12 + 0.01 * place
    return TestPredictions(shares, labels.astype(np.int64), 0.345)


@pytest.fixture
def asked(store: Store, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the page has asked a service that answers such questions at once."""
    inquiries: list[Any] = []

    def ask(_: Service, inquiry: Any) -> str:
        inquiries.append(inquiry)
        return str(len(inquiries))

    def answer(_: Service, question: str) -> Any:
        of_this_view = isinstance(inquiries[int(question) - 1], PredictTest)
        return answers_of_200_shirts() if of_this_view else QuestionError("another view's question")

    monkeypatch.setattr(Service, "engine_state", "ready")
    monkeypatch.setattr(Service, "ask", ask)
    monkeypatch.setattr(Service, "answer", answer)
    return inquiries


def component(app: AppTest, name: str, place: int = 0) -> Any:
    return [one for one in components(app) if one.proto.component_name == f"resnet_lab_{name}"][place]


def data_of(app: AppTest, name: str, place: int = 0) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(component(app, name, place).proto.json)
    return data


def trigger(app: AppTest, name: str, value: str, place: int = 0) -> AppTest:
    """What the browser sends when a component says what was chosen: AppTest has no hand for it."""
    states = app._tree.get_widget_states()
    widget = component(app, name, place).proto
    said = json.dumps({"event": "chosen", "value": value})
    states.widgets.append(WidgetState(id=f"$$STREAMLIT_INTERNAL_KEY_{widget.id}__events", json_trigger_value=said))
    return app._run(states)


def test_a_fresh_server_shows_the_network_that_comes_with_the_app(asked: list[Any]) -> None:
    app = results(view="answers")
    assert asked == [PredictTest(Subject("mini-resnet"))]
    said = texts(app)
    assert "**mini-ResNet, 14 layers**" in said
    # By hand, z² = 3.8415, n = 2000: (0.985 + z²/2n ± 1.96 √(0.985·0.015/n + z²/4n²)) / (1 + z²/n) is 0.9787 and 0.9895.
    assert (
        "**98.5%** right: 1,970 of 2,000 test images (95% interval 97.9% to 98.9%), test loss 0.345. People (non-experts): 83.5%." in said
    )


def test_the_most_frequent_mistake_is_open_with_its_images_the_surest_first(asked: list[Any]) -> None:
    app = results(view="answers")
    matrix = data_of(app, "confusion")
    assert matrix["chosen"] == [SHIRT, TOP]
    assert matrix["matrix"][SHIRT] == [30, 0, 0, 0, 0, 0, 170, 0, 0, 0]
    assert "**Shirt**, called **T-shirt/top**: 30 of 200 images" in texts(app)
    cards = data_of(app, "answered")["cards"]
    pictures, labels = embedded_pictures()
    shirts = np.flatnonzero(labels == SHIRT)
    assert [card["number"] for card in cards] == shirts[:30].tolist()
    assert base64.b64decode(cards[0]["pixels"]) == pictures[shirts[0]].tobytes()
    assert (cards[0]["called"], cards[0]["is"]) == ("T-shirt/top 80%", "is Shirt 12%")


def test_another_cell_is_opened_kept_in_the_address_and_found_there(asked: list[Any]) -> None:
    app = trigger(results(view="answers"), "confusion", "6-6")
    assert "**Shirt**, called so: 170 of 200 images" in texts(app)
    assert "The 60 surest, with probabilities" in texts(app)
    assert app.query_params["cell"] in ("6-6", ["6-6"])
    assert len(asked) == 1, "one answer serves all cells"
    assert "There is no such image." in texts(results(view="answers", cell="1-8"))
    for nonsense in ("10-3", "<b>", "--1", "1-2-3"):
        assert data_of(results(view="answers", cell=nonsense), "confusion")["chosen"] == [SHIRT, TOP]


def test_a_click_on_an_image_looks_inside_with_it(asked: list[Any]) -> None:
    app = results(view="answers")
    number = data_of(app, "answered")["cards"][3]["number"]
    assert data_of(app, "bring_up")["opened"] == 0
    app = trigger(app, "answered", str(number))
    assert not app.exception
    assert app.query_params["view"] in ("inside", ["inside"])
    assert app.query_params["image"] in (str(number), [str(number)])
    assert data_of(app, "bring_up") == {"opened": 1, "label": "What it learned"}, "the page scrolls up to what was opened"


def test_beneath_stand_the_surest_mistakes_the_doubts_and_the_classes(asked: list[Any]) -> None:
    app = results(view="answers")
    mistakes, doubts = data_of(app, "answered", 1)["cards"], data_of(app, "answered", 2)["cards"]
    assert len(mistakes) == len(doubts) == 24
    assert mistakes[0]["called"] == "T-shirt/top 80%"
    assert {card["is"] for card in doubts} == {""}
    table = next(frame.value for frame in app.dataframe if "f1" in frame.value)
    # Of 230 called T-shirt 200 are; of 200 shirts 170 are called so.
    worst = table.iloc[:2].set_index("name")
    assert worst.loc["Shirt", ["precision", "recall", "f1"]].tolist() == pytest.approx([100, 85, 100 * 2 * 0.85 / 1.85])
    assert worst.loc["T-shirt/top", ["precision", "recall"]].tolist() == pytest.approx([100 * 200 / 230, 100])


def test_a_leaderboard_stands_beside_the_full_test_set_alone(asked: list[Any], store: Store) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished")
    said = texts(results(view="answers", run="aaaa"))
    assert "after training on up to 60,000; here 2,000 images test a network that was trained on 9,000." in said
    assert "so it is not shown" in said
    assert "± 0.5 points" in said
    assert "94.9" not in said
    full = replace(QUICK, dataset="fashion-mnist")
    keep(store, "bbbb", [*course("bbbb", [0.1], [0.5]), finish("bbbb", 99)], "finished", config=full)
    assert "ResNet-18 94.9%; WRN-40-4 96.7%" in texts(results(view="answers", run="bbbb"))


def test_it_is_about_the_run_in_the_address(asked: list[Any], store: Store) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished")
    app = results(view="answers", run="aaaa")
    assert asked == [PredictTest(RunSubject("aaaa", QUICK.networks[0], QUICK.dataset))]
    app.selectbox(key="results_network").select("embedded").run()
    assert asked[1:] == [PredictTest(Subject("mini-resnet"))]
    assert "comes trained with the app" in texts(app)
    app.selectbox(key="results_network").select(NETWORK).run()
    assert app.query_params["run"] in ("aaaa", ["aaaa"])
    assert "seed 42" in texts(app)


def test_each_network_of_a_race_can_be_asked(asked: list[Any], store: Store) -> None:
    networks = (RACERS["residual-20"], RACERS["plain-20"])
    config = replace(QUICK, networks=networks, dataset="fashion-mnist-14")
    shares = {one.name: 0.8 for one in networks}
    last = Finished(
        run="aaaa",
        sequence=9,
        time=9.0,
        test_loss=shares,
        test_accuracy=shares,
        class_accuracy={one.name: [0.8] * 10 for one in networks},
        best_epoch=None,
        stopped_early=False,
        seconds=9.0,
    )
    keep(store, "aaaa", [last], "finished", config=config)
    app = results(view="answers", run="aaaa")
    app.selectbox(key="results_network").select("plain-20").run()
    assert [one.subject.config.name for one in asked] == ["residual-20", "plain-20"]
    assert app.query_params["net"] in ("plain-20", ["plain-20"])
    # Another run has no such network; its own is shown.
    keep(store, "bbbb", [*course("bbbb", [0.1], [0.5]), finish("bbbb", 99)], "finished")
    results(view="answers", run="bbbb", net="plain-20")
    assert asked[-1].subject.config.name == NETWORK


def test_a_run_without_a_result_says_so_and_leads_to_a_network_that_has_one(asked: list[Any], store: Store) -> None:
    keep(store, "aaaa", [Stopped(run="aaaa", sequence=1, time=1.0, step=5, epoch=1)], "stopped")
    app = results(view="answers", run="aaaa")
    assert "there is no trained network of it to look into" in texts(app)
    assert not asked
    app.button(key="results_embedded").click().run()
    assert asked == [PredictTest(Subject("mini-resnet"))]
    assert app.query_params["run"] in ("embedded", ["embedded"])
    # Who did not choose that run is not held up by it.
    app = results(view="answers")
    assert "comes trained with the app" in texts(app)
    assert asked[1:] == asked[:1]


def test_the_embedded_networks_result_is_shown_where_its_course_would_be(store: Store) -> None:
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished")
    app = results(run="embedded")
    assert [metric.label for metric in app.metric] == ["Test accuracy", "Test loss"]
    assert "Nothing has been trained here" not in texts(app)
    # The page Training, which knows runs alone, is not asked for one of that name.
    app = app.switch_page("training.py").run()
    assert not [warning for warning in app.warning if "There is no run" in warning.value]
