"""The ticked row of a table that follows the page, and not the other way round.

The browser sends a table's selection back with whatever the visitor does next, so not each one that comes is a click: it may be the tick
that the page set, the one before it where the browser has not heard of the newer, or a click that was heard already.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import streamlit as st

# A browser that has not drawn the page yet still sends the tick before. All that is lost meanwhile is a click on the box of that row.
_TRAVEL_SECONDS = 10.0
_Selection = tuple[tuple[int, ...], tuple[int, ...]]  # rows, and the rows of cells


@dataclass(slots=True)
class _Ticked:
    """Which row is ticked, when others were last, and the last selection that came."""

    row: int | None = None
    before: dict[int, float] = field(default_factory=dict)
    heard: _Selection | None = None


def tick(key: str, row: int | None) -> None:
    """Tick this row of the table `key`. Before it is drawn."""
    ticked = _of(key)
    if ticked.row is not None and ticked.row != row:
        ticked.before[ticked.row] = time.monotonic()
    ticked.row = row
    # All that the browser says of a selection is said, what is empty too: the same one in fewer words would count as changed by it.
    st.session_state[key] = {"selection": {"rows": [] if row is None else [row], "columns": [], "cells": []}}


def clicked(key: str) -> int | None:
    """The row that was clicked, the ticked one if it was a cell of it; None for what is no click. For the table's callback."""
    ticked, selection = _of(key), st.session_state[key]["selection"]
    rows, cells = tuple(selection["rows"]), tuple(row for row, _ in selection["cells"])
    if ticked.heard == (rows, cells):
        return None
    ticked.heard = rows, cells
    row = next(iter(cells or rows), None)
    if row is None or (not cells and (row == ticked.row or time.monotonic() - ticked.before.get(row, -_TRAVEL_SECONDS) < _TRAVEL_SECONDS)):
        return None
    ticked.row = row
    ticked.before.clear()  # who clicked into it has the newest table
    return row


def _of(key: str) -> _Ticked:
    found: _Ticked = st.session_state.setdefault(f"{key}_ticked", _Ticked())
    return found
