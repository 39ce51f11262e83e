"""What a visitor looks at of the landscape: which networks, along which directions, seen how. All of it is in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

import streamlit as st

from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from pages.parts.results.shown import PAGE
from resnet.families import title_of
from resnet.figures.loss_surface import Kind
from resnet.inquiries import RunSubject, Source, Subject
from resnet.inquiries.subjects import MOST_SEED
from resnet.runs import service

_BESIDE, _SEED, _KIND = "around", "directions", "seen"  # in the address
_NONE = "none"  # nothing beside it, which is not the same as that nobody has chosen
_COME_WITH_THE_APP = ("plain-20", "residual-20", "residual-56")
_FIRST_BESIDE, _FIRST_SEED, _FIRST_KIND = "app:plain-20,app:residual-20", "1", "above"
_MOST_BESIDE = 3
_LONGEST = 300  # signs of names in the address
_PAUSED = "landscape_paused"


@dataclass(frozen=True, slots=True)
class Choice:
    """`beside` names other networks, see `others`; `seed` is that of the directions; `paused` asks for no more points."""

    beside: tuple[str, ...]
    seed: int
    kind: Kind
    paused: bool


def choice(known: Mapping[str, Source]) -> Choice:
    """What the address asks for, as far as it is `known`; an address is somebody else's words."""
    names = hold(_BESIDE, first=_FIRST_BESIDE, page=PAGE, longest=_LONGEST).split(",")
    seed = hold(_SEED, first=_FIRST_SEED, page=PAGE)
    kinds: tuple[Kind, ...] = get_args(Kind)
    kind = hold(_KIND, kinds, first=_FIRST_KIND, page=PAGE)
    return Choice(
        beside=tuple(dict.fromkeys(name for name in names if name in known))[:_MOST_BESIDE],
        seed=min(int(seed), MOST_SEED) if seed.isdecimal() and seed.isascii() else int(_FIRST_SEED),
        kind=next(one for one in kinds if one == kind),
        paused=bool(st.session_state.get(_PAUSED)),
    )


def others(source: Source) -> Mapping[str, Source]:
    """What can stand beside it, by a name for the address: the other networks of the same run, and those that come with the app."""
    lab = service.current()
    record = lab.run(source.run) if isinstance(source, RunSubject) and lab is not None else None
    siblings = [network for network in record.config.networks if network != source.config] if record is not None else []
    found: dict[str, Source] = {
        f"run:{network.name}": RunSubject(record.id, network, record.config.dataset) for network in siblings if record is not None
    }
    found.update({f"app:{name}": Subject(name) for name in _COME_WITH_THE_APP if Subject(name) != source})
    return found


def other_title(name: str, other: Source) -> str:
    """A run's network and one that comes with the app may have the same name."""
    title = title_of(other.network)
    return title if name.startswith("app:") else t("{network} (same run)", network=title)


def controls(chosen: Choice, known: Mapping[str, Source]) -> None:
    """Draw what changes the choice."""
    kinds: dict[Kind, str] = {"above": t("From above"), "surface": t("As a surface")}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state["landscape_beside"] = list(chosen.beside)
        st.pills(
            t("Beside it"),
            tuple(known),
            selection_mode="multi",
            format_func=lambda name: other_title(name, known[name]),
            key="landscape_beside",
            on_change=_choose,
            args=(chosen,),
            width="content",
        )
        st.session_state["landscape_kind"] = chosen.kind
        st.segmented_control(t("Seen"), tuple(kinds), format_func=kinds.__getitem__, key="landscape_kind", required=True, on_change=_see)
        st.button(
            t("Other directions"),
            key="landscape_turn",
            icon=":material/casino:",
            help=t("Draw two other random directions; these have the seed {seed}.", seed=chosen.seed),
            on_click=_turn,
            args=(chosen,),
        )
        label, icon = (t("Go on"), "play_arrow") if chosen.paused else (t("Pause"), "pause")
        st.button(label, key="landscape_pause", icon=f":material/{icon}:", on_click=_pause, args=(not chosen.paused,))


def _choose(before: Choice) -> None:
    """Of too many, those that were chosen first go."""
    now = st.session_state["landscape_beside"] or []
    ordered = [*(name for name in before.beside if name in now), *(name for name in now if name not in before.beside)]
    keep(_BESIDE, ",".join(ordered[-_MOST_BESIDE:]) or _NONE, first=_FIRST_BESIDE, page=PAGE)


def _see() -> None:
    keep(_KIND, st.session_state["landscape_kind"], first=_FIRST_KIND, page=PAGE)


def _turn(before: Choice) -> None:
    keep(_SEED, str((before.seed + 1) % (MOST_SEED + 1)), first=_FIRST_SEED, page=PAGE)


def _pause(paused: bool) -> None:
    st.session_state[_PAUSED] = paused
