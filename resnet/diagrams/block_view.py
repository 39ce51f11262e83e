"""What there is to draw of one block: its layers by the parts they play, read from the plan and from nowhere else.

The plan of a block has a projection wherever shapes differ and the network projects. A drawing may leave it out, to show what is
wrong then: `BlockView` says whether the add can be computed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from resnet.config import Activation
from resnet.plan import LayerPlan, Plan, Shape

Route = Literal["identity", "projection", "zero-pad", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockView:
    """One block of any kind.

    Attributes:
        layers: all of the block's layers and no others, in the plan's order, as `plan_block` gives them.
        activation: the function between the convolutions; squeeze-and-excitation has its own two.
        projected: whether the projection is drawn where the plan has one.
    """

    layers: tuple[LayerPlan, ...]
    activation: Activation = "relu"
    projected: bool = True

    def layer(self, suffix: str) -> LayerPlan:
        """The layer whose name ends in `_suffix` behind its stage and block; KeyError where the block has none."""
        for layer in self.layers:
            if suffix_of(layer) == suffix:
                return layer
        raise KeyError(suffix)

    def has(self, suffix: str) -> bool:
        return any(suffix_of(layer) == suffix for layer in self.layers)

    @property
    def branch(self) -> tuple[LayerPlan, ...]:
        """Convolutions, batch norms and activations of F(x) in order. A padding layer counts to the convolution behind it."""
        return tuple(layer for layer in self.layers if re.fullmatch(r"(conv|bn|relu)\d", suffix_of(layer)))

    @property
    def input_shape(self) -> Shape:
        return self.layers[0].input_shape

    @property
    def branch_shape(self) -> Shape:
        """What the branch hands to the add."""
        return self.branch[-1].output_shape

    @property
    def preactivation(self) -> bool:
        """Whether batch norm and activation come before each convolution."""
        return self.branch[0].kind == "bn"

    @property
    def excites(self) -> bool:
        """Whether squeeze-and-excitation scales the branch."""
        return self.has("se_scale")

    @property
    def route(self) -> Route:
        """How x gets to the add, in the plan."""
        if not self.has("add"):
            return "none"
        if self.has("shortcut_conv"):
            return "projection"
        return "zero-pad" if self.has("shortcut_pad") else "identity"

    @property
    def has_projection(self) -> bool:
        return self.route == "projection" and self.projected

    @property
    def broken(self) -> bool:
        """Whether the two inputs of the add have different shapes."""
        return self.route == "projection" and not self.projected

    @property
    def shares_activation(self) -> bool:
        """Whether branch and shortcut both read the first activation, as where a pre-activation block projects."""
        return self.preactivation and self.has_projection

    @property
    def drawn_layers(self) -> tuple[LayerPlan, ...]:
        """The layers in the drawing: all but a projection that is left out."""
        return tuple(layer for layer in self.layers if self.projected or suffix_of(layer) not in ("shortcut_conv", "shortcut_bn"))

    def padding_of(self, convolution: LayerPlan) -> LayerPlan | None:
        """The padding layer in front of a convolution; None where its window needs none."""
        return next((layer for layer in self.layers if layer.kind == "pad" and layer.name in convolution.inputs), None)

    def normed(self, convolution: LayerPlan) -> bool:
        """Whether a batch norm of this block reads the convolution."""
        return any(layer.kind == "bn" and convolution.name in layer.inputs for layer in self.layers)


def view_of_block(network: Plan, stage: str, block: int) -> BlockView:
    """One block of a whole network's plan, e.g. `view_of_block(plan(config), "stage2", 1)`.

    Raises LookupError where the network has no such block.
    """
    layers = tuple(layer for layer in network.layers if layer.stage == stage and layer.block == block)
    if not layers:
        raise LookupError(f"{network.config.name} has no block {block} in {stage}")
    return BlockView(layers=layers, activation=network.config.activation)


def suffix_of(layer: LayerPlan) -> str:
    """A layer's name without stage and block: "conv1" of "stage2_block1_conv1"."""
    return layer.name.split("_", 2)[2]
