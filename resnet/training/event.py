"""What every event of a run has, and how one becomes JSON and is read again. `events` says which there are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Common part of every event. `time` is seconds since 1970, by the clock of the machine that emitted."""

    kind: ClassVar[str]
    ends_run: ClassVar[bool] = False
    run: str
    sequence: int
    time: float

    def to_dict(self) -> dict[str, Any]:
        """The event as JSON-ready data, with its kind. JSON knows no NaN and no infinity: a loss that is neither finite becomes None."""
        return {"kind": self.kind, **{name: _finite_or_none(value) for name, value in asdict(self).items()}}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedEvent(Event):
    """One that has a reason: `rule` and `values` are those of an ExplainedError, so that a page can translate them."""

    rule: str
    values: dict[str, Any]

    @property
    def reason(self) -> str:
        """The reason in English."""
        return self.rule.format(**self.values)


_Kind = TypeVar("_Kind", bound=Event)


def read(kind: type[_Kind], data: Mapping[str, Any]) -> _Kind:
    """The event of this kind that `to_dict` wrote; fields that it does not have are ignored."""
    return kind(**{one.name: _number_again(data[one.name], one.type) for one in fields(kind) if one.name in data})


def _finite_or_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _finite_or_none(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_finite_or_none(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _number_again(value: Any, kind: Any) -> Any:
    """A number that `_finite_or_none` took away is NaN again; `kind` is the field's annotation as text."""
    if kind == "dict[str, float]":
        return {name: math.nan if item is None else item for name, item in value.items()}
    if kind == "list[float]":
        return [math.nan if item is None else item for item in value]
    return math.nan if value is None and kind == "float" else value
