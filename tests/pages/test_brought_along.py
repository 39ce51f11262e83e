"""A timer's look at the page sends its controls as they were when it was sent: none is set back by that."""

from __future__ import annotations

import time
from functools import partial

import pytest
from streamlit.runtime.scriptrunner import RerunData
from streamlit.testing.v1 import AppTest, local_script_runner


def _page() -> None:
    import streamlit as st

    from pages.parts.held_address import hold, keep, listen
    from pages.parts.network_state import current_run, set_run

    listen()
    st.session_state.number = hold("number", first="1")
    st.session_state.picked = current_run()
    st.text_input("Number", key="number", on_change=lambda: keep("number", st.session_state.number, first="1"))
    st.selectbox("Run", ["aaaa", "bbbb", "cccc"], index=None, key="picked", on_change=lambda: set_run(st.session_state.picked))
    st.button("Next", on_click=lambda: (keep("number", "2", first="1"), set_run("bbbb")))


def look(app: AppTest, monkeypatch: pytest.MonkeyPatch, number: str, run: str | None) -> tuple[str, str | None]:
    """What stands there once a fragment has run again whose request had these values."""
    app.text_input[0].set_value(number)
    app.selectbox[0].set_value(run)
    with monkeypatch.context() as timer:
        timer.setattr(local_script_runner, "RerunData", partial(RerunData, fragment_id_queue=["timer"], is_auto_rerun=True))
        app.run()
    app.run()
    return app.text_input[0].value, app.selectbox[0].value


def test_what_was_chosen_meanwhile_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_function(_page).run()
    app.selectbox[0].set_value("aaaa").run()
    app.button[0].click().run()
    assert (app.text_input[0].value, app.selectbox[0].value) == ("2", "bbbb")
    assert look(app, monkeypatch, "1", "aaaa") == ("2", "bbbb")
    # By itself a control may go back.
    app.text_input[0].set_value("1").run()
    assert app.text_input[0].value == "1"


def test_what_has_stood_for_long_may_change(monkeypatch: pytest.MonkeyPatch) -> None:
    app = AppTest.from_function(_page).run()
    app.button[0].click().run()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 60)
    assert look(app, monkeypatch, "3", "cccc") == ("3", "cccc")
