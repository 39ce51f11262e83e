"""Hand-made answers about blocks, and a service that gives them: a page test needs no engine to see what a page makes of an answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import numpy as np

from resnet.inquiries import AMOUNTS, BackwardNorms, BlockMaps, Chain, Finding, Inquiry, LookAtBlock, MeasureChain, MeasureStrip, Strip
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.runs import service
from resnet.runs.service import Service

NORMS = BackwardNorms(
    at_output=0.5,
    after_mask=0.3,
    masked_share=0.4,
    through_shortcut=0.3,
    through_branch=0.4,
    at_input=0.5,
    cosine=0.0,
    plain_at_input=0.125,
    loss=1.25,
)


class Answering:
    """Answers at once what it was given an answer to, as `resnet.runs.service.Service` would."""

    engine_state = "ready"

    def __init__(self) -> None:
        self.asked: list[Inquiry] = []

    def ask(self, inquiry: Inquiry) -> str:
        self.asked.append(inquiry)
        return str(len(self.asked) - 1)

    def answer(self, question: str) -> Finding:
        return finding(self.asked[int(question)])


@contextmanager
def answering() -> Iterator[Answering]:
    """A service in the place of the server's."""
    lab = Answering()
    service.set_current(cast(Service, lab))
    try:
        yield lab
    finally:
        service.set_current(None)


def finding(inquiry: Inquiry) -> Finding:
    """The answer to an inquiry of the page Block."""
    match inquiry:
        case LookAtBlock():
            return block_maps(inquiry.block)
        case MeasureStrip():
            names = tuple(f"stage{stage}_block{block}" for stage in (1, 2, 3) for block in (1, 2))
            return Strip(names, np.array([0.5, 1.0, 2.0, 0.25, 0.75, 1.5]), np.full(6, 0.1))
        case MeasureChain():
            powers = np.arange(inquiry.blocks, -1, -1.0)
            return Chain(1.1**powers, 0.5**powers, 1.1**powers, 0.5**powers)
        case _:
            return NORMS


def block_maps(block: str = "stage1_block1") -> BlockMaps:
    """Maps of which channel 3 alone has both summands: x is 0.42 and F(x) −0.17 in row 2, column 5; elsewhere x is 0.1 and F(x) 0.02.

    Where the block projects, the shortcut is twice what x is at every other place. The network says class 1 up to a = 0.3, then class 2.
    """
    layers = [layer for layer in plan(PRESETS["mini-resnet"]).layers if layer.name.startswith(f"{block}_")]
    rows, columns, channels = layers[-1].output_shape
    x = np.zeros(layers[0].input_shape, np.float32)
    x[..., 3], x[1, 4, 3] = 0.1, 0.42
    branch = np.zeros((rows, columns, channels), np.float32)
    branch[..., 3], branch[1, 4, 3] = 0.02, -0.17
    projection = any("shortcut_conv" in layer.name for layer in layers)
    shortcut = np.zeros_like(branch)
    shortcut[..., : x.shape[-1]] = 2 * x[::2, ::2] if projection else x
    inside = {layer.name: np.zeros(layer.output_shape, np.float32) for layer in layers}
    inside[f"{block}_conv1"][..., 3] = 0.25
    inside[f"{block}_bn2"] = branch
    kernels: dict[str, Any] = {
        layer.name: np.full((layer.kernel, layer.kernel, layer.input_shape[-1], channels), 0.5, np.float32)
        for layer in layers
        if layer.kind == "conv"
    }
    probabilities = np.full((len(AMOUNTS), 10), 0.02, np.float32)
    for place, amount in enumerate(AMOUNTS):
        probabilities[place, 1 if amount < 0.325 else 2] = 0.82
    return BlockMaps(
        x=x,
        shortcut=shortcut,
        branch=branch,
        summed=shortcut + branch,
        y=np.maximum(shortcut + branch, 0),
        plain_y=np.maximum(branch, 0),
        inside=inside,
        kernels=kernels,
        projection=projection,
        label=2,
        image=np.zeros((28, 28, 1), np.float32),
        probabilities=probabilities,
    )
