"""The hand on a run: pause, step, stop, continue, another learning rate. What is asked for shows at once, and again when it happens."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import t
from pages.parts.runs.story import RunStory, story_of
from resnet.errors import ExplainedError
from resnet.training.events import RateChanged

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord

Wish = Literal["pause", "resume", "step", "rate", "measure"]

# The events that tell that a wish came true.
_FULFILMENTS: dict[Wish, tuple[str, ...]] = {
    "pause": ("paused",),
    "resume": ("resumed",),
    "step": ("paused", "resumed"),
    "rate": ("rate",),
    "measure": ("measured",),
}
# States in which a wish has come true already, or by another way.
_FULFILLED_IN: dict[Wish, tuple[str, ...]] = {"pause": ("paused",), "resume": ("running",), "step": ("paused",), "rate": (), "measure": ()}
_ASKED, _PROBLEM = "steering_asked", "steering_problem"
_RATE, _RATE_OF = "steer_rate", "steering_rate_of"  # the field for the rate, and the run it speaks of
_HIGHEST_RATE = 100.0
_TRAVEL_SECONDS = 2.0  # a browser has heard of what was said so long ago


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of a run last, in which attempt at it and which state, and the sequence of its last event then."""

    run: str
    attempt: int
    wish: Wish
    state: str
    after: int
    rate: float | None = None


@dataclass(slots=True)
class _RateBox:
    """What the field for the rate is to show of one run, until somebody types.

    The field is one and the same for all runs and rates: of two with names of their own, Streamlit would show the old one beside the new
    one as long as the page is being made. So it is told what to show where its state is kept, and told again for a moment: what a rerun
    has said and not yet sent, the next one takes back.
    """

    rate: float
    heard: int = 0
    since: float = field(default_factory=time.monotonic)

    def show(self, rate: float) -> None:
        if rate != self.rate:
            self.rate, self.since = rate, time.monotonic()

    def ask_for(self, rate: float, story: RunStory) -> None:
        """Show a rate that is asked for here; what was told before is older than the wish."""
        self.heard = max(self.heard, story.sequence)
        self.show(rate)

    def hear(self, changed: RateChanged | None) -> None:
        """Show a rate that somebody else has set, once, or a repair."""
        if changed is not None and changed.sequence > self.heard:
            self.heard = changed.sequence
            self.show(_rounded(changed.learning_rate))

    def tell(self, run: str) -> None:
        """Let the field say so, if it was another run's, was away with its page, or may not have heard of the last change."""
        if st.session_state.get(_RATE_OF) != run or _RATE not in st.session_state:
            st.session_state[_RATE_OF] = run
            self.since = time.monotonic()
        if time.monotonic() - self.since < _TRAVEL_SECONDS:
            st.session_state[_RATE] = self.rate


def steering(lab: Service | None, record: RunRecord | None, story: RunStory) -> None:
    """Draw the bar. It is always there, so that nothing moves when a run begins; what makes no sense is disabled."""
    state = state_of(lab, record)
    steerable = state in ("running", "paused")
    run = record.id if record else ""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="steering"):
        _first_button(lab, record, story, state)
        _button("step", t("One step"), "skip_next", steerable, _ask, (lab, run, "step"), t("Compute one batch, then wait."))
        if state == "queued":
            _button("stop", t("Cancel"), "close", True, _stop, (lab, run))
        else:
            active = state in ("preparing", "running", "paused", "evaluating")
            _button("stop", t("Stop"), "stop", active, _stop, (lab, run))
        st.space("stretch")
        _rate(lab, record, story, steerable)


def state_of(lab: Service | None, record: RunRecord | None) -> str:
    """Where a run stands this moment; "idle" where there is none."""
    if lab is None or record is None:
        return "idle"
    return lab.live_state(record.id) or record.state


def attempt(action: Callable[..., object], *args: object, **options: Any) -> None:
    """Do what a click asks for. Where it is refused, the reason is kept for `refused`."""
    st.session_state.pop(_PROBLEM, None)
    try:
        action(*args, **options)
    except ExplainedError as problem:
        st.session_state[_PROBLEM] = problem


def refused() -> ExplainedError | None:
    """Why the last thing that was asked for could not be done; None where it could."""
    problem: ExplainedError | None = st.session_state.get(_PROBLEM)
    return problem


def asked_of(record: RunRecord | None) -> dict[str, Any] | None:
    """The last wish for this run, as the live view shows it until it hears of its fulfilment."""
    asked: Asked | None = st.session_state.get(_ASKED)
    if asked is None or record is None or (asked.run, asked.attempt) != (record.id, record.attempt):
        return None
    # A step that is asked for in a pause leads from that state to the same one.
    states = () if asked.wish == "step" and asked.state == "paused" else _FULFILLED_IN[asked.wish]
    return {"text": _wish_words(asked), "kinds": _FULFILMENTS[asked.wish], "states": states, "after": asked.after}


def ask_measure(lab: Service, run: str) -> None:
    """Ask for a measurement, as a click."""
    _ask(lab, run, "measure")


def _first_button(lab: Service | None, record: RunRecord | None, story: RunStory, state: str) -> None:
    run = record.id if record else ""
    if state == "paused":
        _button("resume", t("Resume"), "play_arrow", True, _ask, (lab, run, "resume"), primary=True)
    elif record is not None and record.can_continue and state in ("interrupted", "stopped", "failed"):
        _button("continue", t("Continue"), "play_arrow", True, continue_run, (lab, run), place_to_continue(story), primary=True)
    else:
        _button("pause", t("Pause"), "pause", state == "running", _ask, (lab, run, "pause"), t("Wait after the batch in progress."))


def _button(
    key: str,
    label: str,
    icon: str,
    enabled: bool,
    do: Callable[..., None],
    args: Sequence[Any],
    help: str | None = None,
    *,
    primary: bool = False,
) -> None:
    st.button(
        label,
        key=f"steer_{key}",
        icon=f":material/{icon}:",
        disabled=not enabled,
        on_click=do,
        args=tuple(args),
        help=help,
        type="primary" if primary else "secondary",
    )


def _rate(lab: Service | None, record: RunRecord | None, story: RunStory, enabled: bool) -> None:
    run = record.id if record else ""
    now = story.rate or (record.config.recipe.learning_rate if record else 1e-3)
    box: _RateBox = st.session_state.setdefault(f"steering_rate_{run}", _RateBox(_rounded(now)))
    box.hear(story.changed)
    box.tell(run)
    with (
        st.form("steer_rate_form", border=False, width="content"),
        st.container(horizontal=True, vertical_alignment="center", gap="xsmall"),
    ):
        st.markdown(f":small[{t('Learning rate')}]", width="content")
        st.number_input(
            t("Learning rate of the run"),
            1e-7,
            _HIGHEST_RATE,
            step=box.rate / 10,
            format="%.2g",
            key=_RATE,
            label_visibility="collapsed",
            disabled=not enabled,
            width=pixels(118),
        )
        st.form_submit_button(
            t("Set"), key="steer_set", disabled=not enabled, on_click=_set_typed, args=(lab, run, box), help=_meaning_of_a_rate(record)
        )
    for factor, label in ((0.5, "÷2"), (2.0, "×2")):
        st.button(
            label,
            key=f"steer_times_{factor:g}",
            disabled=not enabled,
            on_click=_scale,
            args=(lab, run, box, factor),
            help=t("Halve the learning rate.") if factor < 1 else t("Double the learning rate."),
        )


def _meaning_of_a_rate(record: RunRecord | None) -> str:
    """What a rate set by hand does to the batches after the next one; `LearningRate` of resnet/training/callbacks.py does it."""
    if record is None or record.config.recipe.schedule != "one-cycle":
        return t("From the next batch on.")
    return t(
        "From the next batch on, and the rest of the one-cycle never rises above it: where the cycle still climbs, this rate stays until "
        "the top was to be, then falls as the cycle would have; where it falls already, the rest is scaled with it."
    )


def _rounded(rate: float) -> float:
    return float(f"{rate:.3g}")


def _ask(lab: Service, run: str, wish: Wish) -> None:
    def ask() -> None:
        sequence = story_of(lab.events(run)).sequence
        getattr(lab, wish)(run)
        _remember(lab, run, wish, sequence)

    attempt(ask)


def _stop(lab: Service, run: str) -> None:
    attempt(lab.stop, run)


def continue_run(lab: Service, run: str, **options: Any) -> None:
    """Let a run go on from its checkpoint, as a click."""
    attempt(lab.continue_run, run, **options)


def _set_typed(lab: Service, run: str, box: _RateBox) -> None:
    def set_typed() -> None:
        story = story_of(lab.events(run))
        box.rate = float(st.session_state[_RATE])  # shown already
        box.ask_for(box.rate, story)
        _set_rate(lab, run, box.rate, story)

    attempt(set_typed)


def _scale(lab: Service, run: str, box: _RateBox, factor: float) -> None:
    def scale() -> None:
        story, asked = story_of(lab.events(run)), st.session_state.get(_ASKED)
        now = story.rate
        # Two quick clicks count twice: the second builds on the first, which may not have come true yet.
        if isinstance(asked, Asked) and _is_to_come(asked, lab.run(run), story):
            now = asked.rate
        if now is not None:
            rate = min(_HIGHEST_RATE, now * factor)
            box.ask_for(_rounded(rate), story)
            _set_rate(lab, run, rate, story)

    attempt(scale)


def _set_rate(lab: Service, run: str, rate: float, story: RunStory) -> None:
    lab.set_learning_rate(run, rate)
    _remember(lab, run, "rate", story.sequence, rate)


def _is_to_come(asked: Asked, record: RunRecord | None, story: RunStory) -> bool:
    """Whether this attempt at the run was asked for a rate that it has not taken yet."""
    if record is None or asked.rate is None or (asked.run, asked.attempt) != (record.id, record.attempt):
        return False
    return asked.after >= (story.changed.sequence if story.changed else 0)


def _remember(lab: Service, run: str, wish: Wish, after: int, rate: float | None = None) -> None:
    record = lab.run(run)
    if record is not None:
        st.session_state[_ASKED] = Asked(run, record.attempt, wish, record.state, after, rate)


def _wish_words(asked: Asked) -> str:
    return {
        "pause": t("Pausing after this batch …"),
        "resume": t("Resuming …"),
        "step": t("Computing one batch …"),
        "rate": t("Learning rate {rate:.3g} from the next batch on …", rate=asked.rate or 0),
        "measure": t("Measuring on the next batch …"),
    }[asked.wish]


def place_to_continue(story: RunStory) -> str:
    """Where a run would go on."""
    if story.saved is None or story.saved.step == 0:
        return t("Nothing was saved yet: it begins anew, with the same first weights.")
    return t("It goes on from step {step:,} of epoch {epoch}.", step=story.saved.step, epoch=story.saved.epoch)
