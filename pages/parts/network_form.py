"""The controls that make a network: a preset to start from, then sliders. What they say is kept even where it makes no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from pages.parts.i18n import t
from pages.parts.network_state import current_network, network_revision, preset_of, set_network
from resnet.config import ResNetConfig
from resnet.diagrams.block import ACTIVATION_NAMES
from resnet.errors import ConfigError
from resnet.presets import PRESETS

PRESET_ORDER = ("resnet-34", "mini-resnet", "resnet-18")
PRESET_TITLES = {"resnet-34": "ResNet-34", "mini-resnet": "mini-ResNet", "resnet-18": "ResNet-18"}

_SESSION_KEY = "network_form"
_MOST_BLOCKS = 18  # per stage: the paper's 110 layers are 3 stages of 18
_WIDTHS = (8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)
_SIDES = (8, 14, 16, 20, 28, 32, 48, 56, 64, 96, 112, 128, 160, 192, 224, 256, 320, 384)
_CHANNELS = (1, 3)
_MOST_DROPOUT = 0.9


@dataclass(slots=True)
class NetworkForm:
    """The form's state. It outlives a visit to another page, which Streamlit's own widgets do not.

    Attributes:
        given: the network the controls were last set to; their ranges are wide enough for it.
        network: the last network the controls made.
        values: what the controls say, by widget key.
        revision: of the session's network, when the controls last agreed with it.
        error: why `values` make no network; None where they do.
        told: keys of the controls that have been told their value since they were last set.
    """

    given: ResNetConfig
    network: ResNetConfig
    values: dict[str, Any]
    revision: int
    error: ConfigError | None = None
    told: set[str] = field(default_factory=set)


def current_form() -> NetworkForm:
    """The form's state, its controls set anew where the network was replaced by other hands: a link, a preset, another page."""
    network, revision = current_network(), network_revision()
    form: NetworkForm | None = st.session_state.get(_SESSION_KEY)
    if form is None or form.revision != revision:
        form = NetworkForm(network, network, _values_of(network), revision)
        st.session_state[_SESSION_KEY] = form
    return form


def draw_form(form: NetworkForm) -> None:
    """Draw the controls."""
    st.segmented_control(
        t("Start from"),
        PRESET_ORDER,
        format_func=PRESET_TITLES.__getitem__,
        required=True,
        label_visibility="collapsed",
        width="stretch",
        **_control(form, "network_preset") | {"on_change": _take_preset, "args": ()},
    )
    _preset_state(form)
    _stage_controls(form)
    with st.grid(2, min_column_width=120, gap=("xsmall", "small")):
        _input_controls(form)
        _part_controls(form)
    advanced = st.expander(t("Advanced"), icon=":material/tune:", key="network_advanced", on_change="rerun")
    if advanced.open:
        with advanced:
            _advanced_controls(form)


def _control(form: NetworkForm, key: str) -> dict[str, Any]:
    """What every control is called with. It says what the form says, whether it is drawn for the first time, again, or anew."""
    if key not in form.told or key not in st.session_state or st.session_state[key] != form.values[key]:
        st.session_state[key] = form.values[key]
        form.told.add(key)
    return {"key": key, "on_change": _take_value, "args": (key,)}


def _values_of(network: ResNetConfig) -> dict[str, Any]:
    """What each control says of a network, by widget key."""
    height, width, channels = network.input_shape
    stages = enumerate(zip(network.depths, network.widths, strict=True), start=1)
    blocks_and_widths = {
        key: value
        for stage, (depth, filters) in stages
        for key, value in ((f"network_depth_{stage}", depth), (f"network_width_{stage}", filters))
    }
    return {
        "network_preset": preset_of(network).name,
        **blocks_and_widths,
        "network_size": _size(height, width),
        "network_channels": channels,
        "network_classes": network.num_classes,
        "network_stem": network.stem,
        "network_shortcut": network.shortcut,
        "network_dropout": network.dropout,
        "network_padding": network.padding,
        "network_activation": network.activation,
    }


def _network_of(base: ResNetConfig, values: dict[str, Any]) -> ResNetConfig:
    """The network the controls ask for; what they do not show is `base`'s. Raises ConfigError."""
    stages = range(1, len(base.depths) + 1)
    height, width = map(int, values["network_size"].split("×"))
    return replace(
        base,
        depths=tuple(values[f"network_depth_{stage}"] for stage in stages),
        widths=tuple(values[f"network_width_{stage}"] for stage in stages),
        input_shape=(height, width, values["network_channels"]),
        num_classes=values["network_classes"],
        stem=values["network_stem"],
        shortcut=values["network_shortcut"],
        dropout=values["network_dropout"],
        padding=values["network_padding"],
        activation=values["network_activation"],
    )


def _take_preset() -> None:
    set_network(PRESETS[st.session_state["network_preset"]])


def _take_value(key: str) -> None:
    """A control was moved. The network follows, or, where there can be no such network, stays and the form says why."""
    form: NetworkForm = st.session_state[_SESSION_KEY]
    form.values[key] = st.session_state[key]
    form.error = None
    try:
        form.network = _network_of(form.network, form.values)
    except ConfigError as error:
        form.error = error
    # Also with an error: the address on its way may be older than this move, and must not be read over it.
    set_network(form.network)
    form.revision = network_revision()


def _preset_state(form: NetworkForm) -> None:
    preset = preset_of(form.network)
    changed = form.network != preset or form.error is not None
    title = PRESET_TITLES[preset.name]
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        if changed:
            st.badge(t("Changed from {preset}", preset=title), icon=":material/edit:", color="orange")
        else:
            st.badge(t("{preset}, unchanged", preset=title), icon=":material/verified:", color="gray")
        st.button(
            t("Reset"),
            key="network_reset",
            type="tertiary",
            icon=":material/undo:",
            disabled=not changed,
            on_click=set_network,
            args=(preset,),
            help=t("Back to {preset}.", preset=title),
        )


def _stage_controls(form: NetworkForm) -> None:
    given = form.given
    most = max(_MOST_BLOCKS, *given.depths)
    widths = _with(_WIDTHS, given.widths)
    with st.grid(3, min_column_width=80, gap=("xsmall", "small"), vertical_alignment="center"):
        for heading in ("", t("Blocks"), t("Channels")):
            st.caption(heading)
        for stage in range(1, len(given.depths) + 1):
            st.markdown(t("Stage {number}", number=stage))
            st.slider(
                t("Stage {number}, blocks", number=stage),
                1,
                most,
                **_control(form, f"network_depth_{stage}"),
                label_visibility="collapsed",
            )
            st.select_slider(
                t("Stage {number}, channels", number=stage),
                widths,
                **_control(form, f"network_width_{stage}"),
                label_visibility="collapsed",
            )


def _input_controls(form: NetworkForm) -> None:
    height, width, channels = form.given.input_shape
    sizes = [_size(side, side) for side in _SIDES]
    if _size(height, width) not in sizes:
        sizes = sorted([*sizes, _size(height, width)], key=lambda size: int(size.split("×")[0]))
    st.select_slider(t("Input size"), sizes, **_control(form, "network_size"))
    st.segmented_control(
        t("Input channels"), _with(_CHANNELS, (channels,)), **_control(form, "network_channels"), required=True, width="stretch"
    )
    st.number_input(t("Classes"), step=1, **_control(form, "network_classes"))
    st.slider(t("Dropout"), 0.0, max(_MOST_DROPOUT, form.given.dropout), step=0.05, **_control(form, "network_dropout"), format="%.2f")


def _part_controls(form: NetworkForm) -> None:
    stems = {"imagenet": t("7×7, pool"), "cifar": t("3×3")}
    st.segmented_control(
        t("Stem"),
        tuple(stems),
        format_func=stems.__getitem__,
        **_control(form, "network_stem"),
        required=True,
        width="stretch",
        help=t("7×7 with stride 2 and a max-pool quarter the resolution, for photographs; one 3×3 keeps it, for small images."),
    )
    shortcuts = {"projection": t("Residual"), "none": t("Plain")}
    st.segmented_control(
        t("Shortcuts"),
        tuple(shortcuts),
        format_func=shortcuts.__getitem__,
        **_control(form, "network_shortcut"),
        required=True,
        width="stretch",
        help=t("Residual: a block adds its input to its output, through a 1×1 projection where shapes differ. Plain: no shortcut, no add."),
    )


def _advanced_controls(form: NetworkForm) -> None:
    paddings = {"symmetric": t("Symmetric"), "same": t("“same”")}
    st.segmented_control(
        t("Padding"),
        tuple(paddings),
        format_func=paddings.__getitem__,
        **_control(form, "network_padding"),
        required=True,
        width="stretch",
        help=t("Symmetric: the same on both sides, as PyTorch does. “same”: TensorFlow's rule, which pads an even size at its end only."),
    )
    st.selectbox(t("Activation"), tuple(ACTIVATION_NAMES), format_func=ACTIVATION_NAMES.__getitem__, **_control(form, "network_activation"))
    st.caption(
        t(
            "From the preset: batch norm with ε = {epsilon:g} and momentum {momentum:g}; {initializer} initialisation.",
            epsilon=form.network.bn_epsilon,
            momentum=form.network.bn_momentum,
            initializer={"he_fan_out": "He, fan-out", "he_fan_in": "He, fan-in"}[form.network.initializer],
        )
    )


def _size(height: int, width: int) -> str:
    return f"{height}×{width}"


def _with(choices: Iterable[int], given: Iterable[int]) -> tuple[int, ...]:
    """The choices with those values among them that a network brought along."""
    return tuple(sorted({*choices, *given}))
