"""What people call a run and write beside it, as the database and every page can take it."""

from __future__ import annotations

import unicodedata


def title_of(written: str) -> str:
    """On one line, without spaces around it."""
    return " ".join(_readable(written.replace("\t", " ")).split())


def note_of(written: str) -> str:
    """Line breaks stay."""
    return _readable(written).strip()


def _readable(text: str) -> str:
    """Without what no screen shows and some databases refuse: control characters but for line breaks, and halves of surrogate pairs."""
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cs"))
