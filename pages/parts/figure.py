"""The one way a Plotly figure comes onto a page: as large as the display wants it, its tools in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from pages.parts.display import phone, projector, scale
from pages.parts.i18n import language_tag, t
from pages.parts.theme import current_theme
from resnet.figures.display import enlarged


def show_figure(figure: go.Figure, *, key: str, alt: str, config: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """`st.plotly_chart` of a figure of `resnet.figures`; `alt` says in words what is seen.

    Without `config` it has no tools, nor has it on a phone, where they would lie on the legend.
    """
    shown = enlarged(figure, scale(), current_theme()) if projector() else figure
    bare = {"displayModeBar": False} if not config or phone() else {}
    return st.plotly_chart(shown, key=key, alt=alt, config={**plotly_language(), **(config or {}), **bare}, **options)


def plotly_language() -> dict[str, Any]:
    """The part of Plotly's configuration that makes its tools speak the reader's language."""
    tag = language_tag()
    words = {
        "Download plot as a PNG": t("Download plot as a PNG"),
        "Download plot as a png": t("Download plot as a PNG"),
        "Zoom": t("Zoom"),
        "Pan": t("Pan"),
        "Zoom in": t("Zoom in"),
        "Zoom out": t("Zoom out"),
        "Reset axes": t("Reset axes"),
        "Double-click to zoom back out": t("Double-click to zoom back out"),
    }
    return {"locale": tag, "locales": {tag: {"dictionary": words, "format": {"decimal": ".", "thousands": ","}}}}
