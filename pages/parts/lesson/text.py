"""Lessons that are read as a whole, since their sections are data: quizzes, the steps of the guided lesson, the notebook's prose."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from pages.parts import i18n
from resnet.teaching.quizzes import Question, read_quiz

QUIZZES = ("idea", "block", "architecture", "experiments", "training", "results", "exit")


def lesson_file(name: str) -> str:
    """The text of `assets/lessons/<language>/<name>.md`; the English one where the reader's language has none."""
    path = i18n.LESSONS / i18n.current_language() / f"{name}.md"
    if not path.is_file():
        path = i18n.LESSONS / i18n.SOURCE_LANGUAGE / f"{name}.md"
    return path.read_text(encoding="utf-8")


def questions(page: str) -> tuple[Question, ...]:
    """The quiz of a page, one of QUIZZES, in the reader's language."""
    return _read(lesson_file(f"quiz_{page}"))


@lru_cache(maxsize=64)
def _read(text: str) -> tuple[Question, ...]:
    return read_quiz(text)


def lesson_words(name: str) -> Callable[..., str]:
    """Gives the sections of a lesson in the reader's language of this moment; also without a session, see `i18n.translator`."""
    parts = re.split(r"^## +(\S+) *$", lesson_file(name), flags=re.MULTILINE)
    sections = {heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}

    def words(section: str, /, **values: object) -> str:
        return re.sub(r"\{\{(\w+)\}\}", lambda field: str(values[field[1]]), sections[section])

    return words
