"""Build a network: move a slider, and see at once its shapes, its parameters and its cost."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st

from pages.parts.adapted_offer import offer_adapted
from pages.parts.diagram import diagram
from pages.parts.duration import about
from pages.parts.i18n import explain, lesson, t
from pages.parts.layout import page_header, prose
from pages.parts.literal import literally
from pages.parts.network_form import current_form, draw_form
from pages.parts.network_state import address_problems, current_network, dismiss_address_problems, to_query
from resnet.config import fits
from resnet.diagrams.network import network_svg
from resnet.errors import ConfigError
from resnet.estimate import epoch_seconds
from resnet.plan import Plan, plan
from resnet.presets import PRESETS
from resnet.tables import compact, comparison_table, layer_table, scientific, stage_table

_STATUS_HEIGHT = 76  # pixels; the same for every state, so that nothing below it jumps
_BUTTON_WIDTH = 190
_DIAGRAM_HEIGHT = 212
_LAYERS_HEIGHT = 420
_ROW_HEIGHT = 29


def page() -> None:
    page_header(t("Architecture"), t("What is a network made of, and what does it cost?"))
    _report_address()
    form = current_form()
    network = plan(current_network())
    controls, view = st.columns([1, 1.8], gap="large")
    # What a slider changes is sent first, the controls themselves after it.
    with view, st.container(gap="xsmall"):
        _totals(network)
        with st.container(height=_STATUS_HEIGHT, border=False, horizontal=True, wrap=False, vertical_alignment="center"):
            _status(network, form.error)
        diagram(network_svg(network, t), key="network_diagram", height=_DIAGRAM_HEIGHT)
        _stages(network)
    with controls, st.container(gap="xsmall"):
        draw_form(form)
    # Only the tab that is open is drawn: what nobody looks at would still cost every move of a slider its time.
    shown = {t("Every layer"): _layers, t("The paper's table"): _comparison, t("How to read the numbers"): _reading}
    for tab, show in zip(st.tabs(list(shown), key="network_tabs", on_change="rerun"), shown.values(), strict=True):
        if tab.open:
            with tab:
                show(network)


def _report_address() -> None:
    """What a link asked for in vain. It stays until it is dismissed: gone by itself, it would pull the sliders from under a hand."""
    problems = address_problems()
    with st.container(horizontal=True, wrap=False):
        if problems:
            reasons = "\n".join(f"- {literally(explain(problem))}" for problem in problems)
            st.warning(t("Not everything in the address could be used:") + "\n" + reasons, icon=":material/link_off:")
            st.button(t("Dismiss"), key="network_dismiss", on_click=dismiss_address_problems)


def _totals(network: Plan) -> None:
    with st.grid(4, min_column_width=140):
        st.metric(t("Parameters, trained"), f"{network.trainable_parameters:,}")
        st.metric(
            t("With statistics"),
            f"{network.total_parameters:,}",
            help=t("What Keras counts: batch norm's running means and variances are in it. PyTorch leaves them out."),
        )
        st.metric(t("Multiply-adds"), compact(network.macs), help=t("{macs:,} for one image, forward.", macs=network.macs))
        st.metric(t("Layers with weights"), f"{network.config.depth:,}", help=t("As the paper counts: projections are left out."))


def _status(network: Plan, error: ConfigError | None) -> None:
    """One of three things to say, in the same place: it cannot be built, it does not fit the data, or it can be trained."""
    if error is not None:
        words = t(
            "**This cannot be built:** {reason}. The last network that can be stays shown.",
            reason=literally(explain(error)),
        )
        st.markdown(f":red[:material/error:] :small[{words}]")
    elif fits(network.config, "fashion-mnist"):
        _offer_training(network)
    else:
        offer_adapted(network, "fashion-mnist-subset", button_width=_BUTTON_WIDTH)


def _offer_training(network: Plan) -> None:
    estimate = t(
        "**Fits Fashion-MNIST.** One epoch takes {subset} on the subset, {full} on all images; estimated for two cores.",
        subset=about(epoch_seconds(network, "fashion-mnist-subset")),
        full=about(epoch_seconds(network, "fashion-mnist")),
    )
    st.markdown(f":small[{estimate}]", width="stretch")
    if st.button(t("Train this network"), key="network_train", type="primary", icon=":material/play_arrow:", width=_BUTTON_WIDTH):
        st.switch_page("training.py", query_params=to_query(network.config))


def _stages(network: Plan) -> None:
    st.dataframe(
        stage_table(network, t), hide_index=True, column_config=_columns(), key="network_stages", row_height=_ROW_HEIGHT, placeholder=""
    )


def _layers(network: Plan) -> None:
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
    st.dataframe(table, hide_index=True, column_config=_columns(), height=_LAYERS_HEIGHT, row_height=_ROW_HEIGHT, key="network_layers")
    st.caption(t("{shown:,} of {count:,} layers", shown=len(table), count=len(network.layers)))


def _csv(network: Plan) -> str:
    return layer_table(network).to_csv(index=False)


def _columns() -> dict[str, Any]:
    """Headings and number formats, by the tables' column names."""
    number = partial(st.column_config.NumberColumn, format="localized")
    return {
        "stage": t("Stage"),
        "name": t("Layer"),
        "kind": t("Kind"),
        "output_shape": t("Output"),
        "blocks": number(t("Blocks"), width="small"),
        "parameters": number(t("Parameters"), help=t("As Keras counts: batch norm's running statistics included.")),
        "trainable_parameters": number(t("Trained")),
        "macs": number(t("Multiply-adds")),
    }


def _comparison(network: Plan) -> None:
    st.table(
        comparison_table(network, t).rename(
            columns={
                "layer": t("Layer"),
                "output_size": t("Output"),
                "resnet_18": "ResNet-18",
                "resnet_34": "ResNet-34",
                "own_size": t("Yours: output"),
                "own": t("Yours"),
            }
        ),
        border="horizontal",
        hide_index=True,
    )
    paper = PRESETS["resnet-34"]
    prose(
        lesson(
            "architecture",
            "paper",
            with_projections=scientific(plan(paper).macs),
            without_projections=scientific(plan(replace(paper, shortcut="none")).macs),
        )
    )


def _reading(network: Plan) -> None:
    config = network.config
    prose(
        lesson(
            "architecture",
            "reading",
            halves=_work_of_an_inner_convolution(),
            depth=f"{config.depth:,}",
            block_layers=f"{config.depth - 2:,}",
            layers=f"{len(network.layers):,}",
            trainable=f"{network.trainable_parameters:,}",
            statistics=f"{network.total_parameters - network.trainable_parameters:,}",
            total=f"{network.total_parameters:,}",
        )
    )


def _work_of_an_inner_convolution() -> str:
    """Multiply-adds of the last convolution of ResNet-34's stages, all alike."""
    network = plan(PRESETS["resnet-34"])
    work = {layer.macs for layer in network.layers if layer.name.endswith("block2_conv2")}
    return ", ".join(f"{macs:,}" for macs in sorted(work))


page()
