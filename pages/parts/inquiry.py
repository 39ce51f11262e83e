"""What a page asks of the inspect worker: asked by itself, its coming told of, and the last answer kept on the page meanwhile.

One question at a time from one place of a page is `ask` and `tell`; many, a few of them at once, are `Inquiring`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import explain, t
from pages.parts.literal import literally
from pages.parts.reserved import reserved
from resnet.errors import BusyError, ExplainedError, ForgottenError
from resnet.inquiries import Finding, Inquiry, Source
from resnet.runs import service

if TYPE_CHECKING:
    from resnet.runs.answers import Answer, Pending, Phase
    from resnet.runs.service import Service

FindingType = TypeVar("FindingType")


class _AboutNetwork(Protocol):
    """An inquiry about one network."""

    @property
    def subject(self) -> Source: ...


AboutType = TypeVar("AboutType", bound=_AboutNetwork)

_STATE = "inquiries_asked"
_PAUSE = 0.4  # seconds between two looks at a question
LINE_HEIGHT = 28  # pixels on a screen that a word about the answer takes, said or not
AT_ONCE = 4  # of many; a class asks together, and a worker answers one after the other
REST = 5  # looks between a question that was not taken and the next try; what is refused takes room among the answers that are kept


@dataclass(slots=True)
class Asked(Generic[FindingType]):
    """What one visitor asked for last at one place of a page.

    Attributes:
        inquiry: what was asked.
        question: the service's name for it; None while it could not yet be asked.
        outcome: how far it is, or why there is no answer; None where `found` is the answer, and before the engine is up.
        found: the last answer there was, of this inquiry or of an earlier one; None before the first.
        answered: the inquiry that `found` answers. current: whether that is `inquiry`.
        rest: looks at which nothing is asked, because too many questions of others wait.
    """

    inquiry: Inquiry
    question: str | None = None
    outcome: Pending | ExplainedError | None = None
    found: FindingType | None = None
    answered: Inquiry | None = None
    current: bool = False
    rest: int = 0

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

    @property
    def progress(self) -> str:
        """How far it is, in words; it has been asked, or will be as soon as the engine is up."""
        outcome = self.outcome
        if self.rest:
            return t("Waiting: other questions come first")
        return t("The engine is starting") if outcome is None or isinstance(outcome, ExplainedError) else progress(outcome)

    def look(self, lab: Service) -> Answer | None:
        """Ask, if that was not done, and say how it stands; None while the engine starts, which is no reason to give up."""
        if self.question is None:
            if lab.engine_state == "starting":
                return None
            self.question = lab.ask(self.inquiry)
        answer = lab.answer(self.question)
        if isinstance(answer, ForgottenError):  # the visitor was elsewhere for long
            self.question = lab.ask(self.inquiry)
            answer = lab.answer(self.question)
        self.outcome = None if isinstance(answer, Finding) else answer
        return answer

    def look_patiently(self, lab: Service) -> Answer | None:
        """As `look`; a question that was not taken, because too many wait, is asked again at a later look, and no refusal: None."""
        self.rest = max(0, self.rest - 1)
        if self.rest:
            return None
        answer = self.look(lab)
        if isinstance(answer, BusyError):
            self.question, self.outcome, self.rest = None, None, REST
            return None
        return answer


def ask(inquiry: Inquiry, found: type[FindingType], *, key: str) -> Asked[FindingType]:
    """Ask, unless this place has asked the same before, and say what there is. `found` is the type of the answers to such inquiries.

    Waits for nothing. `tell` says on the page how it stands, and brings the page back when there is news.
    """
    everything: dict[str, Asked[FindingType]] = st.session_state.setdefault(_STATE, {})
    asked = everything.get(key)
    if asked is None:
        asked = everything[key] = Asked(inquiry)
    elif asked.inquiry != inquiry:
        asked.inquiry, asked.question, asked.outcome, asked.current, asked.rest = inquiry, None, None, False, 0
    lab = service.current()
    if lab is None or asked.current or asked.refused:
        return asked
    answer = asked.look_patiently(lab)
    if isinstance(answer, found):
        asked.found, asked.answered, asked.current = answer, asked.inquiry, True
    return asked


def last_answer(asked: Asked[FindingType], kind: type[AboutType], source: Source) -> tuple[AboutType, FindingType] | None:
    """What may be shown until the answer comes: the last there was about this network, with its own inquiry, which says what it is of.

    None before the first, where the last is about another network, and after a refusal: nothing would ever take its place.
    """
    answered = asked.answered
    if asked.found is None or asked.refused or not isinstance(answered, kind) or answered.subject != source:
        return None
    return answered, asked.found


def from_before(words: str, *, current: bool) -> str:
    """What is seen, for those who cannot see that it is dimmed."""
    return words if current else t("From before: {seen}", seen=words)


def tell(asked: Asked[FindingType], *, key: str, said: str = "") -> None:
    """One line, as high in every state: that the answer is on its way, why there is none, or else what is to be `said`, as Markdown."""
    with reserved(pixels(LINE_HEIGHT), key=key, horizontal=True, vertical_alignment="center", gap="small"):
        if service.current() is None:
            st.markdown(f":gray[:material/power_off: {t('This server has no engine to ask; start it with `streamlit run app.py`.')}]")
        elif isinstance(asked.outcome, ExplainedError):
            st.markdown(f":red[:material/error: {literally(explain(asked.outcome))}]", width="content")
            st.button(t("Ask again"), key=f"{key}_again", type="tertiary", on_click=_forget, args=(asked,))
        elif not asked.current:
            _watch(asked)
        elif said:
            st.markdown(said)


def forget(key: str) -> None:
    """Keep neither what was asked at this place nor the answer, both of which may be large: `ask` asks anew."""
    st.session_state.get(_STATE, {}).pop(key, None)


@dataclass(slots=True)
class Inquiring:
    """Many questions of one session: what is to be asked yet, what was asked, and what came of it.

    `rest` counts the looks at which nothing is asked, because too many questions of others wait. `unwanted` are questions whose answers
    come all the same: one that cannot be answered is no problem to anybody.
    """

    wanted: list[Inquiry] = field(default_factory=list)
    asked: dict[Inquiry, Asked[Finding]] = field(default_factory=dict)
    found: dict[Hashable, Finding] = field(default_factory=dict)
    problem: ExplainedError | None = None
    progress: str = ""
    rest: int = 0
    unwanted: set[Inquiry] = field(default_factory=set)

    @property
    def pending(self) -> bool:
        return bool(self.wanted or self.asked)

    def want(self, inquiries: Iterable[Inquiry]) -> None:
        """Ask these, as soon as there is room, unless that was done."""
        self.problem = None
        inquiries = list(inquiries)
        self.unwanted -= set(inquiries)
        self.wanted += [one for one in inquiries if one not in self.found and one not in self.asked and one not in self.wanted]

    def give_up(self) -> None:
        """Ask no more; what was asked already is answered all the same."""
        self.wanted.clear()
        self.unwanted |= set(self.asked)
        self.problem = None

    def look(self, lab: Service) -> bool:
        """Ask what there is room for and take what has been answered. Returns whether anything was."""
        self._ask(lab)
        news = False
        for inquiry, asked in list(self.asked.items()):
            answer = asked.look(lab)
            if not isinstance(answer, Finding | ExplainedError):
                self.progress = asked.progress
                continue
            news = True
            del self.asked[inquiry]
            if isinstance(answer, Finding):
                self.found[inquiry] = answer
            elif inquiry not in self.unwanted:
                self.problem = answer
                self.wanted.clear()
            self.unwanted.discard(inquiry)
        return news

    def _ask(self, lab: Service) -> None:
        """A question that is not taken, because too many wait or the engine starts, stays wanted: it is asked again at a later look."""
        self.rest = max(0, self.rest - 1)
        while self.wanted and len(self.asked) < AT_ONCE and not self.rest:
            asked = Asked[Finding](self.wanted[0])
            answer = asked.look(lab)
            if answer is None:
                self.progress = asked.progress
                return
            if isinstance(answer, BusyError):
                self.progress, self.rest = t("Waiting: other questions come first"), REST
            else:
                self.asked[self.wanted.pop(0)] = asked


@st.fragment(run_every=_PAUSE)
def follow(inquiring: Inquiring) -> None:
    """One line on how far the questions are, drawn only while some are under way; the page is made anew whenever there is news."""
    lab = service.current()
    if lab is None or inquiring.look(lab) or not inquiring.pending:
        st.rerun()
    st.markdown(f":gray[:material/hourglass_top:] {inquiring.progress}")


def _forget(asked: Asked[FindingType]) -> None:
    asked.question = asked.outcome = None


@st.fragment(run_every=_PAUSE)
def _watch(asked: Asked[FindingType]) -> None:
    """Drawn only while an answer is on its way; its end reruns the page once, without it."""
    lab = service.current()
    if lab is None or isinstance(asked.look_patiently(lab), Finding | ExplainedError):
        st.rerun()
    st.markdown(f":gray[:material/hourglass_top: {asked.progress}]")


def progress(pending: Pending) -> str:
    """How far a question is, in words, and for how long it has been asked."""
    phases: dict[Phase, str] = {
        "starting": t("Starting the process that answers questions"),
        "waiting": t("Waiting: other questions come first"),
        "loading": t("Loading TensorFlow; the next question will not need to"),
        "building": t("Building the network"),
    }
    return t("{phase} … {seconds:.0f} s", phase=phases.get(pending.phase, t("Measuring")), seconds=pending.seconds)
