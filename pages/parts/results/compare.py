"""Any number of runs side by side. Without a run `record` is None: the embedded network is being looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resnet.runs.service import Service
    from resnet.runs.store import RunRecord


def compare(lab: Service, record: RunRecord | None) -> None:
    """To come."""
