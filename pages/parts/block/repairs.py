"""Two shapes that cannot be added, and the two ways to mend that: what each gives and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal, get_args

from pages.parts.block.choices import Choice, Sizes
from pages.parts.i18n import lesson, t
from resnet.config import Shortcut
from resnet.diagrams.block_view import BlockView, suffix_of
from resnet.errors import ConfigError
from resnet.plan import Shape
from resnet.wording import percent, shape_text

Repair = Literal["leave", "zero-pad", "projection"]
REPAIRS: tuple[Repair, ...] = get_args(Repair)
_OFFERED: tuple[Shortcut, ...] = ("zero-pad", "projection")
# ResNet-34's top-1 error on ImageNet in percent, 10-crop: He et al. 2015, table 2 (option A) and table 3 (option B).
_ERRORS: Mapping[Shortcut, float] = MappingProxyType({"zero-pad": 25.03, "projection": 24.52})


@dataclass(frozen=True, slots=True)
class Offer:
    """What one repair does for a block: the sum's shape, the parameters and multiply-adds it takes, its share of all (0 to 1)."""

    shape: Shape
    parameters: int
    macs: int
    share: float


def offers(choice: Choice, sizes: Sizes) -> dict[Shortcut, Offer | None]:
    """Both repairs of a block whose shapes differ, None for one that it cannot have; nothing where there is nothing to repair."""
    found = {shortcut: _offer(replace(choice, shortcut=shortcut), sizes) for shortcut in _OFFERED}
    return found if _differ(choice, sizes) else {}


def repair_label(repair: Repair, offered: Mapping[Shortcut, Offer | None]) -> str:
    """A repair on its segment, with its price where there is something to repair."""
    if repair == "leave":
        return t("Leave it") if offered else t("Nothing to do")
    title = {"zero-pad": t("Zero-pad"), "projection": t("Project")}[repair]
    offer = offered.get(repair)
    return title if offer is None else t("{repair}: {count:,} params", repair=title, count=offer.parameters)


def repair_table(offered: Mapping[Shortcut, Offer | None]) -> str:
    """Both repairs side by side, as Markdown."""
    none = "–"
    rows = [
        ("", t("Zero-pad"), t("1×1 projection")),
        ("---", "---:", "---:"),
        (t("Result"), *(none if offer is None else shape_text(offer.shape) for offer in offered.values())),
        (t("Parameters"), *(none if offer is None else f"{offer.parameters:,} ({percent(offer.share, 0)})" for offer in offered.values())),
        (t("Multiply-adds"), *(none if offer is None else f"{offer.macs:,}" for offer in offered.values())),
        (t("ResNet-34 errs on ImageNet in"), *(f"{_ERRORS[shortcut]:.2f}%" for shortcut in offered)),
    ]
    table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{table}\n\n{lesson('block', 'no_zero_pad')}" if offered["zero-pad"] is None else table


def _differ(choice: Choice, sizes: Sizes) -> bool:
    try:
        return BlockView(layers=replace(choice, shortcut="projection").plan(sizes)).route == "projection"
    except ConfigError:
        return False


def _offer(choice: Choice, sizes: Sizes) -> Offer | None:
    try:
        layers = choice.plan(sizes)
    except ConfigError:
        return None
    added = [layer for layer in layers if suffix_of(layer).startswith("shortcut_")]
    whole = sum(layer.parameters for layer in layers)
    parameters = sum(layer.parameters for layer in added)
    return Offer(BlockView(layers=layers).branch_shape, parameters, sum(layer.macs for layer in added), parameters / whole)
