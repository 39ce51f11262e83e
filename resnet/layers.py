"""The one layer that Keras does not have."""

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
