"""A network's fields and their values in a reader's words, the same on controls, in comparisons and in advice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pages.parts.i18n import t
from resnet.config import ResNetConfig
from resnet.wording import ACTIVATION_NAMES, shape_text


def field_title(field: str) -> str:
    """What a field of ResNetConfig is called on the page."""
    return {
        "block": t("Block"),
        "depths": t("Blocks"),
        "widths": t("Channels"),
        "input_shape": t("Input"),
        "num_classes": t("Classes"),
        "stem": t("Stem"),
        "preactivation": t("Order"),
        "shortcut": t("Shortcuts"),
        "groups": t("Groups"),
        "width_per_group": t("Width per group"),
        "se_reduction": t("Squeeze-and-excitation"),
        "bottleneck_stride_on": t("Bottleneck's stride"),
        "padding": t("Padding"),
        "dropout": t("Dropout"),
        "zero_init_residual": t("Blocks start as identity"),
        "activation": t("Activation"),
        "bn_epsilon": t("Batch norm ε"),
        "bn_momentum": t("Batch norm momentum"),
        "initializer": t("Initialisation"),
    }.get(field, field)


def value_title(field: str, value: object) -> str:
    """What a value of that field is called; numbers as they are."""
    words = choices(field)
    if words is not None and value in words:
        return words[value]
    if field == "input_shape" and isinstance(value, tuple):
        return shape_text(value)
    if field in ("depths", "widths") and isinstance(value, tuple):
        return " · ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)


def choices(field: str) -> Mapping[Any, str] | None:
    """The values of a field that has few, each with its words; None for a field of numbers."""
    known: Mapping[str, Mapping[Any, str]] = {
        "block": {"basic": t("Basic"), "bottleneck": t("Bottleneck")},
        "preactivation": {False: t("Original"), True: t("V2")},
        "shortcut": {"projection": t("Projection"), "zero-pad": t("Zero-padding"), "none": t("None (plain)")},
        "stem": {"imagenet": t("7×7, pool"), "cifar": t("3×3")},
        "bottleneck_stride_on": {"3x3": "3×3", "1x1": t("first 1×1")},
        "padding": {"symmetric": t("Symmetric"), "same": t("“same”")},
        "activation": ACTIVATION_NAMES,
        "zero_init_residual": {False: t("no"), True: t("yes")},
        "initializer": {"he_fan_out": "He, fan-out", "he_fan_in": "He, fan-in"},
        "se_reduction": {None: t("off")},
    }
    return known.get(field)


def in_words(changes: Mapping[str, object]) -> str:
    """Changes of fields as a list: "Groups: 1, Width per group: 64"."""
    return ", ".join(f"{field_title(field)}: {value_title(field, value)}" for field, value in changes.items())


def fields_that_differ(one: ResNetConfig, other: ResNetConfig) -> tuple[str, ...]:
    """Names of the fields in which two networks differ, but for their names."""
    names = [name for name in ResNetConfig.__dataclass_fields__ if name != "name"]
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))
