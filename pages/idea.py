"""Why residual learning: deeper should be no worse, and is."""

from __future__ import annotations

from pages.parts.i18n import t
from pages.parts.layout import page_header


def page() -> None:
    page_header(t("Idea"), t("Why would a deeper network be worse?"))


page()
