"""The picture that a visitor brought, kept in the session, as each network takes it: views other than its own may ask for it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import streamlit as st

from resnet.errors import PictureError
from resnet.inquiries import OwnPicture, Source
from resnet.own_picture import SIDE, Made, Ways, make, open_picture
from resnet.sample_pictures import Sample, sample

Origin = Literal["sample", "file", "camera"]

_STATE = "own_picture"


@dataclass(slots=True)
class Brought:
    """What one visitor tries a network on.

    Attributes:
        origin: where pictures are taken from. sample: the drawn one that was chosen.
        pictures: the last one from a file and from the camera, in colour, uint8 (height, width, 3). problems: why one was refused.
        ways: what was set on its way to the network.
    """

    origin: Origin = "sample"
    sample: Sample = "shirt"
    pictures: dict[Origin, np.ndarray] = field(default_factory=dict)
    problems: dict[Origin, PictureError] = field(default_factory=dict)
    ways: Ways = field(default_factory=Ways)

    @property
    def picture(self) -> np.ndarray | None:
        """The one that is looked at; None where none was brought yet."""
        return sample(self.sample) if self.origin == "sample" else self.pictures.get(self.origin)

    def take(self, origin: Origin, data: bytes | None) -> None:
        """A file, or none in its place. A refused one leaves nothing but the reason."""
        self.pictures.pop(origin, None)
        self.problems.pop(origin, None)
        self.ways = Ways()
        if data is None:
            return
        try:
            self.pictures[origin] = open_picture(data)
        except PictureError as error:
            self.problems[origin] = error


def brought() -> Brought:
    """What this visitor brought; a drawn shirt before anything."""
    found: Brought = st.session_state.setdefault(_STATE, Brought())
    return found


def made_for(source: Source) -> Made | None:
    """Its way to this network, step by step; None without a picture."""
    own = brought()
    side, _, channels = source.config.input_shape
    if own.picture is None or channels != 1 or side not in (SIDE, SIDE // 2):
        return None
    return make(own.picture, own.ways, side)


def own_picture_for(source: Source) -> OwnPicture | None:
    """The picture as a question to this network takes it; None without one."""
    made = made_for(source)
    return None if made is None else as_asked(made)


def as_asked(made: Made) -> OwnPicture:
    """The last step of its way as a question takes it."""
    height, width = made.pixels.shape
    return OwnPicture(made.pixels.tobytes(), height, width)
