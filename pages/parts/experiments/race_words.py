"""The words of a race for its JavaScript, in the reader's language."""

from __future__ import annotations

from typing import Any

from pages.parts.i18n import t
from pages.parts.runs.live_words import live_labels


def race_labels(*, loss: str) -> dict[str, Any]:
    """Every word by its place; `{fields}` are filled in the browser. `loss` is what the curves show."""
    live = live_labels()
    return {
        **live,
        "loss": loss,
        "listed": t(", "),
        "byDepth": t("Gradient by depth"),
        "guessing": t("guessing: ln 10 = 2.30"),
        "racing": t("Training: step {step} of {steps}"),
        "recording": t("Recording, step {step}"),
        "answered": t("Step {step}"),
        "handle": t("Your curve at step {step}"),
        "raceX": {"steps": t("Steps"), "seconds": t("Seconds, all networks together"), "alone": t("Seconds of each network's own time")},
        "raceHover": {"steps": t("Step") + " %{x:,}", "seconds": "%{x:.1f} s"},
        "gradients": {**live["gradients"], "layer": t("Layer") + " %{x}", "norm": t("Gradient norm")},
        "problems": {**live["problems"], "unrecorded": t("The recording could not be loaded.")},
        "spoken": _spoken(),
        "player": _player(),
    }


def _spoken() -> dict[str, str]:
    """The charts for those who do not see them."""
    return {
        "none": t("A chart of loss over steps, still empty, for {networks}."),
        "lines": t("Loss over steps, smoothed, at step {step} of {steps}: {losses}."),
        "gradient": t("{network}, step {step}: gradient norm {first} in the first layer, {last} in the last."),
    }


def _player() -> dict[str, str]:
    return {
        "group": t("Play the recording"),
        "play": t("Play"),
        "pause": t("Pause the recording"),
        "again": t("Play again"),
        "scrub": t("Moment of the recording"),
        "speed": t("Speed"),
        "once": t("At once"),
        "at": t("{at} of {length} s"),
    }
