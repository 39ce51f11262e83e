"""Every layer of the network in one table that can be searched; a click on one unfolds it above."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from pages.parts.file_button import file_button
from pages.parts.i18n import t
from pages.parts.network_state import current_place, set_place
from pages.parts.ticked import clicked, tick
from resnet.export import file_stem
from resnet.outline import focus_on
from resnet.plan import Plan
from resnet.tables import layer_table

_KEY = "network_layers"
_HEIGHT = 420
_ROW_HEIGHT = 29


def layers_tab(network: Plan) -> None:
    """The search, the table, and the table as a file."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    search = left.text_input(
        t("Search layers"), type="search", live="200ms", key="network_search", placeholder="stage2 conv", label_visibility="collapsed"
    )
    table = layer_table(network, search or "", t)
    with right:
        file_button(
            t("Download CSV"),
            f"{file_stem(network.config)}_layers.csv",
            "text/csv",
            partial(_csv, network),
            key="network_layers_file",
            stretch=True,
            help=t("All {count:,} layers, whatever the search shows.", count=len(network.layers)),
        )

    # The ticked row is the layer that is unfolded above, wherever a search or another network has moved it.
    tick(_KEY, list(table["name"]), focus_on(network, current_place()).layer)
    st.dataframe(
        table,
        hide_index=True,
        column_config=_columns(),
        height=_HEIGHT,
        row_height=_ROW_HEIGHT,
        key=_KEY,
        selection_mode="single-row",
        on_select=_take_row,
    )
    st.caption(
        t(
            "{shown:,} of {count:,} layers. A click on one shows above where its numbers come from.",
            shown=len(table),
            count=len(network.layers),
        )
    )


def _take_row() -> None:
    name = clicked(_KEY)
    if name is not None:
        set_place(name)


def _csv(network: Plan) -> str:
    return layer_table(network).to_csv(index=False)


def _columns() -> dict[str, Any]:
    """Headings and number formats, by the table's column names."""
    number = partial(st.column_config.NumberColumn, format="localized")
    return {
        "name": t("Layer"),
        "kind": t("Kind"),
        "output_shape": t("Output"),
        "parameters": number(t("Parameters"), help=t("As Keras counts: batch norm's running statistics included.")),
        "trainable_parameters": number(t("Trained")),
        "macs": number(t("Multiply-adds")),
    }
