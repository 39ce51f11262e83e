"""Questions of an experiment to the inspect worker: asked a few at a time, their answers kept in the session."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast, get_args

from pages.parts.i18n import t
from resnet.errors import BusyError, ExplainedError
from resnet.inquiries import Finding, Inquiry

if TYPE_CHECKING:
    from resnet.runs.answers import Pending
    from resnet.runs.service import Service

AT_ONCE = 4  # a class asks together, and a worker answers one after the other
REST = 5  # looks between a question that was not taken and the next try; what is refused takes room among the answers that are kept


@dataclass(slots=True)
class Inquiring:
    """What one session wants to know: what is to be asked yet, what was asked, and what came of it.

    `rest` counts the looks at which nothing is asked, because too many questions of others wait. `unwanted` are questions whose answers
    come all the same: one that cannot be answered is no problem to anybody.
    """

    wanted: list[Inquiry] = field(default_factory=list)
    asked: dict[Inquiry, str] = field(default_factory=dict)
    found: dict[Hashable, Finding] = field(default_factory=dict)
    problem: ExplainedError | None = None
    phase: str = ""
    seconds: float = 0.0
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
        for inquiry, question in list(self.asked.items()):
            answer = lab.answer(question)
            if not isinstance(answer, (*get_args(Finding), ExplainedError)):
                pending = cast("Pending", answer)
                self.phase, self.seconds = pending.phase, pending.seconds
                continue
            news = True
            del self.asked[inquiry]
            if not isinstance(answer, ExplainedError):
                self.found[inquiry] = cast("Finding", answer)
            elif inquiry not in self.unwanted:
                self.problem = answer
                self.wanted.clear()
            self.unwanted.discard(inquiry)
        return news

    def _ask(self, lab: Service) -> None:
        """A question that is not taken, because too many wait, stays wanted: it is asked again a few looks later."""
        self.rest = max(0, self.rest - 1)
        while self.wanted and len(self.asked) < AT_ONCE and not self.rest:
            question = lab.ask(self.wanted[0])
            if isinstance(lab.answer(question), BusyError):
                self.phase, self.rest = "waiting", REST
            else:
                self.asked[self.wanted.pop(0)] = question

    def words(self) -> str:
        """How far it is, in words."""
        phase = {
            "starting": t("Starting the process that answers questions"),
            "waiting": t("Waiting: other questions come first"),
            "loading": t("Loading TensorFlow; the next question will not need to"),
        }.get(self.phase, t("Measuring"))
        return t("{phase} … {seconds:.0f} s", phase=phase, seconds=self.seconds)
