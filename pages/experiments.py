"""Experiments: predict, run live, explain. Each can also be watched as a recording of a real run."""

from __future__ import annotations

from pages.parts.i18n import t
from pages.parts.layout import page_header


def page() -> None:
    page_header(t("Experiments"), t("What do shortcuts change? Predict, then see"))


page()
