"""A row of small images to choose one from."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping

import numpy as np
import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import ASSETS
from resnet.figures.palette import css_variables

_COMPONENTS = ASSETS / "components"
HEIGHT = 40  # pixels of one row

_thumbnails = st.components.v2.component(
    "resnet_lab_thumbnails",
    html='<div class="thumbnails" role="radiogroup"></div>',
    js=(_COMPONENTS / "thumbnails.js").read_text(encoding="utf-8"),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "thumbnails.css").read_text(encoding="utf-8"),
)


def thumbnails(
    images: Mapping[str, tuple[str, np.ndarray]], *, title: str, chosen: str, key: str, width: int, on_choose: Callable[[str], None]
) -> None:
    """Show square grey images, uint8 (side, side), by key, each with its words. `on_choose` is called, before the next run, with a key."""

    def told() -> None:
        name = st.session_state[key].chosen
        if name in images:
            on_choose(name)

    side = len(next(iter(images.values()))[1])
    shown = [{"key": name, "title": words, "pixels": b64encode(grey.tobytes()).decode()} for name, (words, grey) in images.items()]
    data = {"images": shown, "side": side, "title": title, "chosen": chosen}
    _thumbnails(key=key, data=data, width=width, height=pixels(HEIGHT), on_chosen_change=told)
