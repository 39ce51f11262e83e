"""Build a network: move a slider, and see at once its shapes, its parameters and its cost."""

from __future__ import annotations

import streamlit as st

from pages.parts.architecture.form import draw_form
from pages.parts.architecture.form_state import current_form
from pages.parts.architecture.status import network_status, totals
from pages.parts.architecture.tabs import network_tabs
from pages.parts.architecture.unfolding import unfolding
from pages.parts.i18n import explain, t
from pages.parts.layout import page_header
from pages.parts.literal import literally
from pages.parts.network_state import address_problems, current_network, dismiss_address_problems
from pages.parts.quiz import quiz
from resnet.plan import plan


def page() -> None:
    page_header(t("Architecture"), t("What is a network made of, and what does it cost?"))
    _report_address()
    form = current_form()
    network = plan(current_network())
    controls, view = st.columns([1, 1.8], gap="large")
    # What a slider changes is sent first, the controls themselves after it.
    with view, st.container(gap="xsmall"):
        totals(network)
        network_status(network, form.error)
        unfolding(network)
    with controls, st.container(gap="xsmall"):
        draw_form(form)
    network_tabs(network)
    quiz("architecture")


def _report_address() -> None:
    """What a link asked for in vain. It stays until it is dismissed: gone by itself, it would pull the sliders from under a hand."""
    problems = address_problems()
    with st.container(horizontal=True, wrap=False):
        if problems:
            reasons = "\n".join(f"- {literally(explain(problem))}" for problem in problems)
            st.warning(t("Not everything in the address could be used:") + "\n" + reasons, icon=":material/link_off:")
            st.button(t("Dismiss"), key="network_dismiss", on_click=dismiss_address_problems)


page()
