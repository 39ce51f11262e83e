"""The frame: five pages, one h1 each, an address that always says what is shown."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from streamlit.testing.v1 import AppTest

from pages.parts import i18n
from pages.parts.held_address import ADDRESS_TRAVEL_SECONDS, SESSION_KEY, Held

ROUTER = Path(__file__).parents[2] / "pages" / "router.py"
# The beginning of each page's question.
QUESTIONS = {
    "idea": "Why would a deeper network be worse?",
    "block": "What does a block add to its input?",
    "architecture": "What is a network made of, and what does it cost?",
    "experiments": "What do shortcuts change?",
    "training": "How does a network learn, batch by batch?",
    "results": "What did the network learn",
    "lesson": "How is residual learning taught in 45 minutes?",
}


def _open(page: str = "idea", **parameters: str) -> AppTest:
    app = AppTest.from_file(str(ROUTER), default_timeout=30)
    for name, value in parameters.items():
        app.query_params[name] = value
    app.run()
    return app if page == "idea" else app.switch_page(f"{page}.py").run()


@pytest.mark.parametrize("page", QUESTIONS)
def test_every_page_has_one_title_with_its_question(page: str) -> None:
    app = _open(page)
    assert not app.exception
    (title,) = app.title
    assert title.value.split("]] ")[1].startswith(QUESTIONS[page])


def test_the_idea_answers_first() -> None:
    assert "Idea" in _open().title[0].value


@pytest.mark.parametrize("page", QUESTIONS)
def test_language_network_and_run_survive_a_change_of_page(page: str) -> None:
    app = _open(name="resnet-34", dropout="0.25")
    app.query_params.clear()  # what a click in the navigation does
    app.switch_page(f"{page}.py").run()
    assert {name: app.query_params[name] for name in app.query_params} == {"lang": "en", "name": "resnet-34", "dropout": "0.25"}


@pytest.mark.parametrize("page", QUESTIONS)
def test_a_garbage_address_is_no_error(page: str) -> None:
    garbage = {"lang": "../../etc", "name": "nonsense", "depths": "a,b", "widths": "9" * 5000, "run": "no-such-run", "<x>": "'"}
    app = _open(page, **garbage)
    assert not app.exception
    assert (app.query_params["lang"], app.query_params["name"]) == ("en", "mini-resnet")
    assert QUESTIONS[page] in app.title[0].value


def test_a_second_language_is_a_catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = Catalog(locale="de")
    catalogue.add("Why would a deeper network be worse?", "Warum wäre ein tieferes Netz schlechter?")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(i18n, "LOCALE", tmp_path)

    app = _open(lang="de")
    assert app.title[0].value.endswith("Warum wäre ein tieferes Netz schlechter?")
    app.query_params.clear()
    app.run()
    assert app.query_params["lang"] == "de"
    assert app.title[0].value.endswith("Warum wäre ein tieferes Netz schlechter?")


def _browser_speaks(locale: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.locale", property(lambda _: locale))


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh"), ("zh", "zh"), ("en-GB", "en"), ("tlh", "en"), ("", "en")])
def test_the_first_language_is_the_browsers(locale: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _browser_speaks(locale, monkeypatch)
    assert _open().query_params["lang"] == language


def test_an_address_outweighs_the_browser_and_an_unknown_language_is_english(monkeypatch: pytest.MonkeyPatch) -> None:
    _browser_speaks("zh-CN", monkeypatch)
    assert _open(lang="en").query_params["lang"] == "en"
    app = _open(lang="xx")
    assert app.query_params["lang"] == "en"
    assert QUESTIONS["idea"] in app.title[0].value
    assert not app.warning
    assert not app.error


def test_a_projector_is_remembered_by_session_and_address() -> None:
    app = _open(display="projector")
    assert app.query_params["display"] == "projector"
    app.query_params.clear()
    app.switch_page("block.py").run()
    assert app.query_params["display"] == "projector"
    # An address of ours without it, as the browser's Back brings one, is a plain screen.
    del app.query_params["display"]
    app.run()
    assert "display" not in app.query_params


def test_an_unknown_display_is_a_screen() -> None:
    assert "display" not in _open(display="cinema").query_params


@pytest.mark.parametrize(("seconds", "language"), [(0.0, "zh"), (ADDRESS_TRAVEL_SECONDS + 1, "en")])
def test_an_address_on_its_way_does_not_undo_a_choice_and_a_later_one_does(seconds: float, language: str) -> None:
    app = _open()
    app.session_state[SESSION_KEY] = {"lang": Held("zh", said={"en": time.monotonic() - seconds})}
    app.query_params["lang"] = "en"
    app.run()
    assert app.query_params["lang"] == language


def test_a_link_from_another_page_is_followed_at_once() -> None:
    app = _open()
    app.session_state[SESSION_KEY] = {"lang": Held("zh", said={"en": time.monotonic()})}
    app.query_params["lang"] = "en"
    app.switch_page("block.py").run()
    assert app.query_params["lang"] == "en"
