"""Gathers every message of the app into the template that translators start from: `python assets/locale/extract.py`.

Messages are the literals given to `t` and `tn`, and the rules of errors that explain themselves, which a page translates when
it shows the error. With `--check` nothing is written, and the exit code says whether the template is up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = Path(__file__).with_name("messages.pot")
ERRORS = ("ExplainedError", "ConfigError", "CombinationError", "DataError", "TrainingError", "StoreError", "QuestionError", "WeightsError")
KEYWORDS = {"t": None, "tn": (1, 2), **dict.fromkeys(ERRORS)}
SOURCES = ("pages", "resnet")
HEADER = """\
# Messages of ResNet Lab, made by assets/locale/extract.py.
# A translation is assets/locale/<language>/LC_MESSAGES/messages.po, compiled by `pybabel compile -d assets/locale`.
#"""


def gather() -> Catalog:
    """All messages of the source as a catalogue without translations."""
    catalogue = Catalog(project="ResNet Lab", version="", header_comment=HEADER, msgid_bugs_address="", charset="utf-8")
    for folder in SOURCES:
        for file, _, message, comments, _ in extract_from_dir(ROOT / folder, method_map=[("**.py", "python")], keywords=KEYWORDS):
            catalogue.add(message, locations=[((Path(folder) / file).as_posix(), 0)], auto_comments=comments)
    return catalogue


def messages(catalogue: Catalog) -> set[tuple[str, ...]]:
    """The messages by their English text, a plural form beside its singular."""
    identities = (message.id for message in catalogue if message.id)
    return {tuple(identity) if isinstance(identity, (tuple, list)) else (identity,) for identity in identities}


def written() -> Catalog:
    """The template as it stands."""
    with TEMPLATE.open("rb") as file:
        return read_po(file)


def main() -> int:
    found = gather()
    if TEMPLATE.exists() and messages(found) == messages(written()):
        return 0
    if "--check" in sys.argv:
        sys.stderr.write("the template of messages is stale: run python assets/locale/extract.py\n")
        return 1
    with TEMPLATE.open("wb") as file:
        write_po(file, found, include_lineno=False, sort_by_file=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
