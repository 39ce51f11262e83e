"""The figure of the loss around trained weights, in a component that draws more of it without being mounted anew."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.parts.display import pixels, projector, scale
from pages.parts.figure import plotly_language
from pages.parts.i18n import ASSETS, t
from pages.parts.theme import current_theme
from resnet.figures.display import enlarged
from resnet.figures.loss_surface import HEIGHT, Kind, Panel, loss_surface_figure
from resnet.runs.routes import PLOTLY_URL

_COMPONENTS = ASSETS / "components"

_surface = st.components.v2.component(
    "resnet_lab_surface",
    js="\n".join((_COMPONENTS / name).read_text(encoding="utf-8") for name in ("live_plotly.js", "surface.js")),
    css=(_COMPONENTS / "surface.css").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


def show_surfaces(panels: Sequence[Panel], kind: Kind, *, alt: str) -> None:
    """Draw them, or what is new of them."""
    theme = current_theme()
    figure = loss_surface_figure(panels, kind, theme, t)
    shown = enlarged(figure, scale(), theme) if projector() else figure
    height = pixels(HEIGHT)
    _surface(
        key="loss_surface",
        data={
            "figure": shown.to_json(),
            "height": height,
            "alt": alt,
            "plotly": PLOTLY_URL.removeprefix("/"),
            "language": plotly_language(),
        },
        height=height,
    )
