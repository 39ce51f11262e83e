"""Where a network fails: which classes it takes for which, and the images of it."""

from __future__ import annotations

from resnet.inquiries import Source


def answers(source: Source) -> None:
    """To come."""
