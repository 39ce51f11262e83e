"""The run's figures as pictures: drawn by Plotly in the visitor's browser, in a component of ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st

from pages.parts.i18n import ASSETS, t
from pages.parts.results.run_figures import classes_of, colour_of, confusion_drawn, curves_drawn, curves_known
from pages.parts.theme import current_theme
from resnet.config import ResNetConfig
from resnet.figures.calibration import calibration_figure
from resnet.figures.standalone import standalone
from resnet.inquiries import TestPredictions
from resnet.metrics import calibration
from resnet.runs.routes import PLOTLY_URL

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

_COMPONENTS = ASSETS / "components"
_WIDTH, _NARROW = 1000, 560  # pixels of a picture

_figure_files = st.components.v2.component(
    "resnet_lab_figure_files",
    html='<div class="figures"></div><output></output>',
    js="\n".join((_COMPONENTS / name).read_text(encoding="utf-8") for name in ("live_plotly.js", "figure_files.js")),
    css=(_COMPONENTS / "figure_files.css").read_text(encoding="utf-8"),
)


def figure_files(lab: Service, record: RunRecord, network: ResNetConfig, stem: str, found: TestPredictions | None) -> None:
    """Two buttons for each figure, in the theme that the page has; those of confusion matrix and calibration wait for what is `found`."""
    theme = current_theme()
    curves = None if curves_known(lab, record, network).empty else curves_drawn(lab, record, network, theme, t)
    figures = [_one(t("Loss and accuracy"), curves, f"{stem}_curves", _WIDTH)]
    classes = classes_of(record, network, theme, t)
    if classes is not None:
        figures.append(_one(t("Test accuracy by class"), classes, f"{stem}_classes", _NARROW))
    if record.result is not None:
        matrix = confusion_drawn(found, network, theme, t) if found is not None else None
        figures.append(_one(t("Confusion matrix"), matrix, f"{stem}_confusion", _NARROW))
        curve = calibration_figure(calibration(found), colour_of(network), theme, t) if found is not None else None
        figures.append(_one(t("Calibration curve"), curve, f"{stem}_calibration", _WIDTH))
    st.markdown(f"**{t('Figures')}**")
    _figure_files(
        key="take_figures",
        data={
            "plotly": PLOTLY_URL.removeprefix("/"),
            "figures": figures,
            "failed": t("This browser could not draw the figure."),
        },
    )


def _one(title: str, figure: go.Figure | None, name: str, width: int) -> dict[str, Any]:
    return {
        "title": title,
        "name": name,
        "labels": {"svg": t("{figure} as a picture (SVG)", figure=title), "png": t("{figure} as a picture (PNG)", figure=title)},
        "figure": json.loads(standalone(figure, current_theme()).to_json()) if figure else None,
        "width": width,
        "height": figure.layout.height if figure else 0,
    }
