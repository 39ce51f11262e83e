"""Gathers every message of the app for translators, and brings their catalogues up to date: `python assets/locale/extract.py`.

Messages are the literals given to `t` and `tn`, and the rules of errors that explain themselves, which a page translates when
it shows the error. Three things follow from the sources:

- `messages.pot`, the template;
- `<language>/LC_MESSAGES/messages.po`: translations stay, a new message is added (with a guess marked fuzzy where an old one resembles it),
  one that is no longer used is kept at the end as obsolete, and comes back if it is used again;
- `<language>/LC_MESSAGES/messages.mo`, compiled, because the app itself runs without Babel.

With `--forget` what is obsolete is dropped. With `--check` nothing is written, and the exit code says whether the template is up to date.
A new language is a folder with an empty `messages.po`.
"""

from __future__ import annotations

import ast
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LOCALE = Path(__file__).parent
TEMPLATE = LOCALE / "messages.pot"
ERRORS = (
    "ExplainedError",
    "ConfigError",
    "CombinationError",
    "DataError",
    "TrainingError",
    "StoreError",
    "QuestionError",
    "BusyError",
    "ForgottenError",
    "ForgottenError",
    "WeightsError",
    "FileError",
    "PictureError",
)
SINGULAR, PLURAL = ("t", *ERRORS), ("tn",)
SOURCES = ("pages", "resnet")
HEADER = """\
# Messages of ResNet Lab, made by assets/locale/extract.py, which also brings the translations up to date and compiles them:
# assets/locale/<language>/LC_MESSAGES/messages.po and .mo.
#"""


def gather() -> Catalog:
    """All messages of the source as a catalogue without translations."""
    catalogue = Catalog(project="ResNet Lab", version="", header_comment=HEADER, msgid_bugs_address="", charset="utf-8")
    for folder in SOURCES:
        for file in sorted((ROOT / folder).rglob("*.py")):
            for message in literals(file.read_text(encoding="utf-8")):
                catalogue.add(message, locations=[(file.relative_to(ROOT).as_posix(), 0)])
    return catalogue


def literals(source: str) -> Iterator[str | tuple[str, str]]:
    """The messages in a file's source, in order. Babel's own reader misses a call within an f-string before Python 3.12."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    for call in sorted(calls, key=lambda call: (call.lineno, call.col_offset)):
        name = getattr(call.func, "id", getattr(call.func, "attr", None))
        if name not in (*SINGULAR, *PLURAL):
            continue
        words = [one.value for one in call.args[: 1 + (name in PLURAL)] if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if name in SINGULAR and len(words) == 1:
            yield words[0]
        elif name in PLURAL and len(words) == 2:
            yield words[0], words[1]


def messages(catalogue: Catalog) -> set[tuple[str, ...]]:
    """The messages by their English text, a plural form beside its singular."""
    identities = (message.id for message in catalogue if message.id)
    return {tuple(identity) if isinstance(identity, (tuple, list)) else (identity,) for identity in identities}


def written(path: Path = TEMPLATE, language: str | None = None) -> Catalog:
    """The template as it stands, or the catalogue of a language."""
    with path.open("rb") as file:
        return read_po(file, locale=language)


def translations() -> Iterator[tuple[str, Path]]:
    """Each language that is translated to, and its catalogue."""
    for path in sorted(LOCALE.glob("*/LC_MESSAGES/messages.po")):
        yield path.parts[-3], path


def updated(catalogue: Catalog, found: Catalog, *, forget: bool) -> Catalog:
    """The catalogue with exactly the messages that were found; what was translated stays translated."""
    for identity, message in list(catalogue.obsolete.items()):
        if found.get(message.id) is not None:
            catalogue[message.id] = message
            del catalogue.obsolete[identity]
    catalogue.update(found)
    if forget:
        catalogue.obsolete.clear()
    return catalogue


def compiled(catalogue: Catalog) -> bytes:
    """What gettext reads; guesses are left out."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def _text(catalogue: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalogue, include_lineno=False, sort_by_file=True)
    return file.getvalue()


def _put(path: Path, content: bytes) -> None:
    """Write in one step, so that whoever reads meanwhile finds the file before or after."""
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)


def main() -> int:
    found = gather()
    stale = not TEMPLATE.exists() or messages(found) != messages(written())
    if "--check" in sys.argv:
        if stale:
            sys.stderr.write("the template of messages is stale: run python assets/locale/extract.py\n")
        return int(stale)
    if stale:
        _put(TEMPLATE, _text(found))
    forget = "--forget" in sys.argv
    for language, path in translations():
        catalogue = written(path, language)
        if messages(catalogue) != messages(found) or (forget and catalogue.obsolete):
            catalogue = updated(catalogue, found, forget=forget)
            _put(path, _text(catalogue))
        _put(path.with_suffix(".mo"), compiled(catalogue))
    return 0


if __name__ == "__main__":
    sys.exit(main())
