"""The channels of a layer, or the filters of the first one, side by side on one colour scale around zero."""

from __future__ import annotations

from base64 import b64encode

import streamlit as st

from pages.parts.block.maps import MAPS_SCRIPT, MAPS_SHEET, signed
from pages.parts.display import pixels, projector
from pages.parts.held_address import hold, keep
from pages.parts.i18n import ASSETS, t
from pages.parts.results.shown import PAGE
from pages.parts.theme import current_theme
from resnet.figures.block_maps import decimals_for
from resnet.figures.channel_maps import MOST_CHANNELS, Tile, Tiles, tile_side

_COMPONENTS = ASSETS / "components"
_WIDTH, HEIGHT = 588, 256  # pixels of all channels together, on any display
_GAP, _AROUND = 4, 6
_LARGEST, _LARGE = 96, 140
_NARROW = (352, 332)  # pixels of all channels together on a phone

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


def channels_control(channels: int) -> int:
    """Which are shown of more than there is room for, by their places in the order. Returns the first one's, counted from 0."""
    firsts = tuple(range(0, channels, MOST_CHANNELS))
    said = hold("channels", first="", page=PAGE)
    first = next((one for one in firsts if str(one + 1) == said), 0)  # of another layer there may be fewer
    if len(firsts) > 1:
        widget = "inside_channels"
        st.session_state[widget] = first
        st.selectbox(
            t("Which channels"),
            firsts,
            format_func=lambda one: t("{first}–{last} of {all}", first=one + 1, last=min(one + MOST_CHANNELS, channels), all=channels),
            key=widget,
            on_change=lambda: keep_channels(st.session_state[widget]),
            label_visibility="collapsed",
            width=pixels(140),
        )
    return first


def keep_channels(first: int) -> None:
    """Show the channels from the place `first` on, counted from 0. For a callback."""
    keep("channels", str(first + 1) if first else "", first="", page=PAGE)


def liveliest_control() -> bool:
    """Whether the channels that differ most from place to place come first."""
    said = hold("lively", ("yes",), first="", page=PAGE) == "yes"
    if not projector():  # larger type leaves no room for it
        widget = "inside_liveliest"
        st.session_state[widget] = said
        st.toggle(
            t("Liveliest first"),
            key=widget,
            on_change=lambda: keep("lively", "yes" if st.session_state[widget] else "", first="", page=PAGE),
        )
    return said


def show_tiles(tiles: Tiles | None, *, title: str, names: tuple[str, ...], key: str, status: str) -> None:
    """Show them; the room they take is the same without any. `title` says what is seen, `names` what each channel stands for, where it is
    more than its number. A `status` says why they are not, or not yet, of what the controls say; they are shown faintly then."""
    shown = () if tiles is None else tiles.tiles
    decimals = 2 if tiles is None else decimals_for(tiles.limit)
    data = {
        "tiles": [{"channel": one.channel, "title": _title(one, names), "note": _note(one, decimals)} for one in shown],
        "levels": "" if tiles is None else b64encode(tiles.levels.tobytes()).decode(),
        "rows": 0 if tiles is None else tiles.rows,
        "columns": 0 if tiles is None else tiles.columns,
        "limit": 1.0 if tiles is None else tiles.limit,
        "side": _side(len(shown), _WIDTH, HEIGHT),
        "narrow": _side(len(shown), *_NARROW),
        "large": _LARGE,
        "height": HEIGHT,
        "dimmed": bool(status and tiles),
        "theme": current_theme(),
        "words": {"title": title, "status": status},
    }
    _channels(key=key, data=data, height="content")  # the room is reserved by the sheet, which knows the window's width


def _side(tiles: int, width: int, height: int) -> int:
    """Of each tile, in pixels, where all together have that room."""
    return tile_side(max(1, tiles), width - _AROUND, height - _AROUND, gap=_GAP, largest=_LARGEST)


def _title(tile: Tile, names: tuple[str, ...]) -> str:
    return names[tile.channel] if tile.channel < len(names) else t("channel {number}", number=tile.channel + 1)


def _note(tile: Tile, decimals: int) -> str:
    low, high = signed(tile.lowest, decimals), signed(tile.highest, decimals)
    if tile.lowest == tile.highest:
        return low
    if not tile.silent_share:
        return t("{low} to {high}", low=low, high=high)
    return t("{low} to {high}; {share:.0%} of its places are 0", low=low, high=high, share=tile.silent_share)
