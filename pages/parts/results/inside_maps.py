"""The channels of a layer, or the filters of the first one, side by side on one colour scale around zero."""

from __future__ import annotations

from base64 import b64encode

import streamlit as st

from pages.parts.block.maps import MAPS_SCRIPT, MAPS_SHEET, signed
from pages.parts.i18n import ASSETS, t
from pages.parts.theme import current_theme
from resnet.figures.block_maps import decimals_for
from resnet.figures.channel_maps import Tile, Tiles, tile_side

_COMPONENTS = ASSETS / "components"
_WIDTH, HEIGHT = 588, 256  # pixels of all channels together, on any display
_GAP, _AROUND = 4, 6
_LARGEST, _LARGE = 96, 140

_channels = st.components.v2.component(
    "resnet_lab_channels",
    html="""
<div class="channels">
  <div class="tiles" role="radiogroup"></div>
  <div class="seen">
    <figure><figcaption></figcaption><canvas role="img"></canvas><small></small></figure>
    <div class="scale" aria-hidden="true">
      <div class="bar"></div><div class="ends"><span></span><span></span><span></span></div>
      <i class="below"></i><i class="zero"></i><i class="above"></i>
    </div>
  </div>
</div>
""",
    js=f"{MAPS_SCRIPT}\n{(_COMPONENTS / 'channels.js').read_text(encoding='utf-8')}",
    css=f"{MAPS_SHEET}\n{(_COMPONENTS / 'channels.css').read_text(encoding='utf-8')}",
)


def show_tiles(tiles: Tiles | None, *, title: str, names: tuple[str, ...], key: str, status: str) -> None:
    """Show them; the room they take is the same without any. `title` says what is seen, `names` what each channel stands for, where it is
    more than its number. A `status` says why they are not, or not yet, of what the controls say; they are shown faintly then."""
    shown = () if tiles is None else tiles.tiles
    side = tile_side(max(1, len(shown)), _WIDTH - _AROUND, HEIGHT - _AROUND, gap=_GAP, largest=_LARGEST)
    decimals = 2 if tiles is None else decimals_for(tiles.limit)
    data = {
        "tiles": [{"channel": one.channel, "title": _title(one, names), "note": _note(one, decimals)} for one in shown],
        "levels": "" if tiles is None else b64encode(tiles.levels.tobytes()).decode(),
        "rows": 0 if tiles is None else tiles.rows,
        "columns": 0 if tiles is None else tiles.columns,
        "limit": 1.0 if tiles is None else tiles.limit,
        "side": side,
        "large": _LARGE,
        "dimmed": bool(status and tiles),
        "theme": current_theme(),
        "words": {"title": title, "status": status},
    }
    _channels(key=key, data=data, height=HEIGHT)


def _title(tile: Tile, names: tuple[str, ...]) -> str:
    return names[tile.channel] if tile.channel < len(names) else t("channel {number}", number=tile.channel + 1)


def _note(tile: Tile, decimals: int) -> str:
    low, high = signed(tile.lowest, decimals), signed(tile.highest, decimals)
    if tile.lowest == tile.highest:
        return low
    if not tile.silent_share:
        return t("{low} to {high}", low=low, high=high)
    return t("{low} to {high}; {share:.0%} of its places are 0", low=low, high=high, share=tile.silent_share)
