"""What one layer of a trained network gives for a picture, and the kernels of a convolution."""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

from resnet.inquiries import Filters, LayerMaps, LookAtLayer, ShowFilters
from resnet.inspection.network import Network
from resnet.inspection.subjects import network_of, picture_of


def look_at_layer(asked: LookAtLayer) -> LayerMaps:
    return layer_maps(network_of(asked.subject), asked.layer, picture_of(asked.subject, asked.picture))


def layer_maps(network: Network, layer: str, image: np.ndarray) -> LayerMaps:
    """`image` is a batch of one."""
    maps, logits = sent_through(network, layer, image)
    return LayerMaps(maps=np.asarray(maps, np.float32)[0], image=image[0], probabilities=tf.nn.softmax(logits)[0].numpy())


def show_filters(asked: ShowFilters) -> Filters:
    return Filters(kernel=np.asarray(network_of(asked.subject).model.get_layer(asked.layer).kernel, np.float32))


def sent_through(network: Network, layer: str, images: Any) -> tuple[Any, Any]:
    """What that layer gives for images (batch, height, width, channels), and the logits they lead to. "input" gives the images."""
    position = next((number for number, part in enumerate(network.parts) if any(one.name == layer for one in part.layers)), 0)
    part = network.parts[position]
    outputs = network.through(part, network.from_to(0, position, images))
    return outputs[layer], network.from_to(position + 1, len(network.parts), outputs[part.gives])
