"""A button for a file that is made when it is asked for, and handed over by an address of our own (`resnet.runs.files`)."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.parts.i18n import ASSETS, current_language, explainer, t
from resnet.runs import files
from resnet.runs.routes import FILES_URL

_COMPONENTS = ASSETS / "components"
_STATE = "files_offered"

_file_button = st.components.v2.component(
    "resnet_lab_file_button",
    html='<div class="file"><button type="button"></button><span class="help" role="tooltip" id="help"></span><output></output></div>',
    js=(_COMPONENTS / "file_button.js").read_text(encoding="utf-8"),
    css=(_COMPONENTS / "file_button.css").read_text(encoding="utf-8"),
)


def file_button(
    label: str,
    name: str,
    kind: str,
    make: Callable[[], str | bytes],
    *,
    key: str,
    primary: bool = False,
    stretch: bool = False,
    help: str = "",
) -> None:
    """It looks as Streamlit's do. `make` runs outside of the session, in a thread; an ExplainedError of it is told at the button.

    The session keeps the last offer of each key, so keys tell kinds of files apart, not the runs and networks that they are of.
    """
    offers: dict[str, files.Offer] = st.session_state.setdefault(_STATE, {})
    token = offers[key].token if key in offers else files.new_token()
    offers[key] = files.Offer(token, make, name, kind, explainer(current_language()))
    files.put(offers[key])
    _file_button(
        key=key,
        data={
            "url": f"{FILES_URL.removeprefix('/')}/{token}",
            "file": name,
            "label": label,
            "help": help,
            "primary": primary,
            "stretch": stretch,
            "making": t("Making the file …"),
            "failed": t("The file could not be made, or did not arrive. Try again."),
            "gone": t("The server no longer knows this page: reload it, and try again."),
        },
        width="stretch" if stretch else "content",
    )
