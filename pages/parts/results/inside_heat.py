"""Grad-CAM on a page: the picture, and over it where the layer speaks for a class, on the layer's own grid."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import numpy as np
import streamlit as st

from pages.parts.display import pixels
from pages.parts.held_address import hold, keep
from pages.parts.i18n import ASSETS, t
from pages.parts.inquiry import from_before
from pages.parts.results.shown import PAGE
from resnet.figures.palette import ABOVE_ZERO, css_variables
from resnet.inquiries import GradCam, Picture, Source, TestImage
from resnet.wording import class_titles

_COMPONENTS = ASSETS / "components"
_SIDE = 140  # pixels of one picture, on any display
_AROUND = 60  # of titles and notes
_NAMED = ""
_FIGURE = '<figure><figcaption></figcaption><div class="map"><canvas role="img"></canvas>{}</div><small></small></figure>'
# Pictures are light on black in either theme: so is what is laid over them.
_SHEET = f":host {{ {css_variables()} --heat: {ABOVE_ZERO.dark}; }}\n" + (_COMPONENTS / "heat.css").read_text(encoding="utf-8")

_heat = st.components.v2.component(
    "resnet_lab_heat",
    html=f'<div class="heat">{_FIGURE.format("")}{_FIGURE.format("""<canvas class="over" aria-hidden="true"></canvas>""")}<i></i></div>',
    js=(_COMPONENTS / "heat.js").read_text(encoding="utf-8"),
    css=_SHEET,
)


def target_control() -> int | None:
    """The class that is asked about; None for the one the network names."""
    titles = class_titles(t)
    labels = tuple(map(str, range(len(titles))))
    widget, said = "inside_target", hold("target", labels, first=_NAMED, page=PAGE)
    st.session_state[widget] = said
    st.selectbox(
        t("Speaks for"),
        (_NAMED, *labels),
        format_func=lambda label: t("the class it names") if label == _NAMED else titles[int(label)],
        key=widget,
        on_change=lambda: keep("target", st.session_state[widget], first=_NAMED, page=PAGE),
        label_visibility="collapsed",
        width=pixels(200),
    )
    return None if said == _NAMED else int(said)


def show_heat(found: GradCam | None, source: Source, *, shown: Picture, current: bool) -> None:
    """Show both; their empty frames before there is an answer. `shown` is what `found` is of, which is faint where it is not `current`."""
    height, width, _ = source.config.input_shape
    name = t("Test image {number}", number=shown.number) if isinstance(shown, TestImage) else t("My picture")
    size = t("{height}×{width} pixels", height=height, width=width)
    figures = [{"title": name, "note": size, "alternative": f"{name}, {size}"}]
    data: dict[str, Any] = {"side": _SIDE, "dimmed": not current, "picture": None, "heat": None}
    if found is None:
        figures.append({"title": t("Grad-CAM"), "note": "", "alternative": t("{title}: not yet measured", title=t("Grad-CAM"))})
    else:
        figures.append(_heat_words(found))
        data["picture"] = _bytes(found.image[..., 0])
        largest = float(found.heat.max())
        data["heat"] = _bytes(found.heat / largest) if largest > 0 else None
        for figure in figures:
            figure["alternative"] = from_before(figure["alternative"], current=current)
    _heat(key="inside_heat", data={**data, "figures": figures}, height=_SIDE + pixels(_AROUND))


def _heat_words(found: GradCam) -> dict[str, str]:
    rows, columns = found.heat.shape
    wanted = class_titles(t)[found.target]
    note = t("Grad-CAM, {rows}×{columns}, enlarged", rows=rows, columns=columns)
    if not found.heat.any():
        note = t("{note}: nothing here speaks for it", note=note)
        alternative = note
    else:
        row, column = np.unravel_index(int(found.heat.argmax()), found.heat.shape)
        alternative = t(
            "{note}: most speaks for {wanted} in row {row}, column {column}",
            note=note,
            wanted=wanted,
            row=int(row) + 1,
            column=int(column) + 1,
        )
    return {"title": t("for {wanted}", wanted=wanted), "note": note, "alternative": alternative}


def _bytes(shares: np.ndarray) -> dict[str, Any]:
    """A grid of numbers from 0 to 1 as the browser reads it."""
    rows, columns = shares.shape
    return {"rows": rows, "columns": columns, "bytes": b64encode(np.rint(255 * shares).astype(np.uint8).tobytes()).decode()}
