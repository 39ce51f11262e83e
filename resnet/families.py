"""The presets in the order a reader meets them, each family with its name and its paper."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resnet.wording import Translate


@dataclass(frozen=True, slots=True)
class Family:
    """Networks that share one idea, under a key; `paper` is where the idea comes from, "" where it comes from no paper."""

    key: str
    paper: str
    networks: tuple[str, ...]


FAMILIES = (
    Family("small", "", ("mini-resnet",)),
    Family("basic", "arXiv 1512.03385", ("resnet-18", "resnet-34")),
    Family("bottleneck", "arXiv 1512.03385", ("resnet-50", "resnet-101", "resnet-152")),
    Family("v2", "arXiv 1603.05027", ("resnet-18-v2", "resnet-34-v2", "resnet-50-v2", "resnet-101-v2", "resnet-152-v2")),
    Family("resnext", "arXiv 1611.05431", ("resnext-50-32x4d", "resnext-101-32x8d")),
    Family("wide", "arXiv 1605.07146", ("wide-resnet-50-2",)),
    Family(
        "se",
        "arXiv 1709.01507",
        ("se-resnet-18", "se-resnet-34", "se-resnet-50", "se-resnet-101", "se-resnet-152", "se-resnext-50-32x4d"),
    ),
    Family("cifar", "arXiv 1512.03385", ("resnet-20", "resnet-32", "resnet-44", "resnet-56", "resnet-110")),
    Family("plain", "arXiv 1512.03385", ("plain-18", "plain-34")),
)


def family_words(family: Family, t: Translate) -> tuple[str, str]:
    """The family's name, and its idea in a few words."""
    return {
        "small": (t("For Fashion-MNIST"), t("small enough to train while you watch")),
        "basic": (t("Basic blocks"), t("two 3×3 convolutions")),
        "bottleneck": (t("Bottlenecks"), t("1×1, 3×3, 1×1")),
        "v2": (t("Pre-activation (V2)"), t("batch norm and ReLU first, nothing after the add")),
        "resnext": (t("ResNeXt"), t("32 groups in the 3×3")),
        "wide": (t("Wide"), t("twice as wide inside the bottleneck")),
        "se": (t("Squeeze-and-excitation"), t("each channel scaled by what all channels say")),
        "cifar": (t("CIFAR"), t("three narrow stages, shortcuts without parameters")),
        "plain": (t("Plain"), t("the control: no shortcuts")),
    }[family.key]


_WORDS = {
    "resnet": "ResNet",
    "resnext": "ResNeXt",
    "se": "SE",
    "wide": "Wide",
    "plain": "Plain",
    "residual": "Residual",
    "mini": "mini",
    "v2": "V2",
}


def title_of(name: str) -> str:
    """A network's name as it is printed: "se-resnext-50-32x4d" as SE-ResNeXt-50 32×4d. A name of its own stays as it is."""
    words = [_WORDS.get(word) or re.sub(r"^(\d+)x(\d+)d$", r"\1×\2d", word) for word in name.split("-")]
    if words == name.split("-"):
        return name
    title = "-".join(words)
    return re.sub(r"-(V2|\d+×\d+d)$", r" \1", title).replace("Wide-", "Wide ")
