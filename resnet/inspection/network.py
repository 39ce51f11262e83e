"""A network taken apart into stem, blocks and head, through which images can be sent by hand, and something changed on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import groupby
from typing import Any, TypeAlias

import keras
import tensorflow as tf

from resnet.model import build_resnet
from resnet.plan import LayerPlan, Plan, plan

# What a layer gives in the place of its own answer, from what it reads.
Instead: TypeAlias = Mapping[str, Callable[..., Any]]


def untouched(*inputs: Any) -> Any:
    """A layer that hands on what it reads, the branch's side where it reads two: what is left where one was taken out."""
    return inputs[0]


@dataclass(frozen=True, slots=True)
class Part:
    """Stem, one block, or head: layers that follow each other in the plan, of which the last one's output is the part's.

    `gets` names what it receives, the layer before its first.
    """

    name: str
    gets: str
    layers: tuple[LayerPlan, ...]

    @property
    def gives(self) -> str:
        return self.layers[-1].name

    @property
    def add(self) -> LayerPlan | None:
        """The layer where branch and shortcut meet; None in stem, head and a block without shortcut."""
        return next((layer for layer in self.layers if layer.kind == "add"), None)

    @property
    def shortcut_end(self) -> str | None:
        """What arrives at the add beside the branch: what the block gets, or the layer that makes it fit."""
        return self.add.inputs[1] if self.add else None

    @property
    def branch_end(self) -> str:
        """F(x): what the branch hands to the add, or without one to the block's last activation."""
        return self.add.inputs[0] if self.add else self.layers[-1].inputs[0]

    @property
    def summed(self) -> str:
        """F(x) + shortcut: what the last activation reads."""
        return self.add.name if self.add else self.branch_end

    @property
    def projection(self) -> bool:
        """Whether the shortcut had to be made to fit."""
        return self.shortcut_end not in (None, self.gets)


@dataclass(frozen=True, eq=False)
class Network:
    """A built model and its plan. Batch norm goes by the moving averages and dropout rests, but where `training` is asked for."""

    model: keras.Model
    plan: Plan
    parts: tuple[Part, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(_parts(self.plan)))

    @staticmethod
    def build(config: Any) -> Network:
        """With first weights from Keras's global random state."""
        return Network(build_resnet(config), plan(config))

    @property
    def blocks(self) -> tuple[Part, ...]:
        return self.parts[1:-1]

    def position(self, block: str) -> int:
        """Where that block stands in `parts`."""
        return next(number for number, part in enumerate(self.parts) if part.name == block)

    def through(self, part: Part, x: Any, *, instead: Instead | None = None, training: bool = False) -> dict[str, Any]:
        """Send x (batch, …) through one part: the output of each of its layers by name, and x itself by the name of what gives it."""
        outputs = {part.gets: x}
        for layer in part.layers:
            inputs = [outputs[name] for name in layer.inputs]
            outputs[layer.name] = self._answer(layer, inputs, instead or {}, training)
        return outputs

    def from_to(self, first: int, last: int, x: Any, *, instead: Instead | None = None) -> Any:
        """Send x through parts number `first` to before `last`: what the last of them gives."""
        for part in self.parts[first:last]:
            x = self.through(part, x, instead=instead)[part.gives]
        return x

    def logits(self, images: Any, *, instead: Instead | None = None) -> Any:
        """(batch, height, width, channels) to (batch, classes), as the model itself where nothing is changed."""
        return self.from_to(0, len(self.parts), images, instead=instead)

    @cached_property
    def gated(self) -> Callable[[Any, Any], Any]:
        """As `logits`, from images and gates (blocks, 2): each block with a shortcut gives ReLU(gates[0] · F(x) + gates[1] · shortcut(x)).

        Traced when it is first called, which takes a second or two for 56 layers; any gates after that are twice as fast as by hand.
        """
        adds = [(number, part.add.name) for number, part in enumerate(self.blocks) if part.add]

        def logits(images: Any, gates: Any) -> Any:
            instead = {name: partial(_weighed, gates[number, 0], gates[number, 1]) for number, name in adds}
            return self.logits(images, instead=instead)

        shapes = (None, *self.plan.config.input_shape), (len(self.blocks), 2)
        return tf.function(logits, input_signature=[tf.TensorSpec(shape, tf.float32) for shape in shapes])

    def _answer(self, layer: LayerPlan, inputs: list[Any], instead: Instead, training: bool) -> Any:
        if layer.name in instead:
            return instead[layer.name](*inputs)
        given = inputs if len(inputs) > 1 else inputs[0]
        known = self.model.get_layer(layer.name)
        return known(given, training=training) if layer.kind in ("bn", "dropout") else known(given)


def _weighed(of_branch: Any, of_shortcut: Any, branch: Any, shortcut: Any) -> Any:
    return of_branch * branch + of_shortcut * shortcut


def _parts(network: Plan) -> Iterator[Part]:
    gets = "input"
    for place, layers in groupby(network.layers[1:], key=lambda layer: (layer.stage, layer.block)):
        stage, block = place
        part = Part(stage if block is None else f"{stage}_block{block}", gets, tuple(layers))
        gets = part.gives
        yield part
