"""Fields that do not go together: each refusal names the layer and the sizes, and each change it offers puts the network right."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import pytest

from resnet.config import ResNetConfig
from resnet.errors import CombinationError, ConfigError
from resnet.model import build_resnet
from resnet.plan import plan
from resnet.presets import PRESETS

BASIC = PRESETS["resnet-18"]
BOTTLENECK = PRESETS["resnet-50"]
CIFAR = PRESETS["resnet-20"]

REFUSED: list[tuple[ResNetConfig, dict[str, Any], str, tuple[dict[str, Any], ...]]] = [
    (
        BASIC,
        {"groups": 32},
        "groups and width_per_group shape the 3x3 convolution of a bottleneck, and a basic block has none between two 1x1; "
        "it needs 1 group of width 64, got 32 and 64",
        ({"block": "bottleneck"}, {"groups": 1, "width_per_group": 64}),
    ),
    (BASIC, {"width_per_group": 4}, "got 1 and 4", ({"block": "bottleneck"}, {"groups": 1, "width_per_group": 64})),
    (
        BASIC,
        {"bottleneck_stride_on": "1x1"},
        "bottleneck_stride_on “1x1” names a bottleneck's first convolution",
        ({"bottleneck_stride_on": "3x3"}, {"block": "bottleneck"}),
    ),
    (
        BOTTLENECK,
        {"zero_init_residual": True, "shortcut": "none"},
        "zero_init_residual makes a block start as its shortcut; with shortcut “none” nothing but zeros would come out of stage1_block1",
        ({"zero_init_residual": False}, {"shortcut": "projection"}),
    ),
    (
        BOTTLENECK,
        {"zero_init_residual": True, "preactivation": True},
        "with preactivation “True” the branch of stage1_block1 ends with a convolution",
        ({"zero_init_residual": False}, {"preactivation": False}),
    ),
    (
        BASIC,
        {"se_reduction": 65},
        "64 // 65 = 0 features; se_reduction can be at most 64, the channels of the narrowest stage",
        ({"se_reduction": 64}, {"se_reduction": None}),
    ),
    (
        CIFAR,
        {"widths": (16, 32, 24)},
        "stage3_block1_shortcut_pad can append channels but not take any away: 32 come in, the branch has 24",
        ({"shortcut": "projection"}, {"widths": (16, 32, 32)}),
    ),
    (
        BOTTLENECK,
        {"widths": (8, 128, 256, 512), "width_per_group": 4},
        "stage1_block1_conv2 would have int(8 · 4 / 64) · 1 = 0 channels",
        ({"groups": 1, "width_per_group": 64},),
    ),
    (
        BOTTLENECK,
        {"groups": 64},
        "stage4_block1_conv2 would have int(512 · 64 / 64) · 64 = 32768 channels; it needs 1 to 16384",
        ({"groups": 1, "width_per_group": 64},),
    ),
    (
        BASIC,
        {"input_shape": (16, 16, 3)},
        "stage4 halves the resolution and needs at least 2x2 pixels, but with an input of 16x16 only 1x1 are left there; 17x17 would do",
        ({"stem": "cifar"}, {"input_shape": (17, 17, 3)}),
    ),
    (
        CIFAR,
        {"input_shape": (2, 40, 3)},
        "only 1x20 are left there; 3x3 would do",
        ({"input_shape": (3, 40, 3)},),
    ),
]


@pytest.mark.parametrize(("network", "changes", "reason", "fixes"), REFUSED)
def test_a_refusal_says_where_and_what_would_mend_it(
    network: ResNetConfig, changes: dict[str, Any], reason: str, fixes: tuple[dict[str, Any], ...]
) -> None:
    with pytest.raises(CombinationError) as refused:
        replace(network, **changes)
    assert reason in str(refused.value)
    assert refused.value.fixes == fixes
    for fix in fixes:
        mended = replace(network, **{**changes, **fix})
        assert plan(mended).layers


def test_a_refusal_travels_with_its_fixes() -> None:
    with pytest.raises(ConfigError) as refused:
        replace(BASIC, groups=32)
    arrived = pickle.loads(pickle.dumps(refused.value))
    assert (type(arrived), str(arrived), arrived.fixes) == (CombinationError, str(refused.value), refused.value.fixes)


def test_zero_pad_goes_with_bottlenecks_preactivation_and_excitation() -> None:
    network = ResNetConfig(
        name="everything",
        block="bottleneck",
        depths=(1, 2),
        widths=(4, 8),
        input_shape=(9, 11, 3),
        num_classes=3,
        stem="cifar",
        preactivation=True,
        shortcut="zero-pad",
        groups=2,
        width_per_group=32,
        se_reduction=4,
        bottleneck_stride_on="1x1",
    )
    model = build_resnet(network)
    assert model.count_params() == plan(network).total_parameters
    assert {layer.name for layer in model.layers} >= {"stage1_block1_shortcut_pad", "stage2_block1_shortcut_pad", "stage2_block2_se_scale"}
