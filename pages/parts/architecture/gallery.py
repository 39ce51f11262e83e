"""Every network there is a name for, to choose from by a look."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.parts.architecture.form_state import take_preset
from pages.parts.i18n import ASSETS, t
from pages.parts.network_address import preset_of
from pages.parts.network_state import current_network
from pages.parts.theme import current_theme
from resnet.diagrams.silhouette import silhouette_svg
from resnet.families import FAMILIES, family_words, title_of
from resnet.figures.palette import css_variables
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.tables import compact

_COMPONENTS = ASSETS / "components"

_gallery = st.components.v2.component(
    "resnet_lab_gallery",
    html='<div class="gallery"></div>',
    js=(_COMPONENTS / "gallery.js").read_text(encoding="utf-8"),
    css=f":host {{ {css_variables()} }}\n" + (_COMPONENTS / "gallery.css").read_text(encoding="utf-8"),
)


def gallery_button() -> None:
    """The button that opens the gallery over the page; a choice there replaces the network and closes it."""
    if st.button(t("Gallery"), key="network_gallery", icon=":material/grid_view:"):
        st.dialog(t("Choose a network"), width="large")(_cards)()


def _cards() -> None:
    families = []
    for family in FAMILIES:
        title, idea = family_words(family, t)
        families.append({"title": title, "idea": idea, "networks": [_card(name) for name in family.networks]})
    data = {"families": families, "current": preset_of(current_network()).name, "theme": current_theme()}
    chosen = _gallery(key="network_cards", data=data, on_chosen_change=lambda: None).chosen
    if chosen in PRESETS:
        take_preset(chosen)
        st.rerun()


def _card(name: str) -> dict[str, Any]:
    network = plan(PRESETS[name])
    cost = t("{parameters} parameters\n{macs} multiply-adds", parameters=compact(network.trainable_parameters), macs=compact(network.macs))
    return {"name": name, "title": title_of(name), "picture": silhouette_svg(network), "cost": cost}
