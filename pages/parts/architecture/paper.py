"""The paper's table of networks, and the one at hand beside them."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts.i18n import lesson, t
from pages.parts.layout import prose
from pages.parts.network_words import network_title
from resnet.config import ResNetConfig
from resnet.plan import Plan, plan
from resnet.presets import PRESETS
from resnet.tables import PAPER_DEPTHS, comparison_table, kernels_text, scientific


def paper_tab(network: Plan) -> None:
    """The table, and how to read it."""
    # A cell is one line: a break within the brackets would be read as two blocks.
    table = comparison_table(network, t).map(_unbroken)
    titles = {"layer": t("Layer"), "output_size": t("Output"), "own_size": t("Yours"), "own": _own_heading(network.config)}
    titles |= {f"resnet_{depth}": _heading(depth) for depth in PAPER_DEPTHS}
    st.table(table.rename(columns=titles), border="horizontal", hide_index=True, alt=t("The paper's table 1 beside your network"))
    prose(lesson("architecture", "paper", **_multiply_adds()))


def _unbroken(words: str) -> str:
    return words.replace(" ", "\N{NO-BREAK SPACE}")


def _heading(depth: int) -> str:
    return f"{depth} · {_unbroken(kernels_text(PRESETS[f'resnet-{depth}'].block))}"


def _own_heading(network: ResNetConfig) -> str:
    """What the brackets leave out: the kernels, and what else there is in a block."""
    words = [network_title(network), _unbroken(kernels_text(network.block))]
    if network.groups > 1:
        words.append(t("{groups} groups", groups=network.groups))
    if network.se_reduction is not None:
        words.append("SE")
    if network.preactivation:
        words.append(t("pre-activation"))
    if network.shortcut == "none":
        words.append(t("plain"))
    return " · ".join(words)


def _multiply_adds() -> dict[str, str]:
    """Our counts of the networks for which the paper gives others, and of what explains the difference."""
    thirty_four, fifty = PRESETS["resnet-34"], PRESETS["resnet-50"]
    return {
        "with_projections": scientific(plan(thirty_four).macs),
        "without_projections": scientific(plan(replace(thirty_four, shortcut="none")).macs),
        "on_3x3": scientific(plan(fifty).macs),
        "on_1x1": scientific(plan(replace(fifty, bottleneck_stride_on="1x1")).macs),
    }
