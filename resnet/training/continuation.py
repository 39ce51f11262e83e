"""How a run goes on that was interrupted, stopped or repaired. Plain data: the service makes it, the worker obeys it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """Go on from the newest checkpoint whose step is at most `from_step` (None: the newest), else from the first weights.

    Attributes:
        last_sequence: that of the run's last event so far; the next one is `last_sequence + 1`.
        rate_factor: scales the learning rate, and a schedule's whole rest, from here on.
    """

    last_sequence: int
    from_step: int | None = None
    rate_factor: float = 1.0
