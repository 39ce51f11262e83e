"""How charts are looked at, in the address: what is written is read back, what cannot be read is named."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts.runs.chart_view import MOST_EARLIER, WORDS, ChartView, Panel, Unit, from_query, to_query

RUNS = st.lists(st.text("0123456789abcdef", min_size=1, max_size=12), unique=True, max_size=MOST_EARLIER).map(tuple)


@given(
    st.builds(
        ChartView,
        panel=st.sampled_from(get_args(Panel)),
        x=st.sampled_from(get_args(Unit)),
        smoothing=st.integers(0, 49).map(lambda step: step / 50),
        log=st.booleans(),
        under=RUNS,
    )
)
def test_what_is_written_is_read_back(view: ChartView) -> None:
    assert from_query(to_query(view)) == (view, [])


@given(st.dictionaries(st.sampled_from(WORDS), st.text(max_size=80)))
def test_any_address_gives_a_view(address: dict[str, str]) -> None:
    view, problems = from_query(address)
    assert from_query(to_query(view)) == (view, [])
    assert all(len(str(problem)) < 300 for problem in problems)


def test_the_usual_view_needs_no_words() -> None:
    assert to_query(ChartView()) == {}


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ({"x": "miles"}, "the address gives x='miles', but one of epochs, steps, seconds is needed there"),
        ({"chart": ""}, "the address gives chart='', but one of curves, gradients is needed there"),
        ({"smoothing": "1"}, "the address gives smoothing='1', but a number from 0 to 0.98 is needed there"),
        ({"smoothing": "nan"}, "the address gives smoothing='nan', but a number from 0 to 0.98 is needed there"),
        ({"loss": "cubic"}, "the address gives loss='cubic', but one of log, linear is needed there"),
    ],
)
def test_what_cannot_be_read_is_named_and_left_out(address: dict[str, str], reason: str) -> None:
    view, (problem,) = from_query(address)
    assert view == ChartView()
    assert str(problem) == reason


def test_what_the_browser_says_is_taken_and_the_runs_beneath_stay() -> None:
    before = ChartView(under=("aaaa",))
    said = {"panel": "gradients", "x": "steps", "smoothing": 0.5, "log": True}
    after = before.changed_by(said)
    assert after == ChartView(panel="gradients", x="steps", smoothing=0.5, log=True, under=("aaaa",))
    assert after.for_browser() == said
    assert list(after.for_browser()) == ["panel", "x", "smoothing", "log"], "the order in which the browser writes it"
    assert before.changed_by({"panel": "<b>", "smoothing": 7}) == before
