"""The page Lesson: steps with their ticks in the address, ten images to label, files to take home; and the quizzes of all pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.lesson.labels import Labelling
from pages.parts.lesson.text import QUIZZES, questions
from resnet.pictures import a_dozen, embedded_pictures
from resnet.presets import race
from resnet.runs import files
from resnet.runs.store import Store
from resnet.teaching.labelling import ten_images
from resnet.teaching.steps import STEPS, step_title
from resnet.training.events import BatchEnd, Event
from resnet.wording import class_titles, english

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


def _open(page: str, **parameters: str) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=60)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    app.switch_page(f"{page}.py").run()
    assert not app.exception
    return app


@pytest.fixture
def app() -> AppTest:
    return _open("lesson")


def _clock(app: AppTest) -> dict[str, object]:
    (data,) = (json.loads(one.proto.json) for one in app.get("bidi_component") if '"minutes"' in one.proto.json)
    return dict(data)


def _heading(app: AppTest) -> str:
    return app.header[0].value


# The steps


def test_each_step_says_what_to_do_ask_and_expect(app: AppTest) -> None:
    for number, step in enumerate(STEPS, start=1):
        assert _heading(app).startswith(f"{number}. {step_title(step.key, english)}")
        assert f"minutes {step.start} to {step.end}" in _heading(app)
        words = "\n".join(markdown.value for markdown in app.markdown)
        for part in ("Aim", "What to do", "What to ask", "What was measured, what to expect"):
            assert f":gray[**{part}**]" in words
        assert "{{" not in words
        assert len(app.get("page_link")) == len(step.links)
        assert _clock(app)["step"] == step.key
        if number < len(STEPS):
            app.button(key="lesson_next").click().run()
            assert not app.exception
    assert app.button(key="lesson_next").disabled
    assert app.query_params["lesson"] == "exit"


def test_links_lead_to_the_place_of_the_step() -> None:
    app = _open("lesson", lesson="cure")
    links = [link.proto for link in app.get("page_link")]
    assert [link.page for link in links] == ["experiments", "experiments"]
    assert ["experiment=cure" in link.query_string for link in links] == [True, False]
    assert "experiment=rescue" in links[1].query_string


def test_ticks_are_kept_over_pages_and_in_the_address(app: AppTest) -> None:
    app.checkbox(key="lesson_done_recall").check().run()
    app.button(key="lesson_next").click().run()
    app.checkbox(key="lesson_done_construction").check().run()
    assert app.query_params["done"] == "recall.construction"
    app.query_params.clear()  # what a click in the navigation does
    app.switch_page("idea.py").run()
    app.switch_page("lesson.py").run()
    assert _clock(app)["done"] == ["recall", "construction"]
    assert app.query_params["lesson"] == "construction"
    app.checkbox(key="lesson_done_construction").uncheck().run()
    assert app.query_params["done"] == "recall"


def test_a_link_opens_a_step_and_nonsense_opens_the_first() -> None:
    assert "The block" in _heading(_open("lesson", lesson="block", done="recall.nonsense"))
    app = _open("lesson", lesson="<b>", done="x")
    assert _heading(app).startswith("1. ")
    assert _clock(app)["done"] == []
    assert _clock(app)["known"] is False


def test_other_pages_have_the_clocks_line_whether_this_session_knows_of_a_lesson_or_not(app: AppTest) -> None:
    def lines() -> list[str]:
        return [one.proto.json for one in app.get("bidi_component") if one.proto.component_name == "resnet_lab_clock_bar"]

    assert not lines()  # where the clock itself is
    app.switch_page("idea.py").run()  # as after a reload there: nothing was heard of a lesson, the browser may remember one
    assert not app.exception
    (line,) = lines()
    steps = json.loads(line)["steps"]
    assert [(step["start"], step["end"]) for step in steps] == [(step.start, step.end) for step in STEPS]


# Ten images


def test_ten_images_are_labelled_and_the_score_stands_beside_others(app: AppTest) -> None:
    _, labels = embedded_pictures()
    truth = [int(labels[place]) for place in ten_images(1, len(labels), first=a_dozen())]
    wrong = (truth[0] + 1) % 10
    for answer in (wrong, *truth[1:]):
        app.button(key=f"ten_{answer}").click().run()
    assert not app.exception
    scores = {metric.label: (metric.value, metric.delta) for metric in app.metric}
    # Wilson's interval of 9 in 10, at 95%.
    assert scores["You"] == ("9 of 10", "60% to 98%: ten images say little")
    assert scores["People"] == ("83.5%", "non-experts; 1,000 images, majority of three")
    titles = class_titles(english)
    assert f":material/close: {titles[truth[0]]}, you said {titles[wrong]}" in [caption.value for caption in app.caption]
    app.button(key="ten_others").click().run()
    assert any("Image 1 of 10" in markdown.value for markdown in app.markdown)


def test_a_second_click_on_one_image_does_not_label_the_next() -> None:
    game = Labelling()
    game.answer(1, 3)
    game.answer(1, 3)
    assert game.answers == [3]
    game.answer(2, 4)
    assert game.answers == [3, 4]


# To take home


def test_the_sheet_and_the_notebook_can_be_taken_home(store: Store, app: AppTest) -> None:
    told = [json.loads(one.proto.json) for one in app.get("bidi_component") if one.proto.component_name == "resnet_lab_file_button"]
    offers = [files.find(one["url"].removeprefix("api/files/")) for one in told]
    made = {offer.name: offer.make() for offer in offers if offer is not None}
    assert "<html" in made["residual-networks-en.html"]
    assert json.loads(made["residual-networks-en.ipynb"])["nbformat"] == 4


def _sheet_of_a_race() -> None:
    """A page that shows the sheet of somebody who has run the second experiment."""
    from concurrent.futures import ThreadPoolExecutor

    import streamlit as st

    from pages.parts.experiments.session import bench
    from pages.parts.lesson.take_home import lesson_sheet

    bench("cure").run = "bbbb"
    make = lesson_sheet()
    with ThreadPoolExecutor(1) as elsewhere:  # where Streamlit makes a file there is no session
        st.code(elsewhere.submit(make).result())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_sheet_holds_this_visitors_own_run_and_every_quiz(language: str, store: Store) -> None:
    names = ("plain-20", "residual-20", "plain-56", "residual-56")
    store.add_run("bbbb", race(*names, seed=7, steps=20))
    batches = [(step, name) for step in range(1, 21) for name in names]
    events: list[Event] = [
        BatchEnd(
            run="bbbb",
            sequence=sequence,
            time=1.0,
            network=name,
            step=step,
            epoch=1,
            loss=1.25 if name == "plain-56" else 0.5,
            accuracy=0.5,
            learning_rate=1e-3,
            images_per_second=1.0,
        )
        for sequence, (step, name) in enumerate(batches, start=1)
    ]
    store.append("bbbb", events, "stopped")
    app = AppTest.from_function(_sheet_of_a_race, default_timeout=60)
    app.query_params["lang"] = language
    app.run()
    assert not app.exception
    sheet = app.code[0].value
    assert "bbbb" in sheet
    assert "<td>plain-56</td><td>56</td><td>214,402</td><td>1.25</td>" in sheet
    # Every quiz gives its questions and its answers.
    assert sheet.count('<div class="question">') + sheet.count("<div class=question>") == 2 * sum(len(questions(name)) for name in QUIZZES)
    assert ('<html lang="zh-CN">' in sheet) == (language == "zh")
    assert ("残差块" in sheet) == (language == "zh")
    # A recording stands in for what was not run, and says what it was made on.
    assert ("AMD EPYC, 2 cores, 20" in sheet, "AMD EPYC，2 核，20" in sheet) == (language == "en", language == "zh")


# Quizzes


@pytest.mark.parametrize("page", ["idea", "block", "architecture", "experiments", "training", "results"])
def test_every_page_ends_with_its_quiz(page: str, store: Store) -> None:
    app = _open(page)
    asked = questions(page)
    assert [radio.label for radio in app.radio if (radio.key or "").startswith(f"quiz_{page}_")] == [one.words for one in asked]
    assert any(f"{len(asked)} questions." in caption.value for caption in app.caption)


def test_an_answer_is_explained_tried_again_counted_and_kept() -> None:
    app = _open("idea")
    question, *others = questions("idea")
    name = f"quiz_idea_{question.key}"
    wrong = next(place for place in range(3) if place != question.right)
    assert app.button(key=f"{name}_check").disabled  # nothing is chosen
    app.radio(key=name).set_value(wrong).run()
    assert not app.warning  # choosing is not answering: arrow keys pass through the choices
    app.button(key=f"{name}_check").click().run()
    assert question.choices[wrong].explanation in app.warning[0].value
    assert app.button(key=f"{name}_check").disabled  # the same once more would teach nothing

    app.radio(key=name).set_value(question.right).run()
    app.button(key=f"{name}_check").click().run()
    assert question.choices[question.right].explanation in app.success[0].value
    assert question.choices[wrong].explanation in app.warning[0].value
    assert app.radio(key=name).disabled

    app.radio(key=f"quiz_idea_{others[0].key}").set_value(others[0].right).run()
    app.button(key=f"quiz_idea_{others[0].key}_check").click().run()
    score = f"2 of {len(others) + 1} answered, 2 right, 1 at the first try."
    assert score in [caption.value for caption in app.caption]

    app.switch_page("lesson.py").run()
    app.switch_page("idea.py").run()
    assert score in [caption.value for caption in app.caption]
    assert app.radio(key=name).value == question.right
    app.button(key="quiz_idea_again").click().run()
    assert not app.success
    assert app.radio(key=name).value is None


def test_the_exit_question_is_in_the_last_step() -> None:
    app = _open("lesson", lesson="exit")
    assert [radio.label for radio in app.radio] == [questions("exit")[0].words]
