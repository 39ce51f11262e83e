"""A view of the Block page that is still to come."""

from __future__ import annotations


def back() -> None:
    """Nothing yet."""
