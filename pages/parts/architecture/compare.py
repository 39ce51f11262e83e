"""Two networks side by side: A, the page's, and B, which one chooses; what differs is marked."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pandas as pd
import streamlit as st

from pages.parts.architecture.form import PRESET_ORDER
from pages.parts.diagram import diagram
from pages.parts.display import phone
from pages.parts.figure import show_figure
from pages.parts.i18n import t
from pages.parts.network_address import preset_of
from pages.parts.network_state import other_network, set_network, set_other_network
from pages.parts.network_words import field_title, network_title, value_title
from pages.parts.theme import current_theme
from resnet.comparison import BATCH, Measure, MeasureName, counterpart, measures, shares
from resnet.config import ResNetConfig, fields_that_differ
from resnet.diagrams.columns import HEIGHT
from resnet.diagrams.network import network_svg
from resnet.errors import ConfigError
from resnet.families import title_of
from resnet.figures.palette import MUTED
from resnet.figures.stage_shares import Shared, stage_shares_figure
from resnet.footprint import binary
from resnet.plan import Plan, plan
from resnet.presets import PRESETS
from resnet.tables import compact

_PRESET_KEY = "compare_preset"
_MOST = 100  # times; a ratio beyond it, or below its inverse, is a whole number of times
_ROW_HEIGHT = 29
_MEASURES_WIDTH, _DIFFERENCES_WIDTH = 690, 410
_NAME, _NUMBER, _DIFFERENCE, _RATIO = 186, 140, 112, 110  # widths of the columns of measures


def compare_tab(network: Plan) -> None:
    """The controls, the measures beside the fields that differ, the stages, and both drawings."""
    other = plan(other_network() or counterpart(network.config, preset_of(network.config)))
    titles = network_title(network.config), network_title(other.config)
    _controls(network.config, other.config)
    # In a narrow window the second table stands below the first, which would lose its last columns beside it.
    with st.container(horizontal=True, gap="small"):
        with st.container(width=_MEASURES_WIDTH):
            _measure_table(measures(network, other), titles)
        with st.container(width=_DIFFERENCES_WIDTH):
            _differences(network.config, other.config)
    both = [Shared(title, one.config.shortcut == "none", shares(one)) for title, one in zip(titles, (network, other), strict=True)]
    show_figure(
        stage_shares_figure(both, current_theme(), t, narrow=phone()),
        key="compare_stages",
        alt=t("How parameters and multiply-adds divide over the stages of {a} and {b}.", a=titles[0], b=titles[1]),
    )
    for letter, title, one in zip("AB", titles, (network, other), strict=True):
        st.markdown(f"**{letter}** · {title}")
        diagram(network_svg(one, t), key=f"compare_diagram_{letter.lower()}", height=HEIGHT)


def _controls(a: ResNetConfig, b: ResNetConfig) -> None:
    """What B is, and the ways A and B change places."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        # The list shows what B is, also when a link or a button made it so.
        st.session_state[_PRESET_KEY] = preset_of(b).name
        st.selectbox(t("Compare with (B)"), PRESET_ORDER, format_func=title_of, key=_PRESET_KEY, on_change=_take_chosen, width=230)
        st.button(
            t("Keep A as B"),
            key="compare_keep",
            icon=":material/push_pin:",
            on_click=set_other_network,
            args=(a,),
            help=t("Then move the sliders: the table says what each move changes."),
        )
        st.button(t("Swap A and B"), key="compare_swap", icon=":material/swap_horiz:", on_click=_swap, args=(a, b))
        st.button(
            t("Give B the images of A"),
            key="compare_same_images",
            icon=":material/image:",
            disabled=_with_images_of(a, b) == b,
            on_click=_give_images,
            args=(a, b),
            help=t("B gets A's input, classes and stem: multiply-adds and memory are worth comparing on the same images only."),
        )


def _take_chosen() -> None:
    set_other_network(PRESETS[st.session_state[_PRESET_KEY]])


def _give_images(a: ResNetConfig, b: ResNetConfig) -> None:
    set_other_network(_with_images_of(a, b))


def _with_images_of(a: ResNetConfig, b: ResNetConfig) -> ResNetConfig:
    """B on the images and classes of A; B itself where it cannot take them."""
    try:
        return replace(b, input_shape=a.input_shape, num_classes=a.num_classes, stem=a.stem)
    except ConfigError:
        return b  # its button is off then: more stages than the images can be halved


def _swap(a: ResNetConfig, b: ResNetConfig) -> None:
    set_network(b)
    set_other_network(a)


def _measure_table(found: tuple[Measure, ...], titles: tuple[str, str]) -> None:
    """One row for each measure; what differs is bold with its direction, what is equal is grey."""
    table = pd.DataFrame(
        {
            "measure": [_measure_title(one.name) for one in found],
            "a": [_amount(one, one.a) for one in found],
            "b": [_amount(one, one.b) for one in found],
            "difference": [_difference(one) for one in found],
            "ratio": [_ratio(one) for one in found],
        }
    )
    number = partial(st.column_config.TextColumn, alignment="right")
    columns = {
        "measure": st.column_config.TextColumn(t("Measure"), width=_NAME),
        "a": number(t("{letter}: {network}", letter="A", network=titles[0]), width=_NUMBER, help=titles[0]),
        "b": number(t("{letter}: {network}", letter="B", network=titles[1]), width=_NUMBER, help=titles[1]),
        "difference": number("B − A", width=_DIFFERENCE),
        "ratio": number("B / A", width=_RATIO),
    }
    grey = f"color: {MUTED.on(current_theme())}"

    def marks(row: pd.Series[str]) -> list[str]:
        return [grey] * 5 if found[int(str(row.name))].difference == 0 else ["", "", "", "", "font-weight: bold"]

    st.dataframe(
        table.style.apply(marks, axis=1),
        column_config=columns,
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height="content",
        key="compare_measures",
        alt=t("A and B, measure by measure"),
    )


def _measure_title(name: MeasureName) -> str:
    return {
        "trained": t("Parameters, trained"),
        "with-statistics": t("With statistics"),
        "macs": t("Multiply-adds"),
        "depth": t("Layers with weights"),
        "weight-memory": t("Memory of the weights"),
        "activation-memory": t("All outputs, one image"),
        "batch-memory": t("All outputs, batch of {batch}", batch=BATCH),
        "receptive-field": t("Receptive field, last block"),
        "last-side": t("Resolution before the head"),
    }[name]


def _amount(one: Measure, value: int) -> str:
    if one.unit == "bytes":
        return binary(value)
    if one.unit == "pixels":
        return t("{pixels:,} px", pixels=value)
    return compact(value) if one.name == "macs" else f"{value:,}"


def _difference(one: Measure) -> str:
    if one.difference == 0:
        return "–"
    sign = "+" if one.difference > 0 else "−"
    return f"{sign}{_amount(one, abs(one.difference))}"


def _ratio(one: Measure) -> str:
    if one.difference == 0:
        return t("equal")
    arrow = "▲" if one.difference > 0 else "▼"
    if one.ratio < 1 / _MOST:
        return f"{arrow} 1/{1 / one.ratio:,.0f}"
    return f"{arrow} ×{one.ratio:,.0f}" if one.ratio > _MOST else f"{arrow} ×{one.ratio:.3g}"


def _differences(a: ResNetConfig, b: ResNetConfig) -> None:
    """The fields of the configuration in which they differ; those that are the same are left out."""
    names = fields_that_differ(a, b)
    if not names:
        st.markdown(t("A and B are the same network. Choose another B, or keep A as B and move a slider."))
        return
    table = pd.DataFrame(
        {
            "field": [field_title(name) for name in names],
            "A": [value_title(name, getattr(a, name)) for name in names],
            "B": [value_title(name, getattr(b, name)) for name in names],
        }
    )
    st.dataframe(
        table,
        column_config={"field": st.column_config.TextColumn(t("Differs in"), width=170)},
        hide_index=True,
        row_height=_ROW_HEIGHT,
        height="content",
        key="compare_fields",
        alt=t("Fields in which A and B differ"),
    )
