"""What the fields of a network and their values are called, on a control and in a sentence about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resnet.wording import ACTIVATION_NAMES, Translate


def field_title(field: str, t: Translate) -> str:
    """The name of a field of ResNetConfig; any other word as it is."""
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
        "zero_init_residual": t("Start as identity"),
        "activation": t("Activation"),
        "bn_epsilon": t("Batch norm ε"),
        "bn_momentum": t("Batch norm momentum"),
        "initializer": t("Initialisation"),
    }.get(field, field)


def field_choices(field: str, t: Translate) -> Mapping[Any, str] | None:
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
