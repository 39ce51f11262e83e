"""The component that shows a confusion matrix: Plotly draws it, a click or the keys choose a cell of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import streamlit as st

from pages.parts.display import pixels, projector, scale
from pages.parts.figure import plotly_language
from pages.parts.i18n import ASSETS, language_tag, t
from pages.parts.theme import current_theme
from resnet.figures.confusion import HEIGHT, confusion_figure
from resnet.figures.display import enlarged
from resnet.figures.palette import INK, SHORTCUT, Colour
from resnet.runs.routes import PLOTLY_URL

_COMPONENTS = ASSETS / "components"
_WORDS_HEIGHT = 28  # pixels of the line that says which cell it is
# On a projector all else is a quarter higher: only a lower matrix leaves its column names on the screen of 720 pixels.
_PROJECTOR_HEIGHT = 308

_confusion = st.components.v2.component(
    "resnet_lab_confusion",
    js="\n".join((_COMPONENTS / f"{name}.js").read_text(encoding="utf-8") for name in ("live_plotly", "confusion")),
    css=(_COMPONENTS / "confusion.css").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


def matrix_height() -> int:
    """Pixels on this display."""
    return pixels(_figure_height()) + pixels(_WORDS_HEIGHT)


def _figure_height() -> int:
    """Pixels before the display's scale."""
    return _PROJECTOR_HEIGHT if projector() else HEIGHT


def show_matrix(
    matrix: np.ndarray | None,
    titles: Sequence[str],
    chosen: tuple[int, int],
    colour: Colour,
    *,
    key: str,
    status: str,
    on_choose: Callable[[int, int], None],
) -> None:
    """Show the matrix, or its empty axes with the `status` beneath. `on_choose` is called, before the next run, with row and column."""

    def told() -> None:
        said = str(st.session_state[key].get("chosen") or "").split("-")
        if len(said) == 2 and all(word.isdecimal() and int(word) < len(titles) for word in said):
            on_choose(int(said[0]), int(said[1]))

    data = matrix_data(matrix, titles, chosen, colour, status)
    _confusion(key=key, data=data, height=matrix_height(), on_chosen_change=told)


def matrix_data(matrix: np.ndarray | None, titles: Sequence[str], chosen: tuple[int, int], colour: Colour, status: str) -> dict[str, Any]:
    """What the browser needs to draw and to speak."""
    theme = current_theme()
    figure = confusion_figure(matrix, titles, colour, theme, t, height=_figure_height())
    if projector():
        figure = enlarged(figure, scale(), theme)
    return {
        "figure": json.loads(figure.to_json()),
        "matrix": None if matrix is None else matrix.tolist(),
        "titles": list(titles),
        "chosen": list(chosen),
        "colours": {"ink": INK.on(theme), "focus": SHORTCUT.on(theme)},
        "plotly": PLOTLY_URL.removeprefix("/"),
        "language": plotly_language(),
        "locale": language_tag(),
        "words": {
            "title": t("Confusion matrix; the arrow keys go from cell to cell, Enter shows a cell's images"),
            "cell": t("{label}, called {called}: {images} of {all} images"),
            "status": status,
        },
    }
