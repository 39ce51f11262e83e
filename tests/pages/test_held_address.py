"""What an address says is heard once, as a page begins."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def _page() -> None:
    import streamlit as st

    from pages.parts.held_address import hold, listen

    listen()
    before = hold("view", ("one", "two"), first="one")
    # As where a fragment runs again, with the address that its browser knew when it asked.
    st.query_params["view"] = "two"
    st.text(f"{before}, {hold('view', ('one', 'two'), first='one')}")


def test_an_address_that_comes_up_while_the_page_is_there_takes_nothing_back() -> None:
    app = AppTest.from_function(_page).run()
    assert app.text[0].value == "one, one"
    assert "view" not in app.query_params


def test_the_next_pages_address_is_heard() -> None:
    app = AppTest.from_function(_page).run()
    app.query_params["view"] = "two"
    app.run()
    assert app.text[0].value == "two, two"
