"""The layers that Keras does not have, and the one that TensorFlow computes faster than Keras asks it to."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="resnet")
class FusedBatchNormalization(keras.layers.BatchNormalization):
    """Keras's batch normalization on TensorFlow's fused kernel: the same parameters, statistics and numbers, to float32 rounding.

    Keras 3 normalizes by a dozen operations, each of which reads and writes the whole activation (batch, height, width, channels);
    the kernel (Ioffe and Szegedy 2015, algorithm 1, and its gradient) passes over it once or twice, and takes the ReLU behind it along.
    Activations may be bfloat16; statistics and parameters are float32 in any case. Where there is no such kernel (another backend,
    another axis than the last of four, a mask, an activation dtype the device has none for) Keras's own way is taken.
    A saved model that has this layer loads where `resnet.layers` has been imported.
    """

    stands_alone = False  # set where tanh follows: in a graph that predicts, TensorFlow 2.21 joins convolution, kernel and tanh, and then
    # has no code for the three together ("Fusion is not implemented")

    def call(self, inputs: keras.KerasTensor, training: bool | None = None, mask: Any = None) -> keras.KerasTensor:
        if mask is not None or not self._has_kernel(inputs):
            return super().call(inputs, training=training, mask=mask)
        inputs = keras.ops.cast(inputs, self.compute_dtype)
        gamma, beta = keras.ops.convert_to_tensor(self.gamma), keras.ops.convert_to_tensor(self.beta)
        if not (training and self.trainable):
            statistics = keras.ops.convert_to_tensor(self.moving_mean), keras.ops.convert_to_tensor(self.moving_variance)
            return _fused(inputs, gamma, beta, *statistics, self.epsilon, training=False).y
        normalized = _fused(inputs, gamma, beta, [], [], self.epsilon, training=True)
        # The kernel gives the sample variance, n / (n - 1) times that of the batch, which Keras averages.
        count = keras.ops.cast(tf.size(inputs) // inputs.shape[-1], "float32")
        variance = normalized.batch_variance * ((count - 1) / count)
        for moving, batch in ((self.moving_mean, normalized.batch_mean), (self.moving_variance, variance)):
            moving.assign(moving * self.momentum + keras.ops.cast(batch, moving.dtype) * (1 - self.momentum))
        return normalized.y

    def _has_kernel(self, inputs: keras.KerasTensor) -> bool:
        plain = self.center and self.scale and not self.renorm and not self.synchronized and self.variable_dtype == "float32"
        return plain and not self.stands_alone and len(inputs.shape) == 4 and self.axis in (-1, 3) and kernel_exists(self.compute_dtype)


def _fused(x: Any, scale: Any, offset: Any, mean: Any, variance: Any, epsilon: float, *, training: bool) -> Any:
    return tf.raw_ops.FusedBatchNormV3(x=x, scale=scale, offset=offset, mean=mean, variance=variance, epsilon=epsilon, is_training=training)


@lru_cache
def kernel_exists(dtype: str) -> bool:
    """Whether this TensorFlow, on this machine, normalizes activations of that dtype by one kernel."""
    if keras.backend.backend() != "tensorflow" or dtype not in ("float32", "bfloat16", "float16"):
        return False
    try:
        with tf.init_scope():  # asked while a graph is traced
            _fused(tf.zeros((1, 1, 1, 1), dtype), tf.ones(1), tf.zeros(1), [], [], 1e-3, training=True)
    except (tf.errors.OpError, ValueError):
        return False
    return True


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
