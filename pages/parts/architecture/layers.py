"""Every layer of the network in one table that can be searched; a click on one unfolds it above."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from pages.parts.i18n import t
from pages.parts.network_state import set_place
from resnet.plan import Plan
from resnet.tables import layer_table

_HEIGHT = 420
_ROW_HEIGHT = 29


def layers_tab(network: Plan) -> None:
    """The search, the table, and the table as a file."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    search = left.text_input(
        t("Search layers"), type="search", live="200ms", key="network_search", placeholder="stage2 conv", label_visibility="collapsed"
    )
    table = layer_table(network, search or "")
    right.download_button(
        t("Download CSV"),
        partial(_csv, network),
        file_name=f"{network.config.name}-layers.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        width="stretch",
        help=t("All {count:,} layers, whatever the search shows.", count=len(network.layers)),
    )

    def take_row() -> None:
        rows = st.session_state["network_layers"].selection.rows
        if rows:
            set_place(str(table["name"].iloc[rows[0]]))

    st.dataframe(
        table,
        hide_index=True,
        column_config=_columns(),
        height=_HEIGHT,
        row_height=_ROW_HEIGHT,
        key="network_layers",
        selection_mode="single-row",
        on_select=take_row,
    )
    st.caption(
        t(
            "{shown:,} of {count:,} layers. A click on one shows above where its numbers come from.",
            shown=len(table),
            count=len(network.layers),
        )
    )


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
