"""What can be chosen before a race: depth, seed, steps, and the rate where that is what is tried out."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from pages.parts.display import pixels
from pages.parts.experiments.session import Bench, told
from pages.parts.i18n import t
from resnet.experiments.catalogue import DEPTHS, FEWEST_STEPS, MOST_STEPS, RATES, Race


def settings_form(race: Race, own: Bench) -> None:
    """Draw the controls and keep what they say on the bench."""
    settings, key = own.settings, f"experiment_{race.key}"
    if race.own_rate:
        settings = replace(settings, rate=_rate(key, settings.rate))
    with st.container(horizontal=True, gap="small"):
        if race.shallowest is not None:
            depths = [depth for depth in DEPTHS if depth >= race.shallowest]
            depth = st.select_slider(t("Layers, deep ones"), depths, key=told(f"{key}_depth", settings.depth), width=pixels(118))
            settings = replace(settings, depth=int(depth))
        steps = st.number_input(t("Steps"), FEWEST_STEPS, MOST_STEPS, step=20, key=told(f"{key}_steps", settings.steps), width=pixels(100))
        seed = st.number_input(
            t("Seed"),
            0,
            2**31 - 1,
            key=told(f"{key}_seed", settings.seed),
            disabled=race.own_rate,
            help=t("The same seed gives the same first weights and the same order of images.")
            if not race.own_rate
            else t("That of the dotted curves, so that all of them saw the same batches."),
            width=pixels(100),
        )
    own.settings = replace(settings, steps=int(steps), seed=int(seed))


def _rate(key: str, rate: float) -> float:
    """A rate between the least and the greatest that can be tried, on a slider of even factors."""
    low, high = RATES
    rates = sorted({float(f"{digit}e{power}") for power in range(-5, 2) for digit in (1, 3)})
    offered = [value for value in rates if low <= value <= high]
    chosen = st.select_slider(t("Learning rate"), offered, key=told(f"{key}_rate", rate), format_func=lambda value: f"{value:g}")
    return float(chosen)
