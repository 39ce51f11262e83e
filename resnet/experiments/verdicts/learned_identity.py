"""Experiment 6: how well three learners of the identity give back what they get."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from resnet.experiments.readings import Sign, tail_of

ALIKE = 1.25  # two errors of one run that differ by a smaller factor are called alike


@dataclass(frozen=True, slots=True)
class Identity:
    """How well three learners of the identity give back what they get: errors by the target's square, means of the last tenth.

    The `residual` one starts at the answer, its last kernel being zero, so that the contest is between `plain` and `drawn`: two whose
    first weights are drawn alike, without a shortcut and with one. `*_first` are the errors before the first step.
    """

    steps: int
    plain: float
    residual: float
    drawn: float
    plain_first: float
    residual_first: float
    drawn_first: float

    @property
    def plain_is(self) -> Sign:
        """Where the plain one ends by the drawn residual one; "level" where neither error is clearly larger than the other."""
        if self.plain > ALIKE * self.drawn:
            return "above"
        return "below" if self.drawn > ALIKE * self.plain else "level"


def identity(run: Mapping[str, Sequence[float]]) -> Identity:
    """Of the errors by learner, before each step and after the last: "plain", "residual" and "drawn"."""
    ends = {name: float(np.mean(errors[len(errors) - tail_of(len(errors)) :])) for name, errors in run.items()}
    return Identity(
        steps=len(run["plain"]) - 1,
        plain=ends["plain"],
        residual=ends["residual"],
        drawn=ends["drawn"],
        plain_first=run["plain"][0],
        residual_first=run["residual"][0],
        drawn_first=run["drawn"][0],
    )
