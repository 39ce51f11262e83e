"""A network of ours as one that needs nothing of this project: the same layers, names and weights, of Keras's own classes."""

from __future__ import annotations

from typing import Any

import keras

from resnet import layers
from resnet.config import ResNetConfig
from resnet.model import build_resnet, deep_enough


def build_portable(network: ResNetConfig) -> keras.Model:
    """The network with first weights. Where Keras has no such layer, it has that of exported code (resnet/export), which is to be
    imported before the network is loaded: ZeroPadShortcut, and MinusInfinityPadding2D where zeros would not do."""
    model = build_resnet(network)
    zeros_do = network.activation == "relu" and not network.preactivation

    def portable(layer: keras.layers.Layer) -> keras.layers.Layer:
        settings = layer.get_config()
        if isinstance(layer, layers.FusedBatchNormalization):
            return keras.layers.BatchNormalization.from_config(settings)
        if isinstance(layer, layers.MinusInfinityPadding2D):
            if zeros_do:  # nothing under the max-pool is negative after a ReLU
                return keras.layers.ZeroPadding2D(layer.amount, name=layer.name, dtype=settings["dtype"])
            return MinusInfinityPadding2D.from_config(settings)
        if isinstance(layer, layers.ZeroPadShortcut):
            return ZeroPadShortcut.from_config(settings)
        return layer.__class__.from_config(settings)

    with deep_enough(len(model.layers)):
        return keras.models.clone_model(model, clone_function=portable)


@keras.saving.register_keras_serializable()
class ZeroPadShortcut(layers.ZeroPadShortcut):
    """Under the name of exported code's own, whose layer has no stride where nothing in the network has one."""

    def __init__(self, filters: int, stride: int = 1, **kwargs: Any) -> None:
        super().__init__(filters, stride, **kwargs)

    def get_config(self) -> dict[str, Any]:
        settings = super().get_config()
        return {name: value for name, value in settings.items() if (name, value) != ("stride", 1)}


@keras.saving.register_keras_serializable()
class MinusInfinityPadding2D(layers.MinusInfinityPadding2D):
    """Under the name of exported code's own, whose layer has an amount of 1 always."""

    def __init__(self, amount: int = 1, **kwargs: Any) -> None:
        super().__init__(amount, **kwargs)

    def get_config(self) -> dict[str, Any]:
        return {name: value for name, value in super().get_config().items() if name != "amount"}
