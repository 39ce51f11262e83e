"""Words that are not ours, shown as they are."""

from __future__ import annotations

_MARKS = frozenset(r"\`*_{}[]()<>#+-!|~:$")


def literally(text: str) -> str:
    """Markdown that shows `text` character by character: an address, an exception or a file name may hold anything."""
    return "".join(f"\\{character}" if character in _MARKS else character for character in text)
