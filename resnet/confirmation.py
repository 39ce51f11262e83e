"""What Keras made of a configuration, and where it differs from the plan. Plain data: the model itself stays where it was built."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from resnet.plan import LayerPlan, Plan, Shape

Aspect = Literal["missing", "unexpected", "output_shape", "parameters", "trainable_parameters"]


@dataclass(frozen=True, slots=True)
class BuiltLayer:
    """One layer of a built model. `kind` is its Keras class; the rest counts as LayerPlan does, `output_shape` without batch axis."""

    name: str
    kind: str
    output_shape: Shape
    parameters: int
    trainable_parameters: int


@dataclass(frozen=True, slots=True)
class Built:
    """A network that was really built.

    Attributes:
        summary: Keras's own `model.summary()`, as text.
        layers: in Keras's order.
        total_parameters, trainable_parameters: as the model counts them, not the sums over `layers`.
        seconds: from the configuration to the model with its first weights.
        keras_version: of the Keras that built it.
    """

    summary: str
    layers: tuple[BuiltLayer, ...]
    total_parameters: int
    trainable_parameters: int
    seconds: float
    keras_version: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the plan and Keras see differently.

    `layer` is None where it is about the whole network. `planned` and `built` are the two values; None on the side that has no such layer.
    """

    layer: str | None
    aspect: Aspect
    planned: Shape | int | None
    built: Shape | int | None


def differences(plan: Plan, built: Built) -> tuple[Difference, ...]:
    """Every difference: the plan's layers in its order, then layers the plan does not have, then the totals. Empty means: confirmed."""
    return (*_layer_differences(plan, built), *_total_differences(plan, built))


def _layer_differences(plan: Plan, built: Built) -> Iterator[Difference]:
    found = {layer.name: layer for layer in built.layers}
    for planned in plan.layers:
        layer = found.pop(planned.name, None)
        if layer is None:
            yield Difference(planned.name, "missing", planned.output_shape, None)
        else:
            yield from _of_one_layer(planned, layer)
    for layer in found.values():
        yield Difference(layer.name, "unexpected", None, layer.output_shape)


def _of_one_layer(planned: LayerPlan, built: BuiltLayer) -> Iterator[Difference]:
    if planned.output_shape != built.output_shape:
        yield Difference(planned.name, "output_shape", planned.output_shape, built.output_shape)
    if planned.parameters != built.parameters:
        yield Difference(planned.name, "parameters", planned.parameters, built.parameters)
    if planned.trainable_parameters != built.trainable_parameters:
        yield Difference(planned.name, "trainable_parameters", planned.trainable_parameters, built.trainable_parameters)


def _total_differences(plan: Plan, built: Built) -> Iterator[Difference]:
    if plan.total_parameters != built.total_parameters:
        yield Difference(None, "parameters", plan.total_parameters, built.total_parameters)
    if plan.trainable_parameters != built.trainable_parameters:
        yield Difference(None, "trainable_parameters", plan.trainable_parameters, built.trainable_parameters)
