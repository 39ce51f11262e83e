"""Weights and images that two programs draw alike without sending them to each other: NumPy only, for PyTorch's side and for Keras's.

Everything comes from the raw 64-bit numbers of PCG64, seeded with a checksum of a name. NumPy promises that a bit generator's raw
stream stays what it is (NEP 19); of normal or bounded draws it does not.
"""

from __future__ import annotations

import math
import zlib

import numpy as np

# A kernel's variance is gain / fan-in. He's rule is gain 2; where residual branches add up, less keeps the sums of order 1.
GAINS = {"plain-18": 2.0, "resnet-34": 0.75}
USUAL_GAIN = 1.0


def draw(layer: str, weight: str, shape: tuple[int, ...], gain: float) -> np.ndarray:
    """One weight as float32, in Keras's layout: kernels are (height, width, inputs of a group, outputs) or (inputs, outputs).

    `layer` and `weight` are names such as "stage1_block1_conv1" and "kernel". No batch norm comes out near the identity.
    """
    if weight == "kernel":
        spread = math.sqrt(3 * gain / math.prod(shape[:-1]))
        return uniform(f"{layer}/{weight}", shape, -spread, spread)
    low, high = {
        "gamma": (0.5, 1.5),
        "moving_variance": (0.5, 1.5),
        "beta": (-0.2, 0.2),
        "moving_mean": (-0.2, 0.2),
        "bias": (-0.2, 0.2),
    }[weight]
    return uniform(f"{layer}/{weight}", shape, low, high)


def draw_images(height: int, width: int, channels: int) -> np.ndarray:
    """Two images, (2, height, width, channels), float32: a coarse pattern of 8x8 fields each, and fine noise on it.

    Noise alone would not do. A network averages it away, and the two would get the same logits.
    """
    fields = uniform("images/fields", (2, -(-height // 8), -(-width // 8), channels), -2, 2)
    pattern = fields.repeat(8, axis=1).repeat(8, axis=2)[:, :height, :width]
    return pattern + uniform("images/noise", (2, height, width, channels), -1, 1)


def summarise(activation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of an activation (batch, height, width, channels), and 16 of its values from first to last."""
    positions = np.linspace(0, activation.size - 1, 16).astype(int)
    return np.array([activation.mean(), activation.std()]), activation.reshape(-1)[positions]


def uniform(name: str, shape: tuple[int, ...], low: float, high: float) -> np.ndarray:
    """Numbers in [low, high) that depend on nothing but the name and the shape: float32."""
    raw = np.random.PCG64(zlib.crc32(name.encode())).random_raw(math.prod(shape))
    share = (raw >> np.uint64(40)).astype(np.float64) * 2.0**-24  # the upper 24 bits, which a float32 holds exactly
    return (low + (high - low) * share).astype(np.float32).reshape(shape)
