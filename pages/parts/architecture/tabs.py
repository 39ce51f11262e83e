"""What there is to know about the network besides its shapes, one tab each."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import streamlit as st

from pages.parts.architecture.accuracy import accuracy_tab
from pages.parts.architecture.build import build_tab
from pages.parts.architecture.compare import compare_tab
from pages.parts.architecture.counting import counting_tab
from pages.parts.architecture.export import export_tab
from pages.parts.architecture.layers import layers_tab
from pages.parts.architecture.paper import paper_tab
from pages.parts.i18n import t
from pages.parts.network_state import TABS, current_tab, set_tab
from resnet.plan import Plan

_KEY = "network_tabs"


def network_tabs(network: Plan) -> None:
    """The tabs. Only the one that is open is drawn: what nobody looks at would still cost every move of a slider its time."""
    titles = _titles()
    if current_tab() != st.session_state.get("network_tab_shown"):
        st.session_state[_KEY] = titles[current_tab()]
    for tab, name in zip(st.tabs(list(titles.values()), key=_KEY, on_change=_take_tab), titles, strict=True):
        if tab.open:
            st.session_state["network_tab_shown"] = name
            with tab:
                _CONTENT[name](network)


def _take_tab() -> None:
    titles = {title: name for name, title in _titles().items()}
    name = titles[st.session_state[_KEY]]
    st.session_state["network_tab_shown"] = name
    set_tab(name)


def _titles() -> dict[str, str]:
    words = {
        "layers": t("Every layer"),
        "compare": t("Compare"),
        "accuracy": t("Accuracy"),
        "paper": t("The paper's table"),
        "counting": t("Counting"),
        "keras": t("Build it in Keras"),
        "export": t("Take it home"),
    }
    return {name: words[name] for name in TABS}


_CONTENT: Mapping[str, Callable[[Plan], None]] = {
    "layers": layers_tab,
    "compare": compare_tab,
    "accuracy": accuracy_tab,
    "paper": paper_tab,
    "counting": counting_tab,
    "keras": build_tab,
    "export": export_tab,
}
