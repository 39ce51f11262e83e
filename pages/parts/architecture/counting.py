"""How to read the numbers, and why two programs give one network two numbers of parameters."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from pages.parts.i18n import lesson, t
from pages.parts.layout import prose
from resnet.counting import Counts, count
from resnet.families import title_of
from resnet.plan import Plan, plan
from resnet.presets import PRESETS


def counting_tab(network: Plan) -> None:
    """The two counts of ResNet-50 with the same sum for the network at hand; below, what each number of the page means."""
    fifty = count(plan(PRESETS["resnet-50"]))
    st.subheader(t("Why {keras:,} there and {torch:,} here?", keras=fifty.with_biases, torch=fifty.trained), anchor=False)
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        table = _table(fifty, count(network), title_of(network.config.name))
        st.table(table, border="horizontal", hide_index=True, alt=t("What each program counts"))
    with right:
        st.markdown(lesson("architecture", "counting", **_values(fifty)))
    st.subheader(t("How to read the numbers"), anchor=False)
    prose(lesson("architecture", "reading", **_reading(network)))


def _table(fifty: Counts, own: Counts, title: str) -> pd.DataFrame:
    """The sum, step by step: each column is one network."""
    columns = {"ResNet-50": fifty, t("Yours: {title}", title=title): own}
    rows = {
        t("Trained: PyTorch's `sum(p.numel() for p in model.parameters())`"): lambda one: f"**{one.trained:,}**",
        t("+ running means and variances of batch norm"): lambda one: f"{one.statistics:,}",
        t("= Keras's `model.count_params()` here"): lambda one: f"**{one.keras:,}**",
        t("+ one bias for each filter of each convolution"): lambda one: f"{one.convolution_biases:,}",
        t("= with biases, as `keras.applications.ResNet50` has them"): lambda one: f"**{one.with_biases:,}**",
    }
    return pd.DataFrame({t("What is counted"): list(rows)} | {name: [row(one) for row in rows.values()] for name, one in columns.items()})


def _values(fifty: Counts) -> dict[str, str]:
    return {
        "keras": f"{fifty.with_biases:,}",
        "torch": f"{fifty.trained:,}",
        "difference": f"{fifty.with_biases - fifty.trained:,}",
        "statistics": f"{fifty.statistics:,}",
        "biases": f"{fifty.convolution_biases:,}",
        "millions": f"{fifty.trained / 1e6:.1f}",
        "millions_keras": f"{fifty.with_biases / 1e6:.1f}",
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
    return ", ".join(f"{macs:,}" for macs in sorted(work))
