"""The live view of one run: our own component, which reads the run's event stream in the browser and appends what it brings."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.i18n import ASSETS, current_language, t
from resnet.figures.palette import RESIDUAL, Colour
from resnet.runs.routes import PLOTLY_URL

_COMPONENTS = ASSETS / "components"

_live_run = st.components.v2.component(
    "resnet_lab_live_run",
    js="\n".join((_COMPONENTS / name).read_text(encoding="utf-8") for name in ("live_chart.js", "live_run.js")),
    css=(_COMPONENTS / "live_run.css").read_text(encoding="utf-8"),
    isolate_styles=False,  # Plotly puts its own styles into the document's head
)


def live_run(run: str | None, *, epochs: int, colour: Colour = RESIDUAL, key: str = "live_run") -> str | None:
    """Show a run as it grows, or empty axes for None; `epochs` is the width of the empty axes.

    Returns the run's id in the one rerun that its end causes, else None.
    """
    result = _live_run(
        key=key,
        data={
            "run": run,
            "url": f"api/runs/{run}/events",
            "plotly": PLOTLY_URL.removeprefix("/"),
            "locale": current_language(),
            "facts": {"epochs": epochs},
            "palette": {"light": {"curve": colour.light}, "dark": {"curve": colour.dark}},
            "labels": _labels(),
        },
        on_ended_change=lambda: None,
    )
    return result.ended


def _labels() -> dict[str, Any]:
    return {
        "plot": t("Two charts that grow while the run trains: loss and accuracy against the epoch, for training and validation."),
        "progress": t("Progress of the run"),
        "epoch": t("Epoch"),
        "step": t("Step"),
        "loss": t("Loss"),
        "accuracy": t("Accuracy"),
        "validationAccuracy": t("Validation accuracy"),
        "testAccuracy": t("Test accuracy"),
        "rate": t("Learning rate"),
        "speed": t("Images/s"),
        "left": t("about {time} left"),
        "minutes": t("{m} min {s} s"),
        "seconds": t("{s} s"),
        "queued": t("Waiting: {count} ahead of this run"),
        "series": {"batch": t("each batch"), "training": t("training, mean of the epoch"), "validation": t("validation")},
        "problems": {
            "reconnecting": t("Connection lost, trying again …"),
            "gone": t("This server has no such run, or no training engine."),
        },
        "phases": {
            "worker": t("Preparing: the training process wakes up"),
            "data": t("Preparing: reading the images"),
            "download": t("Preparing: downloading the images"),
            "network": t("Preparing: building the network"),
            "graph": t("Preparing: tracing the graph, the first batch takes a moment"),
        },
        "states": {
            "idle": t("Nothing is running here yet"),
            "connecting": t("Connecting …"),
            "queued": t("Waiting for the training process"),
            "preparing": t("Preparing"),
            "running": t("Training"),
            "stopping": t("Stopping after this batch …"),
            "evaluating": t("Measuring on the test images"),
            "finished": t("Finished"),
            "stopped": t("Stopped"),
            "failed": t("Failed"),
        },
    }
