"""Quizzes: files that break a rule are refused by name, those of the app keep all rules in every language."""

from __future__ import annotations

from pathlib import Path

import pytest

from pages.parts.lesson.text import QUIZZES
from resnet.teaching.quizzes import QuizError, read_quiz
from resnet.teaching.sources import SOURCES, Reference, source_label

LESSONS = Path(__file__).parents[2] / "assets" / "lessons"

GOOD = """
# A quiz

## depth

How deep is it,
counted the paper's way?

- [ ] 6 layers.
  A block is no layer.
- [x] 14 layers.
  Weights in a row
  are counted.

> H15 table 1; V16
"""


def test_a_question_is_read_with_its_choices_explanations_and_sources() -> None:
    (question,) = read_quiz(GOOD)
    assert (question.key, question.words) == ("depth", "How deep is it,\ncounted the paper's way?")
    assert [(choice.words, choice.right) for choice in question.choices] == [("6 layers.", False), ("14 layers.", True)]
    assert question.choices[1].explanation == "Weights in a row are counted."
    assert question.right == 1
    assert question.sources == (Reference("H15", "table 1"), Reference("V16"))
    assert question.sources[0].markdown() == "[He et al. 2015](https://arxiv.org/abs/1512.03385), table 1"
    assert question.sources[1].label() == "Veit et al. 2016"


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("- [x]", "- [ ]", "depth: exactly one choice is right, marked `- \\[x\\]`, got 0"),
        ("- [ ]", "- [x]", "depth: exactly one choice is right, .* got 2"),
        ("  A block is no layer.\n", "", "depth: the choice '6 layers.' needs an explanation"),
        ("> H15 table 1; V16\n", "", "depth: one line beginning with `> ` names the source, got 0"),
        ("> H15 table 1; V16\n", "> H15\n\n> V16\n", "depth: one line .* got 2"),
        ("V16", "V17", "depth: .*V16.* it says 'V17'"),
        ("How deep is it,\ncounted the paper's way?", "", "depth: the question's words are missing"),
        ("- [ ] 6 layers.\n  A block is no layer.\n", "", "depth: a question needs at least 2 choices, got 1"),
        ("  A block", "A block", "depth: an explanation is indented below its choice, got 'A block is no layer.'"),
        ("- [ ] 6 layers.", "- 6 layers.", "depth: a choice begins with .* got '- 6 layers.'"),
        ("6 layers.", "", "depth: a choice begins with .* got|depth: a choice has no words"),
        ("## depth", "depth", "there is none"),
    ],
)
def test_what_breaks_a_rule_is_refused_by_its_question_and_what_was_found(before: str, after: str, reason: str) -> None:
    assert GOOD.count(before) == 1
    with pytest.raises(QuizError, match=reason):
        read_quiz(GOOD.replace(before, after))


def test_two_questions_of_one_name_are_refused() -> None:
    with pytest.raises(QuizError, match="two of depth"):
        read_quiz(GOOD + GOOD)


@pytest.mark.parametrize("name", QUIZZES)
def test_the_apps_quizzes_keep_the_rules_and_agree_between_languages(name: str) -> None:
    files = sorted(LESSONS.glob(f"*/quiz_{name}.md"))
    read = {path.parent.name: read_quiz(path.read_text(encoding="utf-8")) for path in files}
    english = read["en"]
    assert len(english) >= (1 if name == "exit" else 3)
    assert len({question.right for question in english}) > 1 or len(english) == 1  # not always the same letter
    for questions in read.values():
        for ours, theirs in zip(english, questions, strict=True):
            assert (ours.key, ours.right, len(ours.choices)) == (theirs.key, theirs.right, len(theirs.choices))
            assert [source.key for source in ours.sources] == [source.key for source in theirs.sources]


def test_no_quiz_is_left_out_and_every_source_has_a_name() -> None:
    assert {path.stem for path in (LESSONS / "en").glob("quiz_*.md")} == {f"quiz_{name}" for name in QUIZZES}
    assert all(source_label(key) for key in SOURCES)
