"""The picture that a visitor brought, kept in the session, as each network takes it: views other than its own may ask for it too."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import streamlit as st

from pages.parts.held_address import hold, keep
from pages.parts.results.shown import PAGE, own_chosen
from resnet.errors import PictureError
from resnet.inquiries import OwnPicture, Source
from resnet.own_picture import DRAWN, SIDE, Made, Ways, make, open_picture
from resnet.sample_pictures import SAMPLES, Sample, sample

Origin = Literal["sample", "file", "camera"]

_STATE = "own_picture"
_FIRST: Sample = "shirt"
GROUNDS = tuple(map(str, range(5, 65, 5)))  # percent of full brightness
_GROUND = str(round(100 * DRAWN))


@dataclass(slots=True)
class Brought:
    """What one visitor tries a network on.

    Attributes:
        origin: where pictures are taken from.
        pictures: the last one from a file and from the camera, in colour, uint8 (height, width, 3). names: of the files they came as.
        problems: why one was refused.
        used: whether the visitor has done anything here, so that the picture is theirs and not just the one that is there at first.
    """

    origin: Origin = "sample"
    pictures: dict[Origin, np.ndarray] = field(default_factory=dict)
    names: dict[Origin, str] = field(default_factory=dict)
    problems: dict[Origin, PictureError] = field(default_factory=dict)
    used: bool = False

    @property
    def sample(self) -> Sample:
        """The drawn picture that was chosen, here or by the address."""
        said = hold("sample", tuple(SAMPLES), first=_FIRST, page=PAGE)
        return next(one for one in SAMPLES if one == said)

    @property
    def ways(self) -> Ways:
        """What was set on its way to the network, here or by the address."""
        invert = hold("invert", ("yes", "no"), first="", page=PAGE)
        crop = hold("crop", ("yes", "no"), first="yes", page=PAGE)
        ground = hold("ground", GROUNDS, first=_GROUND, page=PAGE)
        return Ways({"yes": True, "no": False}.get(invert), crop == "yes", int(ground) / 100)

    @property
    def picture(self) -> np.ndarray | None:
        """The one that is looked at; None where none was brought yet."""
        return sample(self.sample) if self.origin == "sample" else self.pictures.get(self.origin)

    def choose_sample(self, name: str) -> None:
        """Look at this drawn picture. For a callback."""
        self.used = True
        keep("sample", name, first=_FIRST, page=PAGE)
        self.go(Ways())

    def go(self, ways: Ways) -> None:
        """Take it to the network in these ways. For a callback."""
        self.used = True
        keep("invert", {True: "yes", False: "no", None: ""}[ways.invert], first="", page=PAGE)
        keep("crop", "yes" if ways.crop else "no", first="yes", page=PAGE)
        keep("ground", str(round(100 * ways.drawn)), first=_GROUND, page=PAGE)

    def take(self, origin: Origin, data: bytes | None, name: str = "") -> None:
        """A file, or none in its place. A refused one leaves nothing but the reason. For a callback."""
        for kept in (self.pictures, self.names, self.problems):
            kept.pop(origin, None)
        self.go(Ways())
        if data is None:
            return
        try:
            self.pictures[origin] = open_picture(data)
            self.names[origin] = name
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


def own_picture_offered(source: Source) -> OwnPicture | None:
    """The visitor's picture as a question to this network takes it; None without one, and before they chose any."""
    own = brought()
    own.used = own.used or own_chosen()
    made = made_for(source) if own.used else None
    return None if made is None else as_asked(made)


def as_asked(made: Made) -> OwnPicture:
    """The last step of its way as a question takes it."""
    height, width = made.pixels.shape
    return OwnPicture(made.pixels.tobytes(), height, width)
