"""The lesion: parts of a trained network taken out, and what is left of its accuracy (Veit, Wilber and Belongie 2016, arXiv 1605.06431)."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeAlias

import numpy as np
import tensorflow as tf

from resnet.inquiries import Cut, CutKind, CutResult, Subject
from resnet.inspection.network import Network, untouched
from resnet.inspection.subjects import images_of, network_of

# In the widest layer of a batch: 6 MB, of which a block keeps half a dozen. Shorter batches cost more, since each layer of one takes its
# time however few the images are.
NUMBERS_AT_ONCE = 1_600_000

Predict: TypeAlias = Callable[[np.ndarray], Any]  # images (n, height, width, channels) to logits (n, classes)


def cut(asked: Cut) -> CutResult:
    network = network_of(asked.subject)
    data = images_of(asked.subject)
    whole = _untouched(asked.subject, asked.images)
    rest = score(network, data.x_test[: asked.images], data.y_test[: asked.images], lesion(network, asked.kind, asked.places))
    return CutResult(
        accuracy=rest.accuracy,
        untouched_accuracy=whole.accuracy,
        loss=rest.loss,
        untouched_loss=whole.loss,
        class_accuracy=rest.class_accuracy,
        untouched_class_accuracy=whole.class_accuracy,
    )


def lesion(network: Network, kind: CutKind, places: tuple[str, ...]) -> Predict:
    """The network with these places cut; see resnet.inquiries.Cut for what a place can be. The same with none of them is the whole."""
    if kind == "layer":
        instead = {name: untouched for place in places for name in _layers(network, place)}
        return partial(network.logits, instead=instead)
    gates = np.ones((len(network.blocks), 2), np.float32)
    closed = 0 if kind == "branch" else 1
    for number, block in enumerate(network.blocks):
        gates[number, closed] = block.name not in places
    return lambda images: network.gated(images, gates)


def _layers(network: Network, place: str) -> list[str]:
    """Convolution and batch norm at that place: of the whole block, or the one convolution with the batch norm behind it."""
    block, _, number = place.partition("_conv")
    part = network.parts[network.position(block)]
    wanted = (f"{block}_conv{number}", f"{block}_bn{number}")
    return [layer.name for layer in part.layers if layer.kind in ("conv", "bn") and (not number or layer.name in wanted)]


@dataclass(frozen=True, slots=True, eq=False)
class Score:
    """Share of right answers, in all and by class (NaN for one without images), and mean cross-entropy in nats."""

    accuracy: float
    loss: float
    class_accuracy: np.ndarray


def score(network: Network, images: np.ndarray, labels: np.ndarray, predict: Predict | None = None) -> Score:
    """How a network, or what a cut has left of it, names the classes of images (n, height, width, channels) with these labels (n,)."""
    predict = predict or network.logits
    batch = images_at_once(network)
    logits = np.concatenate([np.asarray(predict(images[begin : begin + batch])) for begin in range(0, len(images), batch)])
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits).numpy()
    right = logits.argmax(axis=1) == labels
    by_class = [right[labels == number] for number in range(logits.shape[1])]
    return Score(
        accuracy=float(right.mean()),
        loss=float(losses.mean(dtype=np.float64)),
        class_accuracy=np.array([answers.mean() if len(answers) else np.nan for answers in by_class]),
    )


def images_at_once(network: Network) -> int:
    """How long a batch may be."""
    return max(1, NUMBERS_AT_ONCE // max(math.prod(layer.output_shape) for layer in network.plan.layers))


@lru_cache(maxsize=16)
def _untouched(subject: Subject, images: int) -> Score:
    data = images_of(subject)
    network = network_of(subject)
    kind: CutKind = "layer" if subject.embedded.network.shortcut == "none" else "branch"
    return score(network, data.x_test[:images], data.y_test[:images], lesion(network, kind, ()))
