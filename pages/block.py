"""Walk through a residual block: change its sizes, see the add break, and repair it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from pages.parts.diagram import diagram
from pages.parts.formula import block_formula
from pages.parts.i18n import lesson, t
from pages.parts.layout import page_header
from resnet.config import Activation
from resnet.diagrams.block import ACTIVATION_NAMES, BlockView, block_svg, shape_text
from resnet.plan import plan_block
from resnet.presets import PRESETS
from resnet.source import source_of

SIDES = (4, 64)
CHANNELS = (1, 3, 8, 16, 32, 64, 128, 256, 512)
FILTERS = (8, 16, 32, 64, 128, 256, 512)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """What the sliders say about one block: x is side x side x channels."""

    side: int
    channels: int
    filters: int
    stride: int


EXAMPLES = (
    Sizes(side=32, channels=64, filters=64, stride=1),
    Sizes(side=32, channels=64, filters=128, stride=2),
    Sizes(side=28, channels=32, filters=64, stride=1),
)


def page() -> None:
    page_header(t("Block"), t("What does a block add to its input?"))
    walk()


@st.fragment
def walk() -> None:
    """Diagram on top, below it what moves it and the code that builds it. A slider reruns this part of the page only."""
    picture = st.container()
    controls, reading = st.columns([1.1, 1], gap="medium")
    with controls:
        sizes, activation = _controls()
        projected = _repair(_view(sizes, activation, projected=False))
    view = _view(sizes, activation, projected=projected)
    with picture:
        diagram(block_svg(view, t), key="block_diagram", height=304)
    with reading:
        with st.container(height=168, border=False, gap="small"):  # one height for every state, so that the code stays where it is
            _explanation(view)
        st.code(source_of("resnet.blocks", "basic_block"), language="python", height=330)
        st.caption(lesson("block", "source"))


def _controls() -> tuple[Sizes, Activation]:
    state = st.session_state
    if "block_side" not in state:
        _set_sizes(EXAMPLES[0])
    at_hand = Sizes(side=state.block_side, channels=state.block_channels, filters=state.block_filters, stride=state.block_stride)
    state.block_example = at_hand if at_hand in EXAMPLES else None

    left, middle, right = st.columns([1, 1, 1.35])
    side = left.slider(t("Input side"), *SIDES, key="block_side", help=t("Height and width of x, in pixels."), persist_state="session")
    channels = middle.select_slider(t("Input channels"), CHANNELS, key="block_channels", persist_state="session")
    filters = right.select_slider(
        t("Filters"), FILTERS, key="block_filters", help=t("Output channels of both 3×3 convolutions."), persist_state="session"
    )
    stride = left.segmented_control(t("Stride"), (1, 2), key="block_stride", required=True, persist_state="session") or 1
    activation = middle.selectbox(
        t("Activation"),
        tuple(ACTIVATION_NAMES),
        format_func=ACTIVATION_NAMES.__getitem__,
        key="block_activation",
        persist_state="session",
    )
    right.selectbox(
        t("Example"), EXAMPLES, format_func=_example_label, key="block_example", on_change=_take_example, placeholder=t("Choose one")
    )
    return Sizes(side=side, channels=channels, filters=filters, stride=stride), activation


def _example_label(sizes: Sizes) -> str:
    side = -(-sizes.side // sizes.stride)
    return f"{shape_text((sizes.side, sizes.side, sizes.channels))} → {shape_text((side, side, sizes.filters))}"


def _take_example() -> None:
    if st.session_state.block_example is not None:
        _set_sizes(st.session_state.block_example)


def _set_sizes(sizes: Sizes) -> None:
    state = st.session_state
    state.block_side, state.block_channels, state.block_filters, state.block_stride = (
        sizes.side,
        sizes.channels,
        sizes.filters,
        sizes.stride,
    )
    state.block_repaired = False


def _view(sizes: Sizes, activation: Activation, *, projected: bool) -> BlockView:
    """The block as drawn. `plan_block` always projects where shapes differ; `projected` says whether the drawing does."""
    shape = (sizes.side, sizes.side, sizes.channels)
    style = replace(PRESETS["mini-resnet"], activation=activation)
    layers = plan_block(style, input_shape=shape, filters=sizes.filters, stride=sizes.stride)
    return BlockView(input_shape=shape, layers=layers, stride=sizes.stride, activation=activation, projected=projected)


def _repair(unrepaired: BlockView) -> bool:
    """The switch and the button, always there so that nothing moves; whether the projection is drawn."""
    with st.container(horizontal=True, vertical_alignment="center"):
        automatic = st.toggle(
            t("Repair automatically"),
            key="block_automatic",
            help=t("Put a projection on the shortcut whenever the two shapes differ."),
            persist_state="session",
        )
        repaired = unrepaired.shapes_differ and st.session_state.block_repaired
        st.button(
            t("Take the projection out") if repaired else t("Repair with a projection"),
            key="block_repair",
            type="primary" if unrepaired.shapes_differ and not repaired and not automatic else "secondary",
            icon=":material/undo:" if repaired else ":material/build:",
            disabled=automatic or not unrepaired.shapes_differ,
            on_click=_set_repaired,
            args=(not repaired,),
        )
    return automatic or repaired


def _set_repaired(repaired: bool) -> None:
    st.session_state.block_repaired = repaired


def _explanation(view: BlockView) -> None:
    """The formula as it is for this block, what the shortcut does, and the totals."""
    shapes = {"input": shape_text(view.input_shape), "branch": shape_text(view.branch_shape)}
    total = sum(layer.parameters for layer in view.drawn_layers)
    macs = sum(layer.macs for layer in view.drawn_layers)
    st.latex(block_formula(view))
    if view.broken:
        st.markdown(lesson("block", "broken", **shapes))
    elif view.has_projection:
        cost = sum(layer.parameters for layer in view.layers if "_shortcut_" in layer.name)
        st.markdown(lesson("block", "projected", **shapes, stride=view.stride, cost=f"{cost:,}", share=f"{cost / total:.0%}"))
    else:
        st.markdown(lesson("block", "identity", **shapes))
    st.caption(t("All of it: {parameters:,} parameters, {macs:.1f} million multiply-adds per image.", parameters=total, macs=macs / 1e6))


page()
