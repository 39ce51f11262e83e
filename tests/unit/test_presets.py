"""The named networks and recipes, against the papers, torchvision and the notebook they come from."""

from __future__ import annotations

import pytest

from resnet.config import Recipe, ResNetConfig
from resnet.plan import plan
from resnet.presets import PRESETS, RECIPES

# Trainable parameters: torchvision's `num_params`, and the notebook's own `model.summary()`. Statistics: 2 per channel of each batch norm.
COUNTS = {
    "mini-resnet": (696_042, 2_240),
    "resnet-18": (11_689_512, 9_600),
    "resnet-34": (21_797_672, 17_024),
}


@pytest.mark.parametrize("name", COUNTS)
def test_parameter_counts(name: str) -> None:
    trainable, statistics = COUNTS[name]
    planned = plan(PRESETS[name])
    assert planned.trainable_parameters == trainable
    assert planned.total_parameters == trainable + statistics


def test_no_preset_is_without_its_count() -> None:
    assert set(PRESETS) == set(COUNTS)


def test_mini_resnet_is_the_notebooks() -> None:
    assert PRESETS["mini-resnet"] == ResNetConfig(
        name="mini-resnet",
        block="basic",
        depths=(2, 2, 2),
        widths=(32, 64, 128),
        input_shape=(28, 28, 1),
        num_classes=10,
        stem="cifar",
        shortcut="projection",
        padding="same",
        dropout=0.3,
        activation="relu",
        bn_epsilon=1e-3,
        bn_momentum=0.99,
        initializer="he_fan_in",
    )


@pytest.mark.parametrize("name", ["resnet-18", "resnet-34"])
def test_imagenet_presets_follow_torchvision(name: str) -> None:
    network = PRESETS[name]
    assert (network.bn_epsilon, network.bn_momentum) == (1e-5, 0.9)
    assert (network.padding, network.initializer, network.shortcut) == ("symmetric", "he_fan_out", "projection")


@pytest.mark.parametrize(("name", "depth"), [("mini-resnet", 14), ("resnet-18", 18), ("resnet-34", 34)])
def test_depth_is_counted_as_in_the_paper(name: str, depth: int) -> None:
    assert PRESETS[name].depth == depth


def test_a_preset_is_found_under_its_own_name() -> None:
    assert all(network.name == key for key, network in PRESETS.items())


def test_notebook_recipe_is_the_notebooks() -> None:
    assert RECIPES["notebook"] == Recipe(
        optimizer="adam",
        learning_rate=1e-3,
        schedule="constant",
        batch_size=64,
        epochs=10,
        early_stopping_patience=5,
        plateau_patience=3,
    )


def test_quick_demo_is_short_and_trains_to_its_end() -> None:
    recipe = RECIPES["quick-demo"]
    assert recipe.schedule == "one-cycle"
    assert recipe.epochs <= 4
    assert recipe.early_stopping_patience is None


@pytest.mark.parametrize("mapping", [PRESETS, RECIPES])
def test_presets_cannot_be_changed_by_a_page(mapping: object) -> None:
    with pytest.raises(TypeError):
        mapping["resnet-18"] = None  # type: ignore[index]
