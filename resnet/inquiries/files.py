"""Trained networks and their courses as files that only a process with Keras and TensorFlow can write and open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from resnet.config import TrainConfig
from resnet.inquiries.subjects import Source

FileForm = Literal["keras", "safetensors"]


@dataclass(frozen=True, slots=True)
class SaveModel:
    """The network with its weights as one file. Answered by Packed.

    Forms: "keras", which Keras opens (in safe mode where the network has only layers of Keras's own), with our configuration in it as
    resnet_lab.json; "safetensors", every weight under a name such as "stage1_block1_conv1/kernel", in float32.

    `training` is how it was trained, as a run of this network alone; a .keras file that says so can be brought back as a run.
    """

    subject: Source
    form: FileForm
    training: TrainConfig | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One curve of a TensorBoard log: `values` by `steps`, each told at one of `times`, in seconds since 1970.

    Series of one `log` stand in one colour; those of one `tag` stand in one chart.
    """

    log: str
    tag: str
    steps: tuple[int, ...]
    values: tuple[float, ...]
    times: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class WriteLogs:
    """Curves as TensorBoard reads them. Answered by Packed: a .zip with one folder for each log."""

    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class OpenModel:
    """Open a .keras file that SaveModel made, and test what is in it. Answered by Opened; FileError says why another one is not."""

    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A file's contents."""

    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A network from a file, as it does on the test split of the data set it was trained on.

    Attributes:
        training: how it was trained, as the file says.
        weights: float32, under names such as "stage1_block1_conv1/kernel".
        logits: float32 (test images, classes).
        loss: mean cross-entropy in nats. accuracy: a share of the images. class_accuracy: the same of each class.
    """

    training: TrainConfig
    weights: Mapping[str, np.ndarray]
    logits: np.ndarray
    loss: float
    accuracy: float
    class_accuracy: tuple[float, ...]
