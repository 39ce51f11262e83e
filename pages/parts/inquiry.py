"""What a page asks of the inspect worker: asked by itself, its coming told of, and the last answer kept on the page meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import explain, t
from pages.parts.literal import literally
from resnet.errors import ExplainedError
from resnet.inquiries import Finding, Inquiry
from resnet.runs import service

if TYPE_CHECKING:
    from resnet.runs.answers import Pending, Phase

FindingType = TypeVar("FindingType")

_STATE = "inquiries_asked"
_PAUSE = 0.4  # seconds between two looks at a question
LINE_HEIGHT = 28  # pixels on a screen that a word about the answer takes, said or not


@dataclass(slots=True)
class Asked(Generic[FindingType]):
    """What one visitor asked for last at one place of a page.

    Attributes:
        inquiry: what was asked.
        question: the service's name for it; None while it could not yet be asked.
        outcome: how far it is, or why there is no answer; None where `found` is the answer, and before the engine is up.
        found: the last answer there was, of this inquiry or of an earlier one; None before the first.
        current: whether `found` is of this inquiry.
    """

    inquiry: Inquiry
    question: str | None = None
    outcome: Pending | ExplainedError | None = None
    found: FindingType | None = None
    current: bool = False

    @property
    def status(self) -> str:
        """In a few words why `found` is not the answer; nothing where it is."""
        if self.current:
            return ""
        if service.current() is None or self.refused:
            return t("There is no answer")
        return t("Measuring …")

    @property
    def refused(self) -> bool:
        return isinstance(self.outcome, ExplainedError)


def ask(inquiry: Inquiry, found: type[FindingType], *, key: str) -> Asked[FindingType]:
    """Ask, unless this place has asked the same before, and say what there is. `found` is the type of the answers to such inquiries.

    Waits for nothing. `tell` says on the page how it stands, and brings the page back when there is news.
    """
    everything: dict[str, Asked[FindingType]] = st.session_state.setdefault(_STATE, {})
    asked = everything.get(key)
    if asked is None:
        asked = everything[key] = Asked(inquiry)
    elif asked.inquiry != inquiry:
        asked.inquiry, asked.question, asked.outcome, asked.current = inquiry, None, None, False
    lab = service.current()
    if lab is None or asked.current or asked.refused:
        return asked
    if asked.question is None:
        if lab.engine_state == "starting":
            return asked
        asked.question = lab.ask(inquiry)
    answer = lab.answer(asked.question)
    if isinstance(answer, found):
        asked.found, asked.current, asked.outcome = answer, True, None
    elif not isinstance(answer, Finding):
        asked.outcome = answer
    return asked


def tell(asked: Asked[FindingType], *, key: str, said: str = "") -> None:
    """One line, as high in every state: that the answer is on its way, why there is none, or else what is to be `said`, as Markdown."""
    with st.container(height=pixels(LINE_HEIGHT), border=False, horizontal=True, vertical_alignment="center", gap="small"):
        if service.current() is None:
            st.markdown(f":gray[:material/power_off: {t('This server has no engine to ask; start it with `streamlit run app.py`.')}]")
        elif isinstance(asked.outcome, ExplainedError):
            st.markdown(f":red[:material/error: {literally(explain(asked.outcome))}]", width="content")
            st.button(t("Ask again"), key=f"{key}_again", type="tertiary", on_click=_forget, args=(asked,))
        elif not asked.current:
            _watch(asked)
        elif said:
            st.markdown(said)


def _forget(asked: Asked[FindingType]) -> None:
    asked.question = asked.outcome = None


@st.fragment(run_every=_PAUSE)
def _watch(asked: Asked[FindingType]) -> None:
    """Drawn only while an answer is on its way; its end reruns the page once, without it."""
    lab = service.current()
    if lab is None:
        st.rerun()
    if asked.question is None:
        if lab.engine_state != "starting":
            st.rerun()
        words = t("The engine is starting")
    else:
        answer = lab.answer(asked.question)
        if isinstance(answer, Finding | ExplainedError):
            st.rerun()
        words = progress(answer)
    st.markdown(f":gray[:material/hourglass_top: {words}]")


def progress(pending: Pending) -> str:
    """How far a question is, in words, and for how long it has been asked."""
    phases: dict[Phase, str] = {
        "starting": t("Starting the process that answers questions"),
        "waiting": t("Waiting: other questions come first"),
        "loading": t("Loading TensorFlow; the next question will not need to"),
        "building": t("Building the network"),
    }
    return t("{phase} … {seconds:.0f} s", phase=phases.get(pending.phase, t("Measuring")), seconds=pending.seconds)
