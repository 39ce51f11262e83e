"""The ticked row of a table that follows the page, and not the other way round.

The browser sends a table's selection back with whatever the visitor does next, so not each one that comes is a click: it may be the tick
that the page set, the one before it where the browser has not heard of the newer, or a click that was heard already.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

# A browser that has not drawn the page yet still sends what was selected before. What that cannot be told from is a click on the same.
_TRAVEL_SECONDS = 3.0


@dataclass(slots=True)
class _Ticked:
    """What each row is, which one is ticked, and what of the past the browser may still say.

    Attributes:
        before: rows that were ticked, each with the moment (`time.monotonic`) it was superseded.
        moved: when the page last ticked another row, or had other rows.
        heard: the last selection that came: rows, and cells by row and column.
    """

    names: tuple[str, ...] = ()
    row: int | None = None
    before: dict[int, float] = field(default_factory=dict)
    moved: float = -math.inf
    heard: tuple[Any, Any] = ((), ())


def tick(key: str, names: Sequence[str], chosen: str | None) -> None:
    """Tick the row of that name in the table `key`, or none. Before it is drawn; `names` are what its rows are."""
    ticked, now = _of(key), time.monotonic()
    row = names.index(chosen) if chosen in names else None
    if (row, tuple(names)) != (ticked.row, ticked.names):
        ticked.moved = now
        if ticked.row is not None:
            ticked.before[ticked.row] = now
    ticked.row, ticked.names = row, tuple(names)
    # All that the browser says of a selection is said, what is empty too: the same one in fewer words would count as changed by it.
    st.session_state[key] = {"selection": {"rows": [] if row is None else [row], "columns": [], "cells": []}}


def clicked(key: str) -> str | None:
    """The row that was clicked, be it the ticked one, in a cell; None for what is no click. For the table's callback."""
    ticked, selection, now = _of(key), st.session_state[key]["selection"], time.monotonic()
    rows, cells = tuple(selection["rows"]), tuple(selection["cells"])
    row = cells[0][0] if cells else rows[0] if rows else None
    again = (rows, cells) == ticked.heard and (row == ticked.row or ticked.moved == -math.inf or now - ticked.moved < _TRAVEL_SECONDS)
    ticked.heard = rows, cells
    if again or row is None or row >= len(ticked.names):
        return None
    if not cells and (row == ticked.row or now - ticked.before.get(row, -math.inf) < _TRAVEL_SECONDS):
        return None
    # Who clicked into it has the newest table.
    ticked.row, ticked.moved = row, -math.inf
    ticked.before.clear()
    return ticked.names[row]


def _of(key: str) -> _Ticked:
    found: _Ticked = st.session_state.setdefault(f"{key}_ticked", _Ticked())
    return found
