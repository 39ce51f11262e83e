"""What is said when the address asks for a run that nobody knows."""

from __future__ import annotations

from pages.parts.i18n import t

_LONGEST_ID = 32


def unknown_run(asked: str) -> str:
    """A sentence in Markdown. An address is somebody else's words: only what looks like an id is repeated."""
    if asked.isalnum() and len(asked) <= _LONGEST_ID:
        return t("There is no run {run} on this server.", run=asked)
    return t("The address asks for a run that does not exist on this server.")
