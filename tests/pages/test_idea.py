"""The page Idea: its pictures, the paper's numbers, the formulas."""

from __future__ import annotations

import json
from pathlib import Path

from streamlit.testing.v1 import AppTest

from tests.pages.components import components

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"


def _page() -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=30).run()
    assert not app.exception
    return app


def test_the_construction_and_the_two_units_are_drawn() -> None:
    drawings = [json.loads(element.proto.json)["svg"] for element in components(_page())]
    assert len(drawings) == 2
    assert "a deeper one, built from it" in drawings[0]
    assert "F(x) + x" in drawings[1]


def test_the_degradation_is_a_figure_with_the_paper_s_numbers() -> None:
    (chart,) = _page().get("plotly_chart")
    figure = json.loads(chart.proto.spec)
    assert [trace["y"] for trace in figure["data"]] == [[27.94, 28.54], [27.88, 25.03]]
    assert figure["layout"]["title"]["text"] == "ImageNet: top-1 validation error"
    errors = "plain-18 27.94%, plain-34 28.54%, ResNet-18 27.88%, ResNet-34 25.03%"
    assert chart.proto.alt == f"Top-1 validation error on ImageNet: {errors}."


def test_prose_carries_the_same_numbers_and_names_training_error_apart() -> None:
    prose = " ".join(markdown.value for markdown in _page().markdown)
    assert "0.60 points more" in prose  # 28.54 - 27.94
    assert "2.85 points fewer" in prose  # 27.88 - 25.03
    assert "the errors are 27.94% and 27.88%" in prose
    assert "The chart shows *validation* errors" in prose
    assert "also draws the *training* error" in prose


def test_the_formulas_are_there_in_the_drawing_s_colours() -> None:
    prose = " ".join(markdown.value for markdown in _page().markdown)
    assert r"$$\textcolor{#6d1250}{F(x)} = H(x) - \textcolor{#0072b2}{x},$$" in prose
    assert r"$$y = \textcolor{#6d1250}{F(x)} + \textcolor{#0072b2}{x}.$$" in prose


def test_no_paragraph_is_a_wall() -> None:
    for markdown in _page().markdown:
        for paragraph in markdown.value.split("\n\n"):
            assert len(paragraph) <= 420, paragraph
