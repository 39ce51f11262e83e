"""The view of all kinds of block: change a block's sizes, see the add break, and repair it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import streamlit as st

from pages.parts.block.choices import EXAMPLES, KINDS, Choice, Kind, Sizes, fixed_block, kind_description, kind_label
from pages.parts.block.exercises import exercises
from pages.parts.block.kinds_lesson import kind_lesson, refusal_lesson, shortcut_lesson, total_parameters
from pages.parts.block.memory import begin, block_memory, follow_kind, set_sizes, sizes_at_hand
from pages.parts.block.repairs import REPAIRS, Offer, Repair, offers, repair_label, repair_table
from pages.parts.diagram import diagram
from pages.parts.display import pixels
from pages.parts.formula import block_formula
from pages.parts.i18n import lesson, t
from pages.parts.layout import prose
from pages.parts.reserved import reserved
from resnet.config import BOTTLENECK_EXPANSION, Activation, Block, Shortcut
from resnet.diagrams.block import BlockView, block_svg
from resnet.errors import ConfigError
from resnet.source import source_of
from resnet.tables import compact
from resnet.wording import ACTIVATION_NAMES, shape_text

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

SIDES = (4, 64)
CHANNELS = (1, 3, 8, 16, 32, 64, 128, 256, 512, 1024, 2048)
FILTERS = (8, 16, 32, 64, 128, 256, 512)
ADDRESS = "block_kind"
EXPLANATION_HEIGHT = 205


@st.fragment
def kinds() -> None:
    """Diagram on top, below it what moves it, then words and code. A control reruns this part of the page only."""
    begin(st.query_params.get(ADDRESS, ""))
    kind = _kind_control()
    picture = st.container()
    sizes, activation = _size_controls()
    choice, row = _shape_controls(kind, activation)
    offered = offers(choice, sizes)
    with row:
        repair = _repair_control(offered)
    _write_address(choice)

    memory, refused = block_memory(), None
    if repair == "zero-pad":
        choice = replace(choice, shortcut="zero-pad")
    try:
        memory.drawn = BlockView(layers=choice.plan(sizes), activation=activation)
    except ConfigError as error:
        refused = error
    view = replace(memory.drawn, projected=repair == "projection")
    with picture:
        diagram(block_svg(view, t), key="block_diagram", height=304, dimmed=refused is not None)
    words, code = st.columns([1, 1.1], gap="medium")
    with words:
        if refused:
            prose(refusal_lesson(refused))
        else:
            _explanation(choice, sizes, view, offered)
    with code:
        st.code(source_of("resnet.blocks", choice.function), language="python", wrap_lines=True)
        st.caption(lesson("block", "source"))
        st.code(source_of("resnet.blocks", *choice.steps), language="python", wrap_lines=True)
    exercises()


def _kind_control() -> Kind:
    """The kinds, and what the chosen one is in a line."""
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        st.segmented_control(
            t("Kind of block"),
            KINDS,
            format_func=kind_label,
            key="block_kind",
            required=True,
            on_change=follow_kind,
            label_visibility="collapsed",
            persist_state="session",
        )
        kind: Kind = st.session_state.block_kind
        st.caption(kind_description(kind))
    return kind


def _size_controls() -> tuple[Sizes, Activation]:
    side, channels, filters, activation, example = st.columns([1, 1, 1, 0.8, 1.3])
    side.slider(t("Input side"), *SIDES, key="block_side", help=t("Height and width of x, in pixels."), persist_state="session")
    channels.select_slider(t("Input channels"), CHANNELS, key="block_channels", persist_state="session")
    filters.select_slider(
        t("Filters"),
        FILTERS,
        key="block_filters",
        help=t("Output channels of the block; a bottleneck puts out {times} times as many.", times=BOTTLENECK_EXPANSION),
        persist_state="session",
    )
    chosen: Activation = activation.selectbox(
        t("Activation"),
        tuple(ACTIVATION_NAMES),
        format_func=ACTIVATION_NAMES.__getitem__,
        key="block_activation",
        persist_state="session",
    )
    state, block = st.session_state, block_memory().block
    state.block_example = sizes_at_hand() if sizes_at_hand() in EXAMPLES[block] else None
    example.selectbox(
        t("Example"),
        EXAMPLES[block],
        format_func=lambda sizes: _example_label(sizes, block),
        key="block_example",
        on_change=_take_example,
        placeholder=t("Choose one"),
    )
    return sizes_at_hand(), chosen


def _shape_controls(kind: Kind, activation: Activation) -> tuple[Choice, DeltaGenerator]:
    """Stride and convolutions, and the row they are in: what repairs the add goes beside them, and has to know the block first."""
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")  # which wraps where columns would cut
    row.segmented_control(t("Stride"), (1, 2), key="block_stride", required=True, persist_state="session")
    row.segmented_control(
        t("Convolutions"),
        get_args(Block),
        format_func=_convolutions_label,
        key="block_convolutions",
        required=True,
        on_change=follow_kind,
        disabled=fixed_block(kind) is not None,
        persist_state="session",
    )
    return Choice(kind=kind, block=st.session_state.block_convolutions, activation=activation), row


def _convolutions_label(block: Block) -> str:
    return {"basic": t("3×3, 3×3"), "bottleneck": t("1×1, 3×3, 1×1")}[block]


def _example_label(sizes: Sizes, block: Block) -> str:
    side = -(-sizes.side // sizes.stride)
    channels = sizes.filters * (BOTTLENECK_EXPANSION if block == "bottleneck" else 1)
    return f"{shape_text((sizes.side, sizes.side, sizes.channels))} → {shape_text((side, side, channels))}"


def _take_example() -> None:
    if st.session_state.block_example is not None:
        set_sizes(st.session_state.block_example)


def _write_address(choice: Choice) -> None:
    """The kind in the address, but for the first one: a link shows its reader the same kind of block."""
    wanted = choice.address if choice.address != KINDS[0] else None
    if st.query_params.get(ADDRESS) == wanted:
        return
    if wanted is None:
        del st.query_params[ADDRESS]
    else:
        st.query_params[ADDRESS] = wanted


def _repair_control(offered: Mapping[Shortcut, Offer | None]) -> Repair:
    """What is done where the two shapes differ, by hand or by itself; always there so that nothing moves."""
    st.segmented_control(
        t("Where shapes differ"),
        REPAIRS,
        format_func=lambda repair: repair_label(repair, offered),
        key="block_repair",
        required=True,
        disabled=not offered,
        persist_state="session",
    )
    automatic = st.toggle(
        t("Repair automatically"),
        key="block_automatic",
        help=t("Put a projection on the shortcut whenever the two shapes differ."),
        persist_state="session",
    )
    chosen: Repair = st.session_state.block_repair
    return "projection" if automatic and chosen == "leave" else chosen


def _explanation(choice: Choice, sizes: Sizes, view: BlockView, offered: Mapping[Shortcut, Offer | None]) -> None:
    """The formula as it is for this block, what the shortcut does, the totals, the repairs, and what the kind is about."""
    with reserved(pixels(EXPLANATION_HEIGHT), key="kinds", gap="small"):  # one for all: what follows stays
        st.latex(block_formula(view))
        prose(shortcut_lesson(view))
        macs = sum(layer.macs for layer in view.drawn_layers)
        st.caption(
            t(
                "All of it: {parameters:,} parameters, {macs} multiply-adds per image.",
                parameters=total_parameters(view),
                macs=compact(macs),
            )
        )
    if offered:
        prose(repair_table(offered))
    prose(kind_lesson(choice, sizes, view))
