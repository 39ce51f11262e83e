"""The controls that make a network: a preset to start from, then sliders."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts.architecture.form_state import NetworkForm, control, key_of, size_text, take_preset
from pages.parts.architecture.gallery import gallery_button
from pages.parts.architecture.status import refusal
from pages.parts.display import phone, pixels
from pages.parts.i18n import t
from pages.parts.network_address import preset_of
from pages.parts.network_state import set_network
from pages.parts.network_words import choices, field_title, value_title
from resnet.config import MAX_BLOCKS_PER_STAGE
from resnet.families import FAMILIES, title_of

PRESET_ORDER = tuple(name for family in FAMILIES for name in family.networks)

_MOST_BLOCKS = 18  # per stage: the paper's 110 layers are 3 stages of 18
_ROOM = 4  # blocks that the deepest stage can still grow by
_WIDTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
_SIDES = (8, 14, 16, 20, 28, 32, 48, 56, 64, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_CHANNELS = (1, 3)
_GROUPS = (1, 2, 4, 8, 16, 32, 64)
_WIDTHS_PER_GROUP = (2, 4, 8, 16, 32, 64, 128)
_REDUCTIONS = (2, 4, 8, 16, 32)
_MOST_DROPOUT = 0.9
_CONTROL_WIDTH = 150  # pixels that one of two side by side needs for its words


def draw_form(form: NetworkForm) -> None:
    """Draw the controls."""
    _preset_controls(form)
    _stage_controls(form)
    with st.grid(2, min_column_width=pixels(_CONTROL_WIDTH), gap=("xsmall", "small")):
        _choice(form, "block", t("Basic: two 3×3 convolutions. Bottleneck: 1×1, 3×3, 1×1, and four times as many channels come out."))
        _choice(
            form, "preactivation", t("Original: convolution, batch norm, ReLU; a ReLU after the add. Pre-activation (V2): both come first.")
        )
        _list(
            form,
            "shortcut",
            t(
                "Where shapes differ, the shortcut projects by a 1×1 convolution, or takes every second pixel and appends zeros. "
                "None: a plain network, without shortcut and add."
            ),
        )
        _excitation(form)
        _size(form)
        _choice(
            form,
            "stem",
            t("7×7 with stride 2 and a max-pool quarter the resolution, for photographs; one 3×3 keeps it, for small images."),
        )
    advanced = st.expander(t("More"), icon=":material/tune:", key="network_advanced", on_change="rerun")
    if advanced.open:
        with advanced:
            with st.grid(2, min_column_width=pixels(_CONTROL_WIDTH), gap=("xsmall", "small")):
                _advanced_controls(form)
            if form.error is not None:  # whoever moves these controls has scrolled away from the place where it is said first
                refusal(form.error, key="more")


def _preset_controls(form: NetworkForm) -> None:
    """The preset it began with, whether it is still that, and the way back."""
    preset = preset_of(form.network)
    changed = form.network != preset or form.error is not None
    with st.container(horizontal=True, wrap=False, gap="xsmall", vertical_alignment="center"):
        st.session_state["network_preset"] = preset.name
        st.selectbox(
            t("Start from"),
            PRESET_ORDER,
            format_func=title_of,
            key="network_preset",
            on_change=_take_chosen,
            label_visibility="collapsed",
        )
        gallery_button()
    with st.container(horizontal=True, wrap=False, horizontal_alignment="distribute", vertical_alignment="center"):
        if changed:
            st.badge(t("Changed from {preset}", preset=title_of(preset.name)), icon=":material/edit:", color="orange")
        else:
            st.badge(t("{preset}, unchanged", preset=title_of(preset.name)), icon=":material/verified:", color="gray")
        st.button(
            t("Reset"),
            key="network_reset",
            type="tertiary",
            icon=":material/undo:",
            disabled=not changed,
            on_click=set_network,
            args=(preset,),
            help=t("Back to {preset}.", preset=title_of(preset.name)),
        )


def _take_chosen() -> None:
    take_preset(st.session_state["network_preset"])


def _stage_controls(form: NetworkForm) -> None:
    most = min(MAX_BLOCKS_PER_STAGE, max(_MOST_BLOCKS, max(form.given.depths) + _ROOM))
    channels = t("Base channels") if form.values[key_of("block")] == "bottleneck" else t("Channels")
    labels: Literal["visible", "collapsed"] = "visible" if phone() else "collapsed"
    if not phone():
        for place, heading in zip(_row(), ("", t("Blocks"), channels), strict=True):
            place.caption(heading)
    for stage in range(1, len(form.given.depths) + 1):
        name, blocks, width = _row()
        if not phone():
            name.markdown(t("Stage {number}", number=stage))
        with blocks:
            st.slider(
                t("Stage {number}, blocks", number=stage),
                1,
                most,
                **control(form, f"network_depth_{stage}"),
                label_visibility=labels,
            )
        widths = _with(_WIDTHS, form.given.widths, form.values[f"network_width_{stage}"])
        with width:
            st.select_slider(
                t("Stage {number}, channels", number=stage),
                widths,
                **control(form, f"network_width_{stage}"),
                label_visibility=labels,
            )


def _row() -> Sequence[DeltaGenerator]:
    """Places for a stage's name, blocks and channels, side by side; on a phone one below the other, and each control has its label."""
    return [st.container() for _ in range(3)] if phone() else st.columns([0.9, 1, 1], gap="small", vertical_alignment="center")


def _choice(form: NetworkForm, name: str, advice: str) -> None:
    """One of a few values of a field."""
    words = choices(name)
    assert words is not None, f"{name} is a number"
    options = tuple(words)
    st.segmented_control(
        field_title(name),
        options,
        format_func=words.__getitem__,
        **control(form, key_of(name)),
        required=True,
        width="stretch",
        help=advice,
    )


def _list(form: NetworkForm, name: str, advice: str) -> None:
    """One of a few values of a field, for which there is no room side by side."""
    words = choices(name) or {}
    st.selectbox(field_title(name), tuple(words), format_func=words.__getitem__, **control(form, key_of(name)), help=advice)


def _number(form: NetworkForm, name: str, known: tuple[int, ...], advice: str) -> None:
    """One of a row of numbers, the network's own among them."""
    options = _with(known, (getattr(form.given, name),), form.values[key_of(name)])
    st.select_slider(field_title(name), options, **control(form, key_of(name)), help=advice)


def _excitation(form: NetworkForm) -> None:
    reductions = {one for one in (*_REDUCTIONS, form.given.se_reduction, form.values[key_of("se_reduction")]) if one is not None}
    st.select_slider(
        field_title("se_reduction"),
        (None, *sorted(reductions, reverse=True)),
        format_func=lambda reduction: value_title("se_reduction", None) if reduction is None else f"1/{reduction}",
        **control(form, key_of("se_reduction")),
        help=t("Scales each channel of the branch by a number from 0 to 1; it is found in a waist so many times narrower than the block."),
    )


def _size(form: NetworkForm) -> None:
    height, width, _ = form.given.input_shape
    sizes = {size_text(side, side) for side in _SIDES} | {size_text(height, width), form.values["network_size"]}
    st.select_slider(t("Input size"), sorted(sizes, key=_side), **control(form, "network_size"))


def _advanced_controls(form: NetworkForm) -> None:
    _number(form, "groups", _GROUPS, t("Of a bottleneck's 3×3; each group sees its own channels only. ResNeXt-50 has 32."))
    _number(form, "width_per_group", _WIDTHS_PER_GROUP, t("The 3×3 has width · this / 64 channels in each group; ResNeXt-50 has 4."))
    _choice(form, "bottleneck_stride_on", t("The convolution that halves the resolution: torchvision's 3×3, or the paper's first 1×1."))
    _choice(
        form, "zero_init_residual", t("The scale of each branch's last batch norm starts at 0, so that a block starts as its shortcut.")
    )
    channels = _with(_CHANNELS, (form.given.input_shape[2],), form.values["network_channels"])
    st.segmented_control(t("Input channels"), channels, **control(form, "network_channels"), required=True, width="stretch")
    st.number_input(t("Classes"), step=1, **control(form, "network_classes"))
    st.slider(t("Dropout"), 0.0, max(_MOST_DROPOUT, form.given.dropout), step=0.05, **control(form, "network_dropout"), format="%.2f")
    _list(form, "activation", t("After every batch norm but the last of a branch, and after the add."))
    _list(
        form,
        "padding",
        t(
            "Symmetric: the same on both sides, as PyTorch does. "
            "“same”: TensorFlow's rule, which pads an even size one pixel more at its end."
        ),
    )
    st.caption(
        t(
            "From the preset: batch norm with ε = {epsilon:g} and momentum {momentum:g}; {initializer} initialisation.",
            epsilon=form.network.bn_epsilon,
            momentum=form.network.bn_momentum,
            initializer=value_title("initializer", form.network.initializer),
        )
    )


def _side(size: Any) -> tuple[int, int]:
    height, width = map(int, str(size).split("×"))
    return height, width


def _with(choices: Iterable[int], given: Iterable[int], said: int) -> tuple[int, ...]:
    """The choices, with those values among them that a network or an advice brought along."""
    return tuple(sorted({*choices, *given, said}))
