"""Why it broke, in plain words: what is seen, the likely reason, and what would mend it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from pages.parts.i18n import t
from resnet.config import TrainConfig
from resnet.training.events import Trouble

Repair = Literal["halve", "raise", "shortcuts"]
_RAISE = 10.0  # a rate too low is off by powers of ten


@dataclass(frozen=True, slots=True)
class TroubleWords:
    """What a notice says, and what its button does; `rate` is the one to raise to."""

    title: str
    seen: str
    reason: str
    repair: Repair
    repair_label: str
    rate: float | None = None


def trouble_words(trouble: Trouble, config: TrainConfig, rate: float | None) -> TroubleWords:
    """The words for a trouble of a run that learns at `rate`."""
    repair: Repair = {"no-shortcuts": "shortcuts", "rate-too-low": "raise"}.get(trouble.cause, "halve")  # type: ignore[assignment]
    return TroubleWords(
        title=_title(trouble),
        seen=_seen(trouble),
        reason=_reason(trouble, config, rate),
        repair=repair,
        repair_label=_repair_label(trouble),
        rate=min(100.0, rate * _RAISE) if rate else None,
    )


def of_the_images(trouble: Trouble) -> bool:
    """Whether the very first batch had no number: no step has made it so, and no lower rate would mend it."""
    return trouble.trouble == "nan" and trouble.step == 1


def _title(trouble: Trouble) -> str:
    return {
        "nan": t("The loss is no number any more"),
        "explosion": t("The loss explodes"),
        "plateau": t("The network does not learn"),
    }.get(trouble.trouble, t("The loss does what it should not"))


def _seen(trouble: Trouble) -> str:
    if trouble.trouble == "nan":
        return t(
            "After step {since:,} it grew beyond what can be counted with. The best before was {before}.",
            since=trouble.since,
            before=_loss(trouble.before),
        )
    if trouble.trouble == "plateau":
        return t(
            "Since step {since:,} the loss stays at {loss}. Guessing without looking gives {before}.",
            since=trouble.since,
            loss=_loss(trouble.loss),
            before=_loss(trouble.before),
        )
    if trouble.since == 0:
        return t("From the first step on it rose from {before} to {loss}.", before=_loss(trouble.before), loss=_loss(trouble.loss))
    return t(
        "After step {since:,} it rose from {before} to {loss}.", since=trouble.since, before=_loss(trouble.before), loss=_loss(trouble.loss)
    )


def _loss(value: float) -> str:
    if not math.isfinite(value):
        return "∞"
    return f"{value:.3f}" if value < 10 else f"{value:,.0f}" if value < 1e6 else f"{value:.1e}"


def _reason(trouble: Trouble, config: TrainConfig, rate: float | None) -> str:
    peak = config.recipe.learning_rate
    return {
        "rate-too-high": t(
            "Likely reason: the learning rate, {rate:.3g}, is too high. Each step leaps over the valley it aims at, and lands higher.",
            rate=rate or peak,
        ),
        "rate-too-low": t("Likely reason: the learning rate, {rate:.3g}, is too low. The weights hardly move.", rate=rate or peak),
        "no-shortcuts": t(
            "Likely reason: {depth} layers without shortcuts. Plain networks of such a depth are hard to train, and why is not settled; "
            "the chart of gradients shows how strongly the loss pulls at each layer of this one.",
            depth=next((network.depth for network in config.networks if network.name == trouble.network), config.networks[0].depth),
        ),
    }.get(trouble.cause, t("The reason is not plain from the numbers. A lower learning rate helps most often."))


def _repair_label(trouble: Trouble) -> str:
    if not trouble.good_step:
        return t("Halve the rate and begin anew")
    return t("Halve the rate and continue from step {step:,}", step=trouble.good_step)
