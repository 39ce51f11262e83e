"""What a network learned: its maps, its filters, where it looks. `shown.chosen_image()` is the image another view sent here."""

from __future__ import annotations

from resnet.inquiries import Source


def inside(source: Source) -> None:
    """To come."""
