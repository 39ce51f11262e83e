"""The switches around every page: its language, and whether it is drawn for a projector. Both are in the address, for links to keep."""

from __future__ import annotations

import streamlit as st

from pages.parts.display import PROJECTOR_SCALE, choose_display, projector
from pages.parts.i18n import ASSETS, NAMES, choose_language, current_language, language_tag, languages, t
from pages.parts.places import open_page, titles
from pages.parts.streamlit_words import streamlit_words
from resnet.figures.palette import STRONG

_COMPONENTS = ASSETS / "components"
_KEY = "frame"

_frame = st.components.v2.component(
    "resnet_lab_frame",
    html='<div class="frame" role="group"></div>',
    js="\n".join((_COMPONENTS / name).read_text(encoding="utf-8") for name in ("frame_words.js", "frame.js")),
    css=(_COMPONENTS / "frame.css").read_text(encoding="utf-8"),
)


def frame() -> None:
    """Draw the switches, and dress the whole document: `<html lang>`, the size of its type, the strength of its colours."""
    st.html(ASSETS / "page.css")
    pages = titles()
    known = [NAMES.get(code, (code, code, code)) for code in languages()]
    chosen = _frame(
        key=_KEY,
        data={
            "language": current_language(),
            "tag": language_tag(),
            "languages": [
                {"code": code, "name": name, "short": short, "tag": tag}
                for code, (name, short, tag) in zip(languages(), known, strict=True)
            ],
            "projector": projector(),
            "scale": PROJECTOR_SCALE if projector() else 1,
            "strong": {role: colour.css for role, colour in STRONG.items()},
            "pages": dict(pages),
            "open": open_page(),
            "words": dict(streamlit_words()),
            "labels": {
                "frame": t("Language and display"),
                "language": t("Language"),
                "projector": t("Projector: larger and stronger"),
                "page": t("Page"),
            },
        },
        width="content",
        on_chosen_change=_choose,
        on_page_change=lambda: None,
    )
    if chosen.page in pages and chosen.page != open_page():
        st.switch_page(f"{chosen.page}.py")


def _choose() -> None:
    wish = st.session_state[_KEY].chosen or {}
    if "language" in wish:
        choose_language(str(wish["language"]))
    if "display" in wish:
        choose_display("projector" if wish["display"] == "projector" else "screen")
