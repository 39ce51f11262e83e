"""Which layer of the network is looked at: a part in the strip, which also says how residual each block is, then a layer of the part."""

from __future__ import annotations

import streamlit as st

from pages.parts.block.look import block_title
from pages.parts.diagram import diagram
from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from pages.parts.inquiry import Asked, ask, last_answer
from pages.parts.results.inside_maps import keep_channels
from pages.parts.results.shown import PAGE
from resnet.diagrams.parts import HEIGHT, parts_of, parts_svg
from resnet.inquiries import MeasureStrip, Source, Strip
from resnet.plan import LayerPlan, Plan, plan
from resnet.wording import layer_title, shape_text, stage_title

_KEY = "inside_layer"
_WIDTH = 255  # pixels on any display: on each, what stands beside it leaves so many


def shown_layer(source: Source) -> LayerPlan:
    """The layer that is looked at: the one the address names, else what the last block gives."""
    network = plan(source.config)
    asked = hold("layer", first="", page=PAGE)
    return next((layer for layer in network.layers if layer.name == asked), last_maps(network))


def last_maps(network: Plan) -> LayerPlan:
    """What the last block gives: the maps with the most behind them that still have places."""
    return list(parts_of(network).values())[-2][-1]


def ask_strip(source: Source) -> Asked[Strip] | None:
    """How large the branches are; None of a network without shortcuts, which has nothing to compare them with."""
    return None if source.config.shortcut == "none" else ask(MeasureStrip(source), Strip, key=f"{_KEY}_strip")


def layer_strip(source: Source, asked: Asked[Strip] | None) -> None:
    """The network in a strip; a click opens a part."""
    network = plan(source.config)
    before = None if asked is None else last_answer(asked, MeasureStrip, source)
    found = None if before is None else before[1]
    diagram(
        parts_svg(network, found, _part_of(shown_layer(source)), part_title, t),
        key=f"{_KEY}_parts",
        height=HEIGHT,
        dimmed=found is not None and asked is not None and not asked.current,
        on_open=lambda part: _open(_entrance(network, part)),
    )


def layer_control(source: Source) -> None:
    """The layers of the part, in order."""
    network, shown = plan(source.config), shown_layer(source)
    layers = {layer.name: layer for layer in parts_of(network)[_part_of(shown)]}
    widget = f"{_KEY}_layer"
    st.session_state[widget] = shown.name
    st.selectbox(
        t("Layer"),
        tuple(layers),
        format_func=lambda name: _layer_words(layers[name], source) if name in layers else name,
        key=widget,
        on_change=lambda: _open(st.session_state[widget]),
        label_visibility="collapsed",
        width=_WIDTH,
    )


def part_title(part: str) -> str:
    """A part such as "stem" or "stage2_block1" as a reader knows it."""
    return block_title(part) if "_block" in part else stage_title(part, t)


def layer_words(layer: LayerPlan, source: Source) -> str:
    """A layer and where it is, in words."""
    return f"{part_title(_part_of(layer))} · {_layer_words(layer, source)}"


def _layer_words(layer: LayerPlan, source: Source) -> str:
    """Such as "conv1: 3×3 conv · 28×28×32"."""
    title = layer_title(layer, source.config.activation, t)
    own = layer.name.removeprefix(f"{_part_of(layer)}_")
    named = title if own == layer.kind or layer.kind == "input" else f"{own}: {title}"
    return f"{named} · {shape_text(layer.output_shape)}"


def _part_of(layer: LayerPlan) -> str:
    return layer.stage if layer.block is None else f"{layer.stage}_block{layer.block}"


def _entrance(network: Plan, part: str) -> str:
    """The layer with which a part is opened: what it gives; of the head, what the pooling leaves of the maps."""
    layers = parts_of(network).get(part, (last_maps(network),))
    return next((layer.name for layer in layers if layer.kind == "global-pool"), layers[-1].name)


def _open(layer: str) -> None:
    keep("layer", layer, first="", page=PAGE)
    keep_channels(0)
