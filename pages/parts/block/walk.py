"""The walk through a block, step by step, beside its plain twin: the drawings, the steps, then the numbers."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts.block.by_hand import exercise, grids, new_numbers_button
from pages.parts.block.real import real
from pages.parts.block.source_drawer import source_drawer
from pages.parts.block.step_bar import step_bar
from pages.parts.block.steps import NETWORK, Step, current_block, current_step, open_block
from pages.parts.block.strip import strip
from pages.parts.block.walk_lesson import step_lesson
from pages.parts.diagram import diagram
from pages.parts.display import pixels, projector
from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from pages.parts.layout import prose
from pages.parts.reserved import reserved
from resnet.diagrams.block_view import BlockView, view_of_block
from resnet.diagrams.twin import Lighting, twin_svg
from resnet.plan import plan
from resnet.presets import PRESETS

NUMBERS = ("hand", "real")
_DRAWN = 208  # pixels: what the drawing takes where two stand side by side
_ROOM = {"hand": 138, "real": 80}  # pixels for the words of a step, and for the question beside them
_FOLDED, _MODE, _DRAWER = "block_folded", "block_numbers", "block_drawer"


@st.fragment
def walk() -> None:
    """A step, a fold or an answer reruns this part of the page only."""
    with st.container(gap="xsmall" if projector() else "small"):  # of larger type no less is to be seen at once
        _walk()


def _walk() -> None:
    step, mode = current_step(), hold("numbers", NUMBERS, first=NUMBERS[0])
    block = current_block() if mode == "real" else ""
    residual, plain = twins(block) if block else twins("stage1_block1")
    _drawings(residual, plain, step)
    step_bar(step)
    # One height for all steps, so that what follows stays in place.
    shares = [1.8, 1] if mode == "real" and projector() else [1, 1]
    words, numbers = reserved(pixels(_ROOM[mode]), key="walk").columns(shares, gap="medium")
    with words:
        prose(step_lesson(step, residual))
    with numbers, st.container(gap="xsmall"):
        _choices(mode)
        found = exercise(step) if mode == "hand" else None
    if st.session_state.get(_DRAWER):
        source_drawer(step)
    if found is not None:
        grids(step, found)
    else:
        real(step, True)
        strip(open_block)


def twins(block: str) -> tuple[BlockView, BlockView]:
    """A block of the network, e.g. "stage1_block1", and the same without shortcuts."""
    stage, number = block.split("_block")
    network = PRESETS[NETWORK]
    residual, plain = (view_of_block(plan(config), stage, int(number)) for config in (network, replace(network, shortcut="none")))
    return residual, plain


def _drawings(residual: BlockView, plain: BlockView, step: Step) -> None:
    folded = bool(st.session_state.get(_FOLDED))
    lighting = Lighting(nodes=step.nodes, terms=step.terms, backward=step.backward, folded=folded)
    for column, view, key in zip(st.columns(2, gap="small"), (residual, plain), ("block_residual", "block_plain"), strict=True):
        with column:
            diagram(twin_svg(view, lighting, t), key=key, height=_DRAWN, on_open=_fold)


def _fold(_place: str) -> None:
    st.session_state[_FOLDED] = not st.session_state.get(_FOLDED)


def _choices(mode: str) -> None:
    """Which numbers, and the drawer with the source."""
    st.session_state[_MODE] = mode
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall" if projector() else "small"):
        st.segmented_control(
            t("Numbers"),
            NUMBERS,
            format_func=_mode_label,
            key=_MODE,
            required=True,
            on_change=_switch,
            label_visibility="collapsed",
        )
        if mode == "hand":
            new_numbers_button()
        st.toggle(t("Source"), key=_DRAWER, persist_state="session")


def _mode_label(mode: str) -> str:
    return {"hand": t("By hand"), "real": t("Real image")}[mode]


def _switch() -> None:
    keep("numbers", st.session_state[_MODE], first=NUMBERS[0])
