"""A quiz at the foot of a page: choose, be told why, try again. What was answered is kept while other pages are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import streamlit as st

from pages.parts.i18n import t, tn
from pages.parts.lesson.text import questions
from resnet.teaching.quizzes import Question
from resnet.wording import listed_apart

_SESSION_KEY = "quiz_answers"


@dataclass(slots=True)
class QuizAnswers:
    """What one visitor has answered: the places of the choices tried so far, in order, by page and key of the question."""

    tried: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def of(self, page: str, question: Question) -> list[int]:
        return self.tried.setdefault((page, question.key), [])

    def score(self, page: str, asked: Sequence[Question]) -> tuple[int, int, int]:
        """How many questions were answered, answered right in the end, and answered right at the first try."""
        tries = [(self.of(page, question), question.right) for question in asked]
        return (
            sum(bool(tried) for tried, _ in tries),
            sum(right in tried for tried, right in tries),
            sum(tried[:1] == [right] for tried, right in tries),
        )

    def forget(self, page: str) -> None:
        self.tried = {place: tried for place, tried in self.tried.items() if place[0] != page}


def quiz_answers() -> QuizAnswers:
    """This visitor's answers."""
    answers: QuizAnswers = st.session_state.setdefault(_SESSION_KEY, QuizAnswers())
    return answers


@st.fragment
def quiz(page: str) -> None:
    """The questions of a page, one of `lesson_text.QUIZZES`, two beside each other, and a line that counts."""
    asked = questions(page)
    st.header(t("Check yourself"), anchor=False, divider="gray")
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_score_line(page, asked), width="content")
        if any(quiz_answers().of(page, question) for question in asked):
            st.button(
                t("Start over"),
                key=f"quiz_{page}_again",
                type="tertiary",
                icon=":material/restart_alt:",
                on_click=_forget,
                args=(page, asked),
            )
    for start in range(0, len(asked), 2):
        for column, question in zip(st.columns(2, gap="small"), asked[start : start + 2], strict=False):
            with column:
                ask(page, question)


def ask(page: str, question: Question) -> None:
    """One question in a frame of its own. Nothing is said before the button is pressed: arrow keys only move the choice."""
    tried, name = quiz_answers().of(page, question), _control(page, question)
    solved = question.right in tried
    with st.container(border=True, gap="small"):
        st.radio(
            question.words,
            range(len(question.choices)),
            format_func=lambda place: question.choices[place].words,
            index=None,
            key=name,
            disabled=solved,
            persist_state="session",
        )
        chosen = st.session_state[name]
        if not solved:
            st.button(
                t("Check") if not tried else t("Check again"),
                key=f"{name}_check",
                disabled=chosen is None or chosen in tried,
                on_click=_answer,
                args=(page, question),
            )
        for place in tried:
            _explain(question, place)
        if tried:
            st.caption(_source_line(question))


def _explain(question: Question, place: int) -> None:
    """Why that choice is right or wrong; an alert or a status, so that a screen reader says it at once."""
    choice = question.choices[place]
    if choice.right:
        st.success(t("**Right:** {choice}", choice=choice.words) + f"  \n{choice.explanation}", icon=":material/check_circle:")
    else:
        st.warning(t("**Not so:** {choice}", choice=choice.words) + f"  \n{choice.explanation}", icon=":material/cancel:")


def _source_line(question: Question) -> str:
    return t("Source: {sources}", sources=listed_apart((source.markdown(t) for source in question.sources), t))


def _score_line(page: str, asked: Sequence[Question]) -> str:
    answered, right, at_once = quiz_answers().score(page, asked)
    if not answered:
        return tn(
            "{n} question. A wrong answer is explained, and you may try again.",
            "{n} questions. Each wrong answer is explained, and you may try again.",
            len(asked),
        )
    return t(
        "{answered} of {count} answered, {right} right, {at_once} at the first try.",
        answered=answered,
        count=len(asked),
        right=right,
        at_once=at_once,
    )


def _answer(page: str, question: Question) -> None:
    tried, chosen = quiz_answers().of(page, question), st.session_state[_control(page, question)]
    if chosen is not None and chosen not in tried:
        tried.append(chosen)


def _forget(page: str, asked: Sequence[Question]) -> None:
    quiz_answers().forget(page)
    for question in asked:
        st.session_state[_control(page, question)] = None


def _control(page: str, question: Question) -> str:
    return f"quiz_{page}_{question.key}"
