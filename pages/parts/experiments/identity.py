"""Learn the identity: two plain convolutions against pairs with a shortcut around them, within seconds."""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import streamlit as st

from pages.parts.display import pixels
from pages.parts.experiments.race_chart import Racer, Shown, race_chart
from pages.parts.experiments.session import bench, told
from pages.parts.experiments.verdict_words import identity_words
from pages.parts.experiments.words import machine_words, prediction_of
from pages.parts.i18n import explain, lesson, t
from pages.parts.inquiry import Inquiring, follow
from pages.parts.layout import beside_a_picture
from pages.parts.literal import literally
from pages.parts.prediction import predict
from resnet.experiments.recordings import path_of
from resnet.inquiries import IdentityRun, LearnIdentity
from resnet.runs import service
from resnet.runs.service import Service

_SESSION_KEY, _LESSON, RECORDING = "identity", "experiments", "identity"
_RATES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
PLAIN, RESIDUAL, DRAWN = "plain", "residual", "drawn"


@dataclass(slots=True)
class _Identity:
    """What is asked and what is shown: an answer of one's own, or the recording."""

    seed: int = 42
    steps: int = 200
    rate: float = 3e-3
    shown: LearnIdentity | None = None
    recording: bool = False
    inquiring: Inquiring = field(default_factory=Inquiring)


@dataclass(frozen=True, slots=True)
class RecordedIdentity:
    """One answer that was recorded, with where and when."""

    machine: str
    recorded: str
    asked: LearnIdentity
    run: Mapping[str, list[float]]


@lru_cache(maxsize=1)
def recorded_identity() -> RecordedIdentity | None:
    path = path_of(RECORDING)
    if not path.is_file():
        return None
    data = json.loads(gzip.decompress(path.read_bytes()))
    about = data["about"]
    return RecordedIdentity(about["machine"], about["recorded"], LearnIdentity(**data["asked"]), data["run"])


def identity_view() -> None:
    state: _Identity = st.session_state.setdefault(_SESSION_KEY, _Identity())
    lab, own = service.current(), bench("identity")
    if lab is not None and state.inquiring.pending:
        state.inquiring.look(lab)
    run = _run(state)
    left, right = beside_a_picture(1.9, on_a_projector=1.6)
    with left:
        st.markdown(lesson(_LESSON, "identity_question"))
        question, choices = prediction_of("identity", "", 0)
        predict("identity", question, choices, locked=run is not None, anew=lambda: _anew(state))
        _buttons(lab, state)
        _form(state)
    with right:
        race_chart("identity", _shown(state, run), own)
        with st.container(key="verdict"):
            if state.inquiring.problem is not None:
                st.error(literally(explain(state.inquiring.problem)), icon=":material/error:")
            if run is not None and own.played:
                heading = t("What the recorded run showed") if state.recording else t("What this run showed")
                st.markdown(f"**{heading}**\n\n{identity_words(run)}")
        if state.inquiring.pending:
            follow(state.inquiring)
    with st.expander(t("Explain"), icon=":material/school:"):
        st.markdown(lesson(_LESSON, "identity_explain"), width=pixels(760))


def _form(state: _Identity) -> None:
    state.rate = st.select_slider(t("Learning rate"), _RATES, key=told("identity_rate", state.rate), format_func=lambda rate: f"{rate:g}")
    with st.container(horizontal=True, gap="small"):
        state.steps = int(st.number_input(t("Steps"), 20, 500, step=20, key=told("identity_steps", state.steps), width=pixels(120)))
        state.seed = int(st.number_input(t("Seed"), 0, 2**31 - 1, key=told("identity_seed", state.seed), width=pixels(120)))


def _buttons(lab: Service | None, state: _Identity) -> None:
    with st.container(horizontal=True, gap="small"):
        st.button(
            t("Run it live"),
            key="identity_start",
            type="primary",
            icon=":material/play_arrow:",
            disabled=lab is None or state.inquiring.pending,
            on_click=_ask,
            args=(state,),
        )
        if state.recording:
            st.button(t("Leave the recording"), key="identity_leave", icon=":material/close:", on_click=_watch, args=(state, False))
        elif recorded_identity() is not None:
            st.button(t("Play the recording"), key="identity_replay", icon=":material/replay:", on_click=_watch, args=(state, True))


def _ask(state: _Identity) -> None:
    state.shown, state.recording = LearnIdentity(state.seed, state.steps, state.rate), False
    state.inquiring.want([state.shown])
    bench("identity").played = False


def _anew(state: _Identity) -> None:
    state.shown = None
    _watch(state, False)


def _watch(state: _Identity, recording: bool) -> None:
    state.recording = recording
    bench("identity").played = False


def _run(state: _Identity) -> Mapping[str, list[float]] | None:
    """The relative errors by learner, before each step and after the last."""
    if state.recording:
        recorded = recorded_identity()
        return recorded.run if recorded is not None else None
    found = state.inquiring.found.get(state.shown) if state.shown is not None else None
    return losses_of(found) if isinstance(found, IdentityRun) else None


def losses_of(run: IdentityRun) -> dict[str, list[float]]:
    """The answer as plain lists, to four digits."""
    columns = {PLAIN: run.plain_loss, RESIDUAL: run.residual_loss, DRAWN: run.drawn_residual_loss}
    return {name: [float(f"{loss:.4g}") for loss in losses] for name, losses in columns.items()}


def _shown(state: _Identity, run: Mapping[str, list[float]] | None) -> Shown:
    own = bench("identity")
    recorded = recorded_identity()
    asked = recorded.asked if state.recording and recorded is not None else state.shown
    steps = asked.steps if asked is not None else state.steps
    return Shown(
        racers=[
            Racer(name=_titles()[PLAIN], plain=True, depth=32),
            Racer(name=_titles()[RESIDUAL], plain=False, depth=56),
            Racer(name=_titles()[DRAWN], plain=False, depth=20),
        ],
        steps=steps,
        loss=t("Error by the target's square"),
        frame=(f"{asked}:{state.recording}", _frame(run)) if run is not None else None,
        about=_about(state, asked),
        key=f"{'played' if own.played else 'recording'}:0:1:0" if run is not None else "idle:0:0:0",
        classes=False,
        gradients=False,
        seconds=False,
        waiting=state.inquiring.progress if state.inquiring.pending else "",
    )


def _titles() -> Mapping[str, str]:
    """What the three learners are called."""
    return {PLAIN: t("plain pair"), RESIDUAL: t("with shortcut"), DRAWN: t("shortcut, drawn")}


def _about(state: _Identity, asked: LearnIdentity | None) -> str:
    if asked is None:
        return ""
    what = t("seed {seed}, Adam at {rate:g}, {steps} steps", seed=asked.seed, rate=asked.learning_rate, steps=asked.steps)
    recorded = recorded_identity()
    if not state.recording or recorded is None:
        return what
    return t("Recording: {machine}, {day}; {what}", machine=machine_words(recorded.machine), day=recorded.recorded, what=what)


def _frame(run: Mapping[str, list[float]]) -> dict[str, Any]:
    """The losses in the shape of a stream's frame; the clock is a twentieth of a second for each step, to watch it."""
    titles = _titles()
    batches = {
        titles[name]: {
            "step": list(range(len(losses))),
            "epoch": [1] * len(losses),
            "loss": losses,
            "accuracy": [None] * len(losses),
            "learning_rate": [None] * len(losses),
            "seconds": [step / 20 for step in range(len(losses))],
        }
        for name, losses in run.items()
    }
    return {"state": "finished", "stopping": False, "position": None, "anew": True, "batches": batches, "events": []}
