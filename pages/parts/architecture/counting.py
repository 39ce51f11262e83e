"""How to read the numbers, and why two programs give one network two numbers of parameters."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.i18n import lesson, t
from pages.parts.layout import prose
from pages.parts.network_words import network_title
from resnet.counting import Counts, count
from resnet.plan import Plan, plan
from resnet.presets import PRESETS
from resnet.wording import listed


def counting_tab(network: Plan) -> None:
    """The two counts of ResNet-50 with the same sum for the network at hand; below, what each number of the page means."""
    fifty = count(plan(PRESETS["resnet-50"]))
    st.subheader(t("Why {keras:,} there and {torch:,} here?", keras=fifty.with_biases, torch=fifty.trained), anchor=False)
    left, right = st.columns([2, 1], gap="large")
    with left:
        _table(fifty, count(network), network_title(network.config))
    with right:
        st.markdown(lesson("architecture", "counting", **_values(fifty)))
    st.subheader(t("How to read the numbers"), anchor=False)
    prose(lesson("architecture", "reading", **_reading(network)))


def _table(fifty: Counts, own: Counts, title: str) -> None:
    """The sum, step by step: each of the last two columns is one network."""
    steps = (
        (t("trained"), "PyTorch: sum(p.numel() …)"),
        (t("+ running means and variances"), ""),
        (t("= all that is saved"), "Keras: count_params()"),
        (t("+ a bias for each convolution's filter"), ""),
        (t("= with biases"), "keras.applications"),
    )
    table = pd.DataFrame(steps, columns=["counted", "program"])
    for name, one in (("fifty", fifty), ("own", own)):
        table[name] = [f"{number:,}" for number in (one.trained, one.statistics, one.keras, one.convolution_biases, one.with_biases)]
    columns = {
        "counted": st.column_config.TextColumn(t("What is counted"), width=248),
        "program": st.column_config.TextColumn(t("Who prints it"), width=196),
        "fifty": st.column_config.TextColumn("ResNet-50", alignment="right", width=105),
        "own": st.column_config.TextColumn(title, alignment="right", width=145),
    }

    def marks(row: pd.Series[str]) -> list[str]:
        return ["", "", *["font-weight: bold" if row["program"] else ""] * 2]

    st.dataframe(
        table.style.apply(marks, axis=1),
        column_config=columns,
        hide_index=True,
        height="content",
        key="counting_sum",
        alt=t("What each program counts"),
    )


def _values(fifty: Counts) -> dict[str, str]:
    return {
        "keras": f"{fifty.with_biases:,}",
        "torch": f"{fifty.trained:,}",
        "difference": f"{fifty.with_biases - fifty.trained:,}",
        "statistics": f"{fifty.statistics:,}",
        "biases": f"{fifty.convolution_biases:,}",
        "millions": f"{fifty.trained / 1e6:.1f}",
    }


def _reading(network: Plan) -> dict[str, str]:
    config, parts = network.config, count(network)
    return {
        "halves": _work_of_an_inner_convolution(),
        "depth": f"{config.depth:,}",
        "block_layers": f"{config.depth - 2:,}",
        "layers": f"{len(network.layers):,}",
        "trainable": f"{parts.trained:,}",
        "statistics": f"{parts.statistics:,}",
        "total": f"{parts.keras:,}",
    }


def _work_of_an_inner_convolution() -> str:
    """Multiply-adds of the last convolution of ResNet-34's stages, all alike."""
    network = plan(PRESETS["resnet-34"])
    work = {layer.macs for layer in network.layers if layer.name.endswith("block2_conv2")}
    return listed((f"{macs:,}" for macs in sorted(work)), t)
