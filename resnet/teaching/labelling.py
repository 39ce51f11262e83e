"""Ten images to label, the same for everyone in a class: which ones, and how many were right."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

IMAGES = 10


def ten_images(number: int, count: int, *, first: Sequence[int] = ()) -> tuple[int, ...]:
    """The places of ten different images among `count` of them. `number` is 1, 2, …: another ten each time, the same for everyone.

    The first ten are drawn from `first` where that is given: those that can be looked at elsewhere too.
    """
    drawn = np.random.default_rng(number).choice(first if first and number == 1 else count, IMAGES, replace=False)
    return tuple(int(place) for place in drawn)


def right_answers(answers: Sequence[int], labels: Sequence[int]) -> int:
    """How many of the answers given so far are the labels of their images."""
    return sum(answer == label for answer, label in zip(answers, labels, strict=False))
