"""Words for people: gettext for labels and sentences, Markdown files for lessons.

English is written in the code; another language is a catalogue `assets/locale/<language>/LC_MESSAGES/messages.mo`
and a folder `assets/lessons/<language>/`. What either lacks appears in English.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from pages.parts.held_address import follow, keep
from resnet.errors import ExplainedError, Listed, fill
from resnet.field_wording import field_choices, field_title
from resnet.wording import Translate, filled, listed

ASSETS = Path(__file__).resolve().parents[2] / "assets"
LOCALE = ASSETS / "locale"
LESSONS = ASSETS / "lessons"
DOMAIN = "messages"
SOURCE_LANGUAGE = "en"
# A language's own name, its name where room is scarce, and its code as browsers want it for the choice of fonts.
NAMES: Mapping[str, tuple[str, str, str]] = MappingProxyType({"en": ("English", "EN", "en"), "zh": ("中文", "中文", "zh-CN")})

_NAME = "lang"


def languages() -> tuple[str, ...]:
    """Codes of the languages this installation speaks, English first."""
    compiled = sorted(path.parts[-3] for path in LOCALE.glob(f"*/LC_MESSAGES/{DOMAIN}.mo"))
    return (SOURCE_LANGUAGE, *(code for code in compiled if code != SOURCE_LANGUAGE))


def current_language() -> str:
    """The language of this page view: the address's `lang`, else the one chosen earlier, else the browser's, else English."""
    return follow(_NAME, languages, first=_first_language(st.query_params.get(_NAME)))


def choose_language(language: str) -> None:
    """Speak this language from now on, if it is known. For a callback, which runs before the page."""
    if language in languages():
        keep(_NAME, language, first="")  # also English is named: another reader's browser may speak another language


def language_tag() -> str:
    """The current language as `<html lang>` and the browser's number formats want it, e.g. "zh-CN"."""
    language = current_language()
    return NAMES[language][2] if language in NAMES else language


def _first_language(asked: str | None) -> str:
    """For a visitor who has not chosen: what the browser speaks. Who asks for a language that there is not gets English."""
    spoken = (st.context.locale or "").split("-")[0].lower() if asked is None else SOURCE_LANGUAGE
    return spoken if spoken not in ("", SOURCE_LANGUAGE) and spoken in languages() else SOURCE_LANGUAGE


def t(message: str, /, **values: object) -> str:
    """`message` in the reader's language, its `{fields}` filled from `values`.

    The message must be a literal, so that Babel finds it.
    """
    return filled(catalogue(current_language(), LOCALE).gettext(message), values)


def tn(singular: str, plural: str, n: int, /, **values: object) -> str:
    """The form of the message that fits the number `n`, which both forms may name as `{n}`."""
    return filled(catalogue(current_language(), LOCALE).ngettext(singular, plural, n), {"n": n, **values})


def translator(language: str) -> Translate:
    """`t` of one language, for what is made without a visitor's session, as files are, which are made when somebody asks for them."""
    messages = catalogue(language, LOCALE)

    def translate(message: str, /, **values: object) -> str:
        return filled(messages.gettext(message), values)

    return translate


def explain(error: ExplainedError) -> str:
    """The library's error in the reader's language, fields by the names of their controls.

    Its rule is a literal where it is raised, and extracted there.
    """
    return explainer(current_language())(error)


def explainer(language: str) -> Callable[[ExplainedError], str]:
    """`explain` of one language, for what is made without a visitor's session."""
    messages, speak = catalogue(language, LOCALE), translator(language)

    def explained(error: ExplainedError) -> str:
        return fill(messages.gettext(error.rule), {name: _as_on_controls(name, value, speak) for name, value in error.values.items()})

    return explained


def lesson(name: str, section: str, /, **values: object) -> str:
    """One section of a lesson as Markdown: what stands under `## section` in `assets/lessons/<language>/<name>.md`.

    `{{field}}` is filled from `values`, so that numbers in prose come from the plan. Raises KeyError for an unknown
    section and for a field without a value.
    """
    language = current_language()
    path = LESSONS / language / f"{name}.md"
    if not path.is_file():
        path = LESSONS / SOURCE_LANGUAGE / f"{name}.md"
    text = _sections(path, path.stat().st_mtime_ns)[section]
    return re.sub(r"\{\{(\w+)\}\}", lambda match: str(values[match[1]]), text)


@lru_cache
def catalogue(language: str, folder: Path) -> gettext.NullTranslations:
    """The language's messages; a catalogue that answers in English where there is none."""
    return gettext.translation(DOMAIN, folder, languages=[language], fallback=True)


@lru_cache
def _sections(path: Path, _changed: int) -> dict[str, str]:
    """The sections of a lesson by their heading. `_changed` makes an edited file be read again."""
    parts = re.split(r"^## +(\S+) *$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {heading: body.strip() for heading, body in zip(parts[1::2], parts[2::2], strict=True)}


def _as_on_controls(name: str, value: object, t: Translate) -> object:
    """A value of an error under that name: a field's title, the words for a field's choice, a list, or the value as it is."""
    if isinstance(value, Listed):
        return listed(value, t)
    if isinstance(value, str) and (name == "field" or name.endswith("_field")):
        return field_title(value, t)
    words = field_choices(name, t) if isinstance(value, (str, bool)) else None
    return value if words is None else words.get(value, value)
