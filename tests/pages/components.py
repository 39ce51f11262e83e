"""What AppTest has no eyes or hands for: components of our own, and the rows of a table."""

from __future__ import annotations

import json
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element


def components(app: AppTest) -> list[Element]:
    """The page's own components in their order: no buttons for files, and no switches and clock's line, which every page has."""
    others = ("resnet_lab_frame", "resnet_lab_clock_bar", "resnet_lab_file_button")
    return [one for one in app.get("bidi_component") if one.proto.component_name not in others]


def component_data(app: AppTest, field: str) -> Any:
    """What Python sent to the one component of the page whose data has that field."""
    (found,) = (data for data in (json.loads(one.proto.json) for one in app.get("bidi_component")) if field in data)
    return found


def select(app: AppTest, table: str, **selection: Any) -> AppTest:
    """What the browser sends when this is selected in the table of the id `table`."""
    states = app._tree.get_widget_states()
    chosen = json.dumps({"selection": {"rows": [], "columns": [], "cells": [], **selection}})
    states.widgets.append(WidgetState(id=table, string_value=chosen))
    return app._run(states)
