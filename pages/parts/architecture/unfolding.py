"""The network as drawing and table, folded and unfolded together: network, stage, block, layer."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from pages.parts.diagram import diagram
from pages.parts.display import projector
from pages.parts.i18n import t
from pages.parts.network_state import current_place, set_place
from pages.parts.network_words import network_title
from pages.parts.reserved import reserved
from pages.parts.tree import tree
from resnet.diagrams.unfolded import unfolded_svg
from resnet.outline import Focus, focus_on
from resnet.plan import Plan
from resnet.wording import stage_title

_WAY_HEIGHT, _DIAGRAM_HEIGHT = 28, 212
_TABLE_HEIGHT = 320


def unfolding(network: Plan) -> None:
    """Where one is, the drawing of it, and the table unfolded to it. A click in either leads further in."""
    focus = focus_on(network, current_place())
    with st.container(gap="xsmall" if projector() else None):  # there a drawing keeps no room that it does not fill
        _way(network, focus)
        diagram(unfolded_svg(network, focus, t), key="network_diagram", height=_DIAGRAM_HEIGHT, on_open=set_place)
        tree(network, focus, key="network_tree", height=_TABLE_HEIGHT, on_open=set_place)


def _way(network: Plan, focus: Focus) -> None:
    """The steps from the network to the focus, each a way back."""
    steps = [Focus()]
    if focus.stage is not None:
        steps.append(Focus(focus.stage))
    if focus.block is not None:
        steps.append(Focus(focus.stage, focus.block))
    height: int | Literal["content"] = "content" if projector() else _WAY_HEIGHT
    with reserved(height, key="way", horizontal=True, gap="xsmall", vertical_alignment="center"):
        for number, step in enumerate(steps):
            if number:
                st.markdown(":gray[›]", width="content")
            st.button(
                _title(network, step),
                key=f"network_way_{number}",
                type="tertiary",
                disabled=step == focus,
                on_click=set_place,
                args=(step.path,),
            )


def _title(network: Plan, step: Focus) -> str:
    if step.block is not None:
        return t("Block {number}", number=step.block)
    return network_title(network.config) if step.stage is None else stage_title(step.stage, t)
