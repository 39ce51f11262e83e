"""Configurations: every wrong value is refused with its rule and the value, every right one survives a trip through JSON."""

from __future__ import annotations

import json
import math
import pickle
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from resnet.config import Recipe, ResNetConfig, TrainConfig, adapt, fits, network_from_dict
from resnet.errors import ConfigError
from resnet.presets import PRESETS, RECIPES

MINI = PRESETS["mini-resnet"]
RESNET_34 = PRESETS["resnet-34"]
NOTEBOOK = RECIPES["notebook"]
RUN = TrainConfig(networks=(MINI,), dataset="fashion-mnist-subset", recipe=NOTEBOOK)

# field, wrong value, part of the rule. The message must also hold the value itself.
WRONG_NETWORKS: list[tuple[str, Any, str]] = [
    ("name", "", "lower-case letters, digits or hyphens"),
    ("name", "ResNet", "lower-case letters"),
    ("name", "-starts-badly", "lower-case letters"),
    ("name", "a" * 61, "1 to 60"),
    ("name", "new\nline", "lower-case letters"),
    ("name", "ends\n", "lower-case letters"),
    ("name", 34, "lower-case letters"),
    ("block", "bottle", "block must be one of basic, bottleneck"),
    ("block", None, "block must be one of"),
    ("stem", "large", "stem must be one of imagenet, cifar"),
    ("shortcut", "identity", "shortcut must be one of projection, zero-pad, none"),
    ("shortcut", None, "shortcut must be one of"),
    ("padding", "valid", "padding must be one of same, symmetric"),
    ("activation", "sigmoid", "activation must be one of relu, gelu, silu, tanh"),
    ("activation", ["relu"], "activation must be one of"),
    ("initializer", "glorot", "initializer must be one of he_fan_out, he_fan_in"),
    ("depths", (2, 0, 2), "depths must be a tuple of whole numbers from 1 to 1000"),
    ("depths", (2, -1, 2), "depths must be a tuple of whole numbers"),
    ("depths", (2, 1_001, 2), "from 1 to 1000"),
    ("depths", (2, 2.0, 2), "depths must be a tuple of whole numbers"),
    ("depths", (2, True, 2), "depths must be a tuple of whole numbers"),
    ("depths", (2, "2", 2), "depths must be a tuple of whole numbers"),
    ("depths", [2, 2, 2], "depths must be a tuple"),
    ("depths", 3, "depths must be a tuple"),
    ("widths", (32, 0, 128), "widths must be a tuple of whole numbers from 1 to 4096"),
    ("widths", (32, 64, 4_097), "from 1 to 4096"),
    ("widths", (32, 64.5, 128), "widths must be a tuple of whole numbers"),
    ("widths", "abc", "widths must be a tuple"),
    ("input_shape", (28, 28), "input_shape must be (height, width, channels)"),
    ("input_shape", (28, 28, 1, 1), "input_shape must be (height, width, channels)"),
    ("depths", (900, 900, 201), "depths must name at most 2000 blocks together, got 2001"),
    ("input_shape", (28, 28, 0), "whole numbers from 1 to 1024"),
    ("input_shape", (-28, 28, 1), "whole numbers from 1 to 1024"),
    ("input_shape", (28, 1_025, 1), "whole numbers from 1 to 1024"),
    ("input_shape", (None, None, 3), "whole numbers from 1 to 1024"),
    ("num_classes", 0, "num_classes must be a whole number from 2 to 100000"),
    ("num_classes", 1, "from 2 to 100000"),
    ("num_classes", -10, "from 2 to 100000"),
    ("num_classes", 100_001, "from 2 to 100000"),
    ("num_classes", 10.0, "whole number"),
    ("num_classes", True, "whole number"),
    ("num_classes", "10", "whole number"),
    ("dropout", 1.0, "dropout must be a number in [0, 1)"),
    ("dropout", -0.1, "[0, 1)"),
    ("dropout", math.nan, "[0, 1)"),
    ("dropout", "0.3", "[0, 1)"),
    ("dropout", False, "[0, 1)"),
    ("bn_epsilon", 0.0, "bn_epsilon must be a number in (0, 1]"),
    ("bn_epsilon", -1e-5, "(0, 1]"),
    ("bn_epsilon", math.inf, "(0, 1]"),
    ("bn_momentum", 1, "bn_momentum must be a number in [0, 1)"),
    ("bn_momentum", -0.5, "[0, 1)"),
    ("bn_momentum", None, "[0, 1)"),
    ("preactivation", 1, "preactivation must be True or False"),
    ("zero_init_residual", "yes", "zero_init_residual must be True or False"),
    ("groups", 0, "groups must be a whole number from 1 to 1024"),
    ("groups", 1_025, "groups must be a whole number from 1 to 1024"),
    ("width_per_group", -4, "width_per_group must be a whole number from 1 to 1024"),
    ("width_per_group", 4.5, "whole number"),
    ("se_reduction", 0, "se_reduction must be a whole number from 1 to 1024"),
    ("se_reduction", "16", "whole number"),
    ("bottleneck_stride_on", "5x5", "bottleneck_stride_on must be one of 3x3, 1x1"),
]

WRONG_RECIPES: list[tuple[str, Any, str]] = [
    ("optimizer", "adamax", "optimizer must be one of adam, sgd"),
    ("schedule", "cosine", "schedule must be one of constant, one-cycle"),
    ("learning_rate", 0.0, "learning_rate must be a number in (0, 100]"),
    ("learning_rate", -1e-3, "(0, 100]"),
    ("learning_rate", 101, "(0, 100]"),
    ("learning_rate", math.nan, "(0, 100]"),
    ("learning_rate", "fast", "(0, 100]"),
    ("batch_size", 0, "batch_size must be a whole number from 1 to 8192"),
    ("batch_size", 8_193, "from 1 to 8192"),
    ("batch_size", 64.0, "whole number"),
    ("epochs", 0, "epochs must be a whole number from 1 to 1000"),
    ("epochs", 1_001, "from 1 to 1000"),
    ("early_stopping_patience", 0, "early_stopping_patience must be a whole number from 1"),
    ("early_stopping_patience", 2.5, "whole number"),
    ("plateau_patience", -3, "plateau_patience must be a whole number from 1"),
]

WRONG_RUNS: list[tuple[str, Any, str, str]] = [
    ("networks", (), "a tuple of 1 to 4 networks", "0"),
    ("networks", tuple(replace(MINI, name=f"number-{number}") for number in range(5)), "a tuple of 1 to 4 networks", "5"),
    ("networks", [MINI], "a tuple of 1 to 4 networks", "1"),
    ("networks", None, "a tuple of 1 to 4 networks", "0"),
    ("dataset", "mnist", "dataset must be one of fashion-mnist, fashion-mnist-subset, fashion-mnist-14", "'mnist'"),
    ("seed", -1, "seed must be a whole number from 0", "-1"),
    ("seed", 2**31, "seed must be a whole number from 0 to 2147483647", "2147483648"),
    ("seed", 4.2, "seed must be a whole number", "4.2"),
    ("max_steps", 0, "max_steps must be a whole number from 1", "0"),
    ("max_steps", "all", "max_steps must be a whole number", "'all'"),
]


@pytest.mark.parametrize(("field", "value", "rule"), WRONG_NETWORKS)
def test_a_network_that_cannot_exist_is_refused(field: str, value: Any, rule: str) -> None:
    with pytest.raises(ConfigError) as refused:
        replace(MINI, **{field: value})
    assert field in str(refused.value)
    assert rule in str(refused.value)
    assert str(value) in str(refused.value) or repr(value) in str(refused.value)
    assert value in refused.value.values.values() or value != value  # nan equals nothing, not even itself


@pytest.mark.parametrize(("field", "value", "rule"), WRONG_RECIPES)
def test_a_recipe_that_cannot_work_is_refused(field: str, value: Any, rule: str) -> None:
    with pytest.raises(ConfigError) as refused:
        replace(NOTEBOOK, **{field: value})
    assert rule in str(refused.value)
    assert repr(value) in str(refused.value)


@pytest.mark.parametrize(("field", "value", "rule", "received"), WRONG_RUNS)
def test_a_run_that_cannot_start_is_refused(field: str, value: Any, rule: str, received: str) -> None:
    with pytest.raises(ConfigError) as refused:
        replace(RUN, **{field: value})
    assert rule in str(refused.value)
    assert received in str(refused.value)


@pytest.mark.parametrize(("depths", "widths"), [((2, 2), (8, 8, 8)), ((2, 2, 2), (8,))])
def test_depths_and_widths_must_match(depths: tuple[int, ...], widths: tuple[int, ...]) -> None:
    with pytest.raises(ConfigError, match=f"depths and widths must name the same number of stages, got {len(depths)} and {len(widths)}"):
        replace(MINI, depths=depths, widths=widths)


@pytest.mark.parametrize("stages", [0, 9])
def test_number_of_stages_is_bounded(stages: int) -> None:
    with pytest.raises(ConfigError, match=f"between 1 and 8 stages, got {stages}"):
        replace(MINI, depths=(1,) * stages, widths=(8,) * stages)


@pytest.mark.parametrize(
    ("stem", "stages", "shape", "part", "left"),
    [
        ("imagenet", 1, (1, 64, 3), "stem_conv", "1x64"),
        ("imagenet", 1, (64, 2, 3), "stem_pool", "32x1"),
        ("imagenet", 2, (4, 4, 3), "stage2", "1x1"),
        ("imagenet", 4, (16, 224, 3), "stage4", "1x14"),
        ("cifar", 2, (1, 1, 1), "stage2", "1x1"),
        ("cifar", 3, (2, 28, 1), "stage3", "1x14"),
    ],
)
def test_an_input_too_small_for_its_strides_is_refused(stem: Any, stages: int, shape: tuple[int, int, int], part: str, left: str) -> None:
    with pytest.raises(ConfigError) as refused:
        replace(MINI, stem=stem, depths=(1,) * stages, widths=(8,) * stages, input_shape=shape)
    assert str(refused.value).startswith(f"{part} halves the resolution and needs at least 2x2 pixels")
    assert f"an input of {shape[0]}x{shape[1]} only {left}" in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"stem": "cifar", "depths": (1,), "widths": (1,), "input_shape": (1, 1, 1)},
        {"stem": "cifar", "depths": (1, 1), "widths": (1, 1), "input_shape": (2, 2, 1)},
        {"stem": "imagenet", "depths": (1,), "widths": (1,), "input_shape": (3, 3, 1)},
        {"stem": "imagenet", "depths": (1, 1, 1, 1), "widths": (1, 1, 1, 1), "input_shape": (17, 17, 1)},
        {"depths": (1_000,), "widths": (4_096,)},
        {"num_classes": 2, "dropout": 0, "bn_epsilon": 1, "bn_momentum": 0},
    ],
)
def test_values_at_the_edge_are_allowed(changes: dict[str, Any]) -> None:
    network = replace(MINI, **changes)
    assert {field: getattr(network, field) for field in changes} == changes


def test_a_plateau_cannot_cut_a_schedule() -> None:
    with pytest.raises(ConfigError, match="cannot be combined with the schedule 'one-cycle'"):
        replace(NOTEBOOK, schedule="one-cycle")


def test_an_unknown_field_is_no_configuration() -> None:
    with pytest.raises(TypeError):
        ResNetConfig(depth=34)  # type: ignore[call-arg]


def test_configurations_are_frozen_and_hashable() -> None:
    with pytest.raises(FrozenInstanceError):
        MINI.dropout = 0.5  # type: ignore[misc]
    assert hash(replace(MINI, dropout=0.3)) == hash(MINI)


def test_a_network_that_does_not_fit_the_data_is_refused_with_the_remedy() -> None:
    with pytest.raises(ConfigError) as refused:
        replace(RUN, networks=(RESNET_34,))
    assert str(refused.value) == (
        "the network resnet-34 takes 224x224x3 images of 1000 classes, but fashion-mnist-subset has 28x28x1 "
        "images of 10 classes; adapt the network to 28x28x1, 10 classes and the small stem"
    )


def test_adapting_changes_what_the_data_asks_for_and_nothing_else() -> None:
    adapted = adapt(RESNET_34, "fashion-mnist")
    assert not fits(RESNET_34, "fashion-mnist")
    assert fits(adapted, "fashion-mnist")
    assert replace(adapted, input_shape=(224, 224, 3), num_classes=1000, stem="imagenet") == RESNET_34
    assert (adapted.input_shape, adapted.num_classes, adapted.stem) == ((28, 28, 1), 10, "cifar")
    assert adapt(MINI, "fashion-mnist") == MINI


def test_a_run_survives_json() -> None:
    run = replace(RUN, networks=(adapt(RESNET_34, "fashion-mnist"),), recipe=RECIPES["quick-demo"], seed=7, max_steps=100)
    assert TrainConfig.from_dict(json.loads(json.dumps(run.to_dict()))) == run


def test_reading_ignores_what_a_newer_version_added() -> None:
    data = RUN.to_dict()
    data["recipe"]["colour"] = "red"
    data["networks"][0]["colour"] = "red"
    assert TrainConfig.from_dict(data) == RUN


@pytest.mark.parametrize("missing", ["networks", "dataset", "recipe", "seed"])
def test_reading_an_incomplete_run_names_what_is_missing(missing: str) -> None:
    data = RUN.to_dict()
    del data[missing]
    with pytest.raises(ConfigError, match=f"needs networks, dataset, recipe and seed: '{missing}'"):
        TrainConfig.from_dict(data)


def test_reading_an_incomplete_network_names_what_is_missing() -> None:
    data = RUN.to_dict()["networks"][0]
    del data["depths"]
    with pytest.raises(ConfigError, match=r"a network's description is incomplete: .*'depths'"):
        network_from_dict(data)


@pytest.mark.parametrize(("part", "value"), [("networks", ["mini-resnet"]), ("networks", [None]), ("recipe", "notebook"), ("recipe", [1])])
def test_reading_refuses_a_part_without_fields(part: str, value: Any) -> None:
    with pytest.raises(ConfigError, match="a configuration must be fields with values"):
        TrainConfig.from_dict({**RUN.to_dict(), part: value})


def test_reading_checks_the_values() -> None:
    data = RUN.to_dict()
    data["recipe"]["epochs"] = 0
    with pytest.raises(ConfigError, match="epochs must be a whole number from 1 to 1000, got 0"):
        TrainConfig.from_dict(data)


def test_a_value_of_any_length_is_quoted_shortened_and_kept_whole() -> None:
    endless = 10**4_000 + 7
    with pytest.raises(ConfigError) as refused:
        replace(MINI, groups=endless)
    assert str(refused.value) == f"groups must be a whole number from 1 to 1024, got 1{'0' * 78}…"
    assert refused.value.values["value"] == endless
    with pytest.raises(ConfigError) as refused:
        replace(MINI, input_shape=(1,) * 10_000)
    assert len(str(refused.value)) < 150


def test_an_error_keeps_rule_and_values_for_translation_also_through_pickle() -> None:
    with pytest.raises(ConfigError) as refused:
        Recipe(epochs=0)
    error = pickle.loads(pickle.dumps(refused.value))
    assert type(error) is ConfigError
    assert error.rule == "{field} must be a whole number from {low} to {high}, got {value!r}"
    assert error.values == {"field": "epochs", "low": 1, "high": 1000, "value": 0}
    assert str(error) == "epochs must be a whole number from 1 to 1000, got 0"
