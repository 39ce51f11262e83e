"""A network's fields and their values in a reader's words, the same on controls, in comparisons and in advice."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pages.parts.i18n import t
from resnet import field_wording
from resnet.config import ResNetConfig
from resnet.families import title_of
from resnet.presets import PRESETS
from resnet.wording import listed, shape_text


def network_title(network: ResNetConfig) -> str:
    """What a network is called: as the preset it is, as that preset and "changed", or by a name of its own."""
    if network.name not in PRESETS:
        return network.name
    title = title_of(network.name)
    return title if network == PRESETS[network.name] else t("{preset}, changed", preset=title)


def field_title(field: str) -> str:
    """What a field of ResNetConfig is called on the page."""
    return field_wording.field_title(field, t)


def value_title(field: str, value: object) -> str:
    """What a value of that field is called; numbers as they are."""
    words = choices(field)
    if words is not None and value in words:
        return words[value]
    if field == "input_shape" and isinstance(value, tuple):
        return shape_text(value)
    if field in ("depths", "widths") and isinstance(value, tuple):
        return " · ".join(map(str, value))
    # 1e-05 as 0.00001, like its neighbours
    return f"{Decimal(f'{value:g}'):f}" if isinstance(value, float) else str(value)


def choices(field: str) -> Mapping[Any, str] | None:
    """The values of a field that has few, each with its words; None for a field of numbers."""
    return field_wording.field_choices(field, t)


def in_words(changes: Mapping[str, object]) -> str:
    """Changes of fields as a list: "Groups: 1, Width per group: 64"."""
    return listed((f"{field_title(field)}: {value_title(field, value)}" for field, value in changes.items()), t)
