"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

import resnet

assert resnet  # before TensorFlow, wherever a test begins: it is what has TensorFlow take the kernels that the app runs on

# Building a network takes as long as it takes: examples have no deadline. In CI the same examples come every time, so that a
# failure there is one that can be had again.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.register_profile("ci", parent=settings.get_profile("house"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "house")
