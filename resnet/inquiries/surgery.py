"""What can be asked of a network with a part missing, and of two convolutions with and without a shortcut."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np

from resnet.checks import check_number
from resnet.config import ResNetConfig
from resnet.embedded import block_names
from resnet.errors import ConfigError, Listed, QuestionError
from resnet.inquiries.block import TEST_IMAGES
from resnet.inquiries.subjects import MOST_SEED, Subject, check_count
from resnet.plan import plan

MOST_STEPS = 500

CutKind = Literal["branch", "shortcut", "layer"]


@dataclass(frozen=True, slots=True)
class Cut:
    """Take something out of a trained network and test what is left on the first `images` test images. Answered by CutResult.

    Kinds of cut, by what `places` names:
        branch: blocks, of which the branch is left out; the shortcut stays, y = ReLU(shortcut(x)).
        shortcut: blocks, of which the shortcut is left out; the branch goes on alone, y = ReLU(F(x)).
        layer: convolutions such as "stage1_block2_conv1", each taken out with the batch norm behind it, or blocks without shortcut, of
            which both are; only where what comes in has the shape of what goes out.
    """

    subject: Subject
    kind: CutKind
    places: tuple[str, ...]
    images: int = TEST_IMAGES

    def __post_init__(self) -> None:
        if self.kind not in ("branch", "shortcut", "layer"):
            raise QuestionError("what can be cut is a branch, a shortcut or a layer, not {kind!r}", kind=self.kind)
        check_count("images", self.images, 1, TEST_IMAGES)
        possible = places_to_cut(self.subject.config, self.kind)
        for place in self.places:
            if place not in possible:
                raise QuestionError(
                    "{place!r} cannot be cut out of {network} as a {kind}: possible are {known}",
                    place=place,
                    network=self.subject.network,
                    kind=self.kind,
                    known=Listed(possible or ("none",)),
                )


@dataclass(frozen=True, slots=True)
class LearnIdentity:
    """Have two convolutions learn to give back what they get, with a shortcut around them and without. Answered by IdentityRun.

    `learning_rate` is Adam's.
    """

    seed: int
    steps: int
    learning_rate: float

    def __post_init__(self) -> None:
        check_count("seed", self.seed, 0, MOST_SEED)
        check_count("steps", self.steps, 1, MOST_STEPS)
        try:
            check_number("learning_rate", self.learning_rate, low=0, high=1, low_allowed=False)
        except ConfigError as error:
            raise QuestionError(error.rule, **error.values) from error


@dataclass(frozen=True, slots=True, eq=False)
class CutResult:
    """The network with the cut, and as it is, on the same images: shares of right answers, in all and by class, and the mean loss in nats.

    A class's share is NaN where none of the images belongs to it.
    """

    accuracy: float
    untouched_accuracy: float
    loss: float
    untouched_loss: float
    class_accuracy: np.ndarray
    untouched_class_accuracy: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class IdentityRun:
    """The mean squared error by the mean square of the target, before each step and after the last: float64 (steps + 1,).

    Attributes:
        steps: 0 to the number of steps.
        plain_loss: of two convolutions with a ReLU between them.
        residual_loss: of the same with a shortcut around them, the second convolution's kernel 0 at first.
        drawn_residual_loss: of the same with a shortcut, both kernels drawn as the plain one's are.
        seconds: all three together.
    """

    steps: np.ndarray
    plain_loss: np.ndarray
    residual_loss: np.ndarray
    drawn_residual_loss: np.ndarray
    seconds: float


@lru_cache(maxsize=16)
def places_to_cut(network: ResNetConfig, kind: CutKind) -> tuple[str, ...]:
    """What a cut of that kind can name in this network, in order: see Cut. Of layers, whole blocks first."""
    blocks = block_names(network)
    if kind != "layer":
        return blocks if network.shortcut != "none" else ()
    convolutions = [layer for layer in plan(network).layers if layer.kind == "conv" and f"{layer.stage}_block{layer.block}" in blocks]
    keeping = [layer.name for layer in convolutions if layer.input_shape == layer.output_shape and "shortcut" not in layer.name]
    changing = {f"{layer.stage}_block{layer.block}" for layer in convolutions if layer.name not in keeping}
    whole = [block for block in blocks if block not in changing] if network.shortcut == "none" else []
    return (*whole, *keeping)
