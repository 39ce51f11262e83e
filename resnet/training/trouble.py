"""Whether a run's loss does what it should: the watch that sees it become no number, explode, or stay where guessing is.

Standard library only. Losses are means over a batch, in nats; guessing among C classes costs ln(C).
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Literal

# The median of so many batches speaks for the loss now: a single bad batch, or four, is no explosion.
EXPLOSION_WINDOW = 9
EXPLODED = 3.0  # times the worse of the best loss so far and guessing
CALM = 1.5  # times the same: here nothing is wrong yet, and nothing any more
# The mean of so many batches lies above a plateau's ceiling all the time, for as long as an epoch takes, but within these bounds.
PLATEAU_WINDOW = 20
PLATEAU_STEPS = (100, 200)
STUCK, UNSTUCK = 0.95, 0.9  # of the loss of guessing
# Plain networks of such a depth are hard to train (He et al. 2015, figure 1: 20 layers learn, 56 hardly); why is not settled.
DEEP = 20

USUAL_RATE = {"adam": 1e-3, "sgd": 0.1}
FAR_ABOVE, FAR_BELOW = 10.0, 1 / 50  # of the usual rate

Kind = Literal["nan", "explosion", "plateau"]
Cause = Literal["rate-too-high", "rate-too-low", "no-shortcuts", "unknown"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One trouble. The weights after step `since` were still right; `before` is the loss that `loss` is compared with."""

    trouble: Kind
    cause: Cause
    since: int
    loss: float
    before: float


class TroubleWatch:
    """Sees every batch's loss and says each trouble once, and once that it is over.

    Args:
        num_classes: of the data set. steps_per_epoch: batches.
        optimizer: "adam" or "sgd", which tells what rates are usual.
        depth: layers as the paper counts them. shortcuts: whether blocks have them.
    """

    def __init__(self, *, num_classes: int, steps_per_epoch: int, optimizer: str, depth: int, shortcuts: bool) -> None:
        self._guess = math.log(num_classes)
        self._patience = min(max(steps_per_epoch, PLATEAU_STEPS[0]), PLATEAU_STEPS[1])
        self._usual = USUAL_RATE[optimizer]
        self._deep_and_plain = depth >= DEEP and not shortcuts
        self._recent: deque[float] = deque(maxlen=PLATEAU_WINDOW)
        self._best = math.inf  # the lowest median, or the first loss, which is from before any step
        self._calm = 0  # the last step whose loss was no worse than at the start
        self._stuck_since: int | None = None
        self._highest_rate = 0.0  # since then
        self.trouble: Kind | None = None

    def observe(self, step: int, loss: float, rate: float) -> Finding | Literal["recovered"] | None:
        """One batch's loss, measured with the weights before `step` was applied at learning rate `rate`. Once "nan", always "nan"."""
        if not math.isfinite(loss):
            return self._tell("nan", Finding("nan", self._cause_of_growth(step, rate), self._since(step), loss, self._reference()))
        self._recent.append(loss)
        now = median(list(self._recent)[-EXPLOSION_WINDOW:])
        full = len(self._recent) >= EXPLOSION_WINDOW
        if not math.isfinite(self._best) or (full and now < self._best):
            self._best = now
        worst = max(self._best, self._guess)
        if loss <= CALM * worst:
            self._calm = step
        if full and now > EXPLODED * worst:
            finding = Finding("explosion", self._cause_of_growth(step, rate), self._since(step), now, self._best)
            return self._tell("explosion", finding)
        stuck = self._stuck(step, rate)
        if self.trouble is None and stuck is not None:
            return self._tell("plateau", Finding("plateau", self._cause_of_standstill(), stuck, fmean(self._recent), self._guess))
        return self._recovery(now, worst)

    def state(self) -> dict[str, Any]:
        """JSON-ready data that `restore` reads."""
        best = self._best if math.isfinite(self._best) else None
        return {
            "recent": list(self._recent),
            "best": best,
            "calm": self._calm,
            "stuck_since": self._stuck_since,
            "highest_rate": self._highest_rate,
            "trouble": self.trouble,
        }

    def restore(self, state: dict[str, Any]) -> None:
        self._recent = deque(state["recent"], maxlen=PLATEAU_WINDOW)
        self._best = math.inf if state["best"] is None else state["best"]
        self._calm, self._stuck_since, self._highest_rate = state["calm"], state["stuck_since"], state["highest_rate"]
        self.trouble = state["trouble"]

    def forgive(self) -> None:
        """A repair begins: what stood still until now has its full time anew."""
        self.trouble, self._stuck_since = None, None

    def _tell(self, kind: Kind, finding: Finding) -> Finding | None:
        told, self.trouble = self.trouble == kind, kind
        return None if told else finding

    def _recovery(self, now: float, worst: float) -> Literal["recovered"] | None:
        over = {
            "explosion": now <= CALM * worst,
            "plateau": len(self._recent) == PLATEAU_WINDOW and fmean(self._recent) < UNSTUCK * self._guess,
        }
        if self.trouble is None or not over.get(self.trouble, False):
            return None
        self.trouble = None
        return "recovered"

    def _stuck(self, step: int, rate: float) -> int | None:
        """The step a plateau began after, where there has been one for long enough."""
        if fmean(self._recent) < STUCK * self._guess:
            self._stuck_since, self._highest_rate = None, 0.0
            return None
        if self._stuck_since is None:
            self._stuck_since = max(0, step - PLATEAU_WINDOW)
        self._highest_rate = max(self._highest_rate, rate)
        return self._stuck_since if step - self._stuck_since >= self._patience else None

    def _since(self, step: int) -> int:
        # A sane loss at step s was measured with the weights after step s - 1; those after s may be broken already.
        return max(0, min(self._calm, step - 1) - 1)

    def _reference(self) -> float:
        return self._best if math.isfinite(self._best) else self._guess

    def _cause_of_growth(self, step: int, rate: float) -> Cause:
        # A first loss that is wrong was not made so by a step.
        return "unknown" if step == 1 or rate < FAR_BELOW * self._usual else "rate-too-high"

    def _cause_of_standstill(self) -> Cause:
        if self._highest_rate >= FAR_ABOVE * self._usual:
            return "rate-too-high"
        if self._highest_rate <= FAR_BELOW * self._usual:
            return "rate-too-low"
        return "no-shortcuts" if self._deep_and_plain else "unknown"
