"""What the live view makes of the frames it hears, in a browser without a server: the course, its thinning, its smoothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.app_server import ROOT

PARTS = ("thin", "course", "words")
COLUMNS = ("step", "epoch", "loss", "accuracy", "learning_rate", "seconds")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    for part in PARTS:
        page.add_script_tag(content=(ROOT / "assets" / "components" / f"live_{part}.js").read_text(encoding="utf-8"))
    yield page
    page.close()


def batches(first: int, last: int, rate: float = 0.1) -> dict[str, Any]:
    steps = list(range(first, last + 1))
    columns: dict[str, Any] = {name: [float(step) for step in steps] for name in COLUMNS} | {
        "step": steps,
        "learning_rate": [rate] * len(steps),
    }
    return {"net": columns | {"images_per_second": [1.0], "time": [1.0]}}


def frame(*events: dict[str, Any], batches: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"state": "running", "batches": batches or {}, "events": list(events)}


def event(kind: str, sequence: int, **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "sequence": sequence, **fields}


STARTED = event("started", 1, steps_per_epoch=10, epochs=3, layers={"net": ["stem_conv", "head_dense"]})


def course(page: Page, frames: list[dict[str, Any]], what: str) -> Any:
    """What an expression says of `course` once it has taken the frames."""
    return page.evaluate(f"frames => {{ const course = new Course(); frames.forEach((one) => course.take(one)); return {what}; }}", frames)


def test_batches_come_one_after_the_other(page: Page) -> None:
    frames = [frame(STARTED, batches=batches(1, 4)), frame(batches=batches(5, 12))]
    assert course(page, frames, "course.batches.step") == list(range(1, 13))
    assert course(page, frames, "[course.place(5, 'epochs'), course.place(5, 'steps'), course.place(5, 'seconds')]") == [0.5, 5, 5]
    assert course(page, frames, "course.last.epoch") == 12


def test_a_continuation_takes_back_what_came_after_its_checkpoint(page: Page) -> None:
    frames = [
        frame(STARTED, batches=batches(1, 25)),
        frame(
            event("epoch", 30, epoch=1, step=10),
            event("epoch", 31, epoch=2, step=20),
            event("rate", 32, step=22, learning_rate=0.5, cause="hand"),
        ),
        frame(event("gradients", 33, step=5, norms=[1, 2]), event("gradients", 34, step=24, norms=[3, 4])),
        frame(event("trouble", 35, step=25, trouble="explosion")),
        frame(event("interrupted", 36), event("continued", 37, step=12, epoch=2, epoch_ended=False), batches=batches(13, 15)),
    ]
    assert course(page, frames, "course.batches.step") == list(range(1, 16))
    assert course(page, frames, "course.epochs.map(({ epoch }) => epoch)") == [1]
    assert course(page, frames, "course.gradients.map(({ step }) => step)") == [5]
    assert course(page, frames, "course.marks.map(({ sort, step }) => [sort, step])") == [["continued", 12]]
    assert course(page, frames, "[course.trouble, course.rate]") == [None, 0.1]


@pytest.mark.parametrize(("ended", "epochs"), [(True, [1, 2]), (False, [1])])
def test_an_epoch_that_had_not_ended_at_the_checkpoint_is_told_again(ended: bool, epochs: list[int], page: Page) -> None:
    frames = [
        frame(STARTED, event("epoch", 30, epoch=1, step=10), event("epoch", 31, epoch=2, step=20), batches=batches(1, 25)),
        frame(event("continued", 37, step=20, epoch=2, epoch_ended=ended)),
    ]
    assert course(page, frames, "course.epochs.map(({ epoch }) => epoch)") == epochs


def test_a_whole_past_in_one_frame_is_the_same_course(page: Page) -> None:
    # A viewer who comes late hears of the steps that count, and of the continuation, at once.
    late = [frame(STARTED, event("continued", 40, step=12, epoch=2), batches=batches(1, 15))]
    assert course(page, late, "course.batches.step") == list(range(1, 16))
    from_nothing = [frame(STARTED, batches=batches(1, 5)), frame(event("continued", 9, step=0, epoch=0), STARTED, batches=batches(1, 2))]
    assert course(page, from_nothing, "course.batches.step") == [1, 2]


def test_the_rate_is_that_of_the_next_batch(page: Page) -> None:
    set_by_hand = event("rate", 30, step=5, learning_rate=0.5, cause="hand")
    assert course(page, [frame(STARTED, set_by_hand, batches=batches(1, 5))], "course.rate") == 0.5
    assert course(page, [frame(STARTED, set_by_hand, batches=batches(1, 5)), frame(batches=batches(6, 6, rate=0.4))], "course.rate") == 0.4


def test_only_the_recent_gradients_stay(page: Page) -> None:
    frames = [frame(event("gradients", step, step=step, norms=[step])) for step in range(1, 31)]
    assert course(page, frames, "course.gradients.map(({ step }) => step)") == list(range(11, 31))


def test_a_thinned_curve_keeps_its_peaks(page: Page) -> None:
    values = [1.0] * 50_000
    values[12_345], values[43_210] = 90.0, -7.0
    indices = page.evaluate("values => thinned(values, 0, values.length, 1000)", values)
    assert len(indices) <= 1_000
    assert indices == sorted(set(indices))
    assert {12_345, 43_210} <= set(indices)
    assert page.evaluate("values => thinned(values, 100, 150, 1000)", values) == list(range(100, 150))


def test_a_closer_look_shows_every_point_of_a_long_run(page: Page) -> None:
    script = """count => {
      const x = Array.from({ length: count }, (_, i) => i), values = x.map((i) => Math.sin(i));
      return [inSight(x, values, null), inSight(x, values, [20000, 20500])];
    }"""
    whole, close = page.evaluate(script, 80_000)
    assert len(whole) <= 4_100
    assert [i for i in close if 20_000 <= i <= 20_500] == list(range(20_000, 20_501))
    assert len(close) <= 2_000
    assert [close[0] < 20_000, close[-1] > 70_000] == [True, True], "the rest stays in outline"


def test_smoothing_begins_at_the_first_value_and_leaves_gaps(page: Page) -> None:
    assert page.evaluate("smoothed([3, 3, null, 3], 0.9)") == [pytest.approx(3), pytest.approx(3), None, pytest.approx(3)]
    # By hand: (0.5·0 + 0.5·4) / (1 − 0.5²) = 8/3
    assert page.evaluate("smoothed([0, 4], 0.5)") == [0, pytest.approx(8 / 3)]
    assert page.evaluate("smoothed([1, 2, 9], 0)") == [1, 2, 9]


def test_a_viewer_ahead_of_the_history_begins_anew(page: Page) -> None:
    # The server was killed before it had written down what it had sent: what is told now takes the place of all that was heard.
    ahead = [
        frame(STARTED, event("saved", 2, step=9), event("gradients", 3, step=5, norms=[1, 2]), batches=batches(1, 25)),
        frame(event("epoch", 30, epoch=1, step=10), event("rate", 32, step=22, learning_rate=0.5, cause="hand")),
        frame(event("measured", 33, step=23), event("trouble", 35, step=25, trouble="explosion")),
    ]
    fewer = frame(STARTED, event("interrupted", 20), batches=batches(1, 12)) | {"anew": True}
    assert course(page, [*ahead, fewer], "course") == course(page, [fewer], "course")
    assert course(page, [*ahead, fewer], "course.batches.step") == list(range(1, 13))


@pytest.mark.parametrize(
    ("state", "kinds", "states", "heard", "pending"),
    [
        ("running", ["paused"], ["paused"], 4, True),
        ("running", ["paused"], ["paused"], 6, False),
        ("paused", ["paused"], ["paused"], 4, False),  # it stood still already when that was asked for
        ("paused", ["paused", "resumed"], [], 4, True),  # one batch in a pause
        ("running", ["resumed"], ["running"], 4, False),
        ("running", ["rate"], [], 4, True),
        ("evaluating", ["rate"], [], 4, False),  # there is no batch any more
        ("interrupted", ["paused"], ["paused"], 4, False),
    ],
)
def test_a_wish_is_spoken_of_until_it_came_true(
    state: str, kinds: list[str], states: list[str], heard: int, pending: bool, page: Page
) -> None:
    asked = {"kinds": kinds, "states": states, "after": 5}
    script = "([asked, state, heard]) => isPending(asked, { state }, { heard })"
    assert page.evaluate(script, [asked, state, dict.fromkeys(kinds, heard)]) is pending


STREAM = "text/event-stream"
FRAME = 'event: frame\nid: 7\ndata: {"state": "running"}\n\n'


def heard(browser: Browser, answers: list[dict[str, Any]], until: str) -> tuple[list[Any], list[str]]:
    """What a stream hears and says when these answers come one after the other, and what it asks for; `until` it has said that."""
    page = browser.new_page()
    asked: list[str] = []

    def answer(route: Route) -> None:
        if "/events" not in route.request.url:
            return route.fulfill(content_type="text/html", body="<title>nobody's page</title>")
        asked.append(route.request.url.partition("?")[2])
        return route.fulfill(**(answers.pop(0) if len(answers) > 1 else answers[0]))

    page.route("**/*", answer)
    page.goto("http://lab.test/")
    page.add_script_tag(content=(ROOT / "assets" / "components" / "live_stream.js").read_text(encoding="utf-8"))
    page.evaluate(
        "() => { window.said = []; window.stream = new Stream(({ state }) => said.push(state), (problem) => said.push(problem)); }"
    )
    page.evaluate("() => stream.open('/events')")
    page.wait_for_function("until => said.includes(until)", arg=until)
    page.evaluate("() => stream.dispose()")
    said = page.evaluate("() => said")
    page.close()
    return said, asked


def test_a_history_that_cannot_be_read_is_asked_again(browser: Browser) -> None:
    away = {"status": 503, "content_type": "application/json", "body": "{}"}
    # Each time the stream asks, and then which answer that was: the second 503 is one more try.
    said, asked = heard(browser, [away, away, away, away, {"content_type": STREAM, "body": FRAME}], "running")
    assert said[:3] == ["reconnecting", "reconnecting", "running"]
    assert asked[:5] == ["after=0"] * 5


def test_only_an_unknown_run_is_given_up(browser: Browser) -> None:
    said, asked = heard(browser, [{"status": 404, "content_type": "application/json", "body": "{}"}], "gone")
    assert said == ["gone"]
    assert len(asked) == 2
