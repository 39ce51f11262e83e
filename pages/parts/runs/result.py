"""What a finished run is worth: test loss and accuracy, and the accuracy of each class."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from pages.parts.figure import show_figure
from pages.parts.i18n import t
from pages.parts.theme import current_theme
from resnet.config import ResNetConfig
from resnet.datasets import DATASETS
from resnet.figures.class_accuracy import ClassAccuracy, class_accuracies, class_accuracy_figure, wilson_interval
from resnet.figures.curves import Curves
from resnet.figures.palette import Colour
from resnet.training.events import Finished
from resnet.wording import listed, percent

if TYPE_CHECKING:
    from resnet.runs.store import RunRecord


def run_metrics(record: RunRecord, network: ResNetConfig, result: Finished, curves: Curves) -> None:
    """One network of the run in four numbers, each with what is needed to judge it."""
    images = DATASETS[record.config.dataset].test_images
    racers = len(record.config.networks)
    columns = st.columns([1.3, 1, 1, 1])
    with columns[0]:
        accuracy_metric(result.test_accuracy[network.name], images)
    with columns[1]:
        loss_metric(result.test_loss[network.name])
    _metric(
        columns[2],
        t("Best epoch"),
        str(curves.best_epoch or "–"),
        t("of {epochs} trained", epochs=len(curves.epochs)),
        help=t("The epoch with the lowest validation loss."),
    )
    spent = t("preparing, training, testing") if racers == 1 else t("all {racers} networks together", racers=racers)
    _metric(columns[3], t("Time"), duration(result.seconds), spent)


def accuracy_metric(accuracy: float, images: int) -> None:
    """A share of the test images, with its interval."""
    right = round(accuracy * images)
    low, high = wilson_interval(right, images)
    _metric(
        st,
        t("Test accuracy"),
        percent(accuracy),
        t("{low:.1%} to {high:.1%}, 95% interval", low=low, high=high),
        help=t(
            "{right:,} of {images:,} test images are right. Wilson's interval: of a hundred made like it, 95 hold the accuracy "
            "on all images of the kind. What another seed would change is not in it.",
            right=right,
            images=images,
        ),
    )


def loss_metric(loss: float) -> None:
    """The mean cross-entropy in nats; a dash where it is no number."""
    _metric(
        st,
        t("Test loss"),
        f"{loss:.3f}" if math.isfinite(loss) else "–",
        t("cross-entropy"),
        help=t(
            "The mean of −log p over the test images, p being the probability given to the right class. Guessing one of ten gives 2.303."
        ),
    )


def _metric(column: Any, label: str, value: str, note: str, *, help: str | None = None) -> None:
    column.metric(label, value, note, delta_color="off", delta_arrow="off", help=help)


def duration(seconds: float) -> str:
    """A measured time in minutes and seconds, or in hours and minutes."""
    whole = round(seconds)
    if whole < 60:
        return t("{s} s", s=whole)
    if whole < 3600:
        return t("{m} min {s} s", m=whole // 60, s=whole % 60)
    return t("{h} h {m} min", h=whole // 3600, m=whole % 3600 // 60)


def run_classes(record: RunRecord, network: ResNetConfig, result: Finished, colour: Colour) -> None:
    """The bars of the classes, and the same as a table."""
    classes = class_accuracies(result.class_accuracy[network.name], DATASETS[record.config.dataset], t)
    alt = t("Test accuracy by class, best first: {classes}.", classes=listed((f"{one.name} {percent(one.accuracy)}" for one in classes), t))
    figure = class_accuracy_figure(classes, colour, current_theme(), t)
    show_figure(figure, key=f"classes_{record.id}_{network.name}", alt=alt)
    st.caption(t("{images:,} test images of each class; the whiskers are 95% intervals.", images=classes[0].images))
    with st.expander(t("The classes as a table"), icon=":material/table:"):
        st.dataframe(
            class_table(classes),
            hide_index=True,
            column_config=_columns(),
            alt=t("Test accuracy by class"),
            key=f"class_table_{record.id}_{network.name}",
        )


def class_table(classes: Sequence[ClassAccuracy]) -> pd.DataFrame:
    """One row for each class, in the order given; accuracies are in percent."""
    return pd.DataFrame(
        {
            "name": [one.name for one in classes],
            "accuracy": [100 * one.accuracy for one in classes],
            "interval": [t("{low:.1%} to {high:.1%}", low=one.interval[0], high=one.interval[1]) for one in classes],
        }
    )


def _columns() -> dict[str, Any]:
    return {
        "name": t("Class"),
        "accuracy": st.column_config.NumberColumn(t("Accuracy"), format="%.1f%%"),
        "interval": t("95% interval"),
    }
