"""A block small enough to compute with a pencil: one channel of 4x4, two 3x3 kernels of small integers, no batch norm.

F(x) = conv2(ReLU(conv1(x))), both convolutions of stride 1 with a frame of zeros; y = ReLU(F(x) + x). Its plain twin has the same
numbers and no shortcut: ReLU(F(x)). As everywhere in deep learning a "convolution" does not turn its kernel over.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Grid: TypeAlias = NDArray[np.int64]

SIDE, KERNEL = 4, 3
MOST_SEEDS = 9_999
_LARGEST = 12  # what a pencil has to bear
MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, eq=False)
class HandBlock:
    """The block and all that is computed in it, forward and backward; every grid SIDE x SIDE integers, rows first.

    Attributes:
        x: the input; none is negative, as behind the activation of a block before.
        kernel1, kernel2: the weights, KERNEL x KERNEL.
        g: the gradient of the error at y.
    """

    x: Grid
    kernel1: Grid
    kernel2: Grid
    g: Grid

    @cached_property
    def conv1(self) -> Grid:
        return convolve(self.x, self.kernel1)

    @cached_property
    def relu1(self) -> Grid:
        return np.maximum(self.conv1, 0)

    @cached_property
    def branch(self) -> Grid:
        """F(x)."""
        return convolve(self.relu1, self.kernel2)

    @cached_property
    def summed(self) -> Grid:
        """F(x) + x."""
        return self.branch + self.x

    @cached_property
    def y(self) -> Grid:
        return np.maximum(self.summed, 0)

    @cached_property
    def plain_y(self) -> Grid:
        """What the twin puts out: ReLU(F(x))."""
        return np.maximum(self.branch, 0)

    @cached_property
    def masked(self) -> Grid:
        """m: g where F(x) + x is above 0, else 0."""
        return self.g * (self.summed > 0)

    @cached_property
    def through_branch(self) -> Grid:
        """J-transposed times m: what the branch hands back to the fork."""
        return self._back_through_branch(self.masked)

    @cached_property
    def at_x(self) -> Grid:
        """The gradient at x: what the branch and the shortcut hand back, summed at the fork."""
        return self.through_branch + self.masked

    @cached_property
    def plain_masked(self) -> Grid:
        return self.g * (self.branch > 0)

    @cached_property
    def plain_at_x(self) -> Grid:
        """The gradient at the twin's x: the branch's alone."""
        return self._back_through_branch(self.plain_masked)

    def _back_through_branch(self, gradient: Grid) -> Grid:
        """Backward, a convolution of stride 1 is one with its kernel turned by 180 degrees."""
        inside = convolve(gradient, self.kernel2[::-1, ::-1]) * (self.conv1 > 0)
        return convolve(inside, self.kernel1[::-1, ::-1])


@dataclass(frozen=True, slots=True)
class Product:
    """One of the nine products of a convolution's window; `outside` says that the value is the frame's zero."""

    value: int
    weight: int
    outside: bool


@lru_cache(maxsize=64)
def hand_block(seed: int) -> HandBlock:
    """The numbers that belong to a seed from 0 on: drawn until the block shows what it is to show."""
    generator = np.random.default_rng(seed)
    while True:
        x = generator.choice(np.arange(4), size=(SIDE, SIDE), p=(0.3, 0.3, 0.2, 0.2))
        kernels = generator.choice((-1, 0, 1, 2), size=(2, KERNEL, KERNEL), p=(0.36, 0.3, 0.28, 0.06))
        g = generator.integers(-2, 3, size=(SIDE, SIDE))
        block = HandBlock(x, kernels[0], kernels[1], g)
        if _teaches(block):
            return block


def _teaches(block: HandBlock) -> bool:
    """Whether each activation lets something pass and stops something, and the shortcut changes what comes out."""
    activated = (block.conv1, block.summed, block.branch)
    changed = (block.plain_y != block.y) & (block.summed > 0)
    shows = (
        *(np.count_nonzero(grid > 0) >= 4 and np.count_nonzero(grid < 0) >= 3 for grid in activated),
        np.count_nonzero(changed) >= 4,
        np.count_nonzero((block.g != 0) & (block.summed < 0)) >= 1,
        np.count_nonzero(block.masked) >= 3,
        np.any(block.plain_at_x != block.at_x),
        *(np.count_nonzero(kernel) >= 5 for kernel in (block.kernel1, block.kernel2)),
        *(np.abs(grid).max() <= _LARGEST for grid in (block.branch, block.at_x)),
    )
    return all(map(bool, shows))


def convolve(values: Grid, kernel: Grid) -> Grid:
    """The convolution of stride 1 with a frame of zeros, the same size as `values`; sums of products, no kernel turned."""
    framed = np.pad(values, KERNEL // 2)
    windows = np.lib.stride_tricks.sliding_window_view(framed, (KERNEL, KERNEL))
    return np.einsum("ijab,ab->ij", windows, kernel)


def products(values: Grid, kernel: Grid, row: int, column: int) -> tuple[Product, ...]:
    """The nine products whose sum is `convolve(values, kernel)[row, column]`, row by row of the kernel; places count from 0."""
    reach = KERNEL // 2
    found = []
    for down in range(KERNEL):
        for right in range(KERNEL):
            place = (row + down - reach, column + right - reach)
            inside = all(0 <= where < SIDE for where in place)
            found.append(Product(int(values[place]) if inside else 0, int(kernel[down, right]), outside=not inside))
    return tuple(found)


def number(value: int) -> str:
    """With a true minus sign."""
    return f"{MINUS}{-value}" if value < 0 else str(value)


def factor(value: int) -> str:
    """A number as it stands behind an operator: a negative one in brackets."""
    return f"({number(value)})" if value < 0 else number(value)


def written_out(terms: tuple[Product, ...]) -> str:
    """The sum with all its products and its result, e.g. "2·1 + 0·(−1) + … = 5"."""
    sums = " + ".join(f"{factor(term.value)}·{factor(term.weight)}" for term in terms)
    return f"{sums} = {number(sum(term.value * term.weight for term in terms))}"
