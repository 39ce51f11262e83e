"""What the controls of the architecture page say, kept apart from the network they make: there may be none for what they say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from pages.parts.i18n import explain, t
from pages.parts.literal import literally
from pages.parts.network_state import current_network, network_revision, set_network
from resnet.config import ResNetConfig
from resnet.errors import ConfigError
from resnet.presets import PRESETS

_SESSION_KEY = "network_form"

# Fields that have one control each, and that control's key.
_KEYS = {
    "num_classes": "network_classes",
    "stem": "network_stem",
    "block": "network_block",
    "preactivation": "network_order",
    "shortcut": "network_shortcut",
    "groups": "network_groups",
    "width_per_group": "network_group_width",
    "se_reduction": "network_excitation",
    "bottleneck_stride_on": "network_stride_on",
    "padding": "network_padding",
    "dropout": "network_dropout",
    "zero_init_residual": "network_zero_init",
    "activation": "network_activation",
}


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


def control(form: NetworkForm, key: str) -> dict[str, Any]:
    """What every control is called with. It says what the form says, whether it is drawn for the first time, again, or anew."""
    if key not in form.told or key not in st.session_state or st.session_state[key] != form.values[key]:
        st.session_state[key] = form.values[key]
        form.told.add(key)
    return {"key": key, "on_change": _take_value, "args": (key,)}


def key_of(name: str) -> str:
    """The key of the control that sets this field alone."""
    return _KEYS[name]


def take_changes(changes: Mapping[str, object]) -> None:
    """Set the controls of these fields as if each had been moved."""
    form: NetworkForm = st.session_state[_SESSION_KEY]
    for name, value in changes.items():
        form.values |= _field_values(name, value)
    _follow(form)


def take_preset(name: str) -> None:
    """Set all controls to a preset."""
    set_network(PRESETS[name])


def size_text(height: int, width: int) -> str:
    """What the control of the input size says."""
    return f"{height}×{width}"


def _take_value(key: str) -> None:
    form: NetworkForm = st.session_state[_SESSION_KEY]
    form.values[key] = st.session_state[key]
    _follow(form)


def _follow(form: NetworkForm) -> None:
    """A control was moved. The network follows, or, where there can be no such network, stays and the form says why."""
    possible, form.error = form.error is None, None
    try:
        form.network = _network_of(form.network, form.values)
    except ConfigError as error:
        form.error = error
        if possible:  # wherever the page is scrolled to
            st.toast(t("**This cannot be built:** {reason}.", reason=literally(explain(error))), icon=":material/error:")
    # Also with an error: the address on its way may be older than this move, and must not be read over it.
    set_network(form.network)
    form.revision = network_revision()


def _values_of(network: ResNetConfig) -> dict[str, Any]:
    """What each control says of a network, by widget key."""
    values: dict[str, Any] = {}
    for name in ("depths", "widths", "input_shape", *_KEYS):
        values |= _field_values(name, getattr(network, name))
    return values


def _field_values(name: str, value: Any) -> dict[str, Any]:
    """What the controls of one field say, by widget key."""
    if name == "input_shape":
        height, width, channels = value
        return {"network_size": size_text(height, width), "network_channels": channels}
    if name in ("depths", "widths"):
        return {f"network_{name[:-1]}_{stage}": number for stage, number in enumerate(value, start=1)}
    return {_KEYS[name]: value}


def _network_of(base: ResNetConfig, values: dict[str, Any]) -> ResNetConfig:
    """The network the controls ask for; what they do not show is `base`'s. Raises ConfigError."""
    stages = range(1, len(base.depths) + 1)
    height, width = map(int, values["network_size"].split("×"))
    return replace(
        base,
        depths=tuple(values[f"network_depth_{stage}"] for stage in stages),
        widths=tuple(values[f"network_width_{stage}"] for stage in stages),
        input_shape=(height, width, values["network_channels"]),
        **{name: values[key] for name, key in _KEYS.items()},
    )
