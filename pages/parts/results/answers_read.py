"""A network's answers as figures: by class, as a table, beside people and the public leaderboard, and how sure it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.parts.figure import show_figure
from pages.parts.i18n import lesson, t
from pages.parts.layout import prose
from pages.parts.lesson.labels import PEOPLE
from pages.parts.results.run_figures import calibration_spoken
from pages.parts.theme import current_theme
from resnet.config import DatasetName
from resnet.datasets import DATASETS, DatasetFacts
from resnet.figures.calibration import calibration_figure
from resnet.figures.class_accuracy import wilson_interval
from resnet.figures.palette import Colour
from resnet.inquiries import TestPredictions
from resnet.metrics import calibration, class_scores
from resnet.wording import listed_apart, percent

_KEY = "results_answers"
# The benchmark table of Xiao et al. 2017's repository: self-reported, on all 10,000 test images.
LEADERBOARD = (("2 convolutions, under 100,000 parameters", 0.925), ("ResNet-18", 0.949), ("WRN-40-4", 0.967))


def scores(found: TestPredictions, titles: Sequence[str]) -> None:
    """Precision, recall and F1 of each class, the worst first."""
    st.header(t("Class by class"), anchor=False)
    st.dataframe(
        score_table(found, titles),
        hide_index=True,
        column_config=_columns(),
        alt=t("Precision, recall and F1 of each class"),
        key=f"{_KEY}_scores",
    )
    with st.expander(t("How to read matrix, precision and recall"), icon=":material/school:"):
        prose(lesson("answers", "reading"))


def score_table(found: TestPredictions, titles: Sequence[str]) -> pd.DataFrame:
    """One row for each class, the lowest F1 first; shares are in percent."""
    rows = sorted(class_scores(found), key=lambda one: one.f1)
    return pd.DataFrame(
        {
            "name": [titles[one.label] for one in rows],
            "precision": [100 * one.precision for one in rows],
            "recall": [100 * one.recall for one in rows],
            "f1": [100 * one.f1 for one in rows],
            "images": [one.images for one in rows],
            "named": [one.named for one in rows],
        }
    )


def matrix_drawer(matrix: np.ndarray, titles: Sequence[str]) -> None:
    """The confusion matrix for those who read it as a table."""
    with st.expander(t("The matrix as a table"), icon=":material/table:"):
        table = pd.DataFrame(matrix, index=pd.Index(titles, name=t("It is")), columns=list(titles))
        st.dataframe(table, alt=t("Confusion matrix: rows are what it is, columns what the network calls it"), key=f"{_KEY}_table")


def people_drawer(found: TestPredictions, dataset: DatasetName) -> None:
    """Beside people, and beside the leaderboard as far as the test images allow it."""
    images = len(found.labels)
    low, high = wilson_interval(round(found.accuracy * images), images)
    own, full = DATASETS[dataset], DATASETS["fashion-mnist"]
    facts = {
        "accuracy": percent(found.accuracy),
        "images": f"{images:,}",
        "half": f"{50 * (high - low):.1f}",
        "people": percent(PEOPLE),
        "trained": f"{own.training_images:,}",
        "size": _size(own),
        "all": f"{full.test_images:,}",
        "most": f"{full.training_images + full.validation_images:,}",
        "full": _size(full),
    }
    with st.expander(t("Beside people and the leaderboard"), icon=":material/groups:"):
        prose(lesson("answers", "people", **facts))
        if dataset == "fashion-mnist":
            board = listed_apart((f"{_board_name(name)} {percent(share)}" for name, share in LEADERBOARD), t)
            prose(lesson("answers", "leaderboard", board=board, **facts))
        elif dataset == "fashion-mnist-subset":
            prose(lesson("answers", "no_leaderboard", **facts))
        else:
            prose(lesson("answers", "no_leaderboard_small", **facts))


def _size(dataset: DatasetFacts) -> str:
    height, width, _ = dataset.input_shape
    return f"{height}×{width}"


def _board_name(name: str) -> str:
    return t("2 convolutions, under 100,000 parameters") if name == LEADERBOARD[0][0] else name


def calibration_drawer(found: TestPredictions, colour: Colour) -> None:
    """Whether it is as often right as it is sure."""
    with st.expander(t("Advanced: is it as often right as it is sure?"), icon=":material/tune:"):
        curve = calibration(found)
        mean = float(curve.confidence @ curve.images / curve.images.sum())
        figure = calibration_figure(curve, colour, current_theme(), t)
        show_figure(figure, key=f"{_KEY}_calibration", alt=calibration_spoken(curve, t))
        prose(lesson("answers", "calibration", error=f"{100 * curve.error:.1f}", sure=percent(mean), accuracy=percent(found.accuracy)))


def _columns() -> dict[str, Any]:
    share = st.column_config.NumberColumn
    return {
        "name": t("Class"),
        "precision": share(t("Class precision"), format="%.1f%%", help=t("Of the images called so, the share that are.")),
        "recall": share(t("Class recall"), format="%.1f%%", help=t("Of the images of the class, the share called so: its accuracy.")),
        "f1": share("F1", format="%.1f%%", help=t("The harmonic mean of precision and recall.")),
        "images": share(t("Images"), format="%d"),
        "named": share(t("Predicted"), format="%d"),
    }
