"""What a class takes home: the sheet to print, and the notebook."""

from __future__ import annotations


def take_home() -> None:
    """The files, each in the reader's language."""
