"""What was chosen for a training, in a reader's words: the network's fields, the data set, the recipe's and the seed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages.parts import network_words
from pages.parts.i18n import t
from pages.parts.runs.form import dataset_label


def setting_title(field: str) -> str:
    """What a field of `resnet.side_by_side.settings` is called."""
    return {
        "dataset": t("Data"),
        "optimizer": t("Optimizer"),
        "learning_rate": t("Learning rate"),
        "schedule": t("Schedule"),
        "batch_size": t("Batch size"),
        "epochs": t("Epochs, at most"),
        "early_stopping_patience": t("Early stopping, patience"),
        "plateau_patience": t("Plateau, patience"),
        "weight_decay": t("Weight decay"),
        "label_smoothing": t("Label smoothing"),
        "augmentation": t("Augmentation"),
        "precision": t("Precision"),
        "seed": t("Seed"),
        "max_steps": t("Steps, at most"),
    }.get(field) or network_words.field_title(field)


def setting_value(field: str, value: Any) -> str:
    """What its value is called; numbers as they are, a dash for what is off."""
    if field == "dataset":
        return dataset_label(value)
    words = _choices().get(field)
    if words is not None and value in words:
        return words[value]
    if value is None and network_words.choices(field) is None:
        return "–"
    return network_words.value_title(field, value)


def _choices() -> Mapping[str, Mapping[Any, str]]:
    return {
        "optimizer": {"adam": "Adam", "sgd": "SGD"},
        "schedule": {"constant": t("constant"), "one-cycle": t("one cycle")},
        "augmentation": {"none": t("None"), "flip": t("Mirror"), "flip-shift": t("Mirror and shift")},
        "precision": {"auto": t("Automatic")},
    }
