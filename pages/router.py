"""The frame around every page: navigation, the browser's title, and an address that always says what is shown."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.parts.i18n import explain, t
from pages.parts.network_state import write_url
from resnet.errors import ExplainedError

APP_NAME = "ResNet Lab"


def pages() -> list[st.Page]:
    """The five pages in the order a lesson takes them. The first one answers at `/`."""
    here = Path(__file__).parent
    listed = [
        ("idea", t("Idea"), ":material/lightbulb:"),
        ("block", t("Block"), ":material/account_tree:"),
        ("architecture", t("Architecture"), ":material/stacks:"),
        ("training", t("Training"), ":material/show_chart:"),
        ("results", t("Results"), ":material/fact_check:"),
    ]
    return [
        st.Page(here / f"{name}.py", title=title, icon=icon, url_path=name, default=name == "idea")
        for name, title, icon in listed
        if (here / f"{name}.py").is_file()
    ]


page = st.navigation(pages(), position="top")
st.set_page_config(page_title=f"{page.title} · {APP_NAME}", page_icon=page.icon, layout="wide")
try:
    page.run()
except ExplainedError as error:
    st.error(explain(error), icon=":material/error:")
write_url()
