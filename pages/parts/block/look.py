"""What the real numbers are of: a test image, a moment of the network's training, a block; chosen alike in every view, and kept."""

from __future__ import annotations

from typing import get_args

import streamlit as st

from pages.parts.block.steps import NETWORK, blocks, current_block, open_block
from pages.parts.display import pixels
from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from pages.parts.one_of_few import one_of_few
from pages.parts.thumbnails import thumbnails
from resnet.embedded import Moment
from resnet.inquiries import Subject
from resnet.pictures import a_dozen, embedded_pictures
from resnet.wording import class_titles

_FIRST_MOMENT: Moment = "trained"
MOST_CHANNELS = 128  # of any block of the network
_THUMBNAILS_WIDTH = 402  # pixels: twelve in a row


def subject() -> Subject:
    """The network at the moment that is looked at."""
    moments: tuple[Moment, ...] = get_args(Moment)
    moment = hold("moment", moments, first=_FIRST_MOMENT)
    return Subject(NETWORK, next(one for one in moments if one == moment))


def image() -> int:
    """The test image that is looked at, by its place in the split."""
    names = tuple(map(str, a_dozen()))
    return int(hold("image", names, first=names[0]))


def image_control(key: str) -> None:
    """A dozen test images, class by class."""
    pictures, labels = embedded_pictures()
    titles = class_titles(t)
    thumbnails(
        {str(one): (titles[labels[one]], pictures[one]) for one in a_dozen()},
        title=t("Test image"),
        chosen=str(image()),
        key=f"{key}_image",
        width=_THUMBNAILS_WIDTH,
        on_choose=lambda chosen: keep("image", chosen, first=str(a_dozen()[0])),
    )


def moment_control(key: str) -> None:
    """The three moments of the network's training."""
    widget = f"{key}_moment"
    st.session_state[widget] = subject().moment
    one_of_few(
        t("Weights"),
        get_args(Moment),
        words=moment_label,
        key=widget,
        on_change=lambda: keep("moment", st.session_state[widget], first=_FIRST_MOMENT),
        list_width=170,
    )


def block_control(key: str) -> None:
    """The network's blocks by name."""
    widget = f"{key}_block"
    st.session_state[widget] = current_block()
    st.selectbox(
        t("Block"),
        blocks(),
        format_func=block_title,
        key=widget,
        on_change=lambda: open_block(st.session_state[widget]),
        label_visibility="collapsed",
        width=pixels(152),
    )


def channel_at_hand(channels: int, lively: int) -> int:
    """The channel that was asked for, or the liveliest one where the block has no such channel or none was asked for."""
    asked = hold("channel", tuple(map(str, range(MOST_CHANNELS))), first="")
    return int(asked) if asked and int(asked) < channels else lively


def channel_control(key: str, channels: int, shown: int) -> None:
    """Which channel is shown, counted from 1, with a step back and one on."""
    widget = f"{key}_channel"
    st.session_state[widget] = shown + 1
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        st.markdown(
            f":small[{t('Channel (of {channels})', channels=channels)}]", width="content"
        )  # the row is to stay one in wide type too
        st.number_input(
            t("Channel"),
            1,
            channels,
            key=widget,
            on_change=lambda: keep("channel", str(st.session_state[widget] - 1), first=""),
            label_visibility="collapsed",
            width=108,
        )


def moment_label(moment: Moment) -> str:
    """A moment's name where it is chosen."""
    return {"untrained": t("Untrained"), "epoch-1": t("1 epoch"), "trained": t("Fully trained")}[moment]


def block_title(block: str) -> str:
    """A block such as "stage2_block1" as a reader knows it."""
    stage, number = block.removeprefix("stage").split("_block")
    return t("Stage {stage}, block {number}", stage=stage, number=number)
