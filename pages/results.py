"""Look closer at what was trained, and open earlier runs again."""

from __future__ import annotations

from pages.parts.i18n import t
from pages.parts.layout import page_header


def page() -> None:
    page_header(t("Results"), t("What did the network learn, and how well?"))


page()
