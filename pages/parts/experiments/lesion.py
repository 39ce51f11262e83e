"""The lesion: parts of a trained network are taken out by a click, and what is left is tested at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from pages.parts.diagram import diagram
from pages.parts.display import pixels
from pages.parts.experiments.session import told
from pages.parts.experiments.verdict_words import fall_words, lesion_explanation
from pages.parts.experiments.words import machine_words, prediction_of
from pages.parts.figure import show_figure
from pages.parts.i18n import explain, lesson, t, tn
from pages.parts.inquiry import Inquiring, follow
from pages.parts.layout import beside_a_picture
from pages.parts.literal import literally
from pages.parts.prediction import predict
from pages.parts.theme import current_theme
from resnet.diagrams.lesion import HEIGHT, Unit, lesion_svg
from resnet.embedded import EMBEDDED
from resnet.experiments.lesion import NETWORKS, Fall, kinds_of, median, recorded_cuts
from resnet.figures.lesion import lesion_figure
from resnet.inquiries import TEST_IMAGES, Cut, CutKind, CutResult, Subject, places_to_cut
from resnet.runs import service
from resnet.runs.service import Service
from resnet.wording import listed, percent, stage_title

_SESSION_KEY, _LESSON = "lesion", "experiments"
_STEP, _BARS = 0.4, 3  # seconds between two looks of a recording, and how many more bars each shows


@dataclass(slots=True)
class _Lesion:
    """What is looked at, what is cut of it, and what was measured.

    `recorded` counts the bars of the recording that are shown; None where the student measures.
    """

    network: str = NETWORKS[0]
    kind: CutKind = "branch"
    cut: list[str] = field(default_factory=list)
    inquiring: Inquiring = field(default_factory=Inquiring)
    recorded: int | None = None
    playing: bool = False

    def question(self, places: Sequence[str]) -> Cut:
        return Cut(Subject(self.network), self.kind, tuple(places))

    def result(self, places: Sequence[str]) -> CutResult | None:
        found = self.inquiring.found.get(self.question(places))
        return found if isinstance(found, CutResult) else None

    @property
    def places(self) -> tuple[str, ...]:
        """What can be cut, in order: blocks, or the convolutions of a plain network."""
        possible = places_to_cut(EMBEDDED[self.network].network, self.kind)
        return tuple(place for place in possible if self.kind != "layer" or "_conv" in place)

    def alone(self) -> dict[str, float]:
        """Accuracy by place, cut alone, as far as it is known."""
        if self.recorded is not None:
            recording = recorded_cuts()
            known = recording.of(self.network, self.kind) if recording is not None else {}
            return dict(list(known.items())[: self.recorded])
        results = {place: self.result((place,)) for place in self.places}
        return {place: result.accuracy for place, result in results.items() if result is not None}

    def untouched(self) -> float | None:
        if self.recorded is not None:
            recording = recorded_cuts()
            return recording.untouched.get(self.network) if recording is not None else None
        known = [
            result.untouched_accuracy
            for asked, result in self.inquiring.found.items()
            if isinstance(asked, Cut) and isinstance(result, CutResult) and asked.subject.network == self.network
        ]
        return known[0] if known else None


def lesion_view() -> None:
    state: _Lesion = st.session_state.setdefault(_SESSION_KEY, _Lesion())
    lab = service.current()
    left, right = beside_a_picture(1.9, on_a_projector=1.6)
    with left, st.container(gap="xsmall"):  # at 1280x720 its last button is on the screen
        st.markdown(lesson(_LESSON, "lesion_question", images=f"{TEST_IMAGES:,}"))
        question, choices = prediction_of("lesion", "", 56)
        predict(
            "lesion",
            question,
            choices,
            locked=bool(state.inquiring.found or state.recorded),
            anew=lambda: _anew(state),
            busy=state.inquiring.pending,
        )
        _choices(state)
        _buttons(lab, state)
    with right:
        _picture(lab, state)
        _watch(state)
    with st.expander(t("Explain"), icon=":material/school:"):
        st.markdown(lesion_explanation(), width=pixels(760))


def _choices(state: _Lesion) -> None:
    network = st.segmented_control(
        t("Trained network"), NETWORKS, key=told("lesion_network", state.network), required=True, width="stretch"
    )
    if network and network != state.network:
        state.network, state.kind = network, kinds_of(network)[0]
        _forget(state)
    kinds = kinds_of(state.network)
    kind = st.segmented_control(
        t("What is cut"),
        kinds,
        format_func=_kind_title,
        key=told(f"lesion_kind_{state.network}", state.kind),
        required=True,
        width="stretch",
    )
    if kind and kind != state.kind:
        state.kind = kind
        _forget(state)


def _forget(state: _Lesion) -> None:
    state.cut, state.recorded, state.playing = [], None, False
    state.inquiring.give_up()


def _anew(state: _Lesion) -> None:
    _forget(state)
    state.inquiring.found.clear()


def _kind_title(kind: str) -> str:
    return {"branch": t("Branch"), "shortcut": t("Shortcut"), "layer": t("Layer")}[kind]


def _buttons(lab: Service | None, state: _Lesion) -> None:
    with st.container(horizontal=True, gap="small"):
        if state.recorded is not None:
            st.button(t("Leave the recording"), key="lesion_leave", icon=":material/close:", on_click=_play, args=(state, False))
            return
        if state.inquiring.wanted:
            st.button(t("Stop"), key="lesion_stop", icon=":material/stop:", on_click=state.inquiring.give_up)
        else:
            st.button(
                t("Cut each in turn"),
                key="lesion_each",
                type="primary",
                icon=":material/content_cut:",
                disabled=lab is None,
                on_click=_cut_each,
                args=(state,),
            )
        st.button(t("Heal"), key="lesion_heal", icon=":material/healing:", disabled=not state.cut, on_click=state.cut.clear)
        if recorded_cuts() is not None:
            st.button(t("Play the recording"), key="lesion_replay", icon=":material/replay:", on_click=_play, args=(state, True))
    if lab is None:
        st.caption(t("This server has no training engine; start it with `streamlit run app.py`. Recordings can be played."))


def _cut_each(state: _Lesion) -> None:
    state.inquiring.want(state.question((place,)) for place in state.places)


def _play(state: _Lesion, on: bool) -> None:
    _forget(state)
    if on:
        state.recorded, state.playing = 0, True


def _picture(lab: Service | None, state: _Lesion) -> None:
    """The chain to click on, what was measured, and what it means."""
    alone = state.alone()
    labels = {place: _label(place) for place in state.places}
    titled = t("{network}: click what is to be cut", network=state.network)
    svg = lesion_svg(_units(state), state.kind, state.cut, alone, title=titled, t=t)
    diagram(svg, key=f"lesion_{state.network}", height=HEIGHT, on_open=lambda place: _toggle(lab, state, place))
    untouched = state.untouched()
    figure = lesion_figure(labels, alone, state.kind, untouched=untouched, chosen=state.cut, theme=current_theme(), t=t)
    spoken = listed((f"{labels[place]} {percent(share)}" for place, share in alone.items() if place in labels), t)
    whole = "–" if untouched is None else percent(untouched)
    alt = t("Accuracy with one part cut, untouched {untouched}: {known}.", untouched=whole, known=spoken or "–")
    show_figure(figure, key="lesion_bars", alt=alt)
    with st.container(key="verdict"):
        _words(state, alone, untouched)


def _toggle(lab: Service | None, state: _Lesion, place: str) -> None:
    if lab is None or state.recorded is not None or place not in state.places:
        return
    state.cut = [one for one in state.places if (one in state.cut) != (one == place)]
    if state.cut:
        state.inquiring.want([state.question(state.cut)])


def _words(state: _Lesion, alone: Mapping[str, float], untouched: float | None) -> None:
    if state.recorded is not None:
        _recorded_words(state)
        return
    if state.inquiring.problem is not None:
        st.error(literally(explain(state.inquiring.problem)), icon=":material/error:")
    together = state.result(state.cut) if state.cut else None
    if together is not None:
        fall = Fall(together.accuracy, together.untouched_accuracy)
        st.markdown(fall_words(state.network, state.kind, fall, len(state.cut)))
    if len(alone) > 1 and untouched is not None:
        st.caption(_summary(state, alone, untouched))


def _summary(state: _Lesion, alone: Mapping[str, float], untouched: float) -> str:
    hardly = sum(Fall(share, untouched).outcome == "hardly" for share in alone.values())
    worst = min(alone, key=lambda place: alone[place])
    return tn(
        "Cut alone, {n} place measured: {hardly} cost less than 5 points. Median {median:.1%}, worst {worst:.1%} without {place}.",
        "Cut alone, {n} places measured: {hardly} cost less than 5 points. Median {median:.1%}, worst {worst:.1%} without {place}.",
        len(alone),
        hardly=hardly,
        median=median(alone),
        worst=alone[worst],
        place=_label(worst),
    )


def _recorded_words(state: _Lesion) -> None:
    recording = recorded_cuts()
    if recording is None:
        return
    made = t(
        "{machine}, {day}; {images:,} test images",
        machine=machine_words(recording.machine),
        day=recording.recorded,
        images=recording.images,
    )
    st.markdown(f":orange[●] **{t('Recording')}** :small[:gray[{made}]]")
    alone, untouched = state.alone(), state.untouched()
    if not state.playing and alone and untouched is not None:
        st.caption(_summary(state, alone, untouched))


def _watch(state: _Lesion) -> None:
    """Look again while something is under way; drawn only then."""
    if state.playing:
        _play_on()
    elif state.inquiring.pending:
        follow(state.inquiring)


@st.fragment(run_every=_STEP)
def _play_on() -> None:
    state: _Lesion = st.session_state[_SESSION_KEY]
    recording = recorded_cuts()
    if recording is None or state.recorded is None or state.recorded >= len(recording.of(state.network, state.kind)):
        state.playing = False
    else:
        state.recorded += _BARS
    st.rerun()


def _units(state: _Lesion) -> list[Unit]:
    """The chain: blocks, or the convolutions of a plain network, those included that cannot be cut."""
    embedded = EMBEDDED[state.network]
    possible = set(state.places)
    names = [f"{block}_conv{number}" for block in embedded.blocks for number in (1, 2)] if state.kind == "layer" else list(embedded.blocks)
    return [
        Unit(
            place=name,
            label=_label(name),
            row=stage_title(name.split("_")[0], t),
            residual=state.kind != "layer",
            possible=name in possible,
        )
        for name in names
    ]


def _label(place: str) -> str:
    """ "stage1_block2" as "1.2", "stage1_block2_conv1" as "1.2a": as short as a box has room for."""
    stage, block, *conv = place.split("_")
    letter = {"conv1": "a", "conv2": "b"}[conv[0]] if conv else ""
    return f"{stage.removeprefix('stage')}.{block.removeprefix('block')}{letter}"
