"""A picture's way to the network as a row of pictures, one for each step."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import streamlit as st
from PIL import Image

from pages.parts.display import pixels
from pages.parts.i18n import t
from resnet.own_picture import Made, StepName

SIDE = 96  # pixels on the page
_SHARP = 2  # pixels of the file for one on the page, for screens that have them


def step_titles(inverted: bool) -> Mapping[StepName, str]:
    """What was done at each step."""
    return {
        "upright": t("as it came"),
        "grey": t("grey"),
        "light": t("inverted, background black") if inverted else t("background black"),
        "cropped": t("cropped"),
        "square": t("in a square"),
        "small": t("28×28"),
        "averaged": t("14×14: each 2×2 averaged"),
    }


def show_steps(made: Made) -> None:
    titles = step_titles(made.inverted)
    for number, (column, (name, picture)) in enumerate(zip(st.columns(len(made.steps), gap="small"), made.steps.items(), strict=True), 1):
        with column:
            height, width = picture.shape[:2]
            alt = t("Step {number}: {title}, {width}×{height} pixels", number=number, title=titles[name], width=width, height=height)
            st.image(framed(picture), width=pixels(SIDE), alt=alt)
            st.caption(rf"{number}\. {titles[name]}")  # no list of Markdown's


def framed(picture: np.ndarray, *, opacity: float = 1) -> np.ndarray:
    """Any picture, uint8 (height, width) or with three colours, as a square of one size, transparent beside what is not square; the pixels
    of a small one stay visible. uint8 (side, side, 4). `opacity` is from 0 to 1."""
    side = SIDE * _SHARP
    image = Image.fromarray(picture).convert("RGBA")
    scale = side / max(image.size)
    width, height = (max(1, round(length * scale)) for length in image.size)
    shown = image.resize((width, height), Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BILINEAR)
    frame = Image.new("RGBA", (side, side))
    shown.putalpha(round(255 * opacity))
    frame.paste(shown, ((side - width) // 2, (side - height) // 2))
    return np.asarray(frame)
