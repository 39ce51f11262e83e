"""What a network takes besides parameters and work: how far its layers see, and how much memory they fill."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod

from resnet.config import DatasetName, Optimizer
from resnet.datasets import DATASETS
from resnet.plan import Plan, Shape

BYTES_PER_NUMBER = 4  # float32

# Fitted to the peak of processes that trained mini-ResNet, ResNet-18 and ResNet-50 with batches of 32 to 1,024; the estimate lay 2 to 19%
# above each.
TENSORFLOW_BYTES = 900 * 2**20  # a process that has TensorFlow and no network yet
COPIES_OF_WEIGHTS = 12  # gradients, the best so far, first weights, a checkpoint as arrays and as bytes, what kernels repack
COPIES_OF_A_SLOT = 4
OPTIMIZER_SLOTS: Mapping[Optimizer, int] = {"adam": 2, "sgd": 1}
ACTIVATIONS_SHARE = 0.8  # of all layers' outputs: some are computed in place


@dataclass(frozen=True, slots=True)
class Field:
    """The part of the image that one number of a layer can see: `size` pixels high and wide, neighbours `jump` pixels apart.

    `size` None: the whole image, whatever its size.
    """

    size: int | None
    jump: int


def receptive_fields(network: Plan) -> Mapping[str, Field]:
    """Each layer's receptive field on the way through the branches, the widest way there is.

    A window of k over steps of s makes the field (k - 1) · jump larger and the jump s times larger. Where two ways meet, the wider
    counts. The gate of squeeze-and-excitation looks at everything; it scales a channel and is left out here, as is usual.
    """
    fields: dict[str, Field] = {}
    for layer in network.layers:
        given = [fields[name] for name in layer.inputs]
        if not given:
            fields[layer.name] = Field(1, 1)
        elif layer.kind == "global-pool" or given[0].size is None:
            fields[layer.name] = Field(None, 1)
        else:
            sizes = [one.size for one in given if one.size is not None]
            fields[layer.name] = Field(max(sizes) + (layer.kernel - 1) * given[0].jump, given[0].jump * layer.stride)
    return fields


def activation_bytes(shape: Shape) -> int:
    """Bytes of one layer's output for one image, in float32."""
    return prod(shape) * BYTES_PER_NUMBER


def training_memory(network: Plan, batch: int) -> int:
    """Bytes of all layers' outputs for a batch: what is kept from the forward for the backward pass, where nothing is saved on."""
    return batch * sum(activation_bytes(layer.output_shape) for layer in network.layers)


def weight_memory(network: Plan) -> int:
    """Bytes of all parameters, batch norm's statistics included."""
    return network.total_parameters * BYTES_PER_NUMBER


def training_bytes(networks: Sequence[Plan], dataset: DatasetName, *, batch_size: int, optimizer: Optimizer) -> int:
    """Bytes a fresh process takes that trains these networks together: an estimate, rather above what is seen than below.

    Beside TensorFlow itself: the weights and the optimiser's slots with the copies made of them, the outputs of all layers for a batch,
    and the images of the data set.
    """
    facts = DATASETS[dataset]
    # As NumPy's arrays and as TensorFlow's.
    images = 2 * (facts.training_images + facts.validation_images + facts.test_images) * activation_bytes(facts.input_shape)
    copies = COPIES_OF_WEIGHTS + COPIES_OF_A_SLOT * OPTIMIZER_SLOTS[optimizer]
    weights = copies * sum(weight_memory(network) for network in networks)
    outputs = ACTIVATIONS_SHARE * sum(training_memory(network, batch_size) for network in networks)
    return TENSORFLOW_BYTES + images + weights + int(outputs)


def binary(count: int) -> str:
    """Bytes with three significant digits and a binary prefix: 401,408 as 392 KiB."""
    size = float(count)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size < 1000 or unit == "TiB":
            return f"{count} B" if unit == "B" else f"{size:.3g} {unit}"
        size /= 1024
    raise AssertionError("the last unit takes everything")
