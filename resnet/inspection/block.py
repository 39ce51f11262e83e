"""One image on its way through one block, and what the network says where the block's branch counts less."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf

from resnet.inquiries import AMOUNTS, BlockMaps, LookAtBlock, MeasureStrip, Strip
from resnet.inspection.network import Network, Part
from resnet.inspection.subjects import image_of, images_of, network_of


def look_at_block(asked: LookAtBlock) -> BlockMaps:
    image, label = image_of(asked.subject, asked.image)
    return block_maps(network_of(asked.subject), asked.block, image, int(label[0]))


def block_maps(network: Network, block: str, image: np.ndarray, label: int) -> BlockMaps:
    """`image` is a batch of one."""
    position = network.position(block)
    part = network.parts[position]
    x = network.from_to(0, position, image)
    outputs = network.through(part, x)
    branch = outputs[part.branch_end]
    shortcut = outputs[part.shortcut_end] if part.shortcut_end else None
    after = activation_of(network, part)
    # One batch, in which only the amount differs.
    fed = tf.concat([after(mixed(branch, shortcut, amount)) for amount in AMOUNTS], axis=0)
    logits = network.from_to(position + 1, len(network.parts), fed)
    return BlockMaps(
        x=_one(x),
        shortcut=None if shortcut is None else _one(shortcut),
        branch=_one(branch),
        summed=_one(outputs[part.summed]),
        y=_one(outputs[part.gives]),
        plain_y=_one(after(branch)),
        inside={layer.name: _one(outputs[layer.name]) for layer in part.layers},
        kernels={layer.name: network.model.get_layer(layer.name).kernel.numpy() for layer in part.layers if layer.kind == "conv"},
        projection=part.projection,
        label=label,
        image=image[0],
        probabilities=tf.nn.softmax(logits).numpy(),
    )


def mixed(branch: Any, shortcut: Any | None, amount: float) -> Any:
    """shortcut + a · F(x); a · F(x) alone where there is no shortcut."""
    return amount * branch if shortcut is None else shortcut + amount * branch


def activation_of(network: Network, part: Part) -> keras.layers.Layer:
    """What follows the sum in a block."""
    return network.model.get_layer(part.gives)


def measure_strip(asked: MeasureStrip) -> Strip:
    return strip(network_of(asked.subject), images_of(asked.subject).x_test[: asked.images])


def strip(network: Network, images: np.ndarray) -> Strip:
    """`images` is one batch. Where there is no shortcut, x stands in its place."""
    ratios: dict[str, np.ndarray] = {}
    x = network.from_to(0, 1, images)
    for part in network.blocks:
        outputs = network.through(part, x)
        branch, shortcut = _norms(outputs[part.branch_end]), _norms(outputs[part.shortcut_end or part.gets])
        heard = shortcut != 0  # no number is not nothing
        ratios[part.name] = branch[heard] / shortcut[heard]
        x = outputs[part.gives]
    return Strip(
        blocks=tuple(ratios),
        ratio=np.array([ratio.mean() if ratio.size else 0.0 for ratio in ratios.values()]),
        spread=np.array([ratio.std() if ratio.size else 0.0 for ratio in ratios.values()]),
        silent=tuple(name for name, ratio in ratios.items() if not ratio.size),
    )


def _norms(maps: Any) -> np.ndarray:
    """(images, height, width, channels) to the L2 norm of each image's, float64 (images,)."""
    values = np.asarray(maps, np.float64)
    return np.linalg.norm(values.reshape(len(values), -1), axis=1)


def _one(maps: Any) -> np.ndarray:
    """A batch of one without its first axis."""
    return np.asarray(maps, np.float32)[0]
