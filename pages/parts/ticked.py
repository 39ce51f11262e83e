"""The ticked row of a table that follows the page, and not the other way round."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st


def tick(key: str, rows: Sequence[int]) -> None:
    """Tick these rows of the table `key`. Before it is drawn.

    All that the browser says of a selection is said, what is empty too: it sends the selection back with whatever the visitor does next,
    and the same one in fewer words would count as a click on the row.
    """
    st.session_state[key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
