"""What a student is asked to compute at each step of the small block: one number, where it comes from, and how it is worked out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from resnet.by_hand import KERNEL, SIDE, Grid, HandBlock, factor, number, products, written_out

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Question:
    """One cell of one grid.

    Attributes:
        target: the grid's name, an attribute of HandBlock.
        place: its row and column, from 0.
        answer: what stands there.
        worked: the computation with its result, in figures and signs only.
        sources: the cells that it is computed from, by the name of their grid; a kernel counts as a grid.
    """

    target: str
    place: Place
    answer: int
    worked: str
    sources: Mapping[str, tuple[Place, ...]]


def question_at(step: str, block: HandBlock, seed: int) -> Question | None:
    """The question of a step, e.g. "conv1"; None where there is nothing to compute by hand.

    Of the cells that show what the step is about, `seed` chooses one.
    """
    asking = _QUESTIONS.get(step)
    return asking(block, seed) if asking else None


def _convolution(target: str, source: str, kernel: str, *, inner: bool) -> Callable[[HandBlock, int], Question]:
    """Asks for a sum of many products: of a window within the grid, or of one that looks over its edge."""

    def ask(block: HandBlock, seed: int) -> Question:
        values, weights = getattr(block, source), getattr(block, kernel)
        busy = convolve_counts(values, weights)
        edge = np.ones((SIDE, SIDE), dtype=bool)
        edge[1:-1, 1:-1] = False
        place = _one_of(np.where(edge != inner, busy, -1) >= np.where(edge != inner, busy, -1).max() - 1, seed)
        terms = products(values, weights, *place)
        window = [(place[0] + down, place[1] + right) for down in (-1, 0, 1) for right in (-1, 0, 1)]
        inside = tuple(one for one in window if all(0 <= where < SIDE for where in one))
        whole = tuple((row, column) for row in range(KERNEL) for column in range(KERNEL))
        return _question(block, target, place, written_out(terms), {source: inside, kernel: whole})

    return ask


def convolve_counts(values: Grid, kernel: Grid) -> Grid:
    """How many of the nine products of each window are not 0."""
    counts = [
        [sum(bool(term.value * term.weight) for term in products(values, kernel, row, column)) for column in range(SIDE)]
        for row in range(SIDE)
    ]
    return np.array(counts, dtype=np.int64)


def _inner_activation(block: HandBlock, seed: int) -> Question:
    """Asks for a number that the activation stops."""
    return _activation(block, "relu1", "conv1", _one_of(block.conv1 < 0, seed))


def _last_activation(block: HandBlock, seed: int) -> Question:
    """Asks for a number that passes, and would be another one without the shortcut."""
    return _activation(block, "y", "summed", _one_of((block.summed > 0) & (block.y != block.plain_y), seed))


def _activation(block: HandBlock, target: str, source: str, place: Place) -> Question:
    value = int(getattr(block, source)[place])
    return _question(block, target, place, f"max(0, {number(value)}) = {number(max(0, value))}", {source: (place,)})


def _add(block: HandBlock, seed: int) -> Question:
    place = _one_of((block.branch != 0) & (block.x != 0), seed)
    return _question(block, "summed", place, _sum(block.branch, block.x, place), {"branch": (place,), "x": (place,)})


def _mask(block: HandBlock, seed: int) -> Question:
    place = _one_of((block.g != 0) & (block.summed < 0), seed)
    worked = f"{number(int(block.summed[place]))} ≤ 0  →  {factor(int(block.g[place]))}·0 = 0"
    return _question(block, "masked", place, worked, {"g": (place,), "summed": (place,)})


def _at_fork(block: HandBlock, seed: int) -> Question:
    both = (block.through_branch != 0) & (block.masked != 0)
    place = _one_of(both if both.any() else block.through_branch != 0, seed)
    worked = _sum(block.through_branch, block.masked, place)
    return _question(block, "at_x", place, worked, {"through_branch": (place,), "masked": (place,)})


def _sum(first: Grid, second: Grid, place: Place) -> str:
    one, other = int(first[place]), int(second[place])
    return f"{number(one)} + {factor(other)} = {number(one + other)}"


def _question(block: HandBlock, target: str, place: Place, worked: str, sources: Mapping[str, tuple[Place, ...]]) -> Question:
    return Question(target, place, int(getattr(block, target)[place]), worked, MappingProxyType(dict(sources)))


def _one_of(candidates: NDArray[np.bool_], seed: int) -> Place:
    rows, columns = np.nonzero(candidates)
    chosen = seed % len(rows)
    return int(rows[chosen]), int(columns[chosen])


_QUESTIONS: Mapping[str, Callable[[HandBlock, int], Question]] = MappingProxyType(
    {
        "conv1": _convolution("conv1", "x", "kernel1", inner=True),
        "relu1": _inner_activation,
        "conv2": _convolution("branch", "relu1", "kernel2", inner=False),
        "add": _add,
        "relu": _last_activation,
        "mask": _mask,
        "sum": _at_fork,
    }
)
