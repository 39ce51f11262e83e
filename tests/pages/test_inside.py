"""The view "what it learned": what is asked of the network, and what is made of hand-made answers."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.results.inside_picture import Answered
from pages.parts.results.inside_plane import clicked
from pages.parts.results.own_picture import as_asked
from resnet.datasets import DATASETS
from resnet.errors import ExplainedError, QuestionError
from resnet.inquiries import (
    Embedding,
    EmbedTest,
    ExplainDecision,
    Filters,
    Finding,
    GradCam,
    Inquiry,
    LayerMaps,
    LookAtLayer,
    MeasureStrip,
    OwnPicture,
    PredictTest,
    RunSubject,
    ShowFilters,
    Source,
    Strip,
    Subject,
    TestImage,
    TestPredictions,
)
from resnet.inquiries.results import check_layer
from resnet.own_picture import Ways, make
from resnet.pictures import a_dozen, embedded_pictures
from resnet.plan import plan
from resnet.presets import RACERS
from resnet.runs import service
from resnet.runs.answers import Pending
from resnet.runs.service import Service
from resnet.sample_pictures import sample
from tests.pages.test_results_answers import trigger

MINI = Subject("mini-resnet")
LAST = "stage3_block2_relu"
MEASURING = Pending("answering", 1.0)
FIRST_IMAGE = a_dozen()[0]
OWN = "own"


class Answering:
    """Answers at once, but for what is asked once `instead` is set. The network says class 6 of every image, with 0.82."""

    engine_state = "ready"

    def __init__(self) -> None:
        self.asked: list[Inquiry] = []
        self.instead: Pending | ExplainedError | None = None
        self.since = 0

    def ask(self, inquiry: Inquiry) -> str:
        self.asked.append(inquiry)
        return str(len(self.asked) - 1)

    def from_now_on(self, instead: Pending | ExplainedError) -> None:
        self.instead, self.since = instead, len(self.asked)

    def answer(self, question: str) -> Finding | Pending | ExplainedError:
        if self.instead is not None and int(question) >= self.since:
            return self.instead
        return finding(self.asked[int(question)])

    def last(self, kind: type[Any]) -> Any:
        return [one for one in self.asked if isinstance(one, kind)][-1]


def finding(inquiry: Inquiry) -> Finding:
    said = np.full(10, 0.02, np.float32)
    said[6] = 0.82
    match inquiry:
        case PredictTest():
            labels = np.resize(embedded_pictures()[1].astype(np.int64), DATASETS[inquiry.subject.dataset].test_images)
            return TestPredictions(np.tile(said, (len(labels), 1)), labels, 1.0)
        case LookAtLayer():
            shape = check_layer(inquiry.subject, inquiry.layer).output_shape
            maps = np.broadcast_to(np.arange(shape[-1], dtype=np.float32) - 1, shape)
            return LayerMaps(maps, np.zeros((28, 28, 1), np.float32), said)
        case ShowFilters():
            return Filters(np.ones((3, 3, 1, 32), np.float32))
        case ExplainDecision():
            rows, columns, _ = check_layer(inquiry.subject, inquiry.layer).output_shape
            heat = np.zeros((rows, columns), np.float32)
            if inquiry.target != 8:
                heat[1, 2] = 4.0
            height, width, _ = inquiry.subject.config.input_shape
            target = 6 if inquiry.target is None else inquiry.target
            return GradCam(heat, target, np.ones((height, width, 1), np.float32), said)
        case MeasureStrip():
            blocks = tuple(dict.fromkeys(f"{one.stage}_block{one.block}" for one in plan(inquiry.subject.config).layers if one.block))
            return Strip(blocks, np.full(len(blocks), 0.5), np.full(len(blocks), 0.1))
        case EmbedTest():
            numbers = np.arange(20)
            return Embedding(np.stack([numbers, 0 * numbers], axis=1).astype(np.float32), np.array([0.4, 0.2]), numbers % 10, numbers % 10)
    raise AssertionError(inquiry)


@contextmanager
def answering(lab: Any) -> Iterator[Any]:
    service.set_current(cast(Service, lab))
    try:
        yield lab
    finally:
        service.set_current(None)


@pytest.fixture
def lab() -> Iterator[Answering]:
    with answering(Answering()) as lab:
        yield lab


def _page() -> None:
    import streamlit as st

    from pages.parts.held_address import listen
    from pages.parts.results.inside import inside

    listen()
    st.title("Test")
    inside(st.session_state.source)


def shown(source: Source = MINI, **address: str) -> AppTest:
    app = AppTest.from_function(_page, default_timeout=60)
    app.session_state.source = source
    for name, value in address.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def sent(app: AppTest, name: str) -> dict[str, Any]:
    """What the component was given whose data has that field."""
    (data,) = [data for data in (json.loads(one.proto.json) for one in app.get("bidi_component")) if name in data]
    return data


def words(app: AppTest) -> str:
    return "\n".join(one.value for one in app.markdown)


def thumbnails_of(app: AppTest) -> dict[str, str]:
    """The small pictures to choose from, with their words."""
    return {one["key"]: one["title"] for one in sent(app, "images")["images"]}


def strip_words(app: AppTest) -> str:
    """The network's drawing, whose bars are named."""
    return str(sent(app, "svg")["svg"])


def test_it_opens_with_what_the_last_block_gives_of_one_image(lab: Answering) -> None:
    app = shown()
    assert lab.asked == [
        LookAtLayer(MINI, TestImage(FIRST_IMAGE), LAST),
        ExplainDecision(MINI, TestImage(FIRST_IMAGE), LAST),
        MeasureStrip(MINI),
        PredictTest(MINI),
    ], "what takes the worker long comes last"
    data = sent(app, "tiles")
    assert (data["rows"], data["columns"], len(data["tiles"]), data["dimmed"]) == (7, 7, 64, False)
    assert data["tiles"][0] == {"channel": 0, "title": "channel 1", "note": "−1.00"}
    assert len(b64decode(data["levels"])) == 64 * 49
    assert "The network says **Shirt** (82.0%)" in words(app)
    assert "It is a mistake: the label is **T-shirt/top**." in words(app)


def test_a_layer_of_the_address_is_shown_and_explained(lab: Answering) -> None:
    app = shown(layer="stage2_block1_conv1", image="17")
    assert lab.last(LookAtLayer) == LookAtLayer(MINI, TestImage(17), "stage2_block1_conv1")
    assert lab.last(ExplainDecision).layer == "stage2_block1_conv1"
    assert sent(app, "tiles")["words"]["title"] == "Stage 2, block 1 · conv1: 3×3 conv /2 · 14×14×64"
    assert sent(app, "figures")["figures"][1]["note"] == "Grad-CAM, 14×14, enlarged"
    app.selectbox(key="inside_layer_layer").set_value("stage2_block1_add").run()
    assert lab.last(LookAtLayer).layer == "stage2_block1_add"
    assert app.query_params["layer"] == "stage2_block1_add"


def test_a_layer_behind_the_pooling_has_numbers_and_the_last_maps_explain(lab: Answering) -> None:
    app = shown(layer="head_dense")
    data = sent(app, "tiles")
    assert (data["rows"], data["columns"]) == (1, 1)
    assert [one["title"] for one in data["tiles"]][:2] == ["T-shirt/top", "Trouser"]
    assert lab.last(ExplainDecision).layer == LAST


def test_nonsense_in_the_address_is_no_problem(lab: Answering) -> None:
    shown(layer="stage9_block9_relu", image="99999")
    assert lab.last(LookAtLayer) == LookAtLayer(MINI, TestImage(FIRST_IMAGE), LAST)


def test_the_class_asked_about_can_be_chosen_and_may_have_nothing_that_speaks_for_it(lab: Answering) -> None:
    app = shown()
    assert sent(app, "figures")["figures"][1]["title"] == "for Shirt"
    assert "most speaks for Shirt in row 2, column 3" in sent(app, "figures")["figures"][1]["alternative"]
    heat = b64decode(sent(app, "figures")["heat"]["bytes"])
    assert (heat[7 + 2], sum(heat)) == (255, 255)
    app.selectbox(key="inside_target").set_value("8").run()
    assert lab.last(ExplainDecision).target == 8
    data = sent(app, "figures")
    assert data["heat"] is None
    assert data["figures"][1]["note"] == "Grad-CAM, 7×7, enlarged: nothing here speaks for it"


def test_until_the_answer_comes_the_last_one_is_faint_and_bears_its_own_names(lab: Answering) -> None:
    app = shown(image="17", layer="head_dense")
    lab.from_now_on(MEASURING)
    app.query_params["image"], app.query_params["layer"] = "18", "stage1_block1_relu"
    app.run()
    assert lab.last(LookAtLayer) == LookAtLayer(MINI, TestImage(18), "stage1_block1_relu")
    maps, heat = sent(app, "tiles"), sent(app, "figures")
    assert (maps["dimmed"], heat["dimmed"]) == (True, True)
    assert maps["words"]["title"] == "From before: Head · dense · 10"
    assert [one["title"] for one in maps["tiles"]][:2] == ["T-shirt/top", "Trouser"]
    assert heat["figures"][0]["title"] == "Test image 17"
    assert heat["figures"][0]["alternative"] == "From before: Test image 17, 28×28 pixels"
    assert heat["figures"][1]["alternative"].startswith("From before: Grad-CAM, 7×7")
    assert "The network says" not in words(app)


def test_another_networks_answers_never_stand_under_a_networks_name(lab: Answering) -> None:
    app = shown(image="17")
    lab.from_now_on(MEASURING)
    app.session_state.source = RunSubject("aaaa", MINI.config, MINI.dataset)  # of the same plan
    app.run()
    assert sent(app, "tiles")["tiles"] == []
    assert sent(app, "figures")["picture"] is None
    assert "= 0." not in strip_words(app)


def test_what_was_refused_leaves_nothing_of_the_answer_before(lab: Answering) -> None:
    app = shown(image="17")
    assert "= 0.50" in strip_words(app)
    lab.from_now_on(QuestionError("{network} has no layer {layer!r}", network="n", layer="l"))
    app.query_params["image"] = "18"
    app.run()
    assert sent(app, "tiles")["tiles"] == []
    assert sent(app, "figures")["picture"] is None
    assert sent(app, "figures")["figures"][0]["title"] == "Test image 18"
    assert "= 0.50" in strip_words(app), "which is about no picture"


def test_the_next_mistake_is_found_and_put_into_the_address(lab: Answering) -> None:
    labels = embedded_pictures()[1]
    app = shown(image="100")
    wrong = next(number for number in range(101, 2000) if labels[number] != 6)
    app.button(key="inside_picture_mistake").click().run()
    assert app.query_params["image"] == str(wrong)
    assert lab.last(LookAtLayer).picture == TestImage(wrong)
    app.selectbox(key="inside_picture_class").set_value("6").run()
    assert app.button(key="inside_picture_mistake").disabled, "every shirt is called a shirt"
    app.button(key="inside_picture_next").click().run()
    shirt = next(number for number in range(wrong + 1, 2000) if labels[number] == 6)
    assert lab.last(LookAtLayer).picture == TestImage(shirt)
    assert "That is right." in words(app)
    app.number_input(key="inside_picture_number_fashion-mnist-subset").set_value(1999).run()
    assert lab.last(LookAtLayer).picture == TestImage(1999)


def test_after_the_last_image_comes_the_first() -> None:
    answered = Answered(labels=np.array([0, 1, 0, 1]), named=np.array([0, 0, 0, 1]))
    assert [answered.after(image) for image in range(4)] == [1, 2, 3, 0]
    assert answered.after(2, label=0) == 0
    assert answered.after(1, mistake=True) == 1
    assert answered.after(0, label=0, mistake=True) is None


def test_filters_of_the_first_layer(lab: Answering) -> None:
    app = shown()
    (control,) = (one for one in app.get("button_group") if one.key == "inside_what")
    control.set_value("filters").run()
    assert lab.last(ShowFilters) == ShowFilters(MINI)
    data = sent(app, "tiles")
    assert (data["rows"], data["columns"], len(data["tiles"]), data["limit"]) == (3, 3, 32, 1.0)


def test_a_run_s_network_without_shortcuts_is_not_asked_how_residual_it_is(lab: Answering) -> None:
    source = RunSubject("aaaa", RACERS["plain-20"], "fashion-mnist-14")
    app = shown(source)
    assert not [one for one in lab.asked if isinstance(one, MeasureStrip)]
    assert lab.last(LookAtLayer) == LookAtLayer(source, TestImage(FIRST_IMAGE), "stage3_block3_relu")
    assert "this network has no shortcuts" in words(app)
    assert "‖F‖/‖x‖" not in words(app)


def test_the_full_set_has_no_thumbnails_and_more_numbers(lab: Answering) -> None:
    app = shown(RunSubject("aaaa", MINI.config, "fashion-mnist"), image="9999")
    assert lab.last(LookAtLayer).picture == TestImage(9999)
    assert not [one for one in app.get("bidi_component") if "images" in json.loads(one.proto.json)]


def test_a_click_on_a_dot_says_which_image_it_is() -> None:
    assert clicked({"selection": {"points": [{"customdata": [41, "Shirt"]}]}}) == 41
    assert clicked({"selection": {"points": []}}) is None
    assert clicked({"selection": {"points": [{"x": 1.0}]}}) is None, "the ring of a mistake"


def test_without_an_engine_the_places_are_there_and_it_is_said() -> None:
    app = shown()
    assert sent(app, "tiles")["tiles"] == []
    assert sent(app, "figures")["picture"] is None
    assert "no engine to ask" in words(app)


def test_one_s_own_picture_takes_the_place_of_a_test_image_until_another_is_chosen(lab: Answering) -> None:
    app = shown(image="5")
    assert OWN not in thumbnails_of(app), "nobody has brought one"
    app.query_params["image"] = OWN
    app.run()
    assert thumbnails_of(app)[OWN] == "My picture"
    assert sent(app, "images")["chosen"] == OWN, "and no test image is"
    asked = lab.last(LookAtLayer).picture
    assert isinstance(asked, OwnPicture)
    assert (asked.height, asked.width) == (28, 28)
    assert lab.last(ExplainDecision).picture == asked
    assert "the label is" not in words(app)
    assert sent(app, "figures")["figures"][0]["title"] == "My picture"
    app.number_input(key="inside_picture_number_fashion-mnist-subset").set_value(6).run()
    assert lab.last(LookAtLayer).picture == TestImage(6)
    assert sent(app, "images")["chosen"] == "6"
    app = trigger(app, "thumbnails", OWN)
    assert lab.last(LookAtLayer).picture == asked
    assert app.query_params["image"] in (OWN, [OWN])
    assert app.number_input(key="inside_picture_number_fashion-mnist-subset").value == 6, "the one before is not forgotten"
    app = trigger(app, "thumbnails", str(FIRST_IMAGE))
    assert lab.last(LookAtLayer).picture == TestImage(FIRST_IMAGE)


def test_a_picture_for_a_network_of_fourteen_pixels_is_shown_as_large_as_the_others(lab: Answering) -> None:
    app = shown(RunSubject("aaaa", RACERS["plain-20"], "fashion-mnist-14"), image=OWN, sample="seven")
    picture = lab.last(LookAtLayer).picture
    assert picture == as_asked(make(sample("seven"), Ways(), 14))
    (small,) = (one for one in sent(app, "images")["images"] if one["key"] == OWN)
    pixels = np.frombuffer(b64decode(small["pixels"]), np.uint8).reshape(28, 28)
    np.testing.assert_array_equal(pixels[::2, 1::2].ravel(), np.frombuffer(picture.pixels, np.uint8))


def test_of_more_channels_than_can_be_seen_the_rest_is_one_choice_away(lab: Answering) -> None:
    app = shown()
    control = app.selectbox(key="inside_channels")
    assert control.options == ["1–64 of 128", "65–128 of 128"]
    control.set_value(64).run()
    assert app.query_params["channels"] in ("65", ["65"])
    assert [one["title"] for one in sent(app, "tiles")["tiles"]] == [f"channel {number}" for number in range(65, 129)]
    app.selectbox(key="inside_layer_layer").set_value("stage3_block2_add").run()
    assert sent(app, "tiles")["tiles"][0]["title"] == "channel 1", "another layer begins with its first"
    app.query_params["layer"], app.query_params["channels"] = "stage1_block1_relu", "65"
    app.run()
    assert len(sent(app, "tiles")["tiles"]) == 32
    assert "inside_channels" not in [one.key for one in app.selectbox]


def test_what_is_chosen_is_in_the_address_and_found_there(lab: Answering) -> None:
    app = shown()
    app.selectbox(key="inside_target").set_value("8").run()
    app.selectbox(key="inside_picture_class").set_value("6").run()
    app.toggle(key="inside_liveliest").set_value(True).run()
    (control,) = (one for one in app.get("button_group") if one.key == "inside_what")
    control.set_value("filters").run()
    said = {"target": "8", "class": "6", "lively": "yes", "what": "filters"}
    assert {name: app.query_params[name] for name in said} in (said, {name: [word] for name, word in said.items()})
    lab.asked.clear()
    app = shown(MINI, image="100", **said)
    assert lab.last(ExplainDecision).target == 8
    assert lab.last(ShowFilters) == ShowFilters(MINI)
    app.button(key="inside_picture_next").click().run()
    labels = embedded_pictures()[1]
    assert lab.last(ExplainDecision).picture == TestImage(next(number for number in range(101, 2000) if labels[number] == 6))
    shown(MINI, **{"class": "-1"}, target="10", lively="perhaps", what="nonsense")
    assert lab.last(ExplainDecision).target is None


def test_the_plane_is_asked_for_once_its_drawer_is_open(lab: Answering) -> None:
    app = shown(image="7")
    assert not [one for one in lab.asked if isinstance(one, EmbedTest)]
    app.session_state["inside_plane_drawer"] = True
    app.run()
    assert lab.last(EmbedTest) == EmbedTest(MINI, 2000)
    (chart,) = app.get("plotly_chart")
    traces = {trace["name"]: trace for trace in json.loads(chart.proto.spec)["data"]}
    assert [one[0] for one in traces["Sneaker"]["customdata"]] == [7, 17]
    assert "the image above" in traces
    assert "Image 7: Sneaker, named Sneaker" in words(app)
    app.button(key="inside_plane_arrow_forward").click().run()
    assert lab.last(LookAtLayer).picture == TestImage(8)
    app.button(key="inside_plane_arrow_upward").click().run()
    assert lab.last(LookAtLayer).picture == TestImage(8), "there is no dot that way"
