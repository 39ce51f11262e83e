"""Numbers read off a run's events: loss curves, their ends, how two of them differ, and the gradient by depth. Pure.

Losses are mean cross-entropies of a training batch in nats, measured before the step was applied.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from resnet.training.events import BatchEnd, Event, GradientNorms, Started

Sign = Literal["above", "below", "level"]
CERTAIN = 2.0  # standard errors; less than so many is called level
# Nats; who differs by less is called level too, however sure that is of these batches: another seed moves a gap by as much.
SENSIBLE = 0.05
TAIL = 10  # batches; the end of a run is its last tenth, and never fewer than these


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One network's batches: `steps` int64 (n,), `loss` and training `seconds` float64 (n,)."""

    network: str
    steps: NDArray[np.int64]
    loss: NDArray[np.float64]
    seconds: NDArray[np.float64]

    @property
    def last_tenth(self) -> float:
        """The mean loss over the last tenth of the batches, see `tail_of`; NaN for none or where one is no number."""
        return float(np.mean(_tail(self.loss))) if len(self.loss) else math.nan

    def until(self, last: int) -> Curve:
        """The curve as it was when step `last` was done."""
        kept = self.steps <= last
        return Curve(self.network, self.steps[kept], self.loss[kept], self.seconds[kept])


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one curve lies above another in the last tenth of the steps they share.

    Both saw the same batches, so they are compared batch by batch: `mean` of the differences in nats, and its standard `error`, which is
    over the batches of this run and says nothing of other seeds.
    A curve that holds a value that is no number lies above any that does not.
    """

    mean: float
    error: float

    @property
    def sign(self) -> Sign:
        if math.isnan(self.mean) or abs(self.mean) < max(SENSIBLE, CERTAIN * self.error):
            return "level"
        return "above" if self.mean > 0 else "below"


def curves_of(events: Sequence[Event]) -> dict[str, Curve]:
    """The loss curve of each network, in the order of their first batches."""
    batches: dict[str, list[BatchEnd]] = {}
    for event in events:
        if isinstance(event, BatchEnd):
            batches.setdefault(event.network, []).append(event)
    return {
        network: Curve(
            network,
            np.array([batch.step for batch in said], dtype=np.int64),
            np.array([batch.loss for batch in said], dtype=np.float64),
            np.array([batch.seconds for batch in said], dtype=np.float64),
        )
        for network, said in batches.items()
    }


def gap(one: Curve, other: Curve) -> Gap:
    """How far `one` lies above `other`; see Gap."""
    _, ours, theirs = np.intersect1d(one.steps, other.steps, return_indices=True)
    differences = _tail(_finite(one.loss)[ours] - _finite(other.loss)[theirs])
    differences = differences[~np.isnan(differences)]
    if len(differences) < 2:
        return Gap(math.nan, math.inf)
    if not np.isfinite(differences).all():
        return Gap(math.copysign(math.inf, float(np.mean(np.sign(differences)))), 0.0)
    return Gap(float(np.mean(differences)), float(np.std(differences, ddof=1) / math.sqrt(len(differences))))


def tail_of(batches: int) -> int:
    """How many batches the end of a run of so many is: a tenth of them, but enough for a mean that has an error worth telling."""
    return min(batches, max(TAIL, batches // 10))


def tenths(curve: Curve) -> NDArray[np.float64]:
    """The mean loss in each tenth of the batches, float64 (10,); fewer parts where a tenth were less than TAIL batches."""
    parts = max(1, min(10, len(curve.loss) // TAIL))
    return np.array([np.mean(part) if len(part) else math.nan for part in np.array_split(curve.loss, parts)])


def first_reached(curve: Curve, loss: float, window: int = 20) -> int | None:
    """The step at whose end the mean loss of the last `window` batches was first no higher than `loss`; None if it never was."""
    if len(curve.loss) < window:
        return None
    sums = np.cumsum(np.insert(curve.loss, 0, 0.0))
    means = (sums[window:] - sums[:-window]) / window
    reached = np.flatnonzero(means <= loss)
    return int(curve.steps[window - 1 + reached[0]]) if len(reached) else None


@dataclass(frozen=True, slots=True)
class Slope:
    """How the gradient changes with depth in one network.

    `first` and `last` are geometric means of the kernels' gradients in the first and in the last third of the blocks' layers, over
    all measurements from the first step on; `early` is `first / last` at the first measurement alone, on nearly untrained weights.
    A kernel's gradient is its norm, or the root mean square over its weights where `slopes_of` was told how many it has.
    `measurements` are those in which some kernel's gradient was a number.
    """

    first: float
    last: float
    early: float
    measurements: int

    @property
    def ratio(self) -> float:
        """Below 1: weaker near the input than near the output."""
        return self.first / self.last if self.last else math.nan


def slopes_of(events: Sequence[Event], sizes: Mapping[str, Mapping[str, int]] = MappingProxyType({})) -> dict[str, Slope]:
    """The slope of each network that was measured. Stem and head are left out: their kernels are of another kind.

    `sizes` are the kernels' numbers of weights, by network and layer. A norm grows with the root of that number, and the kernels of the
    last stages are the larger ones, so that norms alone cannot be compared across stages.
    """
    layers = next((event.layers for event in reversed(events) if isinstance(event, Started)), {})
    measured: dict[str, list[list[float]]] = {}
    for event in events:
        if isinstance(event, GradientNorms):
            measured.setdefault(event.network, []).append(event.norms)
    return {network: _slope(_rows_of_blocks(layers.get(network, []), norms, sizes.get(network, {}))) for network, norms in measured.items()}


def _rows_of_blocks(layers: Sequence[str], norms: Sequence[Sequence[float]], sizes: Mapping[str, int]) -> NDArray[np.float64]:
    """Logarithms of the gradients, (measurements, layers of blocks); NaN for what is no number or 0."""
    rows = np.array(norms, dtype=np.float64)
    if len(layers) == rows.shape[1]:
        rows = rows / np.sqrt([sizes.get(layer, 1) for layer in layers])
        rows = rows[:, [layer.startswith("stage") for layer in layers]]
    return np.log(np.where(rows > 0, rows, math.nan))


def _slope(rows: NDArray[np.float64]) -> Slope:
    third = max(1, rows.shape[1] // 3)
    first, last = rows[:, :third], rows[:, -third:]
    early = _mean(first[:1]) / _mean(last[:1]) if _mean(last[:1]) else math.nan
    return Slope(_mean(first), _mean(last), early, int(np.isfinite(rows).any(axis=1).sum()))


def _mean(logarithms: NDArray[np.float64]) -> float:
    known = logarithms[np.isfinite(logarithms)]
    return float(np.exp(np.mean(known))) if len(known) else 0.0


def _tail(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[len(values) - tail_of(len(values)) :]


def _finite(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(np.isnan(values), math.inf, values)
