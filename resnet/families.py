"""The presets in the order a reader meets them, each family with its name and its paper."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """Networks that share one idea. `title` and `idea` are English; a page translates them. `paper` is where the idea comes from."""

    title: str
    idea: str
    paper: str
    networks: tuple[str, ...]


def _(words: str) -> str:
    """Marks words for the catalogue of translations; they are translated where they are shown."""
    return words


FAMILIES = (
    Family(_("For Fashion-MNIST"), _("small enough to train while you watch"), "", ("mini-resnet",)),
    Family(_("Basic blocks"), _("two 3×3 convolutions"), "arXiv 1512.03385", ("resnet-18", "resnet-34")),
    Family(_("Bottlenecks"), _("1×1, 3×3, 1×1"), "arXiv 1512.03385", ("resnet-50", "resnet-101", "resnet-152")),
    Family(
        _("Pre-activation (V2)"),
        _("batch norm and ReLU first, nothing after the add"),
        "arXiv 1603.05027",
        ("resnet-18-v2", "resnet-34-v2", "resnet-50-v2", "resnet-101-v2", "resnet-152-v2"),
    ),
    Family(_("ResNeXt"), _("32 groups in the 3×3"), "arXiv 1611.05431", ("resnext-50-32x4d", "resnext-101-32x8d")),
    Family(_("Wide"), _("twice as wide inside the bottleneck"), "arXiv 1605.07146", ("wide-resnet-50-2",)),
    Family(
        _("Squeeze-and-excitation"),
        _("each channel scaled by what all channels say"),
        "arXiv 1709.01507",
        ("se-resnet-18", "se-resnet-34", "se-resnet-50", "se-resnet-101", "se-resnet-152", "se-resnext-50-32x4d"),
    ),
    Family(
        _("CIFAR"),
        _("three narrow stages, shortcuts without parameters"),
        "arXiv 1512.03385",
        ("resnet-20", "resnet-32", "resnet-44", "resnet-56", "resnet-110"),
    ),
    Family(_("Plain"), _("the control: no shortcuts"), "arXiv 1512.03385", ("plain-18", "plain-34")),
)

_WORDS = {"resnet": "ResNet", "resnext": "ResNeXt", "se": "SE", "wide": "Wide", "plain": "Plain", "mini": "mini", "v2": "V2"}


def title_of(name: str) -> str:
    """A network's name as it is printed: "se-resnext-50-32x4d" as SE-ResNeXt-50 32×4d. A name of its own stays as it is."""
    words = [_WORDS.get(word) or re.sub(r"^(\d+)x(\d+)d$", r"\1×\2d", word) for word in name.split("-")]
    if words == name.split("-"):
        return name
    title = "-".join(words)
    return re.sub(r"-(V2|\d+×\d+d)$", r" \1", title).replace("Wide-", "Wide ")
