"""The view "Landscape" without a browser: what is asked in which order, kept for everybody, and said of what was measured."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NoReturn, cast

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.parts.results import landscape_figure
from pages.parts.results.landscape_measuring import AT_ONCE, Measuring, measuring
from resnet.embedded import MEASURED_FILE
from resnet.errors import BusyError, ExplainedError, QuestionError
from resnet.inquiries import Inquiry, LandscapePoints, MeasureLandscape, RunSubject, Subject
from resnet.loss_surface import SIDES, Measured, Slice, axis, grid
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.runs import service
from resnet.runs.answers import Pending
from resnet.runs.service import Service
from resnet.runs.store import Store
from tests.pages.components import components
from tests.pages.test_results import course, finish, keep
from tests.pages.training_page import texts


def bowl(points: tuple[tuple[float, float], ...]) -> LandscapePoints:
    """0.5 in the middle, 0.5 more at every unit of squared distance times 4."""
    squares = np.square(np.array(points)).sum(axis=1)
    return LandscapePoints(loss=0.5 + 4 * squares, accuracy=1 / (1 + squares))


class Lab:
    """A service that answers when it is told to."""

    engine_state = "ready"

    def __init__(self, ready: bool = True) -> None:
        self.ready = ready
        self.refusal: ExplainedError | None = None
        self.asked: list[MeasureLandscape] = []

    def ask(self, inquiry: Inquiry) -> str:
        assert isinstance(inquiry, MeasureLandscape)
        self.asked.append(inquiry)
        return str(len(self.asked) - 1)

    def answer(self, question: str) -> object:
        if self.refusal is not None:
            return self.refusal
        return bowl(self.asked[int(question)].points) if self.ready else Pending("answering", 1.0)

    def advance(self, shared: Measuring, wanted: list[Slice]) -> None:
        for one in wanted:
            shared.of(one)
        shared.advance(cast(Service, self), wanted)


@pytest.fixture
def lab() -> Iterator[Lab]:
    st.cache_resource.clear()
    found = Lab()
    service.set_current(cast(Service, found))
    yield found
    service.set_current(None)
    st.cache_resource.clear()


def slices() -> list[Slice]:
    return [Slice.of(Subject(name), plan(Subject(name).config), 1) for name in ("plain-20", "mini-resnet")]


def test_grids_hold_each_other_and_begin_in_the_middle() -> None:
    assert [len(grid(side)) for side in SIDES] == [25, 81, 289]
    assert all(len(set(grid(side))) == side**2 for side in SIDES)
    assert grid(9)[:25] == grid(5)
    assert grid(5)[0] == (0.0, 0.0)
    assert grid(9)[25] in {(a, b) for a in (-0.25, 0.25, 0.0) for b in (-0.25, 0.25, 0.0)}


def test_a_heavier_network_is_measured_on_fewer_images_and_fewer_points_at_once() -> None:
    light, heavy = slices()
    assert (light.images, heavy.images) == (500, 100)
    assert light.at_once > heavy.at_once >= 1
    # Two multiply-adds' worth of work at most: see TILE_WORK.
    assert all(plan(one.subject.config).macs * one.images * one.at_once <= 8.1e9 for one in slices())


def test_only_a_few_questions_wait_at_a_time_and_all_coarse_grids_come_first() -> None:
    lab, shared, wanted = Lab(ready=False), Measuring(), slices()
    lab.advance(shared, wanted)
    assert len(lab.asked) == AT_ONCE
    lab.advance(shared, wanted)
    assert len(lab.asked) == AT_ONCE, "until there is an answer nothing more is asked"
    lab.ready = True
    while any(shared.open(one) for one in wanted):
        lab.advance(shared, wanted)
    points = [(one.subject, point) for one in lab.asked for point in one.points]
    assert len(points) == len(set(points)) == 2 * 289
    coarse = [place for place, (_, point) in enumerate(points) if point in grid(5)]
    assert max(coarse) == 2 * 25 - 1


def test_what_one_visitor_measured_the_next_one_has() -> None:
    lab, shared, (one, _) = Lab(), Measuring(), slices()
    while shared.open(one):
        lab.advance(shared, [one])
    asked = len(lab.asked)
    lab.advance(shared, [one])
    assert len(lab.asked) == asked
    assert shared.of(one).losses[0.5, -0.25] == pytest.approx(0.5 + 4 * (0.25 + 0.0625))


def test_a_busy_worker_is_left_alone_for_a_while_and_a_forgotten_answer_asked_for_again() -> None:
    lab, shared, (one, _) = Lab(), Measuring(), slices()
    lab.refusal = BusyError("many wait")
    lab.advance(shared, [one])
    assert len(lab.asked) == 1
    lab.advance(shared, [one])
    assert len(lab.asked) == 1
    for _ in range(5):
        lab.advance(shared, [one])
    assert len(lab.asked) > 1
    assert not shared.problems
    lab.refusal = QuestionError("this answer is no longer kept; ask again")
    for _ in range(8):
        lab.advance(shared, [one])
    assert list(shared.problems.values()) == [lab.refusal], "the same points have failed twice"
    shared.forgive([one])
    lab.refusal = None
    while shared.open(one):
        lab.advance(shared, [one])
    assert shared.of(one).share == 1


def test_a_coarse_picture_is_drawn_on_while_the_finer_one_comes() -> None:
    known = Measured()
    assert np.isnan(known.on_grid()[1]).all()
    known.take(grid(5), bowl(grid(5)))
    places, losses, _ = known.on_grid()
    assert (places.tolist(), known.complete) == (axis(5).tolist(), 5)
    assert losses[0, 0] == pytest.approx(8.5)
    known.take(grid(9)[25:26], bowl(grid(9)[25:26]))
    (a, b), (places, losses, _) = grid(9)[25], known.on_grid()
    assert len(places) == 9
    assert not np.isnan(losses).any()
    assert losses[places.tolist().index(b), places.tolist().index(a)] == pytest.approx(0.5 + 4 * (a * a + b * b))
    assert losses[0, 1] == pytest.approx((8.5 + 5.5) / 2), "between two that are measured lies a straight line"
    assert losses[8, 0] == losses[0, 8] == pytest.approx(8.5)


def beside_mini(name: str) -> Slice:
    """On 100 images, as many as mini-resnet allows."""
    return Slice.of(Subject(name), plan(Subject(name).config), 1, 100)


def view() -> None:
    from pages.parts.results.landscape import landscape
    from resnet.inquiries import Subject

    landscape(Subject("mini-resnet"))


def figure(app: AppTest) -> dict[str, object]:
    (surface,) = [one for one in components(app) if one.proto.component_name.endswith("surface")]
    data = json.loads(surface.proto.json)
    return {**json.loads(data["figure"]), "alt": data["alt"]}


def test_the_page_says_what_was_measured_of_each_network(lab: Lab) -> None:
    for name in ("mini-resnet", "plain-20"):
        measuring().of(beside_mini(name)).take(grid(5), bowl(grid(5)))
    lab.ready = False
    app = AppTest.from_function(view, default_timeout=30).run()
    assert not app.exception
    below = sum(0.5 + 4 * (a * a + b * b) < math.log(10) for a, b in grid(5)) / 25
    assert texts(app).count(f"Loss **0.500** in the middle; lower than guessing (2.30) at **{below:.0%}** of 25 points") == 2
    assert "Loss in the middle: –" in texts(app)
    assert "**Plain-20** · Subset of 12,000, 14×14 · 25 of 289 points" in texts(app).replace("\\", "")
    # As they were measured when the weights were made: assets/weights/measured.json.
    written = json.loads(MEASURED_FILE.read_text(encoding="utf-8"))
    for name in ("mini-resnet", "plain-20", "residual-20"):
        assert f"Test loss on all 2,000: {written[f'{name}-trained']['test_loss']:.3f}" in texts(app)
    assert "a mean over the first 100 test images, the test loss one over all of them" in texts(app)
    assert "Not all see the same data set" in texts(app)
    drawn = figure(app)
    assert [title["text"] for title in drawn["layout"]["annotations"]] == ["mini-ResNet (this one)", "Plain-20", "Residual-20"]  # type: ignore[index]
    assert "Residual-20: not measured yet" in str(drawn["alt"])


def view_of_a_run() -> None:
    from pages.parts.results.landscape import landscape
    from resnet.inquiries import RunSubject
    from resnet.presets import PRESETS

    landscape(RunSubject("aaaa", PRESETS["mini-resnet"], "fashion-mnist-subset"))


def test_of_a_run_the_middle_stands_beside_what_it_was_tested_to_be_on_the_same_images(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = replace(bowl(grid(5)[:1]), as_tested=0.4987)
    monkeypatch.setattr(Service, "ask", lambda lab, inquiry: "q")
    monkeypatch.setattr(Service, "answer", lambda lab, question: Pending("answering", 1.0))
    keep(store, "aaaa", [*course("aaaa", [0.1], [0.5]), finish("aaaa", 99)], "finished")
    mine = RunSubject("aaaa", PRESETS["mini-resnet"], "fashion-mnist-subset")
    measuring().of(Slice.of(mine, plan(mine.config), 1)).take(grid(5)[:1], answered)
    app = AppTest.from_function(view_of_a_run, default_timeout=30).run()
    assert "Loss in the middle: 0.500" in texts(app)
    assert "Test loss on all 2,000: 0.283; on these images: 0.499" in texts(app)


def test_all_that_stand_side_by_side_are_measured_on_as_many_images(lab: Lab) -> None:
    app = AppTest.from_function(view, default_timeout=60).run()
    assert {(one.subject.network, one.images) for one in lab.asked} == {("mini-resnet", 100), ("plain-20", 100), ("residual-20", 100)}
    assert not app.exception


def test_what_is_looked_at_is_in_the_address(lab: Lab) -> None:
    lab.ready = False
    app = AppTest.from_function(view, default_timeout=30)
    for name, value in {"around": "app:residual-56,app:nobody", "directions": "7", "seen": "surface"}.items():
        app.query_params[name] = value
    app.run()
    assert [title["text"] for title in figure(app)["layout"]["annotations"]] == ["mini-ResNet (this one)", "Residual-56"]  # type: ignore[index]
    assert {one.seed for one in lab.asked} == {7}
    assert app.segmented_control(key="landscape_kind").value == "surface"
    app.button(key="landscape_turn").click().run()
    assert app.query_params["directions"] == "8"
    app.pills(key="landscape_beside").set_value([]).run()
    assert app.query_params["around"] == "none"
    app.query_params["directions"] = "-1"
    assert not app.run().exception


def test_a_figure_is_drawn_once_for_all_who_look_and_anew_only_where_something_is(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    lab.ready = False
    drawn = []
    real = landscape_figure.loss_surface_figure
    monkeypatch.setattr(landscape_figure, "loss_surface_figure", lambda *given, narrow: (drawn.append(given), real(*given))[1])
    first, second = (AppTest.from_function(view, default_timeout=30).run() for _ in range(2))
    first.run()
    assert len(drawn) == 1
    measuring().of(beside_mini("plain-20")).take(grid(5)[:1], bowl(grid(5)[:1]))
    assert figure(second.run())["data"] == figure(first.run())["data"]
    assert len(drawn) == 2


def test_other_networks_other_directions_and_a_pause(lab: Lab) -> None:
    lab.ready = False
    app = AppTest.from_function(view, default_timeout=30).run()
    asked = len(lab.asked)
    assert asked == AT_ONCE
    app.button(key="landscape_pause").click().run()
    assert "Paused" in texts(app)
    app.button(key="landscape_turn").click().run()
    assert len(lab.asked) == asked
    lab.ready = True
    app.button(key="landscape_pause").click().run()
    app.run()
    assert lab.asked[-1].seed == 2
    app.pills(key="landscape_beside").set_value(["app:residual-56"]).run()
    assert {one.subject.network for one in lab.asked if one.seed == 2} >= {"mini-resnet", "residual-56"}
    app.segmented_control(key="landscape_kind").set_value("surface").run()
    assert {trace["type"] for trace in figure(app)["data"]} == {"surface"}  # type: ignore[attr-defined]


def test_there_is_a_look_as_long_as_there_is_something_to_wait_for(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    def again() -> NoReturn:
        raise InterruptedError

    looks: list[tuple[float | None, Callable[[], object]]] = []

    def fragment(draw: Callable[..., object], run_every: float | None) -> Callable[..., object]:
        def drawn(*given: object) -> object:
            looks.append((run_every, lambda: draw(*given)))
            return draw(*given)

        return drawn

    monkeypatch.setattr(st, "fragment", fragment)
    lab.ready = False
    app = AppTest.from_function(view, default_timeout=60).run()
    for side in (5, 17):
        for name in ("mini-resnet", "plain-20", "residual-20"):
            measuring().of(beside_mini(name)).take(grid(side), bowl(grid(side)))
        # Somebody else's looks have measured it: the next one of this page sees that it waits for less.
        with monkeypatch.context() as patched:
            patched.setattr(st, "rerun", again)
            with pytest.raises(InterruptedError):
                looks[-1][1]()
        app.run()
    assert [pause for pause, _ in looks] == [0.6, 2.0, None]


def test_at_the_end_the_whole_grid_is_drawn_and_nothing_more_is_asked(lab: Lab) -> None:
    app = AppTest.from_function(view, default_timeout=60).run()
    assert not app.exception
    assert "All points are measured." in texts(app)
    assert texts(app).count("289 of 289 points") == 3
    asked = len(lab.asked)
    app.run()
    assert len(lab.asked) == asked
    below = np.mean([0.5 + 4 * (a * a + b * b) < math.log(10) for a, b in grid(17)])
    assert texts(app).count(f"at **{below:.0%}** of 289 points") == 3


def test_what_cannot_be_measured_is_said_and_can_be_asked_again(lab: Lab) -> None:
    lab.refusal = QuestionError("there is no file {path}", path="weights")
    app = AppTest.from_function(view, default_timeout=60).run()
    for _ in range(4):
        app.run()
    assert "there is no file weights" in texts(app)
    lab.refusal = None
    app.button(key="landscape_again").click().run()
    assert "there is no file" not in texts(app)
