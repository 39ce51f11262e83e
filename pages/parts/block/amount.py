"""How much of F: y = ReLU(x + a · F(x)) in one block, and what the whole network says for every a from 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import streamlit as st

from pages.parts.block.back import has_projection
from pages.parts.block.look import (
    block_control,
    channel_at_hand,
    channel_control,
    image,
    image_control,
    moment_control,
    subject,
)
from pages.parts.block.maps import MAPS_HTML, MAPS_SCRIPT, MAPS_SHEET, Panel, maps_data
from pages.parts.block.steps import current_block
from pages.parts.display import pixels, projector
from pages.parts.i18n import ASSETS, lesson, t
from pages.parts.inquiry import ask, tell
from pages.parts.layout import prose
from pages.parts.reserved import drawn
from resnet.figures.block_maps import Reading, lively_channel, read_channel
from resnet.inquiries import AMOUNTS, BlockMaps, LookAtBlock
from resnet.wording import class_titles, percent

_COMPONENTS = ASSETS / "components"
_KEY = "block_amount"
_SIDE, _SIDE_ON_A_PROJECTOR = 168, 140  # pixels: six for each place of 28x28, or five beside the larger words
_HEIGHT = 316

_amount = st.components.v2.component(
    "resnet_lab_amount",
    html=(
        '<div class="amount"><div class="wide"><label for="amount"><span></span><output></output></label>'
        '<div class="rail"><input id="amount" type="range" min="0" max="20" step="1">'
        f'<span class="low"></span><span class="high"></span></div></div>{MAPS_HTML}'
        '<div class="says"><h3></h3><ul class="classes"></ul></div></div>'
    ),
    js=f"{MAPS_SCRIPT}\n{(_COMPONENTS / 'amount.js').read_text(encoding='utf-8')}",
    css=f"{MAPS_SHEET}\n{(_COMPONENTS / 'amount.css').read_text(encoding='utf-8')}",
)


def amount() -> None:
    """What to look at in one row, the slider with the maps and the network's answer, and in words what was measured."""
    controls = st.container(horizontal=True, vertical_alignment="center", gap="xsmall")
    with controls:
        image_control(_KEY)
        moment_control(_KEY)
        block_control(_KEY)
    asked = ask(LookAtBlock(subject(), current_block(), image()), BlockMaps, key=_KEY)
    maps, reading = asked.found, None
    if maps is not None:
        channel = channel_at_hand(maps.y.shape[-1], lively_channel(maps))
        reading = read_channel(maps, channel)
        with controls:
            channel_control(_KEY, maps.y.shape[-1], channel)
    projection = has_projection(current_block()) if maps is None else maps.projection
    side = _SIDE_ON_A_PROJECTOR if projector() else _SIDE
    data = amount_data(maps, reading, projection=projection, status=asked.status, side=side)
    with drawn(_KEY):
        _amount(key=f"{_KEY}_maps", data=data, height=pixels(_HEIGHT))
    tell(asked, key=_KEY)
    nothing, measured = st.columns(2, gap="large")
    with nothing:
        prose(lesson("block_real", "amount_projection" if projection else "amount_identity"))
    if maps is not None:
        with measured:
            prose(amount_lesson(maps))


def amount_data(maps: BlockMaps | None, reading: Reading | None, *, projection: bool, status: str, side: int) -> dict[str, Any]:
    """What the browser needs to show any amount without asking again."""
    shortcut = "Wₛ x" if projection else "x"
    panels = [
        Panel(key="shortcut", grid="shortcut", role="shortcut", title=shortcut),
        Panel(key="scaled", grid="scaled", role="branch", title="a · F(x)"),
        Panel(key="sum", grid="sum", role="add", title=f"{shortcut} + a · F(x)"),
        Panel(key="y", grid="y", role="add", title="y = ReLU(…)", state="now"),
    ]
    formulas = ["{shortcut} + {(scaled)} = {sum} → ReLU {y}"]
    told = maps_data(reading, panels, formulas, status=status, side=side)
    if reading is not None:
        # The browser multiplies this one; notes and alternatives of what depends on a would not stay true.
        told["grids"]["branch"] = {"rows": reading.grids["branch"].rows, "columns": reading.grids["branch"].columns} | {
            "units": reading.grids["branch"].units.ravel().tolist()
        }
    for panel in told["panels"][1:]:
        panel["note"] = ""
        panel["alternative"] = t("{title}, for the amount that the slider says", title=panel["title"])
    return {
        "maps": told,
        "amounts": list(AMOUNTS),
        "probabilities": [] if maps is None else maps.probabilities.astype(float).round(5).tolist(),
        "label": None if maps is None else maps.label,
        "classes": list(class_titles(t)),
        "words": {
            "slider": t("How much the branch counts"),
            "low": t("a = 0: the shortcut alone"),
            "high": t("a = 1: as trained"),
            "says": t("The network's answer; ✓ is right, | at a = 1"),
        },
    }


def amount_lesson(maps: BlockMaps) -> str:
    """What the network was measured to say from a = 0 to a = 1, as Markdown."""
    titles = class_titles(t)
    said = maps.probabilities.argmax(axis=1)
    first, last = int(said[0]), int(said[-1])
    values = {"class": titles[last], "first": titles[first], "after": percent(maps.probabilities[-1, last])}
    if np.all(said == last):
        measured = lesson("block_real", "amount_steady", before=percent(maps.probabilities[0, last]), **values)
    else:
        settled = int(np.flatnonzero(said != last)[-1]) + 1
        settled_at = f"{AMOUNTS[settled]:.2f}" if settled < len(AMOUNTS) else "1"
        measured = lesson("block_real", "amount_changes", before=percent(maps.probabilities[0, first]), amount=settled_at, **values)
    return f"{measured} {lesson('block_real', 'amount_right', label=titles[maps.label])}"
