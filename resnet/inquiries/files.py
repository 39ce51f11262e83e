"""Trained networks as files, which only a process with Keras can write and open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from resnet.inquiries.subjects import Source

FileForm = Literal["keras", "safetensors"]


@dataclass(frozen=True, slots=True)
class SaveModel:
    """The network with its weights as one file. Answered by Packed.

    Forms: "keras", which Keras opens (in safe mode where the network has only layers of Keras's own), with our configuration in it as
    resnet_lab.json; "safetensors", every weight under a name such as "stage1_block1_conv1/kernel", in float32.
    """

    subject: Source
    form: FileForm


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A file's contents."""

    data: bytes
