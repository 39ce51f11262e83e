"""How many images a network is asked about at once: so many that the next question soon has its turn."""

from __future__ import annotations

from resnet.plan import Plan

SECOND = 30e9  # multiply-adds, what two cores do in about a second
ONCE = 4 * SECOND  # for what is measured once of a network and then kept


def images_within(work: float, network: Plan, *, fewest: int, most: int) -> int:
    """So many that they take at most `work` multiply-adds, as far as `fewest` allow it: from 100 on whole hundreds, below whole tens."""
    fit = int(work // network.macs)
    whole = fit - fit % (100 if fit >= 100 else 10)
    return min(most, max(fewest, whole))
