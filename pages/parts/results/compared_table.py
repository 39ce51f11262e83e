"""Runs as the rows of a table: results, size, and what was set; what differs from the first run is marked. Any column sorts it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from pages.parts.i18n import t
from pages.parts.literal import literally
from pages.parts.runs.setting_words import setting_title, setting_value
from pages.parts.theme import current_theme
from resnet.config import ResNetConfig, TrainConfig
from resnet.figures.palette import MUTED, Colour
from resnet.plan import plan
from resnet.side_by_side import Score, Settings, differing
from resnet.wording import listed, percent

_ALL = "results_compare_all"
_ROW_HEIGHT = 29
_RESULTS = ("run", "accuracy", "minutes", "parameters", "depth")
_NOTE = "note"
_ASKED_FIRST = ("dataset", "optimizer", "learning_rate", "epochs", "batch_size", "seed")  # what one wants to know to be the same


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One network of one run: its line's colour and mark, what was set, what came of it (None without a test result), and people's note."""

    name: str
    colour: Colour
    mark: str
    config: TrainConfig
    network: ResNetConfig
    settings: Settings
    tested: Score | None
    is_best: bool
    seconds: float | None
    note: str


def compared_table(rows: Sequence[Row]) -> None:
    """Draw the table of what differs, and what is alike below it; all of it where the reader wants that."""
    differ = differing([row.settings for row in rows])
    everything = st.toggle(t("Also what is the same in all"), key=_ALL, persist_state="session")
    fields = tuple(rows[0].settings) if everything else differ
    if len(rows) > 1:
        st.caption(" ".join((_marks_words(rows[0], differ, everything), t("A click on a column's head sorts by it."))))
    st.dataframe(
        _styled(rows, fields, differ),
        key="results_compare_table",
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height="content",
        column_config=_columns(fields),
        alt=t("The compared runs: results and settings"),
    )


def values_table(rows: Sequence[Row], fields: Sequence[str]) -> pd.DataFrame:
    """One row for each run. Numbers stay numbers, so that they sort as such; what there is not is NaN."""
    table: dict[str, Any] = {
        "run": [f"{row.mark} {row.name}".lstrip() for row in rows],
        "accuracy": pd.Series([row.tested.accuracy if row.tested else None for row in rows], dtype=float),
        "minutes": pd.Series([row.seconds / 60 if row.seconds is not None else None for row in rows], dtype=float),
        "parameters": [plan(row.network).trainable_parameters for row in rows],
        "depth": [row.network.depth for row in rows],
    }
    for field in fields:
        values = [row.settings[field] for row in rows]
        numbers = all(value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)) for value in values)
        table[field] = pd.Series(values, dtype=float) if numbers else [setting_value(field, value) for value in values]
    if any(row.note for row in rows):
        table[_NOTE] = [row.note for row in rows]
    return pd.DataFrame(table)


def _marks_words(first: Row, differ: Sequence[str], everything: bool) -> str:
    if not differ:
        return t("All settings are the same.")
    words = t("Bold: set differently from {run}.", run=literally(first.name))
    if everything:
        return words
    alike = [
        setting_title(field) for field in ("dataset", "optimizer", "learning_rate", "epochs", "batch_size", "seed") if field not in differ
    ]
    return f"{words} {t('Among what is the same: {fields}.', fields=listed(alike, t))}" if alike else words


def _styled(rows: Sequence[Row], fields: Sequence[str], differ: Sequence[str]) -> Any:
    """The table with words for its numbers, the lines' colours on the names, and the marks."""
    table, theme = values_table(rows, fields), current_theme()

    def marks(column: pd.Series[Any]) -> list[str]:
        name = str(column.name)
        if name == "run":
            return [f"color: {row.colour.on(theme)}; font-weight: bold" for row in rows]
        if name == "accuracy":
            return ["font-weight: bold" if row.is_best else "" for row in rows]
        if name not in fields:
            return [""] * len(rows)
        if name not in differ:
            return [f"color: {MUTED.on(theme)}"] * len(rows)
        return ["font-weight: bold" if row.settings[name] != rows[0].settings[name] else "" for row in rows]

    shown = table.style.apply(marks, axis=0).format(_formats(table, fields), na_rep="–")
    for number, row in enumerate(rows):
        if row.is_best:
            shown = shown.format(_best, subset=([number], ["accuracy"]))
    return shown


def _formats(table: pd.DataFrame, fields: Sequence[str]) -> dict[Any, str | Callable[[Any], str] | None]:
    numbers = {field: _as_set for field in fields if pd.api.types.is_numeric_dtype(table[field])}
    return {"accuracy": percent, "minutes": "{:.1f}", "parameters": "{:,}", **numbers}


def _best(accuracy: Any) -> str:
    return t("{accuracy:.1%} · best", accuracy=accuracy)


def _as_set(value: float) -> str:
    """A number as somebody typed it: no thousand separators in a seed, no zeros after a rate."""
    return str(int(value)) if value == int(value) else f"{value:g}"


def _columns(fields: Sequence[str]) -> dict[str, Any]:
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    return {
        "run": text(t("Run"), width=330),
        "accuracy": number(t("Test accuracy"), width=110),
        "minutes": number(t("Minutes"), width=70),
        "parameters": number(t("Parameters"), width=95),
        "depth": number(t("Depth"), width=60),
        **{field: setting_title(field) for field in fields},
        _NOTE: text(t("Note"), width=220),
    }
