"""How figures and diagrams come by their words: they are given a translator, as the library knows no user interface."""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from resnet.config import Activation

if TYPE_CHECKING:
    from resnet.plan import LayerPlan

ACTIVATION_NAMES: Mapping[Activation, str] = MappingProxyType({"relu": "ReLU", "gelu": "GELU", "silu": "SiLU", "tanh": "tanh"})


class Translate(Protocol):
    """Turns an English template and its values into a sentence of the reader's language; `t` of the pages is one."""

    def __call__(self, message: str, /, **values: object) -> str: ...


def english(message: str, /, **values: object) -> str:
    """The translator for readers of English: fills the template."""
    return filled(message, values)


def filled(message: str, values: Mapping[str, object]) -> str:
    """The template with its values, shares rounded by `percent`; a message without values is no template."""
    if not values:
        return message
    return _Template().vformat(message, (), values) if "%}" in message else message.format(**values)


def percent(share: float, digits: int = 1) -> str:
    """A share in percent, rounded as a browser's `toFixed` does, which the tables and charts beside it are written with: a tie goes up.

    Python takes a tie to the even digit: of 1,565 in 2,000 it would say 78.2%, and the table 78.3%.
    """
    if not math.isfinite(share):
        return f"{share:.{digits}%}"
    return f"{Decimal(100 * float(share)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)}%"


class _Template(string.Formatter):
    """Fills `{name:.1%}` by `percent`, all else as `str.format` does."""

    def format_field(self, value: Any, format_spec: str) -> str:
        share = re.fullmatch(r"\.(\d)%", format_spec)
        return percent(value, int(share[1])) if share else str(super().format_field(value, format_spec))


def listed(parts: Iterable[str], t: Translate) -> str:
    """Words one after the other, with what a language puts between them."""
    return t(", ").join(parts)


def listed_apart(parts: Iterable[str], t: Translate) -> str:
    """As `listed`, for parts that may hold commas of their own."""
    return t("; ").join(parts)


def stage_title(stage: str, t: Translate) -> str:
    """A plan's "stem", "stage1" … or "head" as a reader knows it."""
    if stage == "stem":
        return t("Stem")
    if stage == "head":
        return t("Head")
    return t("Stage {number}", number=int(stage.removeprefix("stage")))


def class_titles(t: Translate) -> tuple[str, ...]:
    """The ten classes of Fashion-MNIST in the order of their labels, each as a reader knows it."""
    return (
        t("T-shirt/top"),
        t("Trouser"),
        t("Pullover"),
        t("Dress"),
        t("Coat"),
        t("Sandal"),
        t("Shirt"),
        t("Sneaker"),
        t("Bag"),
        t("Ankle boot"),
    )


def shape_text(shape: tuple[int, ...]) -> str:
    """(28, 28, 32) as 28×28×32."""
    return "×".join(map(str, shape))


def layer_title(layer: LayerPlan, activation: Activation, t: Translate) -> str:
    """What a layer does, in a word or two: "3×3 conv /2", "batch norm", "ReLU". `activation` is the network's."""
    match layer.kind:
        case "conv":
            words = t("{size}×{size} conv", size=layer.kernel)
            return f"{words} /{layer.stride}" if layer.stride > 1 else words
        case "activation" if layer.name.endswith("_se_sigmoid"):
            return t("sigmoid")
        case "activation":
            return ACTIVATION_NAMES["relu" if layer.name.endswith("_se_relu") else activation]
        case "pad" if layer.name.endswith("_shortcut_pad"):
            return t("fit x") if layer.output_shape[-1] == layer.input_shape[-1] else t("append zeros")
    return {
        "input": t("input"),
        "pad": t("padding"),
        "bn": t("batch norm"),
        "pool": t("max-pool"),
        "add": t("add"),
        "multiply": t("scale"),
        "dropout": t("dropout"),
        "dense": t("dense"),
        "global-pool": t("mean"),
    }[layer.kind]
