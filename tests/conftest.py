"""What all tests share."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import resnet

assert resnet  # before TensorFlow, wherever a test begins: it is what has TensorFlow take the kernels that the app runs on

# Building a network takes as long as it takes: examples have no deadline. In CI the same examples come every time, so that a
# failure there is one that can be had again.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "house")


@pytest.fixture(autouse=True, scope="module")
def keras_names() -> Iterator[None]:
    """Exported code, which some tests execute, gives Keras layers by names that layers of ours have. The next file's tests meet ours."""
    before = dict(sys.modules["keras"].saving.get_custom_objects()) if "keras" in sys.modules else {}
    yield
    if before:
        sys.modules["keras"].saving.get_custom_objects().update(before)
