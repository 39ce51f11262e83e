"""Streamlit collects garbage after each run of a page, and would walk through all of TensorFlow where other tests have loaded it."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True, scope="module")
def quick_garbage_collection() -> Iterator[None]:
    """Take what has been loaded so far out of the collector's sight."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()
