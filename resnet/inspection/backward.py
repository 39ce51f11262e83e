"""Gradients on their way back: through one block of a trained network, and through many untrained ones in a row."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf

from resnet.config import ResNetConfig
from resnet.inquiries import MOST_CHAIN_BLOCKS, BackwardNorms, Chain, MeasureChain, SendBack
from resnet.inspection.block import activation_of
from resnet.inspection.network import Instead, Network, untouched
from resnet.inspection.subjects import image_of, network_of
from resnet.model import draw_weights

CHAIN = ResNetConfig(
    name="chain",
    block="basic",
    depths=(MOST_CHAIN_BLOCKS,),
    widths=(16,),
    input_shape=(14, 14, 16),
    num_classes=2,
    stem="cifar",
    shortcut="none",
)
CHAIN_IMAGES = 8


def send_back(asked: SendBack) -> BackwardNorms:
    return backward_norms(network_of(asked.subject), asked.block, *image_of(asked.subject, asked.image))


def backward_norms(network: Network, block: str, image: np.ndarray, label: np.ndarray) -> BackwardNorms:
    """`image` is a batch of one, `label` int32 (1,)."""
    position = network.position(block)
    part = network.parts[position]
    x = tf.convert_to_tensor(network.from_to(0, position, image))
    after = activation_of(network, part)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = network.through(part, x)
        branch, summed, y = outputs[part.branch_end], outputs[part.summed], outputs[part.gives]
        plain_y = after(branch)
        logits = network.from_to(position + 1, len(network.parts), y)
        loss = tf.reduce_sum(tf.nn.sparse_softmax_cross_entropy_with_logits(label, logits))
    at_output = tape.gradient(loss, y)
    after_mask = tape.gradient(loss, summed)
    # The add copies what arrives to both of its sides.
    through_branch = tape.gradient(branch, x, output_gradients=after_mask)
    if part.shortcut_end is None:
        through_shortcut = tf.zeros_like(x)
    elif part.projection:
        through_shortcut = tape.gradient(outputs[part.shortcut_end], x, output_gradients=after_mask)
    else:
        through_shortcut = after_mask
    return BackwardNorms(
        at_output=norm(at_output),
        after_mask=norm(after_mask),
        masked_share=float(np.mean(np.asarray(summed) <= 0)),
        through_shortcut=norm(through_shortcut),
        through_branch=norm(through_branch),
        at_input=norm(tape.gradient(loss, x)),
        cosine=cosine(through_shortcut, through_branch),
        plain_at_input=norm(tape.gradient(plain_y, x, output_gradients=at_output)),
        loss=float(loss),
    )


def measure_chain(asked: MeasureChain) -> Chain:
    """Both chains get the same random maps of real numbers, and back the same random gradient of norm 1."""
    network = _chain_network()
    draw_weights(network.model, asked.seed)
    maps = np.random.default_rng(asked.seed).standard_normal((2, CHAIN_IMAGES, *CHAIN.input_shape), np.float32)
    gradient = tf.convert_to_tensor(maps[1] / np.linalg.norm(maps[1].astype(np.float64)), tf.float32)
    parts = {"network": network, "count": asked.blocks, "normalised": asked.normalised, "x": maps[0], "gradient": gradient}
    residual, residual_forward = send_through_chain(**parts, shortcut=True)
    plain, plain_forward = send_through_chain(**parts, shortcut=False)
    return Chain(residual=residual, plain=plain, residual_forward=residual_forward, plain_forward=plain_forward)


def send_through_chain(
    network: Network, count: int, x: Any, gradient: Any, *, normalised: bool, shortcut: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Norms of the gradient, and of the maps by those of x, at the input of each of the first `count` blocks and at the last one's output.

    The network's blocks have none of their own; with `shortcut`, each gives ReLU(F(x) + x).
    """
    at = [tf.convert_to_tensor(x)]
    with tf.GradientTape() as tape:
        tape.watch(at[0])
        for part in network.blocks[:count]:
            instead: Instead = {} if normalised else {layer.name: untouched for layer in part.layers if layer.kind == "bn"}
            branch = network.through(part, at[-1], instead={**instead, part.gives: untouched}, training=True)[part.branch_end]
            at.append(activation_of(network, part)(branch + at[-1] if shortcut else branch))
    gradients = tape.gradient(at[-1], at, output_gradients=gradient)
    forward = np.array([norm(maps) for maps in at])
    return np.array([norm(one) for one in gradients]), forward / forward[0]


@lru_cache(maxsize=1)
def _chain_network() -> Network:
    return Network.build(CHAIN)


def norm(maps: Any) -> float:
    """L2, over everything, in float64: squares of float32 overflow where a chain explodes."""
    return float(np.linalg.norm(np.asarray(maps, np.float64)))


def cosine(one: Any, other: Any) -> float:
    """Of the angle between two maps; 0 where one of them is 0."""
    lengths = norm(one) * norm(other)
    return float(np.sum(np.asarray(one, np.float64) * np.asarray(other, np.float64))) / lengths if lengths else 0.0
