"""The figures of one network of a run, drawn for a file: the same as on the page, in any theme and language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
import streamlit as st

from resnet.config import ResNetConfig, Schedule
from resnet.datasets import DATASETS
from resnet.figures.class_accuracy import ClassAccuracy, class_accuracies, class_accuracy_figure
from resnet.figures.confusion import confusion_figure
from resnet.figures.curves import Curves, curves_figure, curves_of
from resnet.figures.palette import PLAIN, RESIDUAL, Colour, Theme
from resnet.inquiries import TestPredictions
from resnet.metrics import Calibration, confusion
from resnet.wording import Translate, class_titles, listed, percent

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


def curves_drawn(lab: Service, record: RunRecord, network: ResNetConfig, theme: Theme, t: Translate) -> go.Figure:
    """Its loss and accuracy against the epoch."""
    return curves_figure(curves_known(lab, record, network), colour_of(network), theme, t)


def curves_known(lab: Service, record: RunRecord, network: ResNetConfig) -> Curves:
    """What the run said of this network alone. Reads the database, once as long as the run comes to no other end."""
    last = record.outcome.sequence if record.outcome else 0
    return _curves(record.id, record.created, last, network.name, record.config.recipe.schedule, lab)


def classes_known(record: RunRecord, network: ResNetConfig, t: Translate) -> tuple[ClassAccuracy, ...]:
    """How well each class was recognised, best first; nothing without a result."""
    if record.result is None:
        return ()
    return class_accuracies(record.result.class_accuracy[network.name], DATASETS[record.config.dataset], t)


def classes_of(record: RunRecord, network: ResNetConfig, theme: Theme, t: Translate) -> go.Figure | None:
    """The bars of the classes; None without a result."""
    classes = classes_known(record, network, t)
    return class_accuracy_figure(classes, colour_of(network), theme, t) if classes else None


def confusion_drawn(found: TestPredictions, network: ResNetConfig, theme: Theme, t: Translate) -> go.Figure:
    """Which classes are taken for which."""
    return confusion_figure(confusion(found), class_titles(t), colour_of(network), theme, t)


def calibration_spoken(curve: Calibration, t: Translate) -> str:
    """Whether it is as often right as it is sure, in words."""
    points = (f"{percent(sure, 0)} {percent(right, 0)}" for sure, right in zip(curve.confidence, curve.accuracy, strict=True))
    return t("Share right against the probability of the class named: {points}.", points=listed(points, t))


def colour_of(network: ResNetConfig) -> Colour:
    """What its lines and bars wear: plain networks are grey."""
    return PLAIN if network.shortcut == "none" else RESIDUAL


@st.cache_resource(max_entries=32, show_spinner=False)
def _curves(run: str, created: float, sequence: int, network: str, schedule: Schedule, _lab: Service) -> Curves:
    return curves_of([event for event in _lab.events(run) if getattr(event, "network", network) == network], schedule)
