"""The loss around the weights that training found."""

from __future__ import annotations

from resnet.inquiries import Source


def landscape(source: Source) -> None:
    """To come."""
