"""The lesion: parts of a trained network taken out, and what is left of its accuracy (Veit, Wilber and Belongie 2016, arXiv 1605.06431)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import tensorflow as tf

from resnet.inquiries import Cut, CutKind, CutResult, Subject
from resnet.inspection.network import Instead, Network, untouched
from resnet.inspection.subjects import images_of, network_of

BATCH = 250


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


def lesion(network: Network, kind: CutKind, places: tuple[str, ...]) -> Instead:
    """What layers give instead of their answer where these places are cut. See resnet.inquiries.Cut for what a place can be."""
    if kind == "layer":
        return {name: untouched for place in places for name in _layers(network, place)}
    kept = untouched if kind == "shortcut" else _shortcut_alone
    return {f"{block}_add": kept for block in places}


def _shortcut_alone(branch: Any, shortcut: Any) -> Any:
    return shortcut


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


def score(network: Network, images: np.ndarray, labels: np.ndarray, instead: Instead | None = None) -> Score:
    """Have a network, changed in these places, name the classes of (n, height, width, channels) images with these labels (n,)."""
    logits = np.concatenate(
        [np.asarray(network.logits(images[begin : begin + BATCH], instead=instead)) for begin in range(0, len(images), BATCH)]
    )
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits).numpy()
    right = logits.argmax(axis=1) == labels
    by_class = [right[labels == number] for number in range(logits.shape[1])]
    return Score(
        accuracy=float(right.mean()),
        loss=float(losses.mean(dtype=np.float64)),
        class_accuracy=np.array([answers.mean() if len(answers) else np.nan for answers in by_class]),
    )


@lru_cache(maxsize=16)
def _untouched(subject: Subject, images: int) -> Score:
    data = images_of(subject)
    return score(network_of(subject), data.x_test[:images], data.y_test[:images])
