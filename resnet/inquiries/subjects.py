"""Whom a question is about: a trained network, an embedded one or a run's, and a picture shown to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from resnet.checks import is_whole
from resnet.config import DatasetName, ResNetConfig
from resnet.datasets import DATASETS
from resnet.embedded import EMBEDDED, Embedded, Moment, block_names
from resnet.errors import Listed, QuestionError

MOST_SEED = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Subject:
    """An embedded network at one moment of its training."""

    network: str
    moment: Moment = "trained"

    def __post_init__(self) -> None:
        if self.network not in EMBEDDED:
            raise QuestionError(
                "there are no weights of {network!r} with this app, only of {known}", network=self.network, known=Listed(EMBEDDED)
            )
        if self.moment not in self.embedded.moments:
            raise QuestionError(
                "of {network} there are weights of these moments: {known}; not of {moment!r}",
                network=self.network,
                known=Listed(self.embedded.moments),
                moment=self.moment,
            )

    @property
    def embedded(self) -> Embedded:
        return EMBEDDED[self.network]

    @property
    def config(self) -> ResNetConfig:
        return self.embedded.network

    @property
    def dataset(self) -> DatasetName:
        return self.embedded.dataset


@dataclass(frozen=True, slots=True)
class RunSubject:
    """A network that a run has trained, with the weights it was tested with. `run` is the run's id, `config` that network's."""

    run: str
    config: ResNetConfig
    dataset: DatasetName

    @property
    def network(self) -> str:
        """Its name."""
        return self.config.name


Source: TypeAlias = Subject | RunSubject


@dataclass(frozen=True, slots=True)
class TestImage:
    """An image of the test split of the subject's data set, counted from 0."""

    __test__ = False  # pytest: no test class

    number: int


@dataclass(frozen=True, slots=True)
class OwnPicture:
    """A picture of one's own, made as the training data are: grey, 0 to 255, light on dark, row by row."""

    pixels: bytes
    height: int
    width: int

    def __post_init__(self) -> None:
        if len(self.pixels) != self.height * self.width:
            raise QuestionError(
                "a picture of {height}×{width} has {needed:,} pixels, got {pixels:,}",
                height=self.height,
                width=self.width,
                needed=self.height * self.width,
                pixels=len(self.pixels),
            )


Picture: TypeAlias = TestImage | OwnPicture


def check_picture(subject: Source, picture: Picture) -> None:
    """Raise QuestionError for a picture that this network cannot be shown."""
    height, width, _ = subject.config.input_shape
    if isinstance(picture, TestImage):
        check_count("image", picture.number, 0, DATASETS[subject.dataset].test_images - 1)
    elif (picture.height, picture.width) != (height, width):
        raise QuestionError(
            "{network} takes pictures of {height}×{width}, got {given_height}×{given_width}",
            network=subject.network,
            height=height,
            width=width,
            given_height=picture.height,
            given_width=picture.width,
        )


def check_block(subject: Source, block: str) -> None:
    """Raise QuestionError for a block that the network does not have."""
    known = block_names(subject.config)
    if block not in known:
        raise QuestionError(
            "{network} has no block {block!r}; its blocks are {known}", network=subject.network, block=block, known=Listed(known)
        )


def check_count(name: str, value: int, low: int, high: int) -> None:
    """Raise QuestionError unless `value` is a whole number from `low` to `high`."""
    if not is_whole(value) or not low <= value <= high:
        raise QuestionError(
            "{name} must be a whole number from {low:,} to {high:,}, got {value!r}", name=name, low=low, high=high, value=value
        )
