"""The test images as the classifier receives them, in the plane in which they differ most."""

from __future__ import annotations

from typing import Any

import numpy as np

from resnet.inquiries import Embedding, EmbedTest
from resnet.inspection.cuts import images_at_once
from resnet.inspection.network import Network
from resnet.inspection.subjects import images_of, network_of


def embed_test(asked: EmbedTest) -> Embedding:
    data = images_of(asked.subject)
    return embed(network_of(asked.subject), data.x_test[: asked.images], data.y_test[: asked.images])


def embed(network: Network, images: np.ndarray, labels: np.ndarray) -> Embedding:
    """Images (n, height, width, channels), labels (n,)."""
    features, logits = received_by_classifier(network, images)
    coordinates, explained = principal_plane(features)
    return Embedding(
        coordinates=coordinates.astype(np.float32),
        explained=explained,
        labels=labels.astype(np.int64),
        named=logits.argmax(axis=1).astype(np.int64),
    )


def principal_plane(features: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From features (n, channels): coordinates (n, 2) along the two directions of most variance, and each one's share of it (2,).

    The share is 0 where nothing varies. What comes out does not depend on chance: no solver of scikit-learn's that draws numbers is used.
    """
    from sklearn.decomposition import PCA

    enough = np.pad(features.astype(np.float64), ((0, 0), (0, max(0, 2 - features.shape[1]))))
    if not enough.var(axis=0).any():
        return np.zeros((len(enough), 2)), np.zeros(2)
    plane = PCA(n_components=2, svd_solver="full")
    return plane.fit_transform(enough), plane.explained_variance_ratio_


def received_by_classifier(network: Network, images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What reaches the last layer, float32 (n, channels), and the logits it makes of it, (n, classes)."""
    (classifier,) = (layer for layer in network.plan.layers if layer.kind == "dense" and layer.stage == "head")
    head = len(network.parts) - 1
    batch = images_at_once(network)
    given: list[tuple[Any, Any]] = []
    for begin in range(0, len(images), batch):
        outputs = network.through(network.parts[head], network.from_to(0, head, images[begin : begin + batch]))
        given.append((np.asarray(outputs[classifier.inputs[0]]), np.asarray(outputs[classifier.name])))
    features, logits = zip(*given, strict=True)
    return np.concatenate(features), np.concatenate(logits)
