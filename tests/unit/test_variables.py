"""What a plan says that a network keeps is what Keras makes of it."""

from __future__ import annotations

from typing import Any

import pytest

from resnet.config import ResNetConfig
from resnet.model import build_resnet, named_weights
from resnet.plan import plan
from resnet.variables import variables


@pytest.mark.parametrize(
    "changes",
    [
        {"block": "basic", "stem": "imagenet", "dropout": 0.5},
        {"block": "bottleneck", "stem": "cifar", "groups": 2, "width_per_group": 48, "se_reduction": 4},
        {"block": "basic", "shortcut": "zero-pad", "preactivation": True, "stem": "cifar"},
        {"block": "basic", "shortcut": "none", "stem": "cifar"},
    ],
)
def test_every_variable_has_the_name_and_the_shape_that_is_planned(changes: dict[str, Any]) -> None:
    config = ResNetConfig(**({"name": "tiny", "depths": (1, 2), "widths": (4, 8), "input_shape": (14, 14, 3), "num_classes": 7} | changes))
    built = {name: tuple(variable.shape) for name, variable in named_weights(build_resnet(config))}
    assert variables(plan(config)) == built
    assert built["head_dense/bias"] == (7,)
