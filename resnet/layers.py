"""The two layers that Keras does not have."""

from __future__ import annotations

from typing import Any

import keras


@keras.saving.register_keras_serializable(package="resnet")
class MinusInfinityPadding2D(keras.layers.Layer):
    """Puts `amount` rows and columns of minus infinity on every side: (batch, h, w, c) to (batch, h + 2·amount, w + 2·amount, c).

    A max-pool never picks them. Zeros it would pick wherever a whole window is negative, which after tanh, GELU or SiLU happens.
    A saved model that has this layer loads where `resnet.layers` has been imported.
    """

    def __init__(self, amount: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.amount = amount

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        sides = (self.amount, self.amount)
        return keras.ops.pad(inputs, ((0, 0), sides, sides, (0, 0)), constant_values=float("-inf"))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "amount": self.amount}


@keras.saving.register_keras_serializable(package="resnet")
class ZeroPadShortcut(keras.layers.Layer):
    """Fits a shortcut to its branch without parameters: (batch, h, w, c) to (batch, ⌈h/stride⌉, ⌈w/stride⌉, filters).

    Every `stride`-th pixel of every `stride`-th row, and zeros in the channels that x does not have (He et al. 2015, section 3.3,
    option A). A saved model that has this layer loads where `resnet.layers` has been imported.
    """

    def __init__(self, filters: int, stride: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.filters = filters
        self.stride = stride

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        x = inputs[:, :: self.stride, :: self.stride]
        missing = self.filters - x.shape[-1]
        return keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, missing)))

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "filters": self.filters, "stride": self.stride}
