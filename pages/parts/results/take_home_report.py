"""The run's report: gathered from the session now, made when somebody asks for it, which is outside of the session."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pages.parts.i18n import current_language, language_tag, t, translator
from pages.parts.results.run_figures import (
    calibration_spoken,
    classes_known,
    classes_of,
    colour_of,
    confusion_drawn,
    curves_drawn,
    curves_known,
)
from pages.parts.runs.form import dataset_label
from pages.parts.runs.listing import network_words, recipe_words, remark, state_words, time_zone
from pages.parts.runs.result import duration
from resnet.config import ResNetConfig
from resnet.datasets import DATASETS
from resnet.export.report import Drawing, Metric, Report, Table, report_html
from resnet.figures.calibration import calibration_figure
from resnet.figures.class_accuracy import ClassAccuracy, wilson_interval
from resnet.figures.curves import Curves
from resnet.inquiries import TestPredictions
from resnet.metrics import calibration, class_scores, confusion, most_confused
from resnet.plan import Plan, plan
from resnet.tables import stage_table
from resnet.wording import Translate, class_titles, listed, percent

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


def report_of(lab: Service, record: RunRecord, network: ResNetConfig, found: TestPredictions | None) -> Callable[[], str]:
    """What makes the report of one network of a run, in the reader's language; with a confusion matrix where its answers are `found`."""
    tag, zone = language_tag(), time_zone()
    t = translator(current_language())  # for later, when no page is being made; by the name that messages are gathered by
    when = datetime.fromtimestamp(record.created, zone)
    end = "" if record.result is not None else f"{state_words(record)}: {remark(record)}"
    name, setting, took = network_words(network), _setting(record, network), duration(record.result.seconds) if record.result else ""

    def make() -> str:
        curves, planned = curves_known(lab, record, network), plan(network)
        classes = classes_known(record, network, t)
        report = Report(
            language=tag,
            title=record.title or name,
            subtitle=" · ".join(filter(None, (t("Run {run}, {when}", run=record.id, when=f"{when:%Y-%m-%d %H:%M}"), end))),
            note=record.note,
            setting=[*setting, *_counts(planned, t)],
            metrics=_metrics(record, network, curves, took, t),
            drawings=[*_drawings(lab, record, network, curves, classes, t), *_answered(network, found, t)],
            tables=[*_tables(curves, classes, found, t), _stages(planned, t)],
            made=t("Made with ResNet Lab, {day}.", day=f"{datetime.now(zone):%Y-%m-%d}"),
        )
        return report_html(report, t)

    return make


def _setting(record: RunRecord, network: ResNetConfig) -> list[tuple[str, str]]:
    return [
        (t("Network"), network_words(network)),
        (t("Data"), f"Fashion-MNIST: {dataset_label(record.config.dataset)}"),
        (t("Recipe"), recipe_words(record.config.recipe)),
        (t("Seed"), str(record.config.seed)),
    ]


def _counts(network: Plan, t: Translate) -> list[tuple[str, str]]:
    return [
        (t("Trained parameters"), f"{network.trainable_parameters:,}"),
        (t("Multiply-adds for an image"), f"{network.macs:,}"),
    ]


def _metrics(record: RunRecord, network: ResNetConfig, curves: Curves, took: str, t: Translate) -> list[Metric]:
    if record.result is None:
        return []
    images = DATASETS[record.config.dataset].test_images
    accuracy, loss = record.result.test_accuracy[network.name], record.result.test_loss[network.name]
    low, high = wilson_interval(round(accuracy * images), images)
    return [
        Metric(t("Test accuracy"), percent(accuracy), t("{low:.1%} to {high:.1%}, 95% interval", low=low, high=high)),
        Metric(t("Test loss"), f"{loss:.3f}" if math.isfinite(loss) else "–", t("cross-entropy")),
        Metric(t("Best epoch"), str(curves.best_epoch or "–"), t("of {epochs} trained", epochs=len(curves.epochs))),
        Metric(t("Time"), took, t("preparing, training, testing")),
    ]


def _drawings(
    lab: Service, record: RunRecord, network: ResNetConfig, curves: Curves, classes: Sequence[ClassAccuracy], t: Translate
) -> list[Drawing]:
    spoken = t(
        "Loss and accuracy against the epoch, {epochs} epochs: each batch, training and validation. The epochs stand in a table below.",
        epochs=len(curves.epochs),
    )
    drawings = [] if curves.empty else [Drawing(t("Loss and accuracy"), curves_drawn(lab, record, network, "light", t), spoken)]
    bars = classes_of(record, network, "light", t)
    if bars is not None:
        told = listed((f"{one.name} {percent(one.accuracy)}" for one in classes), t)
        drawings.append(
            Drawing(
                t("Test accuracy by class"),
                bars,
                t("Test accuracy by class, best first: {classes}.", classes=told),
                t("{images:,} test images of each class; the whiskers are 95% intervals.", images=classes[0].images),
            )
        )
    return drawings


def _answered(network: ResNetConfig, found: TestPredictions | None, t: Translate) -> list[Drawing]:
    if found is None:
        return []
    label, called = most_confused(confusion(found))
    titles = class_titles(t)
    said = t("The most frequent mistake: {label}, called {called}.", label=titles[label], called=titles[called])
    spoken = said if label != called else t("No class is taken for another.")
    curve = calibration(found)
    apart = t(
        "Probability and share right are {error} points apart on average (expected calibration error, ten bins).",
        error=f"{100 * curve.error:.1f}",
    )
    return [
        Drawing(t("Confusion matrix"), confusion_drawn(found, network, "light", t), spoken, spoken),
        Drawing(t("Calibration curve"), calibration_figure(curve, colour_of(network), "light", t), calibration_spoken(curve, t), apart),
    ]


def _tables(curves: Curves, classes: Sequence[ClassAccuracy], found: TestPredictions | None, t: Translate) -> list[Table]:
    """Epochs and classes, as far as the run came."""
    by_class = [_scores(found, t)] if found else [_classes(classes, t)] if classes else []
    return [*([_epochs(curves, t)] if curves.epochs else []), *by_class]


def _scores(found: TestPredictions, t: Translate) -> Table:
    rows = [
        (title, percent(one.precision), percent(one.recall), percent(one.f1), f"{one.images:,}")
        for title, one in zip(class_titles(t), class_scores(found), strict=True)
    ]
    header = (t("Class"), t("Class precision"), t("Class recall"), "F1", t("Images"))
    return Table(t("Class by class"), header, rows)


def _epochs(curves: Curves, t: Translate) -> Table:
    header = (
        t("Epoch"), t("Training loss"), t("Validation loss"), t("Training accuracy"), t("Validation accuracy"), t("Rate"), t("Seconds"),
    )  # fmt: skip
    rows = [
        (
            str(one.epoch),
            f"{one.loss:.4f}",
            f"{one.validation_loss:.4f}",
            percent(one.accuracy, 2),
            percent(one.validation_accuracy, 2),
            f"{one.learning_rate:.3g}",
            f"{one.seconds:.1f}",
        )
        for one in curves.epochs
    ]
    return Table(t("Epochs"), header, rows)


def _classes(classes: Sequence[ClassAccuracy], t: Translate) -> Table:
    rows = [
        (one.name, percent(one.accuracy), t("{low:.1%} to {high:.1%}", low=one.interval[0], high=one.interval[1]), f"{one.images:,}")
        for one in classes
    ]
    return Table(t("Test accuracy by class"), (t("Class"), t("Accuracy"), t("95% interval"), t("Images")), rows)


def _stages(network: Plan, t: Translate) -> Table:
    rows = [(str(row.stage), str(row.output_shape), f"{row.parameters:,}", f"{row.macs:,}") for row in stage_table(network, t).itertuples()]
    header = (t("stage"), t("output (height × width × channels)"), t("parameters"), t("multiply-adds"))
    return Table(t("The network"), header, rows)
