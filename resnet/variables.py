"""The variables that a planned layer keeps, by name, with their shapes: what a file of its weights has to hold. Standard library only."""

from __future__ import annotations

from resnet.plan import Plan
from resnet.tracing import LayerPlan, Shape


def variables(network: Plan) -> dict[str, Shape]:
    """Every weight and statistic of the network under a name such as "stage1_block1_conv1/kernel", as `resnet.model.named_weights` has
    them of the built one."""
    return {f"{layer.name}/{name}": shape for layer in network.layers for name, shape in variables_of(layer).items()}


def variables_of(layer: LayerPlan) -> dict[str, Shape]:
    """By name: kernels are (height, width, channels in a group, filters) or (features in, features out), all others vectors."""
    received, given = layer.input_shape[-1], layer.output_shape[-1]
    match layer.kind:
        case "conv":
            return {"kernel": (layer.kernel, layer.kernel, received // layer.groups, given)}
        case "dense":
            return {"kernel": (received, given), "bias": (given,)}
        case "bn":
            return dict.fromkeys(("gamma", "beta", "moving_mean", "moving_variance"), (given,))
    return {}
