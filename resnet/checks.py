"""What a field of a configuration may hold. Each check raises ConfigError with the rule and the value it got."""

from __future__ import annotations

import re
from typing import Any, get_args

from resnet.errors import ConfigError, Listed


def check_name(value: object) -> None:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", value):
        raise ConfigError("name must be 1 to 60 lower-case letters, digits or hyphens, got {value!r}", value=value)


def check_choice(field: str, value: object, choices: Any) -> None:
    if value not in get_args(choices):
        raise ConfigError("{field} must be one of {choices}, got {value!r}", field=field, choices=Listed(get_args(choices)), value=value)


def check_flag(field: str, value: object) -> None:
    if not isinstance(value, bool):
        raise ConfigError("{field} must be True or False, got {value!r}", field=field, value=value)


def is_whole(value: object) -> bool:
    """An int, and none of the two that are called True and False."""
    return isinstance(value, int) and not isinstance(value, bool)


def check_whole_number(field: str, value: object, low: int, high: int) -> None:
    if not is_whole(value) or not low <= value <= high:  # type: ignore[operator]
        raise ConfigError(
            "{field} must be a whole number from {low} to {high}, got {value!r}", field=field, low=low, high=high, value=value
        )


def check_whole_numbers(field: str, value: object, high: int) -> None:
    if not isinstance(value, tuple) or not all(is_whole(item) and 1 <= item <= high for item in value):
        raise ConfigError("{field} must be a tuple of whole numbers from 1 to {high}, got {value!r}", field=field, high=high, value=value)


def check_number(field: str, value: object, *, low: float, high: float, low_allowed: bool = True, high_allowed: bool = True) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    inside = number and low <= value <= high  # type: ignore[operator]
    if not inside or (value == low and not low_allowed) or (value == high and not high_allowed):
        left, right = "[" if low_allowed else "(", "]" if high_allowed else ")"
        raise ConfigError(
            "{field} must be a number in {interval}, got {value!r}", field=field, interval=f"{left}{low}, {high}{right}", value=value
        )
