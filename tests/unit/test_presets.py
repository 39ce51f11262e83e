"""The named networks and recipes, against the papers, torchvision and the notebook they come from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.facts import FACTS
from resnet.config import Recipe, ResNetConfig, adapt, fits
from resnet.plan import plan
from resnet.presets import PRESETS, RECIPES

# From the networks in FACTS by arithmetic. V2: each projection loses its batch norm, and each batch norm before a convolution is as wide
# as that convolution's input. Plain: the projections and their batch norms are gone.
V2_50_TO_101 = 17 * (1024 * 256 + 9 * 256 * 256 + 256 * 1024 + 2 * (1024 + 256 + 256))
V2_101_TO_152 = 13 * (1024 * 256 + 9 * 256 * 256 + 256 * 1024 + 2 * (1024 + 256 + 256)) + 4 * (
    512 * 128 + 9 * 128 * 128 + 128 * 512 + 2 * (512 + 128 + 128)
)
PROJECTIONS = sum(inner * outer + 2 * outer for inner, outer in ((64, 128), (128, 256), (256, 512)))
DERIVED = {
    "resnet-101-v2": 25_549_352 + V2_50_TO_101,
    "resnet-152-v2": 25_549_352 + V2_50_TO_101 + V2_101_TO_152,
    "plain-18": 11_689_512 - PROJECTIONS,
    "plain-34": 21_797_672 - PROJECTIONS,
}


@pytest.mark.parametrize("name", FACTS)
def test_counts(name: str) -> None:
    fact, planned = FACTS[name], plan(PRESETS[name])
    assert planned.trainable_parameters == fact.trainable
    if fact.statistics is not None:
        assert planned.total_parameters == fact.trainable + fact.statistics
    if fact.gmacs is not None:
        assert round(planned.macs / 1e9, 3) == fact.gmacs


@pytest.mark.parametrize("name", DERIVED)
def test_counts_that_follow_from_others(name: str) -> None:
    assert plan(PRESETS[name]).trainable_parameters == DERIVED[name]


@pytest.mark.parametrize("name", [name for name, fact in FACTS.items() if fact.on_1x1 is not None])
def test_the_papers_stride_costs_less(name: str) -> None:
    original = plan(replace(PRESETS[name], bottleneck_stride_on="1x1"))
    assert round(original.macs / 1e9, 3) == FACTS[name].on_1x1
    assert original.trainable_parameters == FACTS[name].trainable


def test_no_preset_is_without_its_count() -> None:
    assert set(PRESETS) == set(FACTS) | set(DERIVED)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_fits_fashion_mnist_in_one_step(name: str) -> None:
    adapted = adapt(PRESETS[name], "fashion-mnist")
    assert fits(adapted, "fashion-mnist")
    assert plan(adapted).layers[-1].output_shape == (10,)
    same = ("block", "depths", "widths", "preactivation", "shortcut", "groups", "width_per_group", "se_reduction")
    assert [getattr(adapted, field) for field in same] == [getattr(PRESETS[name], field) for field in same]


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


@pytest.mark.parametrize("name", ["resnet-18", "resnet-34", "resnet-152", "resnext-101-32x8d", "wide-resnet-50-2"])
def test_imagenet_presets_follow_torchvision(name: str) -> None:
    network = PRESETS[name]
    assert (network.bn_epsilon, network.bn_momentum) == (1e-5, 0.9)
    assert (network.padding, network.initializer, network.shortcut) == ("symmetric", "he_fan_out", "projection")
    assert network.bottleneck_stride_on == "3x3"


@pytest.mark.parametrize("name", sorted(set(PRESETS) - {"mini-resnet"}))
def test_depth_is_counted_as_in_the_paper(name: str) -> None:
    assert f"-{PRESETS[name].depth}-" in f"{name}-"


def test_the_mini_resnet_has_14_layers_with_weights() -> None:
    assert PRESETS["mini-resnet"].depth == 14


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
