"""An experiment that trains networks side by side: question and prediction on the left, the race and what it showed on the right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from pages.parts.diagram import diagram
from pages.parts.display import pixels, projector
from pages.parts.duration import about
from pages.parts.experiments.race_chart import Racer, Shown, race_chart
from pages.parts.experiments.race_seen import Seen, look, open_question, steps_done
from pages.parts.experiments.session import Bench, bench
from pages.parts.experiments.settings import settings_form
from pages.parts.experiments.verdict_words import compared_curves, own_shares, test_accuracies, usual_curve, verdict
from pages.parts.experiments.words import about_recording, prediction_of
from pages.parts.i18n import explain, lesson, t, tn
from pages.parts.layout import beside_a_picture
from pages.parts.literal import literally
from pages.parts.network_state import set_run
from pages.parts.prediction import predict
from pages.parts.runs.steering import attempt, refused, state_of
from pages.parts.visitor import visitor
from resnet.config import TrainConfig
from resnet.diagrams.idea import construction_svg
from resnet.errors import ConfigError
from resnet.experiments.catalogue import SHALLOW, USUAL_RATE, Race, train_config
from resnet.experiments.readings import Curve, curves_of
from resnet.experiments.recordings import load
from resnet.experiments.verdicts import batches_compared
from resnet.runs import service
from resnet.training.events import Trouble

if TYPE_CHECKING:
    from resnet.runs.service import Service

_LESSON = "experiments"
_UNDER_WAY = ("queued", "preparing", "running", "paused", "stopping", "evaluating")


def race_view(race: Race) -> None:
    """The whole experiment."""
    lab, own = service.current(), bench(race.key)
    if race.key == "rescue":
        open_question(lab, race, own)
    seen = look(lab, race, own)
    left, right = beside_a_picture(1.9, on_a_projector=1.6)
    with left:
        above = st.container()  # what is said and started there follows from the settings below
        if own.view != "long":
            settings_form(race, own)
    with above:
        _question(race, own, seen)
        question, choices = prediction_of(race.key, own.view, seen.depth(own.settings))
        busy = seen.recording is None and state_of(lab, seen.record) in _UNDER_WAY
        predict(f"{race.key}{own.view}", question, choices, locked=seen.has_data, anew=lambda: _anew(own), busy=busy)
        _draw_button(race, own, locked=seen.has_data)
        _buttons(lab, race, own, seen)
    with right:
        race_chart(race.key, _shown(lab, race, own, seen), own)
        _verdict(race, own, seen)
    _explain(race)


def _question(race: Race, own: Bench, seen: Seen) -> None:
    if race.key == "disease" and not projector():  # where it takes the room of the controls; the idea's page has it, larger
        diagram(construction_svg(t), key="construction", height=116)
    if race.key == "rescue":
        st.session_state["rescue_view"] = own.view
        st.segmented_control(
            t("Question"),
            ("long", "own"),
            format_func=lambda view: {"long": t("Will it catch up?"), "own": t("Was it the rate?")}[view],
            key="rescue_view",
            required=True,
            label_visibility="collapsed",
            on_change=_change_view,
            args=(own,),
        )
    section = f"rescue_{own.view}_question" if race.key == "rescue" else f"{race.key}_question"
    depth = seen.depth(own.settings)
    values = {"steps": f"{seen.steps(own.settings):,}", "depth": depth, "added": depth - SHALLOW, "usual_rate": f"{USUAL_RATE:g}"}
    asked = lesson(_LESSON, section, **values)
    st.markdown(f":small[{asked}]" if projector() else asked)


def _change_view(own: Bench) -> None:
    own.view = st.session_state["rescue_view"]
    own.recording, own.played = None, False


def _anew(own: Bench) -> None:
    """Put away what is looked at, and the curve that was drawn. The run itself is kept, under Results and as a curve to compare with."""
    own.recording, own.played = None, False
    own.guesses.pop(own.view, None)
    if own.view != "long":
        _put_away(own)
        set_run(None)


def _put_away(own: Bench) -> None:
    if own.run is not None and own.run not in own.tried:
        own.tried.append(own.run)
    own.run = None


def _draw_button(race: Race, own: Bench, *, locked: bool) -> None:
    """A curve of one's own, for whoever wants to say more than which one is lower."""
    if locked or race.panel == "gradients":
        own.guess.drawing = False
        return
    if own.guess.drawing:
        st.caption(t("Drag the five points, or move them with the arrow keys. The curve stays when the data comes."))
        st.button(t("Remove my curve"), icon=":material/undo:", type="tertiary", on_click=_draw, args=(own, False))
    else:
        st.button(t("Draw the curve you expect"), icon=":material/draw:", type="tertiary", on_click=_draw, args=(own, True))


def _draw(own: Bench, drawing: bool) -> None:
    own.guess.drawing = drawing
    own.guess.heights = own.guess.heights or [2.3] * 5 if drawing else None


def _buttons(lab: Service | None, race: Race, own: Bench, seen: Seen) -> None:
    """Start, stop, and the recording for the day the laptop fails."""
    problem = refused()
    if problem is not None:
        st.error(literally(explain(problem)), icon=":material/error:")
    with st.container(horizontal=True, gap="small"):
        if own.view != "long":
            _run_buttons(lab, race, own, seen)
        _recording_button(race, own)
    if lab is None:
        st.caption(t("This server has no training engine; start it with `streamlit run app.py`. Recordings can be played."))


def _run_buttons(lab: Service | None, race: Race, own: Bench, seen: Seen) -> None:
    state = state_of(lab, seen.record)
    if lab is not None and seen.record is not None and state in _UNDER_WAY:
        stopping = state == "stopping"
        st.button(t("Stop"), key="race_stop", icon=":material/stop:", disabled=stopping, on_click=attempt, args=(lab.stop, seen.record.id))
        return
    label = t("Run it live") if seen.record is None else t("Run it again")
    try:
        config = train_config(race, own.settings)
    except ConfigError as error:
        st.error(literally(explain(error)), icon=":material/error:")
        return
    st.button(
        label,
        key="race_start",
        type="primary",
        icon=":material/play_arrow:",
        disabled=lab is None,
        on_click=attempt,
        args=(_start, lab, config, own),
    )


def _recording_button(race: Race, own: Bench) -> None:
    (name,) = race.recordings
    if own.recording is not None:
        st.button(t("Leave the recording"), key="race_leave", icon=":material/close:", on_click=_watch, args=(own, None))
    elif own.view == "own":
        return  # the recording answers the other question
    elif load(name) is None:
        st.caption(t("There is no recording of this experiment on this server."))
    else:
        kind: Any = "primary" if own.view == "long" else "secondary"
        st.button(t("Play the recording"), key="race_replay", type=kind, icon=":material/replay:", on_click=_watch, args=(own, name))


def _watch(own: Bench, recording: str | None) -> None:
    own.recording, own.played = recording, False


def _start(lab: Service, config: TrainConfig, own: Bench) -> None:
    run = lab.start(config, visitor=visitor())
    _put_away(own)
    own.run, own.recording, own.played = run, None, False
    set_run(run)


def _shown(lab: Service | None, race: Race, own: Bench, seen: Seen) -> Shown:
    long = load(race.recordings[0]) if own.view == "long" else None
    config = seen.config or (long.config if long else train_config(race, own.settings))
    state = ("played" if own.played else "recording") if seen.recording else state_of(lab, seen.record)
    waiting = lab.waiting(seen.record.id) if lab and seen.record and state == "queued" else None
    shown = Shown(
        racers=[Racer.of(network) for network in config.networks],
        steps=config.max_steps or own.settings.steps,
        loss=t("Training loss"),
        run=seen.record.id if seen.record else None,
        attempt=seen.record.attempt if seen.record else 0,
        recording=seen.recording.name if seen.recording else None,
        about=about_recording(seen.recording) if seen.recording else "",
        key=":".join(map(str, (state, waiting.ahead if waiting else 0, int(seen.has_data), _trouble(seen)))),
        under=_under(lab, race, own, config),
        shares=own_shares() if race.key == "depth" else None,
        panel=race.panel,
        guess="" if race.panel == "gradients" else t("your curve"),
        guessing=own.guess.drawing and not seen.has_data,
    )
    if waiting is None or not waiting.ahead:
        return shown
    ahead = tn("Waiting: {n} ahead of this run", "Waiting: {n} ahead of this run", waiting.ahead)
    words = ahead if waiting.seconds is None else t("{ahead}, {time}", ahead=ahead, time=about(waiting.seconds))
    return replace(shown, waiting=words)


def _trouble(seen: Seen) -> int:
    """The sequence of the last trouble, as `report` in race.js tells it."""
    if seen.recording is not None:
        return 0
    return max((event.sequence for event in seen.events if isinstance(event, Trouble)), default=0)


def _under(lab: Service | None, race: Race, own: Bench, config: TrainConfig) -> list[Mapping[str, Any]]:
    """Curves to compare a student's own rate with: recorded ones, and what was tried before."""
    if race.key == "rescue" and own.view == "own":
        return [_usual(curve, config) for curve in compared_curves(config).values()] + _tried(lab, own, config)
    if race.key == "rate":
        usual = usual_curve(config)
        return [_usual(usual, config)] if usual is not None else []
    return []


def _usual(curve: Curve, config: TrainConfig) -> Mapping[str, Any]:
    return _line(t("{name} at {rate:g}", name=curve.network, rate=USUAL_RATE), curve, config.max_steps)


def _tried(lab: Service | None, own: Bench, config: TrainConfig) -> list[Mapping[str, Any]]:
    """The student's last attempts on the same batches, each named by its rate."""
    lines = []
    for run in own.tried[-2:]:
        record = lab.run(run) if lab is not None and run != own.run else None
        curve = curves_of(lab.events(run)).get("plain-56") if lab is not None and record is not None else None
        if record is not None and curve is not None and record.config.seed == config.seed:
            lines.append(_line(t("plain-56 at {rate:g}", rate=record.config.recipe.learning_rate), curve, config.max_steps))
    return lines


def _line(name: str, curve: Curve, steps: int | None) -> Mapping[str, Any]:
    kept = curve.steps <= (steps or curve.steps[-1])
    plain, depth = curve.network.split("-")
    return {
        "name": name,
        "plain": plain == "plain",
        "depth": int(depth),
        "steps": curve.steps[kept].tolist(),
        "loss": [round(float(loss), 3) if loss == loss else None for loss in curve.loss[kept]],
    }


def _verdict(race: Race, own: Bench, seen: Seen) -> None:
    """What it showed, once it is over; a recording is over when it has been played."""
    with st.container(key="verdict"):
        config = seen.config
        over = own.played if seen.recording is not None else seen.record is not None and seen.record.ended
        if config is None or not over:
            return
        events = seen.recording.events if seen.recording is not None else seen.events
        words = verdict(race.key, config, events)
        if words is None:
            st.info(t("Too few steps to say what this run shows."), icon=":material/hourglass_empty:")
            return
        heading = t("What the recorded run showed") if seen.recording is not None else t("What this run showed")
        st.markdown(f"**{heading}** :small[:gray[{_conditions(race, config, steps_done(events), batches_compared(events))}]]\n\n{words}")
        accuracies = test_accuracies(events)
        if accuracies:
            st.caption(accuracies)


def _conditions(race: Race, config: TrainConfig, steps: int, batches: int) -> str:
    """What the figures below are, and of what."""
    if race.panel == "gradients":
        return t(
            "one seed, {seed}; {steps:,} steps; gradients per weight: a kernel's norm by the root of its number of weights, not the norm "
            "that the chart shows",
            seed=config.seed,
            steps=steps,
        )
    return t(
        "one seed, {seed}; losses are means over the last {batches} of {steps:,} steps",
        seed=config.seed,
        batches=batches,
        steps=steps,
    )


def _explain(race: Race) -> None:
    with st.expander(t("Explain"), icon=":material/school:"):
        st.markdown(lesson(_LESSON, f"{race.key}_explain"), width=pixels(760))
