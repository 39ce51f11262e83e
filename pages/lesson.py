"""A lesson of 45 minutes through the app: what to click, what to ask, and what has been measured so far."""

from __future__ import annotations

from pages.parts.i18n import t
from pages.parts.layout import page_header


def page() -> None:
    page_header(t("Lesson"), t("How is residual learning taught in 45 minutes?"))


page()
