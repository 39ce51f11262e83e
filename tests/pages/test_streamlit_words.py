"""What Streamlit itself writes into a page has words in every language, and is still what it writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from pages.parts.i18n import NAMES, translator
from pages.parts.streamlit_words import _words
from tests.pages.components import component_data

ROUTER = str(Path(__file__).resolve().parents[2] / "pages" / "router.py")
FIELD = re.compile(r"\{\w+\}")
JOINED = re.compile(r"\{\w+\}|(?<=Enter to )| (?=options)|(?<=options)")  # which Streamlit makes of two parts


def test_streamlit_still_writes_them() -> None:
    scripts = (Path(streamlit.__file__).parent / "static" / "static" / "js").glob("*.js")
    written = "\n".join(script.read_text(encoding="utf-8") for script in scripts)
    parts = {part.strip(" :") for word in _words(str) for part in JOINED.split(word)}
    assert {part for part in parts if part not in written} == set()


@pytest.mark.parametrize("language", [language for language in NAMES if language != "en"])
def test_each_has_words_in_the_language(language: str) -> None:
    english, here = _words(str), _words(translator(language))
    assert [word for word, said in zip(english, here, strict=True) if word == said] == []
    assert [FIELD.findall(word) for word in english] == [FIELD.findall(said) for said in here]


def test_the_browser_hears_them_but_in_english() -> None:
    app = AppTest.from_file(ROUTER, default_timeout=30).run()
    assert component_data(app, "words")["words"] == {}
    app.query_params["lang"] = "zh"
    app.run()
    assert component_data(app, "words")["words"]["{size} per file"] == "每个文件不超过 {size}"
