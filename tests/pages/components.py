"""What a page shows in components of its own."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element


def components(app: AppTest) -> list[Element]:
    """The page's own components in their order: no buttons for files, and no switches and clock's line, which every page has."""
    others = ("resnet_lab_frame", "resnet_lab_clock_bar", "resnet_lab_file_button")
    return [one for one in app.get("bidi_component") if one.proto.component_name not in others]
