"""Earlier runs as a table: a click on a row opens the run. Also the words for what a run is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd
import streamlit as st

from pages.parts.i18n import explain, t, tn
from pages.parts.network_state import set_run
from pages.parts.runs.form import dataset_label
from pages.parts.ticked import clicked, tick
from resnet.config import Recipe, ResNetConfig, TrainConfig
from resnet.errors import TrainingError
from resnet.families import title_of
from resnet.training.events import Failed, Interrupted, Stopped
from resnet.wording import listed

if TYPE_CHECKING:
    from resnet.runs.store import RunRecord

KEY = "earlier_runs"
_OPENED = "earlier_runs_opened"
_ROW, _MOST_ROWS = 35, 10  # pixels; rows seen without scrolling


def run_list(records: Sequence[RunRecord], shown: str | None) -> None:
    """Draw the runs, newest first, with the one that is `shown` ticked."""
    tick(KEY, [record.id for record in records], shown)
    st.dataframe(
        run_table(records, time_zone()),
        key=KEY,
        hide_index=True,
        height=_ROW * (1 + min(len(records), _MOST_ROWS)) + 3,
        column_config=_columns(),
        on_select=_open,
        selection_mode=("single-row", "single-cell"),  # a click anywhere in a row is meant to open it
        placeholder="–",
        alt=t("Runs on this server"),
    )


def run_table(records: Sequence[RunRecord], zone: tzinfo) -> pd.DataFrame:
    """One row for each run, times in `zone`. What a run does not have is left empty; titles and notes have columns where any has one."""
    table = pd.DataFrame(
        {
            "when": [datetime.fromtimestamp(record.created, zone).strftime("%Y-%m-%d %H:%M") for record in records],
            "network": [networks_words(record.config.networks) for record in records],
            "data": [dataset_label(record.config.dataset) for record in records],
            "recipe": [recipe_words(record.config.recipe) for record in records],
            "accuracy": pd.Series([_accuracy(record) for record in records], dtype=float),
            "minutes": pd.Series([record.result.seconds / 60 if record.result else None for record in records], dtype=float),
            "state": [": ".join(filter(None, (state_words(record), remark(record)))) for record in records],
        }
    )
    if any(record.title for record in records):
        table.insert(1, "title", [record.title or None for record in records])
    if any(record.note for record in records):
        table["note"] = [" ".join(record.note.split()) or None for record in records]
    return table


def time_zone() -> tzinfo:
    """The visitor's time zone, or UTC where the browser names none that is known here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")


def network_words(network: ResNetConfig) -> str:
    """A network's name and depth, and whether it lacks shortcuts."""
    title = title_of(network.name)
    if network.shortcut == "none":
        return t("{network}, {depth} layers, plain", network=title, depth=network.depth)
    return t("{network}, {depth} layers", network=title, depth=network.depth)


def networks_words(networks: Sequence[ResNetConfig]) -> str:
    """What a run trains: its network, or those that race."""
    return network_words(networks[0]) if len(networks) == 1 else " · ".join(network.name for network in networks)


def recipe_words(recipe: Recipe) -> str:
    """A recipe's numbers in one line."""
    optimizer = {"adam": "Adam", "sgd": "SGD"}[recipe.optimizer]
    schedule = t("one cycle") if recipe.schedule == "one-cycle" else t("constant")
    batch = t("batch {batch}", batch=recipe.batch_size)
    return listed((f"{optimizer} {recipe.learning_rate:g} {schedule}", batch, tn("{n} epoch", "{n} epochs", recipe.epochs)), t)


def setup_words(config: TrainConfig) -> list[str]:
    """What a run sets out to do: its networks, data, recipe and seed."""
    return [networks_words(config.networks), dataset_label(config.dataset), recipe_words(config.recipe), t("seed {seed}", seed=config.seed)]


def state_words(record: RunRecord) -> str:
    """Where a run stands."""
    return {
        "queued": t("Waiting"),
        "preparing": t("Preparing"),
        "running": t("Training"),
        "paused": t("Paused"),
        "evaluating": t("Testing"),
        "finished": t("Finished"),
        "stopped": t("Stopped"),
        "interrupted": t("Interrupted"),
        "failed": t("Failed"),
    }[record.state]


def remark(record: RunRecord) -> str:
    """Why a run has no test result; nothing for one that has, or may still get one."""
    outcome = record.outcome
    if isinstance(outcome, Failed | Interrupted):
        return explain(TrainingError(outcome.rule, **outcome.values))
    if isinstance(outcome, Stopped):
        if outcome.step == 0:
            return t("before the first batch")
        return t("after step {step:,}, in epoch {epoch}", step=outcome.step, epoch=outcome.epoch)
    return ""


def _accuracy(record: RunRecord) -> float | None:
    """In percent; None for a race, which has several."""
    shares = list(record.result.test_accuracy.values()) if record.result else []
    return 100 * shares[0] if len(shares) == 1 else None


def _columns() -> dict[str, Any]:
    return {
        "when": st.column_config.TextColumn(t("Started"), width=125),
        "title": st.column_config.TextColumn(t("Title"), width=160),
        "network": st.column_config.TextColumn(t("Network"), width=190),
        "data": st.column_config.TextColumn(t("Data"), width=118),
        "recipe": st.column_config.TextColumn(t("Recipe"), width=285),
        "accuracy": st.column_config.NumberColumn(t("Test accuracy"), format="%.1f%%", width=100),
        "minutes": st.column_config.NumberColumn(t("Minutes"), format="%.1f", width=70),
        "state": st.column_config.TextColumn(t("State")),
        "note": st.column_config.TextColumn(t("Note")),
    }


def _open() -> None:
    run = clicked(KEY)
    if run is not None:
        set_run(run)
        st.session_state[_OPENED] = times_opened() + 1


def times_opened() -> int:
    """How often this visitor has opened a run from the list."""
    opened: int = st.session_state.get(_OPENED, 0)
    return opened
