"""What the Block page remembers beside its widgets: the sizes each kind of branch was left with, and the last block there was."""

from __future__ import annotations

from dataclasses import dataclass, field

import streamlit as st

from pages.parts.block.choices import EXAMPLES, Choice, Sizes, choice_at, fixed_block
from resnet.config import Block
from resnet.diagrams.block import BlockView

_SESSION_KEY = "block_memory"


@dataclass(slots=True)
class Memory:
    """One browser session's.

    Attributes:
        block: the convolutions that the sliders' sizes belong to.
        drawn: the last block that exists, its projection drawn.
        sizes: what the sliders said when other convolutions were last looked at.
    """

    block: Block
    drawn: BlockView
    sizes: dict[Block, Sizes] = field(default_factory=dict)


def block_memory() -> Memory:
    """The session's memory, after `begin`."""
    memory: Memory = st.session_state[_SESSION_KEY]
    return memory


def begin(address: str) -> None:
    """In a new session, give the widgets their first values: the kind that the address asks for, at its first example's sizes."""
    state = st.session_state
    if _SESSION_KEY in state:
        return
    state.block_kind, state.block_convolutions = kind, block = choice_at(address)
    sizes = EXAMPLES[block][0]
    state[_SESSION_KEY] = Memory(block, BlockView(layers=Choice(kind=kind, block=block).plan(sizes)))
    set_sizes(sizes)


def follow_kind() -> None:
    """The kind or its convolutions were changed: other convolutions take up the sizes they were left with."""
    state, memory = st.session_state, block_memory()
    state.block_convolutions = fixed_block(state.block_kind) or state.block_convolutions
    if state.block_convolutions != memory.block:
        memory.sizes[memory.block] = sizes_at_hand()
        memory.block = state.block_convolutions
        set_sizes(memory.sizes.get(memory.block, EXAMPLES[memory.block][0]))


def sizes_at_hand() -> Sizes:
    """What the sliders say."""
    state = st.session_state
    return Sizes(side=state.block_side, channels=state.block_channels, filters=state.block_filters, stride=state.block_stride)


def set_sizes(sizes: Sizes) -> None:
    """Move the sliders; what was repaired by hand were other sizes."""
    state = st.session_state
    state.block_side, state.block_channels, state.block_filters, state.block_stride = (
        sizes.side,
        sizes.channels,
        sizes.filters,
        sizes.stride,
    )
    state.block_repair = "leave"
