"""Every language says all that English says: no message is missing, guessed or left over, no field is lost, no lesson lacks a section."""

from __future__ import annotations

import importlib.util
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pages.parts.i18n import NAMES, SOURCE_LANGUAGE
from resnet import errors

ROOT = Path(__file__).parents[2]
LESSONS = ROOT / "assets" / "lessons"


def _extraction() -> ModuleType:
    """The translators' script, which is no module of the app."""
    spec = importlib.util.spec_from_file_location("extract", ROOT / "assets" / "locale" / "extract.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXTRACTION = _extraction()
CATALOGUES = {language: (path, EXTRACTION.written(path, language)) for language, path in EXTRACTION.translations()}
languages = pytest.mark.parametrize("language", CATALOGUES)


def _forms(text: object) -> tuple[str, ...]:
    """A message or its translation: one text, or those of a plural."""
    return tuple(text) if isinstance(text, (tuple, list)) else (str(text),)


def _fields(text: str) -> set[str]:
    """The names of the fields a template is filled with; Plotly's own, `%{customdata[0]}`, belong to none of ours."""
    return set(re.findall(r"(?<![%{])\{([a-z_]\w*)[^{}]*\}", text))


def _translated(language: str) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for message in CATALOGUES[language][1]:
        if message.id:
            yield _forms(message.id), _forms(message.string)


def test_chinese_is_among_the_languages_and_each_has_a_name_of_its_own() -> None:
    assert "zh" in CATALOGUES
    assert set(CATALOGUES) | {SOURCE_LANGUAGE} == set(NAMES)
    assert set(CATALOGUES) | {SOURCE_LANGUAGE} == {folder.name for folder in LESSONS.iterdir()}


@languages
def test_no_message_is_missing_guessed_or_left_over(language: str) -> None:
    _, catalogue = CATALOGUES[language]
    wanted = EXTRACTION.messages(EXTRACTION.gather())
    assert wanted - EXTRACTION.messages(catalogue) == set(), "run python assets/locale/extract.py"
    assert EXTRACTION.messages(catalogue) - wanted == set(), "run python assets/locale/extract.py"
    assert [ids for ids, texts in _translated(language) if not all(texts)] == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    assert list(catalogue.obsolete) == [], "run python assets/locale/extract.py --forget"


@languages
def test_no_field_is_lost_or_invented_in_a_translation(language: str) -> None:
    wrong = []
    for ids, texts in _translated(language):
        wanted = set().union(*map(_fields, ids))
        # A language with one form for all numbers may leave out what only the other form needs.
        wrong += [
            (ids[0], text) for text in texts if text and _fields(text) != wanted and not (len(ids) > 1 and _fields(text) | {"n"} == wanted)
        ]
    assert wrong == []


@languages
def test_marks_that_a_page_reads_are_as_many_in_a_translation(language: str) -> None:
    """Bold, code, formulas and links: a translation that breaks one shows its reader the bare mark."""
    marks = ("**", "`", "$", "](", "<sub>", "<sup>", "<b>", "%{")
    wrong = [
        (ids[0], text, mark)
        for ids, texts in _translated(language)
        for text in texts
        for mark in marks
        if text and text.count(mark) % 2 != ids[0].count(mark) % 2
    ]
    assert wrong == []


@languages
def test_what_is_compiled_is_what_was_translated(language: str) -> None:
    path, catalogue = CATALOGUES[language]
    assert path.with_suffix(".mo").read_bytes() == EXTRACTION.compiled(catalogue), "run python assets/locale/extract.py"


def _sections(path: Path) -> dict[str, str]:
    parts = re.split(r"^## +(\S+) *$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@languages
def test_every_lesson_has_its_sections_in_their_order_with_their_fields(language: str) -> None:
    english = {path.name: _sections(path) for path in (LESSONS / SOURCE_LANGUAGE).glob("*.md")}
    foreign = {path.name: _sections(path) for path in (LESSONS / language).glob("*.md")}
    assert {name: list(sections) for name, sections in foreign.items()} == {name: list(sections) for name, sections in english.items()}
    for name, sections in english.items():
        for section, text in sections.items():
            wanted, found = (sorted(set(re.findall(r"\{\{(\w+)\}\}", one))) for one in (text, foreign[name][section]))
            assert found == wanted, f"{name}, {section}"


@languages
def test_a_quiz_has_the_same_right_answers_in_every_language(language: str) -> None:
    for path in (LESSONS / SOURCE_LANGUAGE).glob("quiz_*.md"):
        marks = [
            re.findall(r"^- \[([ x])\]", (LESSONS / code / path.name).read_text(encoding="utf-8"), flags=re.MULTILINE)
            for code in ("en", language)
        ]
        assert marks[0] == marks[1], path.name


def test_the_rules_of_every_kind_of_explained_error_are_extracted() -> None:
    kinds = {name for name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.ExplainedError)}
    assert set(EXTRACTION.ERRORS) == kinds


def test_a_message_is_found_also_within_an_f_string() -> None:
    source = 'said = f"{t(\'one\')} {count}" + tn("{n} a", "{n} b", 2)\nraise ConfigError("no {field}", field=t("two"))\nt(name)\n'
    assert list(EXTRACTION.literals(source)) == ["one", ("{n} a", "{n} b"), "no {field}", "two"]


@languages
def test_bold_words_end_where_markdown_sees_it(language: str) -> None:
    """Between a full stop and a letter two asterisks close nothing and are shown (CommonMark 6.2): a space has to follow."""
    _, catalogue = CATALOGUES[language]
    texts = [form for message in catalogue for form in _forms(message.string)]
    texts += [part for one in (LESSONS / language).glob("*.md") for part in one.read_text(encoding="utf-8").split("\n\n")]
    assert not [text for text in texts if _shows_asterisks(text)]


def _shows_asterisks(text: str) -> bool:
    parts = text.split("**")
    bold = zip(parts[1::2], parts[2::2], strict=False)
    return any(re.search(r"[^\w\s})]$", inside) and re.match(r"\w", after) for inside, after in bold)
