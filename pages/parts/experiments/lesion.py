"""The lesion: parts of a trained network are taken out, and what is left is tested."""

from __future__ import annotations


def lesion_view() -> None: ...
