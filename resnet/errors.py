"""Errors that explain themselves: a rule, the value received, and a text a page can translate."""

from __future__ import annotations

import string
from collections.abc import Mapping
from typing import Any

_LONGEST_SHOWN = 80


class _Shortening(string.Formatter):
    """Fills templates as `str.format` does, but cuts what is quoted by `!r`: a value in a file or an address can be of any length."""

    def convert_field(self, value: Any, conversion: Any) -> Any:
        shown = super().convert_field(value, conversion)
        return shown[: _LONGEST_SHOWN - 1] + "…" if conversion == "r" and len(shown) > _LONGEST_SHOWN else shown


def fill(rule: str, values: Mapping[str, Any]) -> str:
    """The rule's sentence, the value received quoted to at most 80 characters."""
    return _Shortening().vformat(rule, (), values)


class Listed(tuple[str, ...]):
    """Several words as one value of an error. In English commas stand between them; a page puts what its language does."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(self)


class ExplainedError(Exception):
    """Something a person can put right. `rule` is an English template, `values` fill it.

    `str(error)` is the English sentence. A page shows `fill(translate(error.rule), error.values)`, which is why the sentence and its
    values are kept apart. There a value under the name `field`, or `…_field`, is a field of ResNetConfig and is shown by the name that
    its control has; a value under the name of such a field by the words of that control.
    """

    def __init__(self, rule: str, **values: Any) -> None:
        super().__init__(fill(rule, values))
        self.rule = rule
        self.values = values

    @property
    def plain_values(self) -> dict[str, str | int | float]:
        """The values as an event or a JSON document can carry them."""
        return {name: value if isinstance(value, (str, int, float)) else str(value) for name, value in self.values.items()}

    def __reduce__(self) -> tuple[Any, ...]:
        # Exceptions travel from Dask's workers by pickle, which would call __init__ without the values.
        return _rebuild, (type(self), self.rule, self.values)


class ConfigError(ExplainedError, ValueError):
    """A configuration breaks a rule."""


class CombinationError(ConfigError):
    """Each field is right for itself, together they are not. `fixes` are changes of fields, each of which would put it right."""

    def __init__(self, rule: str, *, fixes: tuple[Mapping[str, Any], ...] = (), **values: Any) -> None:
        super().__init__(rule, **values)
        self.fixes = fixes

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.rule, {**self.values, "fixes": self.fixes})


class DataError(ExplainedError):
    """A data set is missing, damaged or not what its name says."""


class TrainingError(ExplainedError):
    """A run cannot start or cannot go on."""


class StoreError(ExplainedError):
    """The database of runs cannot be read or written this moment."""


class QuestionError(ExplainedError):
    """A question about a network cannot be answered."""


class ForgottenError(QuestionError):
    """There was an answer, and it is no longer kept: asked again, there will be one."""


class BusyError(QuestionError):
    """A question is not taken this moment; the same one may be a little later."""


class WeightsError(ExplainedError):
    """A file of weights cannot be read, or does not fit the network."""


class PictureError(ExplainedError):
    """A file is no picture that a network can be shown."""


class FileError(ExplainedError):
    """A file that somebody brought is not one of this app's, is damaged, or holds more than it may."""


def _rebuild(kind: type[ExplainedError], rule: str, values: dict[str, Any]) -> ExplainedError:
    return kind(rule, **values)
