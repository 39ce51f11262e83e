"""What can be asked about one residual block, and about many in a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from resnet.errors import QuestionError
from resnet.inquiries.subjects import MOST_SEED, Source, Subject, check_block, check_count

AMOUNTS: tuple[float, ...] = tuple(step / 20 for step in range(21))
TEST_IMAGES = 2_000  # of the embedded subset, at either resolution
MOST_STRIP_IMAGES = 256
MOST_CHAIN_BLOCKS = 20


@dataclass(frozen=True, slots=True)
class ImageInBlock:
    """What questions about one test image in one block have in common.

    `block` is a name such as "stage1_block1", `image` counts the test split of the embedded subset from 0.
    """

    subject: Subject
    block: str
    image: int

    def __post_init__(self) -> None:
        check_block(self.subject, self.block)
        check_count("image", self.image, 0, TEST_IMAGES - 1)


@dataclass(frozen=True, slots=True)
class LookAtBlock(ImageInBlock):
    """The image on its way through the block, and through the plain twin: the same branch with no shortcut. Answered by BlockMaps."""


@dataclass(frozen=True, slots=True)
class SendBack(ImageInBlock):
    """The gradient of that image's loss on its way back through the block. Answered by BackwardNorms."""


@dataclass(frozen=True, slots=True)
class MeasureStrip:
    """How large the branch is beside the shortcut in each block, over the first test images. Answered by Strip."""

    subject: Source
    images: int = 64

    def __post_init__(self) -> None:
        if self.subject.config.shortcut == "none":
            raise QuestionError("{network} has no shortcuts to compare its branches with", network=self.subject.network)
        check_count("images", self.images, 1, MOST_STRIP_IMAGES)


@dataclass(frozen=True, slots=True)
class MeasureChain:
    """A gradient sent back through so many untrained blocks in a row, with and without shortcuts, same weights. Answered by Chain.

    `normalised`: with batch norm, by the batch as while training, or without any.
    """

    blocks: int
    seed: int
    normalised: bool

    def __post_init__(self) -> None:
        check_count("blocks", self.blocks, 1, MOST_CHAIN_BLOCKS)
        check_count("seed", self.seed, 0, MOST_SEED)


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
    deviation over them. float64 (blocks,).

    An image for which the shortcut brings nothing but zeros has no ratio and does not count; `silent` names the blocks where none has one,
    because every ReLU before them is closed: there, both numbers are 0.
    """

    blocks: tuple[str, ...]
    ratio: np.ndarray
    spread: np.ndarray
    silent: tuple[str, ...] = ()


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
