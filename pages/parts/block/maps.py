"""The component that shows one channel of a block's maps: one colour scale, one crosshair, the numbers under it as a sum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import ASSETS, t
from pages.parts.theme import current_theme
from resnet.figures.block_maps import Grid, Reading
from resnet.figures.palette import ABOVE_ZERO, AT_ZERO, BELOW_ZERO, css_variables

_COMPONENTS = ASSETS / "components"
SIDE = 112  # pixels on any display: a whole number for each place of 28x28, 14x14 and 7x7, and seven maps side by side
_AROUND = 48  # pixels of titles and notes; what is read off stands beside the maps

# What every component with maps has in its frame, and the sheet for it.
MAPS_HTML = """
<div class="maps">
  <div class="stage" tabindex="0" role="application"></div>
  <div class="foot">
    <output></output>
    <div class="scale" aria-hidden="true">
      <div class="bar"></div><div class="ends"><span></span><span></span><span></span></div>
      <i class="below"></i><i class="zero"></i><i class="above"></i>
    </div>
  </div>
</div>
"""
MAPS_SHEET = (
    f":host {{ {css_variables()} --below-zero: {BELOW_ZERO.css}; --at-zero: {AT_ZERO.css}; --above-zero: {ABOVE_ZERO.css}; }}\n"
    + (_COMPONENTS / "maps.css").read_text(encoding="utf-8")
)
MAPS_SCRIPT = (_COMPONENTS / "maps.js").read_text(encoding="utf-8")

_maps = st.components.v2.component(
    "resnet_lab_maps",
    html=MAPS_HTML,
    js=f"{MAPS_SCRIPT}\n{(_COMPONENTS / 'maps_view.js').read_text(encoding='utf-8')}",
    css=MAPS_SHEET,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One place for a map.

    Attributes:
        key: of the place, which stays while what it shows may change.
        grid: which of the reading's grids it shows.
        role: shortcut, branch, add or plain: the colour of its title.
        state: "now" where the step is, "later" for what it has not come to.
    """

    key: str
    grid: str
    role: str
    title: str
    state: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """What a convolution reads for one place: size x size places of the panel's map, from place · stride − before on.

    `kernel` holds the weights between the two channels shown, row by row.
    """

    panel: str
    grid: str
    size: int
    stride: int
    before: int
    kernel: tuple[float, ...]


def show_maps(
    reading: Reading | None,
    panels: Sequence[Panel],
    lines: Sequence[str],
    *,
    key: str,
    status: str,
    patch: Patch | None = None,
) -> None:
    """Show the panels; without a reading their empty frames. A `status` says in a few words why they are not, or not yet,
    of what the controls say; they are shown faintly then.

    `lines` are templates of what is read off at the crosshair: {x} is a grid's number, {(x)} the same in brackets where it is negative,
    {partial} what the patch gives with its kernel.
    """
    height = maps_height()
    _maps(key=key, data=maps_data(reading, panels, lines, status=status, patch=patch, side=SIDE), height=height)


def maps_height() -> int:
    """Pixels on this display."""
    return SIDE + pixels(_AROUND)


def maps_data(
    reading: Reading | None, panels: Sequence[Panel], lines: Sequence[str], *, status: str, side: int, patch: Patch | None = None
) -> dict[str, Any]:
    """What the browser needs to draw and to read."""
    grids = reading.grids if reading else {}
    used = {panel.grid for panel in panels} | {name for line in lines for name in grids if f"{{{name}}}" in line or f"{{({name})}}" in line}
    return {
        "panels": [_panel(panel, grids) for panel in panels],
        "grids": {name: _grid(grid) for name, grid in grids.items() if name in used or (patch and name == patch.grid) or name == "y"},
        "measure": "y",
        "limit": reading.limit if reading else 1.0,
        "decimals": reading.decimals if reading else 2,
        "start": {"row": reading.start[0], "column": reading.start[1]} if reading else {"row": 0, "column": 0},
        "lines": list(lines) if reading else [],
        "patch": asdict(patch) if patch and reading else None,
        "dimmed": bool(status and reading),
        "side": side,
        "theme": current_theme(),
        "words": {
            "title": t("Feature maps under one crosshair; the arrow keys move it, with Shift four places at a time"),
            "status": status,
            "place": t("row {row}, column {column}"),
        },
    }


def _panel(panel: Panel, grids: Mapping[str, Grid]) -> dict[str, Any]:
    grid = grids.get(panel.grid)
    return {
        **asdict(panel),
        "note": range_note(grid) if grid else "",
        "alternative": alternative(panel.title, grid),
    }


def range_note(grid: Grid) -> str:
    """The lowest and the highest number of a map."""
    return t("{low} to {high}", low=signed(grid.lowest, grid.decimals), high=signed(grid.highest, grid.decimals))


def alternative(title: str, grid: Grid | None) -> str:
    """What is seen of one map, in words."""
    if grid is None:
        return t("{title}: not yet measured", title=title)
    row, column = np.unravel_index(int(np.abs(grid.units).argmax()), grid.units.shape)
    return t(
        "{title}: {rows} by {columns} numbers from {low} to {high}, {share:.0%} of them 0; farthest from 0 in row {row}, column {column}",
        title=title,
        rows=grid.rows,
        columns=grid.columns,
        low=signed(grid.lowest, grid.decimals),
        high=signed(grid.highest, grid.decimals),
        share=grid.silent_share,
        row=int(row) + 1,
        column=int(column) + 1,
    )


def signed(value: float, decimals: int) -> str:
    """A number with the true minus; nothing is "0"."""
    words = f"{abs(value):.{decimals}f}"
    if not words.strip("0."):
        return "0"
    return f"−{words}" if value < 0 else words


def _grid(grid: Grid) -> dict[str, Any]:
    return {"rows": grid.rows, "columns": grid.columns, "units": grid.units.ravel().tolist()}
