"""A picture of one's own, and what the network says of it."""

from __future__ import annotations

from resnet.inquiries import Source


def own(source: Source) -> None:
    """To come."""
