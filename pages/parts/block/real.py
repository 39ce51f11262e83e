"""The real numbers of the walk: still to come."""

from __future__ import annotations

from pages.parts.block.steps import Step


def real(step: Step, twin: bool) -> None:
    """Nothing yet."""
