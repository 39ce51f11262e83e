"""The page Experiments without a browser: what is predicted, started, recorded, and said of what was measured."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.experiments.lesion import _Lesion
from pages.parts.inquiry import REST, Inquiring
from resnet.errors import QuestionError
from resnet.experiments import recordings
from resnet.experiments.catalogue import FEWEST_STEPS, KEYS, RACES, Settings, train_config
from resnet.experiments.lesion import recorded_cuts
from resnet.inquiries import Cut, CutResult, Inquiry, MeasureChain, Strip, Subject
from resnet.runs import answers, service
from resnet.runs.answers import Answers
from resnet.runs.store import Store
from resnet.training.events import Event, Finished
from tests.pages.components import components
from tests.pages.training_page import ROUTER, button, enabled, texts
from tests.unit.test_experiments import batches, gradients, started, trouble

LOSSES = {"plain-20": 0.77, "plain-56": 2.20, "residual-20": 0.55, "residual-56": 0.61}


def experiments(**query: str) -> AppTest:
    app = AppTest.from_file(ROUTER, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run().switch_page("experiments.py").run()


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of recordings of this test's own."""
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    recordings.load.cache_clear()
    yield tmp_path
    recordings.load.cache_clear()


def finished(losses: Mapping[str, float]) -> Finished:
    shares = dict.fromkeys(losses, 0.5)
    return Finished(
        run="r",
        sequence=9_999,
        time=1.0,
        test_loss=shares,
        test_accuracy=shares,
        class_accuracy={},
        best_epoch=1,
        stopped_early=False,
        seconds=1.0,
    )


def told(losses: Mapping[str, float], steps: int = 40) -> list[Event]:
    """A run whose networks keep these losses from the first step to the last."""
    layers = {name: ["stem_conv", "stage1_block1_conv1", "stage1_block1_conv2", "stage1_block2_conv1", "head_dense"] for name in losses}
    curves = [batch for name, loss in losses.items() for batch in batches(name, [loss] * steps)]
    events = [
        started(layers),
        *curves,
        *(gradients(name, [1.0, 0.01, 0.1, 1.0, 1.0], step) for name in losses for step in range(1, 6)),
        finished(losses),
    ]
    return [replace(event, run="r", sequence=place) for place, event in enumerate(events, start=1)]


def keep(store: Store, key: str, events: list[Event], settings: Settings | None = None, state: str = "finished") -> None:
    store.add_run("r", train_config(RACES[key], settings or Settings(steps=40)))
    store.append("r", events, state)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", KEYS)
def test_every_experiment_asks_before_it_shows(key: str, store: Store) -> None:
    app = experiments(experiment=key)
    assert not app.exception
    view = ("long" if recordings.load("long") is not None else "own") if key == "rescue" else ""
    prediction = app.radio(key=f"prediction_widget_{key}{view}")
    assert prediction.value is None
    assert not prediction.disabled
    assert len(app.title) == 1


def test_without_an_engine_recordings_are_what_is_left(recorded: Path) -> None:
    write(recorded, "cure")
    app = experiments(experiment="cure")
    assert "no training engine" in texts(app)
    assert enabled(app) == ["Draw the curve you expect", "Play the recording"]


def test_start_queues_the_four_and_puts_them_into_the_address(store: Store) -> None:
    app = experiments(experiment="cure")
    app.number_input(key="experiment_cure_steps").set_value(60).run()
    app.number_input(key="experiment_cure_seed").set_value(7).run()
    app.select_slider(key="experiment_cure_depth").set_value(44).run()
    button(app, "Run it live")
    (record,) = store.runs()
    assert record.config == train_config(RACES["cure"], Settings(steps=60, seed=7, depth=44))
    assert [network.name for network in record.config.networks] == ["plain-20", "plain-44", "residual-20", "residual-44"]
    assert (app.query_params["run"], app.query_params["experiment"]) == (record.id, "cure")
    button(app, "Stop")
    app.switch_page("training.py").run()
    assert "race of plain-20, plain-44, residual-20, residual-44" in texts(app)
    app.switch_page("experiments.py").run()
    assert app.number_input(key="experiment_cure_seed").value == 7, "settings outlive a visit elsewhere"


def test_the_prediction_stays_beside_the_data_and_is_locked(store: Store) -> None:
    app = experiments(experiment="disease")
    app.radio(key="prediction_widget_disease").set_value("deep").run()
    keep(store, "disease", told({"plain-20": 0.77, "plain-56": 2.20}))
    app.query_params["run"] = "r"
    app.run()
    prediction = app.radio(key="prediction_widget_disease")
    assert (prediction.value, prediction.disabled) == ("deep", True)
    late = experiments(experiment="disease", run="r")
    assert "No prediction was made" in texts(late)


@pytest.mark.parametrize(
    ("losses", "said"),
    [
        ((0.77, 2.20), ["fits its training images worse", "2.20", "0.77", "a gap of 1.43 ± 0.00", "hardly learned anything"]),
        ((0.77, 0.50), ["The effect did not show here; it is reversed", "0.50, lower than the 0.77", "by 0.27"]),
        ((0.77, 0.77), ["No clear difference shows here", "repeat it over several seeds"]),
    ],
)
def test_the_disease_is_told_as_it_was_measured(losses: tuple[float, float], said: list[str], store: Store) -> None:
    keep(store, "disease", told(dict(zip(("plain-20", "plain-56"), losses, strict=True))))
    words = texts(experiments(experiment="disease", run="r"))
    for part in ["What this run showed", *said]:
        assert part in words


def test_the_cure_is_a_table_and_four_sentences(store: Store) -> None:
    keep(store, "cure", told(LOSSES))
    words = texts(experiments(experiment="cure", run="r"))
    for part in (
        "| plain | 0.77 | 2.20 |",
        "| residual | 0.55 | 0.61 |",
        "**Without shortcuts, depth hurts:** plain-56 ends 1.43 above plain-20.",
        "**Shortcuts help the deep network:** plain-56 ends 1.59 above residual-56.",
        "**With shortcuts, the deeper network is not better after so few steps:** residual-56 ends 0.06 above residual-20.",
        "at the small depth the plain network ends 0.22 above the residual one",
        "Training loss, last 10 batches",
        "Over five seeds such gaps scattered",
        "Test accuracy after the last step: plain-20 50.0%",
    ):
        assert part in words


def test_the_gradient_is_told_in_the_direction_it_has(store: Store) -> None:
    keep(store, "gradient", told({"plain-56": 2.2, "residual-56": 0.6}))
    words = texts(experiments(experiment="gradient", run="r"))
    assert "In the plain network it **fades towards the input**: in the first third of the layers it is 0.01 times" in words
    assert "gradients per weight: a kernel's norm by the root of its number of weights" in words


def test_a_high_rate_is_told_by_its_trouble(store: Store) -> None:
    events = told({"residual-20": 2.31})
    events.insert(-1, replace(trouble("plateau", 30, 2.32), run="r", sequence=9_000))
    keep(store, "rate", [replace(event, sequence=place) for place, event in enumerate(events, start=1)])
    assert "No divergence: a plateau" in texts(experiments(experiment="rate", run="r"))


@pytest.mark.parametrize(("steps", "compared"), [(40, True), (41, False)])
def test_the_usual_rate_is_told_at_the_same_step_or_not_at_all(steps: int, compared: bool, store: Store, recorded: Path) -> None:
    write(recorded, "cure")
    keep(store, "rate", told({"residual-20": 1.0}, steps), Settings(steps=steps, rate=1.0))
    words = texts(experiments(experiment="rate", run="r"))
    assert "It learned all the same" in words
    assert ("After as many steps, 40, the same network at 0.001 had a loss of 0.55." in words) == compared


def test_a_run_of_another_experiment_is_not_shown_here(store: Store) -> None:
    keep(store, "cure", told(LOSSES))
    app = experiments(experiment="disease", run="r")
    assert "What this run showed" not in texts(app)
    assert "Run it live" in enabled(app)


def test_a_run_in_progress_says_nothing_yet(store: Store) -> None:
    keep(store, "disease", told({"plain-20": 1.0, "plain-56": 2.0})[:-1], state="stopped")
    store.add_run("s", train_config(RACES["disease"], Settings(steps=40)))
    app = experiments(experiment="disease", run="s")
    assert "What this run showed" not in texts(app)


def test_a_recording_is_marked_and_its_words_are_of_the_recording(recorded: Path) -> None:
    write(recorded, "cure")
    app = experiments(experiment="cure")
    button(app, "Play the recording")
    assert app.radio(key="prediction_widget_cure").disabled, "the data is on its way"
    assert "What the recorded run showed" not in texts(app), "not before it was played"
    app.session_state["experiments"]["cure"].played = True
    app.run()
    assert "What the recorded run showed" in texts(app)
    assert "plain-56 ends 1.43 above plain-20" in texts(app)
    button(app, "Leave the recording")
    assert not app.radio(key="prediction_widget_cure").disabled


def test_the_long_run_tells_whether_the_gap_closes(recorded: Path) -> None:
    config = train_config(RACES["gradient"], Settings(steps=40))
    events = told({"plain-56": 1.0, "residual-56": 0.5})
    recordings.write(recorded / "long.json.gz", config, events, machine="m", recorded="2026-01-01")
    app = experiments(experiment="rescue")
    button(app, "Play the recording")
    app.session_state["experiments"]["rescue"].played = True
    words = texts(app.run())
    assert "**It has not caught up.** After 40 steps plain-56 has a training loss of 1.00, residual-56 0.50" in words
    assert "The gap is about as wide at the end as it ever was (0.50)" in words
    assert "± is the standard error over these batches of this one run" in words


def test_a_rescue_is_compared_with_the_recorded_run(store: Store, recorded: Path) -> None:
    config = train_config(RACES["gradient"], Settings(steps=40))
    events = told({"plain-56": 2.2, "residual-56": 0.5})
    recordings.write(recorded / "long.json.gz", config, events, machine="m", recorded="2026-01-01")
    keep(store, "rescue", told({"plain-56": 1.5}), Settings(steps=40, rate=3e-4))
    app = experiments(experiment="rescue", run="r")
    assert (
        "**Better, but no rescue:** after 40 steps plain-56 at 0.0003 has a loss of 1.50. At 0.001 it had 2.20 by then, residual-56 0.50."
        in texts(app)
    )


def test_a_rescue_of_another_seed_is_laid_against_nothing(store: Store, recorded: Path) -> None:
    config = train_config(RACES["gradient"], Settings(steps=40, seed=42))
    recordings.write(recorded / "long.json.gz", config, told({"plain-56": 2.2, "residual-56": 0.5}), machine="m", recorded="2026-01-01")
    keep(store, "rescue", told({"plain-56": 1.5}), Settings(steps=40, seed=7, rate=3e-4))
    app = experiments(experiment="rescue", run="r")
    assert "**Nothing to compare it with:** after 40 steps plain-56 at 0.0003 has a loss of 1.50." in texts(app)
    assert "no recorded run of seed 7" in texts(app)
    assert "2.20" not in texts(app)
    assert drawn_under(app) == []
    store.add_run("s", train_config(RACES["rescue"], Settings(steps=40, seed=42, rate=3e-4)))
    app.session_state["experiments"]["rescue"].tried = ["r"]
    app.query_params["run"] = "s"
    assert drawn_under(app.run()) == ["plain-56 at 0.001", "residual-56 at 0.001"], "nor is the attempt of another seed"


def drawn_under(app: AppTest) -> list[str]:
    """The names of the curves laid under those of the race."""
    (chart,) = (one for one in components(app) if one.proto.component_name == "resnet_lab_race")
    return [line["name"] for line in json.loads(chart.proto.json)["under"]]


def test_each_question_of_the_rescue_has_a_curve_of_its_own(store: Store, recorded: Path) -> None:
    config = train_config(RACES["gradient"], Settings(steps=40))
    recordings.write(recorded / "long.json.gz", config, told({"plain-56": 1.0, "residual-56": 0.5}), machine="m", recorded="2026-01-01")
    app = button(experiments(experiment="rescue"), "Draw the curve you expect")
    assert "Remove my curve" in enabled(app)
    app.segmented_control(key="rescue_view").set_value("own").run()
    assert "Draw the curve you expect" in enabled(app)
    app.segmented_control(key="rescue_view").set_value("long").run()
    assert "Remove my curve" in enabled(app)


def test_a_race_is_never_too_short_to_speak_of(store: Store) -> None:
    keep(store, "disease", told({"plain-20": 0.77, "plain-56": 2.20}, steps=FEWEST_STEPS), Settings(steps=FEWEST_STEPS))
    app = experiments(experiment="disease", run="r")
    assert "What this run showed" in texts(app)
    assert app.number_input(key="experiment_disease_steps").min == FEWEST_STEPS


def test_the_lesion_says_what_is_left(store: Store) -> None:
    app = experiments(experiment="lesion")
    state = _Lesion(cut=["stage2_block4"])
    asked = Cut(Subject("residual-56"), "branch", ("stage2_block4",))
    state.inquiring.found[asked] = CutResult(0.861, 0.880, 0.4, 0.3, np.zeros(10), np.zeros(10))
    app.session_state["lesion"] = state
    app.run()
    assert not app.exception
    assert "Without this one branch residual-56 still gets **86.1%** right (untouched: 88.0%)" in texts(app)
    state.cut = ["stage1_block1"]
    state.inquiring.found[replace(asked, places=("stage1_block1",))] = CutResult(0.11, 0.880, 4.0, 0.3, np.zeros(10), np.zeros(10))
    words = texts(app.run())
    assert "gets **11.0%** right" in words
    assert "no better than guessing" in words
    assert "2 places measured: 1 cost less than 5 points" in words


def test_the_lesion_is_explained_by_what_was_recorded(store: Store) -> None:
    recording = recorded_cuts()
    assert recording is not None
    falls = recording.falls("residual-56", "branch")
    worst, points = max(falls.items(), key=lambda item: item[1])
    words = texts(experiments(experiment="lesion"))
    assert f"the largest falls are {worst[5]}.{worst[-1]} ({points * 100:.1f}), " in words
    assert f"The blocks that change the shape: 2.1 ({falls['stage2_block1'] * 100:.1f}), 3.1 (" in words


def test_a_question_waits_for_an_engine_that_is_starting(store: Store) -> None:
    app = experiments(experiment="lesion")
    button(app, "Cut each in turn")
    assert not app.exception
    assert not app.error
    assert "The engine is starting" in texts(app)
    assert {"Stop"} <= set(enabled(app))
    button(app, "Stop")
    assert "The engine is starting" not in texts(app)


def test_a_question_that_cannot_be_asked_says_why(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    app = experiments(experiment="lesion")
    lab = service.current()
    assert lab is not None
    monkeypatch.setattr(lab._dispatch._keeper, "_state", "failed")
    button(app, "Cut each in turn")
    app.run()
    assert not app.exception
    assert [error.value for error in app.error] == ["the training engine could not be started; the server tries again"]
    state = {item.key: item.disabled for item in app.button}
    assert (state["lesion_each"], state["lesion_heal"]) == (False, True)
    assert "lesion_stop" not in state, "nothing is being asked any more"
    app.segmented_control(key="lesion_network").set_value("plain-20").run()
    assert not app.error, "that was about the other network"


def test_a_question_that_is_not_taken_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "MOST_PENDING", 2)
    lab = Answers()
    lab.connect(NeverAnswering())  # type: ignore[arg-type]
    others = [lab.ask(MeasureChain(1, seed, True), otherwise=QuestionError("-")) for seed in (1, 2)]
    ours = [Cut(Subject("residual-56"), "branch", (place,)) for place in ("stage2_block1", "stage2_block2")]
    inquiring = Inquiring()
    inquiring.want(ours)
    asking = Asking(lab)
    for _ in range(REST + 1):
        assert not inquiring.look(asking)  # type: ignore[arg-type]
    assert (inquiring.problem, inquiring.wanted, inquiring.asked, inquiring.progress) == (
        None,
        ours,
        {},
        "Waiting: other questions come first",
    )
    assert asking.times == 2, "not at every look"
    for name in others:
        lab._questions[name].outcome = Strip(blocks=(), ratio=np.zeros(0), spread=np.zeros(0))
    for _ in range(REST):
        inquiring.look(asking)  # type: ignore[arg-type]
    assert (inquiring.wanted, list(inquiring.asked)) == ([], ours)
    inquiring.problem = QuestionError("-")
    inquiring.give_up()
    assert inquiring.problem is None
    other = Cut(Subject("plain-20"), "layer", ("stage2_block1_conv2",))
    inquiring.want([other])
    for asked in inquiring.asked.values():
        assert asked.question is not None
        lab._questions[asked.question].outcome = QuestionError("too late")
    inquiring.look(asking)  # type: ignore[arg-type]
    assert (inquiring.problem, inquiring.pending) == (None, True), "what nobody wants to know any more may fail"


class NeverAnswering:
    """A connection to workers that are busy for ever."""

    def subscribe_topic(self, topic: str, handler: object) -> None: ...

    def submit(self, *args: object, **options: object) -> NeverAnswering:
        return self

    def add_done_callback(self, then: object) -> None: ...

    def release(self) -> None: ...


class Asking:
    """What pages use of the service, with its answers alone; counts the questions."""

    engine_state = "ready"

    def __init__(self, answers: Answers) -> None:
        self.answers, self.times, self.answer = answers, 0, answers.answer

    def ask(self, inquiry: Inquiry) -> str:
        self.times += 1
        return self.answers.ask(inquiry, otherwise=QuestionError("-"))


def test_the_long_run_is_asked_about_only_where_it_was_recorded(store: Store, recorded: Path) -> None:
    app = experiments(experiment="rescue")
    assert app.session_state["experiments"]["rescue"].view == "own"
    assert "Run it live" in enabled(app)
    assert "There is no recording" not in texts(app), "nothing is missed in this view"
    write(recorded, "long")
    recordings.load.cache_clear()
    assert experiments(experiment="rescue").session_state["experiments"]["rescue"].view == "long"


def test_a_rescue_of_ones_own_is_no_answer_to_the_long_question(store: Store, recorded: Path) -> None:
    write(recorded, "long")
    keep(store, "rescue", told({"plain-56": 1.5}), Settings(steps=40, rate=3e-4))
    app = experiments(experiment="rescue", run="r")
    assert app.radio(key="prediction_widget_rescueown").disabled, "its data is here"
    next(item for item in app.button_group if item.label == "Question").set_value("long").run()
    assert not app.radio(key="prediction_widget_rescuelong").disabled
    assert "What this run showed" not in texts(app)
    app.run()
    assert app.session_state["experiments"]["rescue"].view == "long", "the run in the address is known, and does not insist"
    button(app, "Play the recording")
    assert app.radio(key="prediction_widget_rescuelong").disabled


def test_a_prediction_outlives_the_choice_of_another_depth(store: Store) -> None:
    app = experiments(experiment="cure")
    app.radio(key="prediction_widget_cure").set_value("plain-deep").run()
    app.select_slider(key="experiment_cure_depth").set_value(44).run()
    prediction = app.radio(key="prediction_widget_cure")
    assert (prediction.value, prediction.options) == ("plain-deep", ["plain-20", "plain-44", "residual-20", "residual-44"])
    told_browser = (prediction.proto.set_value, prediction.proto.raw_value)
    assert told_browser == (True, "plain-44"), "which knows the choice as plain-56"
    app.select_slider(key="experiment_cure_depth").set_value(32).run()
    keep(store, "cure", told(LOSSES))
    app.query_params["run"] = "r"
    app.run()
    prediction = app.radio(key="prediction_widget_cure")
    assert (prediction.value, prediction.disabled) == ("plain-deep", True)
    assert prediction.options == list(LOSSES), "the networks that ran, not those that are chosen for the next run"


def test_one_can_predict_anew(store: Store) -> None:
    keep(store, "disease", told({"plain-20": 0.77, "plain-56": 2.20}))
    app = experiments(experiment="disease")
    app.radio(key="prediction_widget_disease").set_value("deep").run()
    button(app, "Draw the curve you expect")
    app.query_params["run"] = "r"
    app.run()
    own = app.session_state["experiments"]["disease"]
    assert own.guess.heights == [2.3] * 5
    button(app, "Predict anew")
    prediction = app.radio(key="prediction_widget_disease")
    assert (prediction.value, prediction.disabled) == (None, False)
    assert "run" not in app.query_params
    assert (own.run, own.guess.heights, own.tried) == (None, None, ["r"])
    assert "What this run showed" not in texts(app)
    assert "Predict anew" not in enabled(app)
    assert store.run("r") is not None


def test_nothing_is_put_away_while_it_comes(store: Store) -> None:
    keep(store, "disease", told({"plain-20": 0.77, "plain-56": 2.20})[:-1], state="running")
    app = experiments(experiment="disease", run="r")
    assert app.radio(key="prediction_widget_disease").disabled
    assert app.button(key="prediction_anew_disease").disabled


def test_a_lesion_can_be_predicted_anew(store: Store) -> None:
    app = experiments(experiment="lesion")
    app.radio(key="prediction_widget_lesion").set_value("hardly").run()
    state = _Lesion(cut=["stage2_block4"])
    state.inquiring.found[state.question(["stage2_block4"])] = CutResult(0.861, 0.880, 0.4, 0.3, np.zeros(10), np.zeros(10))
    app.session_state["lesion"] = state
    app.run()
    assert (app.radio(key="prediction_widget_lesion").value, app.radio(key="prediction_widget_lesion").disabled) == ("hardly", True)
    button(app, "Predict anew")
    assert (app.radio(key="prediction_widget_lesion").value, app.radio(key="prediction_widget_lesion").disabled) == (None, False)
    assert (state.cut, state.inquiring.found) == ([], {})


def test_a_run_that_was_stopped_is_told_by_the_steps_it_has(store: Store) -> None:
    keep(store, "disease", told({"plain-20": 0.77, "plain-56": 2.20}, steps=40)[:-1], Settings(steps=200), state="stopped")
    words = texts(experiments(experiment="disease", run="r"))
    assert "What this run showed" in words
    assert "losses are means over the last 10 of 40 steps" in words


@pytest.mark.parametrize("key", [key for key in KEYS if key in RACES and recordings.load(RACES[key].recordings[0]) is not None])
def test_what_comes_recorded_shows_something(key: str) -> None:
    app = experiments(experiment=key)
    button(app, "Play the recording")
    app.session_state["experiments"][key].played = True
    words = texts(app.run())
    assert not app.exception
    assert "What the recorded run showed" in words
    assert "Too few steps" not in words


def test_the_recorded_identity_shows_something() -> None:
    app = experiments(experiment="identity")
    button(app, "Play the recording")
    app.session_state["experiments"]["identity"].played = True
    assert "What the recorded run showed" in texts(app.run())
    button(app, "Predict anew")
    assert not app.radio(key="prediction_widget_identity").disabled


def write(folder: Path, name: str) -> None:
    config = train_config(RACES["cure"], Settings(steps=40))
    recordings.write(folder / f"{name}.json.gz", config, told(LOSSES), machine="a machine", recorded="2026-01-01")
