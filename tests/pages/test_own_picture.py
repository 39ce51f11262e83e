"""The view "Try your own" without a browser: what is brought, what is set, what is asked, and what is said of the answer."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from pages.parts.results import own_source
from pages.parts.results.own_steps import framed
from resnet.errors import ExplainedError, QuestionError
from resnet.inquiries import Finding, Inquiry, Judge, Judgement, OwnPicture, RunSubject, Subject
from resnet.own_picture import Ways, make, open_picture
from resnet.runs import service
from resnet.runs.answers import Pending
from resnet.runs.service import Service
from resnet.sample_pictures import sample
from tests.pages.test_results_answers import trigger
from tests.pages.training_page import texts

JUDGEMENT = Judgement(
    probabilities=np.array([0.0, 0.0, 0.0, 0.0, 0.0, 0.1, 0.05, 0.8, 0.0, 0.05], np.float32),
    distance=0.42,
    farther=0.6,
    nearest=np.zeros((5, 28, 28), np.uint8),
    nearest_labels=np.array([7, 7, 9, 5, 7]),
    nearest_distances=np.array([0.42, 0.43, 0.44, 0.45, 0.46]),
    compared=900,
    judged_by=200,
)


class Judging:
    """A service that answers at once what it was given."""

    engine_state = "ready"

    def __init__(self) -> None:
        self.found = JUDGEMENT
        self.asked: list[Inquiry] = []
        self.instead: Pending | ExplainedError | None = None

    def ask(self, inquiry: Inquiry) -> str:
        self.asked.append(inquiry)
        return str(len(self.asked))

    def answer(self, question: str) -> Finding | Pending | ExplainedError:
        return self.found if self.instead is None else self.instead


@pytest.fixture
def lab() -> Iterator[Judging]:
    judging = Judging()
    service.set_current(cast(Service, judging))
    yield judging
    service.set_current(None)


def view() -> None:
    import streamlit as st

    from pages.parts.results.own import own
    from resnet.inquiries import Subject

    own(st.session_state.get("source", Subject("mini-resnet")))


@pytest.fixture
def app(lab: Judging) -> AppTest:
    return AppTest.from_function(view, default_timeout=30).run()


def png(picture: np.ndarray) -> bytes:
    written = io.BytesIO()
    Image.fromarray(picture).save(written, "PNG")
    return written.getvalue()


def upload(app: AppTest, name: str, data: bytes) -> AppTest:
    app.segmented_control(key="own_origin").set_value("file").run()
    return app.file_uploader(key="own_file").set_value((name, data, "image/png")).run()


def alt_of_bars(app: AppTest) -> str:
    (chart,) = app.get("plotly_chart")
    return str(chart.proto.alt)


def asked_last(lab: Judging) -> bytes:
    inquiry = lab.asked[-1]
    assert isinstance(inquiry, Judge)
    assert inquiry.subject == Subject("mini-resnet")
    assert isinstance(inquiry.picture, OwnPicture)
    return inquiry.picture.pixels


def test_a_drawn_shirt_is_asked_about_before_anything_is_brought(app: AppTest, lab: Judging) -> None:
    assert not app.exception
    assert asked_last(lab) == make(sample("shirt"), Ways()).pixels.tobytes()
    assert "It says **Sneaker**, 80.0%. Its distance from the nearest is 0.42; of 200 test images 120 are farther" in texts(app)
    assert "The nearest of 900 training images" in texts(app)
    assert "Ankle boot  \n0.44" in texts(app)
    assert r"1\. as it came" in texts(app)
    assert r"6\. 28×28" in texts(app)


@pytest.mark.parametrize(
    ("farther", "words"),
    [(0.049, "**So it is unlike"), (0.05, "at the edge of what"), (0.249, "at the edge of what"), (0.25, "By that it is like what")],
)
def test_what_is_far_from_all_that_was_learned_is_said_to_be(lab: Judging, farther: float, words: str) -> None:
    lab.found = replace(JUDGEMENT, farther=farther)
    assert words in texts(AppTest.from_function(view, default_timeout=30).run())


def test_a_file_takes_the_place_of_the_shirt(app: AppTest, lab: Judging) -> None:
    picture = sample("seven")
    upload(app, "seven.png", png(picture))
    assert asked_last(lab) == make(open_picture(png(picture)), Ways()).pixels.tobytes()


def test_what_is_set_changes_what_is_asked_and_a_new_picture_begins_anew(app: AppTest, lab: Judging) -> None:
    assert app.toggle(key="own_invert").value, "the drawn shirt lies on bright paper"
    app.toggle(key="own_invert").set_value(False).run()
    assert asked_last(lab) == make(sample("shirt"), Ways(invert=False)).pixels.tobytes()
    app.toggle(key="own_crop").set_value(False).run()
    assert asked_last(lab) == make(sample("shirt"), Ways(invert=False, crop=False)).pixels.tobytes()
    app.toggle(key="own_invert").set_value(True).run()
    assert asked_last(lab) == make(sample("shirt"), Ways(crop=False)).pixels.tobytes()
    upload(app, "seven.png", png(sample("seven")))
    assert app.toggle(key="own_crop").value
    app.slider(key="own_drawn").set_value(0.6).run()
    assert asked_last(lab) == make(sample("seven"), Ways(drawn=0.6)).pixels.tobytes()


def test_until_it_is_judged_the_picture_before_is_faint_and_said_to_be_it(app: AppTest, lab: Judging) -> None:
    assert alt_of_bars(app).startswith("Probabilities: T-shirt/top 0.0%")
    lab.instead = Pending("answering", 1.0)
    app.toggle(key="own_crop").set_value(False).run()
    assert alt_of_bars(app).startswith("From before: Probabilities: T-shirt/top 0.0%")
    assert "From before: The nearest of 900 training images" in texts(app)
    assert "It says" not in texts(app)


def test_of_another_network_or_after_a_refusal_nothing_is_shown_of_the_answer_before(app: AppTest, lab: Judging) -> None:
    lab.instead = Pending("answering", 1.0)
    app.session_state.source = RunSubject("aaaa", Subject("mini-resnet").config, "fashion-mnist-subset")
    app.run()
    assert alt_of_bars(app) == "Probabilities: not asked yet"
    assert "training images, and their distances" not in texts(app)
    app.session_state.source = Subject("mini-resnet")
    lab.instead = QuestionError("{network} has no layer {layer!r}", network="n", layer="l")
    app.run()
    assert alt_of_bars(app) == "Probabilities: not asked yet"


def test_what_is_tried_is_in_the_address_and_found_there(app: AppTest, lab: Judging) -> None:
    app = trigger(app, "thumbnails", "seven")
    assert asked_last(lab) == make(sample("seven"), Ways()).pixels.tobytes()
    app.toggle(key="own_invert").set_value(False).run()
    app.toggle(key="own_crop").set_value(False).run()
    said = {"sample": "seven", "invert": "no", "crop": "no"}
    assert {name: app.query_params[name] for name in said} in (said, {name: [word] for name, word in said.items()})
    other = AppTest.from_function(view, default_timeout=30)
    for name, word in {"sample": "seven", "invert": "no", "ground": "60"}.items():
        other.query_params[name] = word
    other.run()
    assert asked_last(lab) == make(sample("seven"), Ways(invert=False, drawn=0.6)).pixels.tobytes()
    assert other.slider(key="own_drawn").value == 0.6


def test_a_picture_whose_box_is_empty_again_is_named_and_can_be_taken_away(app: AppTest, lab: Judging) -> None:
    upload(app, "seven.png", png(sample("seven")))
    assert "own_remove" not in [one.key for one in app.button]
    app.segmented_control(key="own_origin").set_value("sample").run()
    app.segmented_control(key="own_origin").set_value("file").run()
    assert asked_last(lab) == make(sample("seven"), Ways()).pixels.tobytes()
    assert "In use: seven.png" in [one.value for one in app.caption]
    app.button(key="own_remove").click().run()
    assert "Choose a photo on the left" in texts(app)
    assert "own_remove" not in [one.key for one in app.button]


def test_a_file_that_is_no_picture_is_refused_in_words_and_nothing_is_asked(app: AppTest, lab: Judging) -> None:
    before = len(lab.asked)
    upload(app, "notes.pdf", b"%PDF-1.7 and so on")
    assert not app.exception
    assert "This file was not taken: this is no picture in PNG, JPEG or WebP; the file looks like PDF." in texts(app)
    assert len(lab.asked) == before
    app.file_uploader(key="own_file").set_value(("shirt.png", png(sample("shirt")), "image/png")).run()
    assert "was not taken" not in texts(app)


def test_the_camera_is_offered_where_browsers_allow_it(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    def offered(url: str) -> bool:
        monkeypatch.setattr(own_source.st, "context", SimpleNamespace(url=url))
        return own_source._secure()

    assert [offered(url) for url in ("https://lab.example.org/results", "http://localhost:8501/results", "http://127.0.0.1:8501")] == [
        True
    ] * 3
    assert [offered(url) for url in ("http://192.168.1.7:8501/results", "http://lab.example.org", "http://localhost.example.org", "")] == [
        False
    ] * 4


def test_a_step_is_shown_in_a_square_with_its_pixels_whole() -> None:
    shown = framed(np.array([[0, 255]], np.uint8))
    assert shown.shape == (192, 192, 4)
    assert shown[96, :, 0].tolist() == [0] * 96 + [255] * 96
    assert set(np.unique(shown[..., 3]).tolist()) == {0, 255}
    assert (shown[..., 3] == 255).sum() == 192 * 96
