"""How a run went: its curves, what is marked on them, how to read them, and the same as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from pages.parts.display import phone
from pages.parts.figure import show_figure
from pages.parts.i18n import lesson, t
from pages.parts.layout import prose
from pages.parts.theme import current_theme
from resnet.config import ResNetConfig
from resnet.datasets import DATASETS
from resnet.figures.curves import Curves, curves_figure
from resnet.figures.palette import Colour
from resnet.presets import PRESETS
from resnet.training.events import EpochEnd
from resnet.wording import listed, percent

if TYPE_CHECKING:
    from resnet.runs.store import RunRecord

_MODEBAR = {"displaylogo": False, "scrollZoom": False, "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"]}


def run_course(record: RunRecord, network: ResNetConfig, curves: Curves, colour: Colour) -> None:
    """Draw the curves of one of its networks, one line on what they mark, and two folds: how to read them, and the epochs as a table."""
    alt = t(
        "Loss and accuracy against the epoch, {epochs} epochs: each batch, training and validation. The epochs stand in a table below.",
        epochs=len(curves.epochs),
    )
    figure = curves_figure(curves, colour, current_theme(), t, narrow=phone())
    show_figure(figure, key=f"curves_{record.id}_{network.name}", config=_MODEBAR, alt=alt)
    st.caption(course_words(record, curves))
    if curves.epochs:
        with st.expander(t("How to read these curves"), icon=":material/school:"):
            prose(reading(record, network, curves))
        with st.expander(t("The epochs as a table"), icon=":material/table:"):
            st.dataframe(
                epoch_table(curves.epochs),
                hide_index=True,
                column_config=_columns(),
                alt=t("The epochs of the run"),
                key=f"epochs_{record.id}_{network.name}",
            )


def course_words(record: RunRecord, curves: Curves) -> str:
    """Which weights were tested, why the run ended, and what became of the learning rate."""
    recipe, result, best = record.config.recipe, record.result, curves.best
    said: list[str] = []
    if result and result.best_epoch is not None:
        said.append(t("Tested with the weights of epoch {epoch}, whose validation loss was the lowest.", epoch=result.best_epoch))
    elif result and best and best.epoch == curves.epochs[-1].epoch:
        said.append(t("Tested with the weights of the last epoch, whose validation loss was also the lowest."))
    elif result and best:
        said.append(t("Tested with the weights of the last epoch; the lowest validation loss was that of epoch {epoch}.", epoch=best.epoch))
    if result and result.stopped_early and recipe.early_stopping_patience:
        said.append(t("Ended early, after {patience} epochs without a lower one.", patience=recipe.early_stopping_patience))
    if recipe.schedule == "one-cycle":
        said.append(
            t(
                "One-cycle schedule, peak {rate:g}: the learning rate moves with every batch.",
                rate=recipe.learning_rate,
            )
        )
    elif curves.cuts:
        cuts = listed((t("to {rate:.3g} after epoch {epoch}", rate=cut.after, epoch=cut.epoch) for cut in curves.cuts), t)
        said.append(t("Learning rate {rate:g}, cut {cuts}.", rate=recipe.learning_rate, cuts=cuts))
    elif not any(turn.rate for turn in curves.turns):
        said.append(t("Learning rate {rate:g}, never cut.", rate=recipe.learning_rate))
    return " ".join(said + _stepped_in(curves))


def _stepped_in(curves: Curves) -> list[str]:
    """What people did while it ran."""
    by_hand = listed(
        (t("to {rate:.3g} after step {step:,}", rate=turn.rate, step=turn.step) for turn in curves.turns if turn.sort == "hand"), t
    )
    halved = listed(
        (t("to {rate:.3g} after step {step:,}", rate=turn.rate, step=turn.step) for turn in curves.turns if turn.sort == "repair"), t
    )
    continued = listed((f"{turn.step:,}" for turn in curves.turns if turn.sort == "continued"), t)
    return [
        *([t("Learning rate changed by hand {changes}.", changes=by_hand)] if by_hand else []),
        *([t("Learning rate halved as a repair {changes}.", changes=halved)] if halved else []),
        *([t("Continued from step {steps}.", steps=continued)] if continued else []),
    ]


def reading(record: RunRecord, network: ResNetConfig, curves: Curves) -> str:
    """How to read the curves of this network of the run, in its own figures. It needs one epoch at least."""
    config, epochs, best = record.config, curves.epochs, curves.best
    above = sum(epoch.validation_accuracy > epoch.accuracy for epoch in epochs)
    parts = [
        lesson("results", "batches", batch=config.recipe.batch_size),
        lesson("results", "epochs", images=f"{DATASETS[config.dataset].validation_images:,}"),
        lesson(
            "results", "dropout" if network.dropout else "no_dropout", dropout=percent(network.dropout, 0), above=above, epochs=len(epochs)
        ),
    ]
    if best is not None and best.epoch < epochs[-1].epoch:
        parts.append(
            lesson(
                "results",
                "after_best",
                best=best.epoch,
                training_before=f"{best.loss:.3f}",
                training_after=f"{epochs[-1].loss:.3f}",
                validation_before=f"{best.validation_loss:.3f}",
                validation_after=f"{epochs[-1].validation_loss:.3f}",
            )
        )
    if len(epochs) > 1:
        parts.append(lesson("results", "ring"))
    if curves.cuts:
        parts.append(lesson("results", "cuts"))
    if network == PRESETS["mini-resnet"]:
        parts.append(lesson("curves", "published"))
    return "\n\n".join(parts)


def epoch_table(epochs: Sequence[EpochEnd]) -> pd.DataFrame:
    """One row for each epoch. Accuracies are in percent; the learning rate is that of the epoch's last batch."""
    names = ("epoch", "loss", "validation_loss", "accuracy", "validation_accuracy", "learning_rate", "seconds")
    table = pd.DataFrame({name: [getattr(epoch, name) for epoch in epochs] for name in names})
    return table.assign(accuracy=100 * table.accuracy, validation_accuracy=100 * table.validation_accuracy)


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        "epoch": number(t("Epoch"), format="%d", width=50),
        "loss": number(t("Training loss"), format="%.3f", width=96),
        "validation_loss": number(t("Validation loss"), format="%.3f", width=106),
        "accuracy": number(t("Training accuracy"), format="%.1f%%", width=132),
        "validation_accuracy": number(t("Validation accuracy"), format="%.1f%%", width=138),
        "learning_rate": number(t("Rate"), format="%.3g", width=86, help=t("The learning rate of the epoch's last batch.")),
        "seconds": number(t("Seconds"), format="%.1f", width=70),
    }
