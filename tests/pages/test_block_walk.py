"""The page Block, its walk: steps, the block by hand, the source's lines, and an address that says where one is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts.block.by_hand import whole_number
from pages.parts.block.steps import STEPS
from resnet.by_hand import hand_block, number
from resnet.by_hand_questions import Question, question_at
from tests.pages.components import components

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
SVG = "{http://www.w3.org/2000/svg}"


def _open(**address: str) -> AppTest:
    page = AppTest.from_file(str(ROUTER), default_timeout=30).run().switch_page("block.py")
    for name, value in address.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def _data(app: AppTest, name: str) -> list[dict[str, Any]]:
    """What the components are given that have something of that name, in their order."""
    return [dict(data) for one in components(app) if name in (data := json.loads(one.proto.json))]


def _drawings(app: AppTest) -> dict[str, ElementTree.Element]:
    drawn = [ElementTree.fromstring(data["svg"]) for data in _data(app, "svg")]
    return {root.attrib["aria-label"]: root for root in drawn}


def _lit(root: ElementTree.Element) -> list[str]:
    return [one.attrib["data-key"] for one in root.iter(f"{SVG}g") if one.attrib.get("class") == "lit"]


def _grids(app: AppTest) -> dict[str, str]:
    (root,) = (root for title, root in _drawings(app).items() if title.startswith("The block by hand"))
    return {one.attrib["data-key"]: one.attrib["aria-label"] for one in root.iter(f"{SVG}g") if "data-key" in one.attrib}


def _words(app: AppTest) -> str:
    return "\n".join(markdown.value for markdown in app.markdown).replace("\\", "")


def _question(step: str, seed: int = 1) -> Question:
    question = question_at(step, hand_block(seed), seed)
    assert question is not None
    return question


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_every_step_has_its_drawings_its_words_and_its_place_in_the_bar(step: Any) -> None:
    app = _open(step=step.key)
    drawings = _drawings(app)
    lit = {*_lit(drawings["A residual block"]), *_lit(drawings["The plain twin"])}
    assert lit <= set(step.nodes)
    assert lit or step.nodes in (("output",), ("fork",))
    (bar,) = _data(app, "groups")
    assert bar["current"] == step.key
    assert [one["key"] for group in bar["groups"] for one in group["steps"]] == [one.key for one in STEPS]
    assert "{{" not in _words(app)


def test_the_walk_is_what_the_page_opens_with_and_an_older_address_still_shows_its_kind() -> None:
    app = _open()
    assert "view" not in app.query_params
    assert _lit(_drawings(app)["A residual block"]) == ["input"]
    app = _open(block_kind="se")
    assert app.session_state["block_view"] == "kinds"
    assert app.session_state["block_kind"] == "se"


def test_an_unknown_step_or_view_is_the_first() -> None:
    app = _open(step="conv9", view="elsewhere", seed="x", at="stage9_block1")
    (bar,) = _data(app, "groups")
    assert bar["current"] == "x"
    assert "row by row" in _grids(app)["x"]


def test_on_a_projector_the_views_are_in_a_list_and_lead_to_the_same() -> None:
    app = _open(display="projector")
    views = app.selectbox(key="block_view")
    assert views.options == ["Step by step", "Kinds", "How much of F", "Backward"]
    views.select("kinds").run()
    assert not app.exception
    assert app.query_params["view"] == "kinds"
    assert not _data(app, "groups"), "the walk's steps are gone"
    del app.query_params["display"]
    app.run()
    (segments,) = (one for one in app.get("button_group") if one.key == "block_view")
    assert segments.value == "kinds"


def test_a_seed_of_thousands_of_digits_is_no_seed() -> None:
    assert _grids(_open(step="conv1", seed="9" * 5_000)) == _grids(_open(step="conv1"))


def test_a_cell_is_asked_checked_and_worked_out() -> None:
    app = _open(step="conv1")
    question = _question("conv1")
    row, column = question.place
    (field,) = app.text_input
    assert field.label == f"conv 1: row {row + 1}, column {column + 1}"
    assert "?" in _grids(app)["conv1"]
    assert question.worked not in _words(app)

    field.set_value("two").run()
    assert "“two” is no whole number. Write one, such as 3 or −2." in _words(app)
    app.text_input[0].set_value(str(question.answer + 1)).run()
    assert f"{number(question.answer + 1)} is not it." in _words(app)
    assert "?" in _grids(app)["conv1"]
    assert app.button(key="hand_show_1-conv1").label == "Show me"

    app.text_input[0].set_value(f" {question.answer} ").run()
    assert "**Right.**" in _words(app)
    assert question.worked in _words(app)
    assert "?" not in _grids(app)["conv1"]


def test_an_answer_can_be_shown_instead() -> None:
    app = _open(step="relu", seed="3")
    question = _question("relu", 3)
    app.text_input[0].set_value(str(question.answer + 5)).run()
    app.button(key="hand_show_3-relu").click().run()
    assert f"**It is {number(question.answer)}.**" in _words(app)
    assert question.worked in _words(app)
    assert not app.get("button_group")[0].disabled


def test_numbers_appear_as_the_walk_comes_to_them_for_the_twin_too() -> None:
    grids = _grids(_open(step="conv2"))
    assert grids["y"] == "y: not computed yet"
    assert grids["plain_y"] == "twin: y: not computed yet"
    block = hand_block(1)
    grids = _grids(_open(step="g"))
    assert grids["masked"] == "m: not computed yet"
    rows = "; ".join(", ".join(number(int(value)) for value in row) for row in block.summed)
    assert grids["summed"] == f"F(x) + x, row by row: {rows}."
    grids = _grids(_open(step="sum"))
    rows = "; ".join(", ".join(number(int(value)) for value in row) for row in block.plain_at_x)
    assert grids["plain_at_x"] == f"twin: Jᵀm, row by row: {rows}."


def test_new_numbers_have_an_address_of_their_own() -> None:
    app = _open(step="conv1")
    before = _grids(app)
    app.button(key="hand_new").click().run()
    assert app.query_params["seed"] == "2"
    assert _grids(app) != before
    assert _grids(_open(step="conv1", seed="2")) == _grids(app)


def test_the_source_is_in_a_drawer_with_the_step_s_line_marked() -> None:
    app = _open(step="conv2")
    assert not _data(app, "lit")
    app.toggle(key="block_drawer").set_value(True).run()
    (source,) = _data(app, "lit")
    assert [source["lines"][line].strip() for line in source["lit"]] == ['y = style.conv(filters, 3, name=f"{name}_conv2")(y)']


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("3", 3),
        (" -2 ", -2),
        ("−2", -2),
        ("–2", -2),
        ("+4", 4),
        ("0", 0),
        ("", None),
        ("2.5", None),
        ("--1", None),
        ("two", None),
        ("²", None),
    ],
)
def test_whole_numbers_as_people_write_them(written: str, meant: int | None) -> None:
    assert whole_number(written) == meant
