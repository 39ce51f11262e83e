"""Questions and their answers without an engine: who asks the same shares one, and what is forgotten first."""

from __future__ import annotations

from concurrent.futures import Future
from typing import cast

import numpy as np
import pytest
from distributed import Client

from resnet.errors import BusyError, QuestionError
from resnet.inquiries import MeasureChain, OpenModel, Packed, Series, Strip, WriteLogs
from resnet.runs import answers
from resnet.runs.answers import Answers

NOBODY = QuestionError("nobody there")


def asked(here: Answers, seed: int, size: int) -> str:
    """A question that is answered by so many bytes."""
    name = here.ask(MeasureChain(1, seed, True), otherwise=NOBODY)
    question = here._questions[name]
    question.outcome, question.size = Strip(blocks=(), ratio=np.zeros(size, np.uint8), spread=np.zeros(0)), size
    return name


def kept(here: Answers, *names: str) -> list[bool]:
    return [not isinstance(here.answer(name), QuestionError) for name in names]


def test_without_a_connection_the_answer_is_why() -> None:
    here = Answers()
    assert here.answer(here.ask(MeasureChain(1, 1, True), otherwise=NOBODY)) is NOBODY
    assert str(here.answer("question-0")) == "this answer is no longer kept; ask again"


def test_equal_questions_share_an_answer_and_a_refusal_is_asked_anew() -> None:
    here = Answers()
    refused = here.ask(MeasureChain(1, 1, True), otherwise=NOBODY)
    name = asked(here, 1, 8)
    assert name != refused
    assert here.ask(MeasureChain(1, 1, True), otherwise=NOBODY) == name
    assert here.ask(MeasureChain(1, 1, False), otherwise=NOBODY) != name


def test_the_oldest_answers_make_room_for_large_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "KEPT_BYTES", 100)
    here = Answers()
    first, second, third = (asked(here, seed, 40) for seed in (1, 2, 3))
    here.ask(MeasureChain(2, 1, True), otherwise=NOBODY)
    assert kept(here, first, second, third) == [False, True, True]
    assert here.ask(MeasureChain(1, 2, True), otherwise=NOBODY) == second  # which is from now on the newest
    large = asked(here, 4, 200)
    here.ask(MeasureChain(2, 2, True), otherwise=NOBODY)
    assert kept(here, second, third, large) == [False, False, False], "what is larger than the room stays only as the newest"


def test_no_more_than_so_many_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "KEPT", 2)
    here = Answers()
    names = [asked(here, seed, 1) for seed in range(3)]
    assert kept(here, *names) == [False, True, True]


def test_a_question_that_waits_for_its_turn_is_not_given_up_between_two_others(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 1_000.0
    monkeypatch.setattr(answers.time, "monotonic", lambda: clock)
    here = Answers()
    for name, seed in (("first", 1), ("second", 2)):
        here._questions[name] = answers._Question(MeasureChain(1, seed, True), clock)
    here._hear((0.0, {"question": "first", "phase": "answering"}))
    clock += answers.START_LIMIT + 10
    assert here.answer("second") == answers.Pending("waiting", answers.START_LIMIT + 10)
    here._hear((0.0, {"question": "first", "phase": "answering"}))
    here._questions["first"].outcome = Strip(blocks=(), ratio=np.zeros(1), spread=np.zeros(1))
    clock += answers.START_LIMIT - 1
    assert isinstance(here.answer("second"), answers.Pending)
    clock += 2
    assert "no process for questions has come up" in str(here.answer("second"))


class Waiting(Future[object]):
    def release(self) -> None: ...


class Connection:
    """Takes questions and answers none."""

    def subscribe_topic(self, topic: str, hear: object) -> None: ...

    def submit(self, *told: object, **settings: object) -> Waiting:
        return Waiting()


@pytest.fixture
def connected() -> Answers:
    here = Answers()
    here.connect(cast(Client, Connection()))
    return here


def test_files_wait_within_so_many_bytes(connected: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PENDING_BYTES", 100)
    alone = connected.ask(OpenModel(bytes(120)), otherwise=NOBODY)
    assert isinstance(connected.answer(alone), answers.Pending), "one file is taken, however large"
    refused = connected.answer(connected.ask(OpenModel(b"1"), otherwise=NOBODY))
    assert isinstance(refused, BusyError)
    assert str(refused).startswith("questions with 120 bytes of files wait for an answer already, and this one has 1 more")
    connected._conclude(connected._questions[alone], Packed(b""))
    for size in (60, 40):
        assert isinstance(connected.answer(connected.ask(OpenModel(bytes(size)), otherwise=NOBODY)), answers.Pending)
    assert isinstance(connected.answer(connected.ask(OpenModel(b"2"), otherwise=NOBODY)), BusyError)


def test_a_large_question_lets_go_of_its_data_once_it_is_answered(connected: Answers) -> None:
    file, small = OpenModel(bytes(answers.LARGE + 1)), OpenModel(b"small")
    large, little = (connected.ask(one, otherwise=NOBODY) for one in (file, small))
    assert connected.ask(file, otherwise=NOBODY) == large
    for name in (large, little):
        connected._conclude(connected._questions[name], Packed(b"answer"))
    assert (connected._questions[large].inquiry, connected._questions[large].size) == (None, 6)
    assert (connected._questions[little].inquiry, connected._questions[little].size) == (small, 11)
    assert connected.answer(large).data == b"answer"  # type: ignore[union-attr]
    assert connected.ask(small, otherwise=NOBODY) == little
    assert connected.ask(OpenModel(bytes(answers.LARGE + 1)), otherwise=NOBODY) == large, "an equal one has its answer all the same"
    assert connected.ask(OpenModel(b"1" + bytes(answers.LARGE)), otherwise=NOBODY) != large


def test_curves_to_be_written_count(connected: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "PENDING_BYTES", 200)
    curve = WriteLogs((Series("train", "loss", (1, 2), (0.5, 0.25), (10.0, 20.0)),))  # six numbers of 32 bytes
    assert isinstance(connected.answer(connected.ask(curve, otherwise=NOBODY)), answers.Pending)
    assert isinstance(connected.answer(connected.ask(OpenModel(bytes(8)), otherwise=NOBODY)), answers.Pending)
    assert isinstance(connected.answer(connected.ask(OpenModel(b"9"), otherwise=NOBODY)), BusyError)
