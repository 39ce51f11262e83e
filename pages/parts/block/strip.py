"""The strip of all blocks of the network: still to come."""

from __future__ import annotations

from collections.abc import Callable


def strip(on_open: Callable[[str], None]) -> None:
    """Nothing yet. `on_open` is to be called with the name of the block that is clicked, such as "stage2_block1"."""
