"""The frame around every page: navigation, the browser's title, and an address that always says what is shown."""

from __future__ import annotations

import streamlit as st

from pages.parts import places
from pages.parts.display import projector
from pages.parts.held_address import arrive, listen
from pages.parts.i18n import ASSETS, explain
from pages.parts.network_state import read_url, write_url
from resnet.errors import ExplainedError

APP_NAME = "ResNet Lab"


def pages() -> list[st.Page]:
    """The pages in the order a lesson takes them. The first one answers at `/`.

    They have no symbols: the browser would take one for its own icon, and fetch it from an outside service.
    """
    return [st.Page(f"{name}.py", title=title, url_path=name, default=name == places.FIRST) for name, title in places.titles().items()]


listen()
read_url()
# On a projector the bar of the navigation gives its room to the page; the pages are in the frame's list.
page = st.navigation(pages(), position="hidden" if projector() else "top")
arrive()
places.note_open(page.url_path)
st.set_page_config(page_title=f"{page.title} · {APP_NAME}", page_icon=str(ASSETS / "icon.svg"), layout="wide")
try:
    page.run()
except ExplainedError as error:
    st.error(explain(error), icon=":material/error:")
finally:
    write_url()
