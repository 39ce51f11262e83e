"""The figure of the loss around trained weights, in a component that draws more of it without being mounted anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from pages.parts.display import phone, projector, scale
from pages.parts.figure import plotly_language
from pages.parts.i18n import ASSETS, current_language, translator
from pages.parts.theme import current_theme
from resnet.figures.display import enlarged
from resnet.figures.loss_surface import Kind, Panel, loss_surface_figure
from resnet.figures.palette import Theme
from resnet.runs.routes import PLOTLY_URL

_COMPONENTS = ASSETS / "components"

_surface = st.components.v2.component(
    "resnet_lab_surface",
    js="\n".join((_COMPONENTS / name).read_text(encoding="utf-8") for name in ("live_plotly.js", "surface.js")),
    css=(_COMPONENTS / "surface.css").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


def show_surfaces(panels: Callable[[], Sequence[Panel]], seen: str, kind: Kind, *, alt: str) -> None:
    """Draw them, or what is new of them. `seen` tells one set of `panels` from another."""
    figure, height = _drawn(seen, kind, current_theme(), current_language(), scale() if projector() else None, phone(), panels)
    _surface(
        key="loss_surface",
        data={
            "figure": figure,
            "height": height,
            "alt": alt,
            "plotly": PLOTLY_URL.removeprefix("/"),
            "language": plotly_language(),
        },
        height=height,
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _drawn(
    seen: str, kind: Kind, theme: Theme, language: str, larger: float | None, narrow: bool, _panels: Callable[[], Sequence[Panel]]
) -> tuple[str, int]:
    """The figure as JSON, drawn once for all who look at it, and its height. Streamlit sends a browser nothing it has already."""
    figure = loss_surface_figure(_panels(), kind, theme, translator(language), narrow=narrow)
    shown = enlarged(figure, larger, theme) if larger is not None else figure
    return shown.to_json(), int(shown.layout.height)
