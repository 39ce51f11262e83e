"""Accuracies others have published for networks that can be built here, by evaluation protocol. Two protocols are never compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from resnet.config import ResNetConfig, fields_that_differ
from resnet.families import title_of
from resnet.presets import PRESETS
from resnet.wording import Translate, english

Measured = Literal["accuracy", "error"]
Remark = Literal["option-a", "option-b", "best-of-five", "paper-counts-10.2-million"]


@dataclass(frozen=True, slots=True)
class Published:
    """One network's result: `value` is its top-1 accuracy or error in percent, as the protocol gives it.

    `title` is what it is called in print; `remark` is what must be known besides, see `remark_words`.
    """

    title: str
    network: ResNetConfig
    value: float
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class Protocol:
    """Networks measured alike, so that they may share an axis.

    Attributes:
        key: what it is chosen by; `protocol_words` says it in words.
        measured: whether the source gives accuracies or errors.
        results: the networks. series: titles to be joined by a line, each from left to right.
    """

    key: str
    measured: Measured
    results: tuple[Published, ...]
    series: tuple[tuple[str, ...], ...] = ()

    def accuracy(self, result: Published) -> float:
        """In percent; 100 minus the error where that is what was published."""
        return result.value if self.measured == "accuracy" else round(100 - result.value, 6)

    def result_of(self, network: ResNetConfig) -> Published | None:
        """The result of exactly this network, whatever its name; None where there is none."""
        return next((result for result in self.results if replace(result.network, name=network.name) == network), None)

    def nearest(self, network: ResNetConfig) -> Published:
        """The result of the network that differs in the fewest fields."""
        return min(self.results, key=lambda result: len(fields_that_differ(result.network, network)))


def _preset(name: str, value: float, title: str = "", remark: Remark | None = None, **changes: Any) -> Published:
    """A result of a preset, or of one with changes of fields."""
    return Published(title or title_of(name), replace(PRESETS[name], **changes), value, remark)


def _cifar(title: str, depths: int, value: float, remark: Remark | None = None, **changes: Any) -> Published:
    """A network of `depths` blocks in each of three stages of 16, 32 and 64 channels."""
    name = title.lower().replace(" ", "-")
    return Published(title, replace(PRESETS["resnet-20"], name=name, depths=(depths,) * 3, **changes), value, remark)


# `Weights.meta["_metrics"]["ImageNet-1K"]["acc@1"]` of torchvision 0.29.1.
_TORCHVISION_V1 = Protocol(
    key="torchvision-v1",
    measured="accuracy",
    results=(
        _preset("resnet-18", 69.758),
        _preset("resnet-34", 73.314),
        _preset("resnet-50", 76.130),
        _preset("resnet-101", 77.374),
        _preset("resnet-152", 78.312),
        _preset("resnext-50-32x4d", 77.618),
        _preset("resnext-101-32x8d", 79.312),
        _preset("wide-resnet-50-2", 78.468),
    ),
    series=(("ResNet-18", "ResNet-34", "ResNet-50", "ResNet-101", "ResNet-152"), ("ResNeXt-50 32×4d", "ResNeXt-101 32×8d")),
)
_TORCHVISION_V2 = Protocol(
    key="torchvision-v2",
    measured="accuracy",
    results=(
        _preset("resnet-50", 80.858),
        _preset("resnet-101", 81.886),
        _preset("resnet-152", 82.284),
        _preset("resnext-50-32x4d", 81.198),
        _preset("resnext-101-32x8d", 82.834),
        _preset("wide-resnet-50-2", 81.602),
    ),
    series=(("ResNet-50", "ResNet-101", "ResNet-152"), ("ResNeXt-50 32×4d", "ResNeXt-101 32×8d")),
)

# Table 2, "re-implementation" and "SENet". The paper's ResNets have their stride on the first 1x1 convolution, its ResNeXt on the 3x3.
_V1: Mapping[str, Any] = {"bottleneck_stride_on": "1x1"}
_SE = Protocol(
    key="se",
    measured="error",
    results=(
        _preset("resnet-50", 24.80, **_V1),
        _preset("se-resnet-50", 23.29, **_V1),
        _preset("resnet-101", 23.17, **_V1),
        _preset("se-resnet-101", 22.38, **_V1),
        _preset("resnet-152", 22.42, **_V1),
        _preset("se-resnet-152", 21.57, **_V1),
        _preset("resnext-50-32x4d", 22.11),
        _preset("se-resnext-50-32x4d", 21.10),
    ),
    series=(
        ("ResNet-50", "SE-ResNet-50"),
        ("ResNet-101", "SE-ResNet-101"),
        ("ResNet-152", "SE-ResNet-152"),
        ("ResNeXt-50 32×4d", "SE-ResNeXt-50 32×4d"),
    ),
)

# Tables 2 and 3. Option C, a projection on every shortcut, cannot be built here: ours project where shapes differ.
_TEN_CROP = Protocol(
    key="ten-crop",
    measured="error",
    results=(
        _preset("plain-18", 27.94),
        _preset("plain-34", 28.54),
        _preset("resnet-18", 27.88, "ResNet-18 A", "option-a", shortcut="zero-pad"),
        _preset("resnet-34", 25.03, "ResNet-34 A", "option-a", shortcut="zero-pad"),
        _preset("resnet-34", 24.52, "ResNet-34 B", "option-b"),
        _preset("resnet-50", 22.85, remark="option-b", **_V1),
        _preset("resnet-101", 21.75, remark="option-b", **_V1),
        _preset("resnet-152", 21.43, remark="option-b", **_V1),
    ),
    series=(
        ("Plain-18", "Plain-34"),
        ("ResNet-18 A", "ResNet-34 A"),
        ("ResNet-34 B", "ResNet-50", "ResNet-101", "ResNet-152"),
    ),
)

_CIFAR_2015 = Protocol(
    key="cifar-2015",
    measured="error",
    results=(
        _preset("resnet-20", 8.75),
        _preset("resnet-32", 7.51),
        _preset("resnet-44", 7.17),
        _preset("resnet-56", 6.97),
        _preset("resnet-110", 6.43, remark="best-of-five"),
        _cifar("ResNet-1202", 200, 7.93),
    ),
    series=(("ResNet-20", "ResNet-32", "ResNet-44", "ResNet-56", "ResNet-110", "ResNet-1202"),),
)

# The 110 layers are basic blocks as in table 6 above; 164 and 1001 are bottlenecks with projections (the paper's appendix), their
# stride where the first paper has it.
_BOTTLENECK: Mapping[str, Any] = {"block": "bottleneck", "shortcut": "projection", **_V1}
_CIFAR_2016 = Protocol(
    key="cifar-2016",
    measured="error",
    results=(
        _cifar("ResNet-110", 18, 6.61),
        _cifar("ResNet-110 V2", 18, 6.37, preactivation=True),
        _cifar("ResNet-164", 18, 5.93, **_BOTTLENECK),
        _cifar("ResNet-164 V2", 18, 5.46, preactivation=True, **_BOTTLENECK),
        _cifar("ResNet-1001", 111, 7.61, "paper-counts-10.2-million", **_BOTTLENECK),
        _cifar("ResNet-1001 V2", 111, 4.92, "paper-counts-10.2-million", preactivation=True, **_BOTTLENECK),
    ),
    series=(("ResNet-110", "ResNet-110 V2"), ("ResNet-164", "ResNet-164 V2"), ("ResNet-1001", "ResNet-1001 V2")),
)

# In the order a reader meets them.
PROTOCOLS: Mapping[str, Protocol] = MappingProxyType(
    {protocol.key: protocol for protocol in (_TORCHVISION_V1, _TORCHVISION_V2, _SE, _TEN_CROP, _CIFAR_2015, _CIFAR_2016)}
)


def protocol_words(protocol: Protocol, t: Translate = english) -> tuple[str, str]:
    """What was measured and how, in a few words; and who published it, where and when."""
    return {
        "torchvision-v1": (
            t("ImageNet, centre crop 224, torchvision's first weights"),
            t("torchvision 0.29.1, metadata of the weights {weights}, read in November 2026", weights="IMAGENET1K_V1"),
        ),
        "torchvision-v2": (
            t("ImageNet, centre crop 224, torchvision's new recipe"),
            t("torchvision 0.29.1, metadata of the weights {weights}, read in November 2026", weights="IMAGENET1K_V2"),
        ),
        "se": (
            t("ImageNet, centre crop 224, before and after SE"),
            t("Hu et al., arXiv 1709.01507, table 2: re-implementations, 2017"),
        ),
        "ten-crop": (t("ImageNet, 10-crop, the first paper"), t("He et al., arXiv 1512.03385, tables 2 and 3, 2015")),
        "cifar-2015": (t("CIFAR-10, the first paper"), t("He et al., arXiv 1512.03385, table 6, 2015")),
        "cifar-2016": (t("CIFAR-10, original and pre-activation"), t("He et al., arXiv 1603.05027, table 3, 2016")),
    }[protocol.key]


def remark_words(remark: Remark, t: Translate = english) -> str:
    """What must be known of a result besides its number."""
    return {
        "option-a": t("option A: zeros on the shortcuts"),
        "option-b": t("option B: projections where shapes differ"),
        "best-of-five": t("the best of five runs; their mean error is 6.61 ± 0.16%"),
        "paper-counts-10.2-million": t("the paper counts 10.2 million parameters"),
    }[remark]
