"""What page tests share: a history, and garbage collection that does not take for ever."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st

from resnet.runs import service
from resnet.runs.service import Service
from resnet.runs.store import Store


@pytest.fixture(autouse=True, scope="module")
def quick_garbage_collection() -> Iterator[None]:
    """Take what has been loaded so far out of the collector's sight.

    Streamlit collects after each run of a page, and would walk through all of TensorFlow where other tests have loaded it.
    """
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A history behind a service whose engine was never started: what is queued stays queued."""
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    lab = Service(store, usual=None)
    service.set_current(lab)
    st.cache_resource.clear()  # tests use the same ids again, which runs never do
    yield store
    service.set_current(None)
    lab.close()
