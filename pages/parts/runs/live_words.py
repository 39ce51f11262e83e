"""The words of the live view, in the reader's language, for its JavaScript."""

from __future__ import annotations

from typing import Any

from pages.parts.i18n import t


def live_labels() -> dict[str, Any]:
    """Every word by its place; `{fields}` are filled in the browser."""
    return {**_figures(), **_view(), **_states(), "gradients": _gradients(), "marks": _marks()}


def _figures() -> dict[str, Any]:
    return {
        "plot": t("Two charts that grow while the run trains: loss and accuracy, for training and validation."),
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
        "saved": t("saved at step {step}"),
        "minutes": t("{m} min {s} s"),
        "seconds": t("{s} s"),
        "series": {
            "batch": t("each batch"),
            "smoothed": t("smoothed"),
            "training": t("training, mean of the epoch"),
            "validation": t("validation"),
        },
    }


def _view() -> dict[str, Any]:
    return {
        "view": t("How the charts are shown"),
        "legends": {"panel": t("Chart"), "x": t("X-axis")},
        "panels": {"curves": t("Curves"), "gradients": t("Gradients")},
        "x": {"epochs": t("Epochs"), "steps": t("Steps"), "seconds": t("Seconds")},
        "xHover": {"epochs": t("Epoch") + " %{x:.2f}", "steps": t("Step") + " %{x:,}", "seconds": "%{x:.1f} s"},
        "smoothing": t("Smoothing"),
        "log": t("Log scale"),
    }


def _states() -> dict[str, Any]:
    return {
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
            "paused": t("Paused at step {step}"),
            "stopping": t("Stopping after this batch …"),
            "evaluating": t("Measuring on the test images"),
            "finished": t("Finished"),
            "stopped": t("Stopped at step {step}"),
            "interrupted": t("Interrupted at step {step}"),
            "failed": t("Failed"),
        },
    }


def _gradients() -> dict[str, Any]:
    return {
        "heading": t("Gradient norm by layer"),
        "none": t("The first measurement comes a moment after the first batch."),
        "never": t("This run ended without a measurement of its gradients."),
        "latest": t("step {step}"),
        "recent": t("last {count} measurements"),
        "depth": t("Layers, input to output"),
        "stem": t("Stem"),
        "stage": t("Stage {number}"),
        "head": t("Head"),
        "explained": t(
            "How strongly the loss pulls at each layer's kernel: a line that sinks towards the input means that the first layers hardly "
            "hear of it."
        ),
        "alt": t(
            "Gradient norm of {layers} layers by depth at step {step}: {first} in the first layer, {last} in the last, all between "
            "{least} and {most}."
        ),
    }


def _marks() -> dict[str, Any]:
    """What a mark on the curves is called, by the cause of a change of rate or the kind of trouble."""
    return {
        "hand": {"text": t("rate {rate}")},
        "plateau": {"text": t("rate cut to {rate}")},
        "repair": {"text": t("rate halved to {rate}")},
        "continued": {"text": t("continued here")},
        "stuck": {"text": t("no progress"), "broken": True},
        "nan": {"text": t("no number"), "broken": True},
        "explosion": {"text": t("explodes"), "broken": True},
    }
