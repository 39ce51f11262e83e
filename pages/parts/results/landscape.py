"""The loss around the weights that training found: a slice of this network beside plain and residual ones, finer while one looks."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from pages.parts.i18n import explain, lesson, t
from pages.parts.literal import literally
from pages.parts.results.landscape_figure import show_surfaces
from pages.parts.results.landscape_measuring import Measuring, measuring
from resnet.figures.loss_surface import Kind, Panel
from resnet.inquiries import RunSubject, Source, Subject
from resnet.loss_surface import CENTRE, SIDES, Measured, Slice
from resnet.plan import plan
from resnet.runs import service

_STATE = "landscape"
_PAUSE = 0.6  # seconds between two looks for answers
_COME_WITH_THE_APP = ("plain-20", "residual-20", "residual-56")
_MOST_BESIDE = 3


@dataclass(slots=True)
class _Looked:
    """What one visitor looks at. `beside` names other networks (`_others`); `seed` is that of the directions."""

    beside: list[str] = field(default_factory=lambda: ["app:plain-20", "app:residual-20"])
    kind: Kind = "above"
    seed: int = 1
    paused: bool = False


def landscape(source: Source) -> None:
    state: _Looked = st.session_state.setdefault(_STATE, _Looked())
    others = _others(source)
    state.beside = [name for name in state.beside if name in others]
    _controls(state, others)
    shown = {_title(source): source, **{_other_title(name, others[name]): others[name] for name in state.beside}}
    slices = {title: Slice.of(one, plan(one.config), state.seed) for title, one in shown.items()}
    unfinished = not state.paused and any(measuring().open(one) for one in slices.values())
    # The same fragment whether it looks again by itself or not: another one would mount the figure anew.
    st.fragment(_picture, run_every=_PAUSE if unfinished else None)(state, slices, unfinished)
    with st.expander(t("Explain"), icon=":material/school:"):
        st.markdown(lesson("landscape", "explain"), width=760)


def _others(source: Source) -> Mapping[str, Source]:
    """What can stand beside it: the other networks of the same run, and those that come with the app."""
    lab = service.current()
    record = lab.run(source.run) if isinstance(source, RunSubject) and lab is not None else None
    siblings = [network for network in record.config.networks if network != source.config] if record is not None else []
    found: dict[str, Source] = {
        f"run:{network.name}": RunSubject(record.id, network, record.config.dataset) for network in siblings if record is not None
    }
    found.update({f"app:{name}": Subject(name) for name in _COME_WITH_THE_APP if Subject(name) != source})
    return found


def _title(source: Source) -> str:
    return t("{network} (this one)", network=source.network)


def _other_title(name: str, other: Source) -> str:
    """A run's network and one that comes with the app may have the same name."""
    return other.network if name.startswith("app:") else t("{network} (same run)", network=other.network)


def _controls(state: _Looked, others: Mapping[str, Source]) -> None:
    kinds: dict[Kind, str] = {"above": t("From above"), "surface": t("As a surface")}

    def choose() -> None:
        """Of too many, those that were chosen first go."""
        chosen = st.session_state["landscape_beside"] or []
        state.beside = [*(name for name in state.beside if name in chosen), *(name for name in chosen if name not in state.beside)]
        state.beside = state.beside[-_MOST_BESIDE:]

    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.session_state["landscape_beside"] = list(state.beside)
        st.pills(
            t("Beside it"),
            tuple(others),
            selection_mode="multi",
            format_func=lambda name: _other_title(name, others[name]),
            key="landscape_beside",
            on_change=choose,
            width="content",
        )
        st.session_state["landscape_kind"] = state.kind
        st.segmented_control(
            t("Seen"), tuple(kinds), format_func=kinds.__getitem__, key="landscape_kind", required=True, on_change=_see, args=(state,)
        )
        st.button(
            t("Other directions"),
            key="landscape_turn",
            icon=":material/casino:",
            help=t("Draw two other random directions; these have the seed {seed}.", seed=state.seed),
            on_click=_turn,
            args=(state,),
        )
        if state.paused:
            st.button(t("Go on"), key="landscape_pause", icon=":material/play_arrow:", on_click=_pause, args=(state, False))
        else:
            st.button(t("Pause"), key="landscape_pause", icon=":material/pause:", on_click=_pause, args=(state, True))


def _see(state: _Looked) -> None:
    state.kind = st.session_state["landscape_kind"] or state.kind


def _turn(state: _Looked) -> None:
    state.seed += 1


def _pause(state: _Looked, paused: bool) -> None:
    state.paused = paused


def _picture(state: _Looked, slices: Mapping[str, Slice], unfinished: bool) -> None:
    """What is known by now; the whole page is made anew when all is."""
    shared, lab = measuring(), service.current()
    known = {title: shared.of(one) for title, one in slices.items()}
    if lab is not None and not state.paused:
        shared.advance(lab, tuple(slices.values()))
    if unfinished and not any(shared.open(one) for one in slices.values()):
        st.rerun()
    panels = [_panel(title, one, known[title]) for title, one in slices.items()]
    show_surfaces(panels, state.kind, alt=_alt(slices, known))
    for column, (title, one) in zip(st.columns(len(slices)), slices.items(), strict=True):
        with column, st.container(gap=None):
            _words(title, one, known[title])
    _status(state, shared, tuple(slices.values()))


def _panel(title: str, one: Slice, known: Measured) -> Panel:
    return Panel(title, _is_plain(one), *known.on_grid(), guessing=_guessing(one))


def _is_plain(one: Slice) -> bool:
    return one.subject.config.shortcut == "none"


def _guessing(one: Slice) -> float:
    """The loss of thinking all classes equally likely, in nats."""
    return math.log(one.subject.config.num_classes)


def _words(title: str, one: Slice, known: Measured) -> None:
    """What was measured, two lines high in every state."""
    share, loss = known.better_than(_guessing(one)), known.losses.get(CENTRE)
    count = t("{known} of {all} points, {images} images each", known=len(known.losses), all=SIDES[-1] ** 2, images=one.images)
    if share is None or loss is None:
        measured = t("Loss in the middle: {loss}", loss="–" if loss is None else f"{loss:.3f}")
    else:
        measured = t(
            "Loss **{loss:.3f}** in the middle; lower than guessing ({guessing:.2f}) at **{share:.0%}** of the points",
            loss=loss,
            guessing=_guessing(one),
            share=share,
        )
    st.caption(f"**{literally(title)}** · {count}")
    st.markdown(measured)


def _status(state: _Looked, shared: Measuring, wanted: Sequence[Slice]) -> None:
    problem = next((shared.problems[one] for one in wanted if one in shared.problems), None)
    if problem is not None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f":red[:material/error: {literally(explain(problem))}]", width="content")
            st.button(t("Ask again"), key="landscape_again", type="tertiary", on_click=shared.forgive, args=(wanted,))
        return
    if all(shared.of(one).share == 1 for one in wanted):
        words = t("All points are measured.")
    elif state.paused:
        words = t("Paused; what was measured is kept.")
    else:
        words = t("Measuring for everybody who looks: {progress}", progress=shared.progress(wanted) or "…")
    st.caption(words)


def _alt(slices: Mapping[str, Slice], known: Mapping[str, Measured]) -> str:
    def said(title: str, one: Slice) -> str:
        share, loss = known[title].better_than(_guessing(one)), known[title].losses.get(CENTRE)
        if share is None or loss is None:
            return t("{network}: not measured yet", network=title)
        return t(
            "{network}: loss {loss:.3f} in the middle, better than guessing at {share:.0%} of the points",
            network=title,
            loss=loss,
            share=share,
        )

    return t("Test loss around trained weights. {networks}.", networks="; ".join(said(title, one) for title, one in slices.items()))
