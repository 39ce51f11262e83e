"""A run as files to keep. Without a run `record` is None: the embedded network is being looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resnet.inquiries import Source

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


def take_home(lab: Service, record: RunRecord | None, source: Source) -> None:
    """To come."""
