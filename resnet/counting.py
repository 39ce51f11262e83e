"""Why one network has two numbers of parameters: what each program counts, from the plan's own layers."""

from __future__ import annotations

from dataclasses import dataclass

from resnet.plan import Plan


@dataclass(frozen=True, slots=True)
class Counts:
    """The parts a count of parameters is made of.

    Attributes:
        trained: weights, biases of dense layers, scales and offsets of batch norm; what PyTorch calls parameters.
        statistics: batch norm's running means and variances; Keras counts them, PyTorch keeps them as buffers.
        convolution_biases: one for each filter of each convolution. There are none here; `keras.applications` has them in its ResNet-50,
            101 and 152, where the batch norm behind each takes its effect away again.
    """

    trained: int
    statistics: int
    convolution_biases: int

    @property
    def keras(self) -> int:
        """What `count_params()` says of the network built here."""
        return self.trained + self.statistics

    @property
    def with_biases(self) -> int:
        """What it would say if every convolution had a bias."""
        return self.keras + self.convolution_biases


def count(network: Plan) -> Counts:
    """The parts of the network's count."""
    return Counts(
        trained=network.trainable_parameters,
        statistics=network.total_parameters - network.trainable_parameters,
        convolution_biases=sum(layer.output_shape[-1] for layer in network.layers if layer.kind == "conv"),
    )
