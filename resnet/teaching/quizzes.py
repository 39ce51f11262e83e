"""Quizzes as Markdown files, and how to read them.

A file is one quiz. Each question is a section: its key, its words, a task list of choices, each explained in the lines indented
below it, and the source as a quotation:

    ## overfitting

    The deeper plain network errs more. Why is that no overfitting?

    - [ ] Its validation error is higher.
      Overfitting would look the same there.
    - [x] Its training error is higher too.
      It does not even fit what it has seen.

    > H15 figure 4
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from resnet.teaching.sources import Reference, references

FEWEST_CHOICES = 2

_CHOICE = re.compile(r"^- \[([ xX])\] +(.*)$")


class QuizError(ValueError):
    """A quiz's file breaks a rule. For authors and translators: the message names the question and what it lacks."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose, as Markdown, and why it is right or wrong."""

    words: str
    right: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a quiz. Exactly one of its choices is right; they are shown in the file's order.

    Attributes:
        key: its name, the same in every language.
        words: the question itself, as Markdown.
    """

    key: str
    words: str
    choices: tuple[Choice, ...]
    sources: tuple[Reference, ...]

    @property
    def right(self) -> int:
        """The place of the right choice among the choices."""
        return next(place for place, choice in enumerate(self.choices) if choice.right)


def read_quiz(text: str) -> tuple[Question, ...]:
    """The questions of a quiz's file, in order.

    Raises QuizError where there is no question, two have one key, or a question lacks its words, its source, exactly one right
    choice, or an explanation for each.
    """
    parts = re.split(r"^## +(\S+) *$", text, flags=re.MULTILINE)
    keys = parts[1::2]
    if not keys:
        raise QuizError("a quiz needs questions, each under a heading of the form `## key`; there is none")
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise QuizError(f"each question needs a key of its own; there are two of {', '.join(sorted(twice))}")
    return tuple(_question(key, body) for key, body in zip(keys, parts[2::2], strict=True))


def _question(key: str, body: str) -> Question:
    words, choices, quoted = list[str](), list[tuple[str, bool, list[str]]](), list[str]()
    for line in body.strip().splitlines():
        choice = _CHOICE.match(line)
        if choice:
            choices.append((choice[2].strip(), choice[1] != " ", []))
        elif line.startswith("> "):
            quoted.append(line.removeprefix("> ").strip())
        elif line.startswith("- "):
            raise QuizError(f"{key}: a choice begins with `- [ ]` or `- [x]`, got {line!r}")
        elif not choices:
            words.append(line)
        elif line.startswith("  "):
            choices[-1][2].append(line.strip())
        elif line.strip():
            raise QuizError(f"{key}: an explanation is indented below its choice, got {line!r}")
    return _checked(
        Question(
            key=key,
            words="\n".join(words).strip(),
            choices=tuple(Choice(words, right, " ".join(why)) for words, right, why in choices),
            sources=_sources(key, quoted),
        )
    )


def _sources(key: str, quoted: list[str]) -> tuple[Reference, ...]:
    if len(quoted) != 1:
        raise QuizError(f"{key}: one line beginning with `> ` names the source, got {len(quoted)} of them")
    try:
        return references(quoted[0])
    except ValueError as error:
        raise QuizError(f"{key}: {error}") from error


def _checked(question: Question) -> Question:
    key, choices = question.key, question.choices
    if not question.words:
        raise QuizError(f"{key}: the question's words are missing")
    if len(choices) < FEWEST_CHOICES:
        raise QuizError(f"{key}: a question needs at least {FEWEST_CHOICES} choices, got {len(choices)}")
    right = sum(choice.right for choice in choices)
    if right != 1:
        raise QuizError(f"{key}: exactly one choice is right, marked `- [x]`, got {right}")
    for choice in choices:
        if not choice.words:
            raise QuizError(f"{key}: a choice has no words")
        if not choice.explanation:
            raise QuizError(f"{key}: the choice {choice.words!r} needs an explanation, indented below it")
    return question
