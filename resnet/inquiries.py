"""What the inspect worker can be asked, and what it answers: plain data, so that pages can ask without loading TensorFlow.

A question is a frozen dataclass; equal questions share one answer. One that has no answer raises QuestionError, with the rule and the
value, as it is made. Maps are float32 (height, width, channels), channels last; norms are L2 over everything they are said of.
All of it is measured as the network predicts: batch norm by its moving averages, no dropout; where that is different, it is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np

from resnet.checks import check_number, is_whole
from resnet.config import ResNetConfig
from resnet.confirmation import Built
from resnet.embedded import EMBEDDED, Embedded, Moment, block_names
from resnet.errors import ConfigError, QuestionError
from resnet.plan import plan

AMOUNTS: tuple[float, ...] = tuple(step / 20 for step in range(21))
TEST_IMAGES = 2_000  # of the embedded subset, at either resolution
MOST_STRIP_IMAGES = 256
MOST_CHAIN_BLOCKS = 20
MOST_STEPS = 500
MOST_SEED = 2**31 - 1

CutKind = Literal["branch", "shortcut", "layer"]


@dataclass(frozen=True, slots=True)
class BuildNetwork:
    """Build this network in Keras and say what came of it. Answered by Built."""

    network: ResNetConfig


@dataclass(frozen=True, slots=True)
class Subject:
    """An embedded network at one moment of its training."""

    network: str
    moment: Moment = "trained"

    def __post_init__(self) -> None:
        if self.network not in EMBEDDED:
            raise QuestionError(
                "there are no weights of {network!r} with this app, only of {known}", network=self.network, known=", ".join(EMBEDDED)
            )
        if self.moment not in self.embedded.moments:
            raise QuestionError(
                "of {network} there are weights of these moments: {known}; not of {moment!r}",
                network=self.network,
                known=", ".join(self.embedded.moments),
                moment=self.moment,
            )

    @property
    def embedded(self) -> Embedded:
        return EMBEDDED[self.network]


@dataclass(frozen=True, slots=True)
class LookAtBlock:
    """One test image on its way through one block, and through the plain twin: the same branch with no shortcut. Answered by BlockMaps.

    `block` is a name such as "stage1_block1", `image` counts the test split of the embedded subset from 0.
    """

    subject: Subject
    block: str
    image: int

    def __post_init__(self) -> None:
        _check_block(self.subject, self.block)
        _check_image(self.image)


@dataclass(frozen=True, slots=True)
class SendBack:
    """The gradient of that image's loss on its way back through one block. Answered by BackwardNorms."""

    subject: Subject
    block: str
    image: int

    def __post_init__(self) -> None:
        _check_block(self.subject, self.block)
        _check_image(self.image)


@dataclass(frozen=True, slots=True)
class MeasureStrip:
    """How large the branch is beside the shortcut in each block, over the first test images. Answered by Strip."""

    subject: Subject
    images: int = 64

    def __post_init__(self) -> None:
        if self.subject.embedded.network.shortcut == "none":
            raise QuestionError("{network} has no shortcuts to compare its branches with", network=self.subject.network)
        _check_number("images", self.images, 1, MOST_STRIP_IMAGES)


@dataclass(frozen=True, slots=True)
class MeasureChain:
    """A gradient sent back through so many untrained blocks in a row, with and without shortcuts, same weights. Answered by Chain.

    `normalised`: with batch norm, by the batch as while training, or without any.
    """

    blocks: int
    seed: int
    normalised: bool

    def __post_init__(self) -> None:
        _check_number("blocks", self.blocks, 1, MOST_CHAIN_BLOCKS)
        _check_number("seed", self.seed, 0, MOST_SEED)


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
        _check_number("images", self.images, 1, TEST_IMAGES)
        possible = places_to_cut(self.subject.embedded.network, self.kind)
        for place in self.places:
            if place not in possible:
                raise QuestionError(
                    "{place!r} cannot be cut out of {network} as a {kind}: possible are {known}",
                    place=place,
                    network=self.subject.network,
                    kind=self.kind,
                    known=", ".join(possible) or "none",
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
        _check_number("seed", self.seed, 0, MOST_SEED)
        _check_number("steps", self.steps, 1, MOST_STEPS)
        try:
            check_number("learning_rate", self.learning_rate, low=0, high=1, low_allowed=False)
        except ConfigError as error:
            raise QuestionError(error.rule, **error.values) from error


@dataclass(frozen=True, slots=True, eq=False)
class BlockMaps:
    """One image in one block.

    Attributes:
        x: what the block gets.
        shortcut: what arrives at the add beside the branch: x itself, or x made to fit. None where the network has no add.
        branch, summed, y: F(x), F(x) + shortcut, and what the block gives.
        plain_y: what the twin without shortcut gives, ReLU(F(x)).
        inside: the output of every layer of the block, by its name, in the order of `plan`.
        kernels: (height, width, channels in, channels out) of each of its convolutions, by name.
        projection: the shortcut is no identity, since the shapes differ.
        label: the image's class. image: (height, width, 1), as the network got it.
        probabilities: (len(AMOUNTS), classes): what the whole network says where this block gives ReLU(shortcut + a · F(x)).
    """

    x: np.ndarray
    shortcut: np.ndarray | None
    branch: np.ndarray
    summed: np.ndarray
    y: np.ndarray
    plain_y: np.ndarray
    inside: Mapping[str, np.ndarray]
    kernels: Mapping[str, np.ndarray]
    projection: bool
    label: int
    image: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True, slots=True)
class BackwardNorms:
    """The norm of dL/d(…) at each place of a block, on the way back. L is the image's cross-entropy in nats.

    Attributes:
        at_output: where it arrives, dL/dy. after_mask: behind the ReLU, which lets through where the sum is above 0.
        masked_share: of the sum's places, how many the ReLU has closed.
        through_shortcut, through_branch: what each of the two hands to x; without shortcut the first is 0.
        at_input: dL/dx, which is their sum. cosine: between the two, 1 where they point the same way; 0 where one of them is 0.
        plain_at_input: dL/dx of the twin without shortcut, to which the same dL/dy arrives.
        loss: L itself.
    """

    at_output: float
    after_mask: float
    masked_share: float
    through_shortcut: float
    through_branch: float
    at_input: float
    cosine: float
    plain_at_input: float
    loss: float


@dataclass(frozen=True, slots=True, eq=False)
class Strip:
    """By block: the mean over the images of the branch's norm by the shortcut's, both as they arrive at the add, and its standard
    deviation over them. float64 (blocks,)."""

    blocks: tuple[str, ...]
    ratio: np.ndarray
    spread: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """float64 (blocks + 1,) each: norms at the input of every block, from the first on, and at the last one's output.

    residual, plain: of the gradient, which has the norm 1 at the output. residual_forward, plain_forward: of what goes through, by that
    of what goes in.
    """

    residual: np.ndarray
    plain: np.ndarray
    residual_forward: np.ndarray
    plain_forward: np.ndarray


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


Inquiry: TypeAlias = BuildNetwork | LookAtBlock | SendBack | MeasureStrip | MeasureChain | Cut | LearnIdentity
Finding: TypeAlias = Built | BlockMaps | BackwardNorms | Strip | Chain | CutResult | IdentityRun


def size_of(finding: object) -> int:
    """Bytes of the arrays in an answer, each counted once."""
    values = [getattr(finding, field.name) for field in fields(finding)] if is_dataclass(finding) else []
    spread = [one for value in values for one in (value.values() if isinstance(value, Mapping) else (value,))]
    return sum({id(one): one.nbytes for one in spread if isinstance(one, np.ndarray)}.values())


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


def _check_block(subject: Subject, block: str) -> None:
    if block not in subject.embedded.blocks:
        raise QuestionError(
            "{network} has no block {block!r}; its blocks are {known}",
            network=subject.network,
            block=block,
            known=", ".join(subject.embedded.blocks),
        )


def _check_image(image: int) -> None:
    _check_number("image", image, 0, TEST_IMAGES - 1)


def _check_number(name: str, value: int, low: int, high: int) -> None:
    if not is_whole(value) or not low <= value <= high:
        raise QuestionError(
            "{name} must be a whole number from {low:,} to {high:,}, got {value!r}", name=name, low=low, high=high, value=value
        )
