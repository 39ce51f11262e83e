"""How one question from a place of a page is asked: again by itself where others came first, or where its answer was forgotten."""

from __future__ import annotations

from typing import cast

from pages.parts.inquiry import REST, Asked
from resnet.errors import BusyError, ForgottenError, QuestionError
from resnet.inquiries import PredictTest, Subject
from resnet.runs.answers import Answer, Pending
from resnet.runs.service import Service


class Lab:
    """A service that gives these answers in turn."""

    engine_state = "ready"

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked = 0

    def ask(self, inquiry: object) -> str:
        self.asked += 1
        return str(self.asked)

    def answer(self, question: str) -> Answer:
        return self.answers.pop(0)


def question() -> Asked[object]:
    return Asked[object](PredictTest(Subject("mini-resnet")))


def test_a_question_that_was_not_taken_rests_and_is_asked_again() -> None:
    lab, asked = Lab(BusyError("many wait"), Pending("waiting", 1.0)), question()
    assert asked.look_patiently(cast(Service, lab)) is None
    assert not asked.refused
    for _ in range(REST - 1):
        assert asked.progress == "Waiting: other questions come first"
        assert asked.look_patiently(cast(Service, lab)) is None
    assert lab.asked == 1
    assert asked.look_patiently(cast(Service, lab)) == Pending("waiting", 1.0)
    assert lab.asked == 2


def test_a_forgotten_answer_is_asked_for_again_and_a_refusal_stays() -> None:
    refusal = QuestionError("no")
    lab, asked = Lab(ForgottenError("gone"), refusal), question()
    assert asked.look_patiently(cast(Service, lab)) is refusal
    assert (lab.asked, asked.refused) == (2, True)
