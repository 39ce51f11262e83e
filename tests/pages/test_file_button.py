"""The button for a file: its address stays while its file changes, and what goes wrong is told in the reader's language."""

from __future__ import annotations

import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from resnet.errors import ConfigError
from resnet.runs import files


def _page() -> None:
    import streamlit as st

    from pages.parts.file_button import file_button
    from resnet.errors import ConfigError

    def refused() -> str:
        raise ConfigError("{field} must be at least {least}, got {value!r}", field="groups", least=1, value=0)

    run = st.session_state.setdefault("run", "a")
    file_button("File", f"{run}.txt", "text/plain", lambda: f"of {run}", key="one")
    file_button("Other", "other.txt", "text/plain", refused, key="two")


def _offered(app: AppTest) -> list[tuple[dict[str, Any], files.Offer]]:
    assert not app.exception
    told = [json.loads(one.proto.json) for one in app.get("bidi_component")]
    offers = [files.find(one["url"].removeprefix("api/files/")) for one in told]
    return [(one, offer) for one, offer in zip(told, offers, strict=True) if offer is not None]


def test_the_address_stays_while_the_file_changes() -> None:
    app = AppTest.from_function(_page).run()
    (first, offer), (other, _) = _offered(app)
    assert first["url"] != other["url"]
    assert (first["file"], offer.make()) == ("a.txt", "of a")
    app.session_state["run"] = "b"
    (second, offer), _ = _offered(app.run())
    assert (second["file"], offer.make()) == ("b.txt", "of b")
    assert second["url"] == first["url"]
    (anothers, _), _ = _offered(AppTest.from_function(_page).run())
    assert anothers["url"] != first["url"]


@pytest.mark.parametrize(("language", "words"), [("en", "Groups must be at least 1"), ("zh", "分组数")])
def test_a_reason_is_in_the_readers_language(language: str, words: str) -> None:
    app = AppTest.from_function(_page)
    app.query_params["lang"] = language
    _, (_, offer) = _offered(app.run())
    with pytest.raises(ConfigError) as problem:
        offer.make()
    assert words in offer.explain(problem.value)
