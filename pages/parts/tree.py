"""A network as a table that unfolds: network, stage, block, layer, and a layer into the arithmetic behind its numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import ASSETS, t, tn
from pages.parts.network_words import network_title
from resnet.arithmetic import explain_layer
from resnet.figures.palette import css_variables
from resnet.outline import Focus, Row, outline
from resnet.plan import Plan
from resnet.wording import layer_title, shape_text, stage_title

_COMPONENTS = ASSETS / "components"

_tree = st.components.v2.component(
    "resnet_lab_tree",
    html='<div class="tree" tabindex="-1"></div>',
    js=(_COMPONENTS / "tree.js").read_text(encoding="utf-8"),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "tree.css").read_text(encoding="utf-8"),
)


def tree(network: Plan, focus: Focus, *, key: str, height: int, on_open: Callable[[str], None]) -> None:
    """Show the network unfolded to the focus, `height` pixels high (more on a projector); what does not fit is scrolled to.

    `on_open` is called, before the next run, with the place a clicked line leads to: what it holds, or out of it again.
    """

    def opened() -> None:
        place = st.session_state[key].opened
        if isinstance(place, str):
            on_open(place)

    headings = [t("Part"), t("Output"), t("Parameters"), t("Trained"), t("Multiply-adds")]
    rows = list[dict[str, Any]]()
    for row in outline(network, focus):
        rows.append(_line(network, row, focus))
        if row.layer is not None and row.unfolded:
            rows.append(_sums(network, row, len(headings)))
    data = {"title": t("The network, part by part"), "headings": headings, "rows": rows, "chosen": focus.path, "height": pixels(height)}
    _tree(key=key, data=data, height=pixels(height), on_opened_change=opened)


def _line(network: Plan, row: Row, focus: Focus) -> dict[str, Any]:
    name, kind = _words(network, row)
    return {
        "key": row.path if row.path is not None else f"{row.stage}_more_{row.block}",
        "path": row.path,
        "opens": None if row.path is None or row.level == 0 else focus.parent.path if row.path == focus.path else row.path,
        "level": row.level,
        "unfolded": None if row.path is None or row.level == 0 else row.unfolded,
        "chosen": row.path == focus.path and row.level > 0,
        "name": name,
        "kind": kind,
        "cells": [shape_text(row.output_shape), f"{row.parameters:,}", f"{row.trainable_parameters:,}", f"{row.macs:,}"],
    }


def _words(network: Plan, row: Row) -> tuple[str, str]:
    if row.layer is not None:
        return row.layer.name.removeprefix(f"{row.stage}_").removeprefix(f"block{row.block}_"), layer_title(
            row.layer, network.config.activation, t
        )
    if row.level == 0:
        return network_title(network.config), ""
    if row.level == 1:
        return stage_title(row.stage or "", t), tn("{n} block", "{n} blocks", row.count) if row.count else ""
    if row.path is None:
        return t("{count} more", count=row.count), ""
    return t("Block {number}", number=row.block), ""


def _sums(network: Plan, row: Row, columns: int) -> dict[str, Any]:
    assert row.layer is not None
    sums = [
        {"title": one.title, "formula": one.formula, "result": one.result, "why": one.why} for one in explain_layer(network, row.layer, t)
    ]
    return {"key": f"{row.path}_sums", "columns": columns, "sums": sums}
