"""A network's layers, noted down one by one as a shape passes through them. `plan` says in which order they come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resnet.config import ResNetConfig

Kind = Literal["input", "pad", "conv", "bn", "activation", "pool", "add", "multiply", "dropout", "dense", "global-pool"]
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerPlan:
    """One Keras layer.

    Attributes:
        name: the layer's name in the built model.
        kind: what it does; "activation" whatever the function is.
        stage: "stem", "stage1" … or "head". block: counts from 1 within the stage; None in stem and head.
        output_shape: (height, width, channels), or (features,) after the global pool; no batch axis.
        parameters: as Keras's `count_params()`, batch norm's moving statistics included.
        trainable_parameters: without those statistics; what PyTorch calls parameters.
        macs: multiply-adds for one image, of convolutions and dense layers; 0 for all others.
        inputs: names of the layers it reads: two for an add and for the scaling by squeeze-and-excitation, none for the input.
        input_shape: of the first of them.
        kernel, stride, groups: of a convolution or a pool; kernel 1, stride 1, one group where there is no window.
    """

    name: str
    kind: Kind
    stage: str
    block: int | None
    output_shape: Shape
    parameters: int
    trainable_parameters: int
    macs: int
    inputs: tuple[str, ...]
    input_shape: Shape
    kernel: int = 1
    stride: int = 1
    groups: int = 1


@dataclass(frozen=True, slots=True)
class Tensor:
    """What flows from layer to layer: the name of the layer it comes from, and its shape."""

    source: str
    shape: Shape


class Trace:
    """Notes down layers as a tensor passes through them; each method takes a tensor and returns the next."""

    def __init__(self, config: ResNetConfig) -> None:
        self.layers: list[LayerPlan] = []
        self._symmetric = config.padding == "symmetric"
        self.enter("stem")

    def enter(self, stage: str, block: int | None = None) -> None:
        """What follows belongs to this stage, and to this block of it."""
        self._stage, self._block = stage, block
        self._prefix = stage if block is None else f"{stage}_block{block}"

    def layer(
        self,
        suffix: str,
        kind: Kind,
        given: tuple[Tensor, ...],
        shape: Shape,
        *,
        trainable: int = 0,
        fixed: int = 0,
        macs: int = 0,
        kernel: int = 1,
        stride: int = 1,
        groups: int = 1,
    ) -> Tensor:
        name = f"{self._prefix}_{suffix}"
        sources = tuple([tensor.source for tensor in given])
        counts = (trainable + fixed, trainable, macs)
        self.layers.append(LayerPlan(name, kind, self._stage, self._block, shape, *counts, sources, given[0].shape, kernel, stride, groups))
        return Tensor(name, shape)

    def input(self, shape: Shape) -> Tensor:
        self.layers.append(LayerPlan("input", "input", self._stage, self._block, shape, 0, 0, 0, (), shape))
        return Tensor("input", shape)

    def conv(self, suffix: str, x: Tensor, filters: int, size: int, stride: int = 1, groups: int = 1) -> Tensor:
        # Keras's "same" is symmetric at stride 1 and a 1x1 window needs no padding: only strided larger windows are padded by a layer.
        unpadded = x.shape
        if size > 1 and stride > 1:
            x = self._pad(suffix.replace("conv", "pad"), x, size // 2)
        height, width, channels = _strided(unpadded, stride)
        weights = size * size * channels // groups * filters
        macs = weights * height * width
        shape = (height, width, filters)
        return self.layer(suffix, "conv", (x,), shape, trainable=weights, macs=macs, kernel=size, stride=stride, groups=groups)

    def max_pool(self, suffix: str, x: Tensor, size: int, stride: int) -> Tensor:
        shape = _strided(x.shape, stride)
        x = self._pad(f"{suffix}_pad", x, size // 2)
        return self.layer(suffix, "pool", (x,), shape, kernel=size, stride=stride)

    def norm(self, suffix: str, x: Tensor) -> Tensor:
        # Per channel: scale and offset are trained, mean and variance are moving statistics.
        return self.layer(suffix, "bn", (x,), x.shape, trainable=2 * x.shape[-1], fixed=2 * x.shape[-1])

    def activation(self, suffix: str, x: Tensor) -> Tensor:
        return self.layer(suffix, "activation", (x,), x.shape)

    def dense(self, suffix: str, x: Tensor, features: int) -> Tensor:
        weights = x.shape[-1] * features
        return self.layer(suffix, "dense", (x,), (*x.shape[:-1], features), trainable=weights + features, macs=weights)

    def squeeze_excite(self, y: Tensor, reduction: int) -> Tensor:
        channels = y.shape[-1]
        gate = self.layer("se_pool", "global-pool", (y,), (1, 1, channels))
        gate = self.activation("se_relu", self.dense("se_reduce", gate, channels // reduction))
        gate = self.activation("se_sigmoid", self.dense("se_expand", gate, channels))
        return self.layer("se_scale", "multiply", (y, gate), y.shape)

    def add(self, y: Tensor, shortcut: Tensor) -> Tensor:
        return self.layer("add", "add", (y, shortcut), y.shape)

    def _pad(self, suffix: str, x: Tensor, amount: int) -> Tensor:
        if not self._symmetric:
            return x
        height, width, channels = x.shape
        return self.layer(suffix, "pad", (x,), (height + 2 * amount, width + 2 * amount, channels))


def _strided(shape: Shape, stride: int) -> Shape:
    """The shape after a window has been moved over a padded image in steps of `stride`: both paddings give ⌈side / stride⌉."""
    height, width, channels = shape
    return (-(-height // stride), -(-width // stride), channels)
