"""The kinds of block one can walk through, and the sizes to begin with. Each kind is a choice of ResNetConfig's fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal, get_args

from pages.parts.i18n import t
from resnet.config import Activation, Block, ResNetConfig, Shortcut
from resnet.plan import LayerPlan, plan_block
from resnet.presets import PRESETS

Kind = Literal["basic", "bottleneck", "pre-activation", "resnext", "se"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_FIELDS: Mapping[Kind, Mapping[str, Any]] = MappingProxyType(
    {
        "basic": {"block": "basic"},
        "bottleneck": {"block": "bottleneck"},
        "pre-activation": {"preactivation": True},
        "resnext": {"block": "bottleneck", "groups": 32, "width_per_group": 4},
        "se": {"se_reduction": 16},
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What the sliders say about one block: x is side x side x channels."""

    side: int
    channels: int
    filters: int
    stride: int


EXAMPLES: Mapping[Block, tuple[Sizes, ...]] = MappingProxyType(
    {
        "basic": (
            Sizes(side=32, channels=64, filters=64, stride=1),
            Sizes(side=32, channels=64, filters=128, stride=2),
            Sizes(side=28, channels=32, filters=64, stride=1),
            Sizes(side=28, channels=32, filters=64, stride=2),  # how the mini-ResNet's second stage begins
        ),
        # The last is how ResNet-50's first stage begins: other channels at stride 1.
        "bottleneck": (
            Sizes(side=32, channels=256, filters=64, stride=1),
            Sizes(side=32, channels=256, filters=128, stride=2),
            Sizes(side=32, channels=64, filters=64, stride=1),
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One block's kind, and what else of a network's configuration shapes it.

    `block` says which convolutions the branch has; basic blocks, bottlenecks and ResNeXt leave no choice there.
    """

    kind: Kind
    block: Block
    shortcut: Shortcut = "projection"
    activation: Activation = "relu"

    @property
    def config(self) -> ResNetConfig:
        """A network of such blocks; its own sizes play no part."""
        fields = {"block": self.block, **_FIELDS[self.kind]}
        return replace(PRESETS["mini-resnet"], shortcut=self.shortcut, activation=self.activation, **fields)

    @property
    def function(self) -> str:
        """The name of the function of resnet.blocks that builds it."""
        return self.config.block_function

    @property
    def steps(self) -> tuple[str, ...]:
        """The names of the functions that it calls, in order."""
        return ("squeeze_excite", "add_shortcut") if self.config.se_reduction else ("add_shortcut",)

    @property
    def address(self) -> str:
        """The kind in the address: "se", or "se-bottleneck" where there is a choice of convolutions."""
        return self.kind if fixed_block(self.kind) or self.block == "basic" else f"{self.kind}-{self.block}"

    def plan(self, sizes: Sizes) -> tuple[LayerPlan, ...]:
        """The layers of the block. Raises ConfigError for sizes that it cannot have."""
        shape = (sizes.side, sizes.side, sizes.channels)
        return plan_block(self.config, input_shape=shape, filters=sizes.filters, stride=sizes.stride)


def choice_at(address: str) -> tuple[Kind, Block]:
    """The kind and the convolutions that `Choice.address` wrote; the basic block for anything else."""
    for kind in KINDS:
        for block in get_args(Block):
            if fixed_block(kind) in (None, block) and Choice(kind=kind, block=block).address == address:
                return kind, block
    return "basic", "basic"


def fixed_block(kind: Kind) -> Block | None:
    """The convolutions that belong to a kind; None where there is a choice."""
    return _FIELDS[kind].get("block")


def kind_label(kind: Kind) -> str:
    """A kind's name on its button."""
    return {
        "basic": t("Basic"),
        "bottleneck": t("Bottleneck"),
        "pre-activation": t("Pre-activation"),
        "resnext": t("ResNeXt"),
        "se": t("SE"),
    }[kind]


def kind_description(kind: Kind) -> str:
    """A kind in one line."""
    return {
        "basic": t("Two 3×3 convolutions"),
        "bottleneck": t("1×1 to few channels, 3×3 on these, 1×1 to many"),
        "pre-activation": t("Batch norm and activation first, nothing after the add"),
        "resnext": t("A bottleneck whose 3×3 works in 32 groups"),
        "se": t("Squeeze-and-excitation scales each channel before the add"),
    }[kind]
