"""The network to take home: as code that runs without this app, as data that can be brought back, as picture and as tables."""

from __future__ import annotations

from functools import partial

import streamlit as st

from pages.parts.diagram import DIAGRAM_SHEET
from pages.parts.file_button import file_button
from pages.parts.i18n import ASSETS, current_language, explain, t, translator
from pages.parts.layout import page_link
from pages.parts.literal import literally
from pages.parts.network_state import current_place, set_network
from pages.parts.theme import current_theme
from resnet.config import ResNetConfig
from resnet.diagrams.standalone import standalone_svg
from resnet.diagrams.unfolded import unfolded_svg
from resnet.errors import ConfigError
from resnet.export import config_from_json, config_json, file_stem, notebook, python_script
from resnet.figures.palette import BACKGROUND
from resnet.outline import focus_on
from resnet.plan import Plan
from resnet.presets import RECIPES
from resnet.tables import layer_table, stage_table

_COMPONENTS = ASSETS / "components"
_CODE_HEIGHT = 420

_picture = st.components.v2.component(
    "resnet_lab_picture",
    html='<div class="picture"><button type="button"></button><button type="button"></button><output></output></div>',
    js=(_COMPONENTS / "picture.js").read_text(encoding="utf-8"),
    css=(_COMPONENTS / "picture.css").read_text(encoding="utf-8"),
)


def export_tab(network: Plan) -> None:
    """Files on the left; on the right the code, to be read before it is taken."""
    files, reading = st.columns([1, 1.6], gap="large")
    with files, st.container(gap="small"):
        _code_files(network.config)
        _data_files(network)
        _pictures(network)
        _bring_back()
        page_link("results.py", label=t("Trained weights, history and logs"), icon=":material/download:", view="take")
    with reading:
        st.code(python_script(network.config, RECIPES["notebook"]), language="python", height=_CODE_HEIGHT)
        st.caption(t("This builds and trains exactly this network with Keras alone."))


def _code_files(config: ResNetConfig) -> None:
    st.markdown(f"**{t('Code that runs without this app')}**")
    with st.container(horizontal=True):
        script = partial(python_script, config, RECIPES["notebook"])
        file_button(t("Python script"), f"{file_stem(config)}.py", "text/x-python", script, key="network_script")
        book = partial(notebook, config, RECIPES["notebook"], translator(current_language()))
        file_button(t("Notebook"), f"{file_stem(config)}.ipynb", "application/x-ipynb+json", book, key="network_notebook")


def _data_files(network: Plan) -> None:
    stem = file_stem(network.config)
    st.markdown(f"**{t('The network and its tables')}**")
    with st.container(horizontal=True):
        made = partial(config_json, network.config)
        file_button(t("Configuration (JSON)"), f"{stem}.json", "application/json", made, key="network_json")
        file_button(
            t("Stages (CSV)"), f"{stem}_stages.csv", "text/csv", lambda: stage_table(network).to_csv(index=False), key="network_stages"
        )
        file_button(
            t("Layers (CSV)"), f"{stem}_layers.csv", "text/csv", lambda: layer_table(network).to_csv(index=False), key="network_layers_csv"
        )


def _pictures(network: Plan) -> None:
    focus = focus_on(network, current_place())
    theme = current_theme()
    st.markdown(f"**{t('The drawing above, as it is unfolded')}**")
    _picture(
        key="network_picture",
        data={
            "svg": standalone_svg(unfolded_svg(network, focus, t), DIAGRAM_SHEET, theme),
            "name": "_".join(part for part in (file_stem(network.config), focus.path) if part),
            "background": BACKGROUND[theme],
            "svg_label": t("Picture (SVG)"),
            "png_label": t("Picture (PNG)"),
            "failed": t("This browser could not paint the drawing; the SVG holds the same."),
        },
    )


def _bring_back() -> None:
    """A configuration from a file in the place of the page's network."""
    file = st.file_uploader(t("Bring a configuration back (JSON)"), type="json", key="network_file", on_change=_take_file)
    problem = st.session_state.get("network_file_problem")
    if isinstance(problem, ConfigError) and file is not None:
        st.error(t("{file}: {reason}", file=literally(file.name), reason=literally(explain(problem))), icon=":material/error:")


def _take_file() -> None:
    st.session_state["network_file_problem"] = None
    file = st.session_state["network_file"]
    if file is None:
        return
    try:
        set_network(config_from_json(file.getvalue()))
    except ConfigError as error:
        st.session_state["network_file_problem"] = error
