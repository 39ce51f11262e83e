"""What Keras makes of a configuration."""

from __future__ import annotations

import gc
import math
import os
import time

import keras

from resnet.config import ResNetConfig
from resnet.confirmation import Built, BuiltLayer
from resnet.inspection.memory import make_room_for
from resnet.model import build_resnet
from resnet.plan import plan

SUMMARY_WIDTH = 112  # characters


def build(network: ResNetConfig) -> Built:
    """Build the network with Keras, describe it as plain data, and free it."""
    make_room_for(plan(network))
    try:
        return _built(network)
    finally:
        # A functional model refers to itself in circles, and Keras's session refers to its parts.
        keras.backend.clear_session()
        gc.collect()


def _built(network: ResNetConfig) -> Built:
    began = time.perf_counter()
    model = build_resnet(network)
    seconds = time.perf_counter() - began
    return Built(
        summary=_summary(model),
        layers=tuple([_describe(layer) for layer in model.layers]),
        total_parameters=model.count_params(),
        trainable_parameters=_count(model.trainable_weights),
        seconds=seconds,
        keras_version=keras.__version__,
    )


def _describe(layer: keras.layers.Layer) -> BuiltLayer:
    shape = tuple(layer.output.shape[1:])
    return BuiltLayer(layer.name, type(layer).__name__, shape, layer.count_params(), _count(layer.trainable_weights))


def _count(weights: list[keras.Variable]) -> int:
    return sum(math.prod(weight.shape) for weight in weights)


def _summary(model: keras.Model) -> str:
    """`model.summary()` as text without colours."""
    written: list[str] = []
    # Given a longer line than the terminal's, Keras would cut it off at the terminal's edge; a worker's passes for 80 wide.
    usual = os.environ.get("COLUMNS")
    os.environ["COLUMNS"] = str(SUMMARY_WIDTH)
    try:
        model.summary(line_length=SUMMARY_WIDTH, print_fn=written.append)
    finally:
        if usual is None:
            del os.environ["COLUMNS"]
        else:
            os.environ["COLUMNS"] = usual
    return "\n".join(written).strip("\n")
