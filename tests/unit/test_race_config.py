"""What a race is made of: which networks may run together, the named racers, and the small images they learn from."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from resnet.config import TrainConfig, fields_that_differ
from resnet.data import SUBSET_FILE, load_dataset, load_fashion_mnist
from resnet.datasets import DATASETS
from resnet.errors import ConfigError
from resnet.estimate import epoch_seconds
from resnet.footprint import training_bytes
from resnet.plan import plan
from resnet.presets import PRESETS, RACERS, RECIPES, race
from resnet.runs.queueing import estimated_seconds

RACE = race("plain-20", "residual-20", "plain-56", "residual-56")


def test_a_race_survives_json() -> None:
    assert TrainConfig.from_dict(json.loads(json.dumps(RACE.to_dict()))) == RACE


@pytest.mark.parametrize(
    ("networks", "recipe", "message"),
    [
        (
            (RACERS["plain-20"], replace(RACERS["plain-20"], shortcut="projection")),
            RECIPES["race"],
            "networks that train together need names of their own, got plain-20 twice or more",
        ),
        (
            RACE.networks,
            replace(RECIPES["race"], early_stopping_patience=3),
            "early_stopping_patience follows the validation loss of one network and must be None where 4 train together, got 3",
        ),
        (
            RACE.networks,
            replace(RECIPES["race"], plateau_patience=2),
            "plateau_patience follows the validation loss of one network and must be None where 4 train together, got 2",
        ),
        (
            (RACERS["plain-20"], PRESETS["mini-resnet"]),
            RECIPES["race"],
            "the network mini-resnet takes 28x28x1 images of 10 classes, but fashion-mnist-14 has 14x14x1 images of 10 classes; "
            "adapt the network to 14x14x1, 10 classes and the small stem",
        ),
    ],
)
def test_networks_that_cannot_race_are_refused(networks: tuple, recipe: object, message: str) -> None:
    with pytest.raises(ConfigError) as refused:
        replace(RACE, networks=networks, recipe=recipe)
    assert str(refused.value) == message


def test_one_network_alone_may_have_patience_and_any_of_the_data_sets() -> None:
    recipe = replace(RECIPES["race"], early_stopping_patience=3, plateau_patience=2)
    alone = replace(RACE, networks=RACE.networks[:1], recipe=recipe)
    assert (alone.is_race, RACE.is_race) == (False, True)


@pytest.mark.parametrize(("steps", "epochs"), [(1, 1), (141, 1), (142, 2), (200, 2), (1_000, 8)])
def test_a_race_has_as_many_epochs_as_its_steps_need(steps: int, epochs: int) -> None:
    config = race("plain-20", steps=steps)
    assert (config.max_steps, config.recipe.epochs) == (steps, epochs)


def test_racers_of_one_depth_differ_in_their_shortcuts_alone() -> None:
    assert set(RACERS) == {"plain-20", "plain-56", "residual-20", "residual-32", "residual-44", "residual-56"}
    for name, racer in RACERS.items():
        assert racer.name == name
        assert racer.depth == int(name.split("-")[1])
        assert (racer.shortcut == "none") == name.startswith("plain")
    for depth in (20, 56):
        plain, residual = RACERS[f"plain-{depth}"], RACERS[f"residual-{depth}"]
        assert fields_that_differ(plain, residual) == ("shortcut",)
    shallow, deep = RACERS["residual-20"], RACERS["residual-56"]
    assert fields_that_differ(shallow, deep) == ("depths",)


def test_small_images_are_the_means_of_four_pixels() -> None:
    """From the file itself, in whole numbers: four times the mean, times 255, is the sum of the four."""
    with np.load(SUBSET_FILE) as file:
        pixels, labels = file["x_train"].astype(np.int64), file["y_train"]
        tested = file["x_test"].astype(np.int64)
    small, whole = load_dataset("fashion-mnist-14"), load_fashion_mnist(subset=True)
    images = np.concatenate([small.x_train, small.x_val])
    assert images.dtype == np.float32
    for means, original in ((images, pixels), (small.x_test, tested)):
        sums = original[:, 0::2, 0::2] + original[:, 0::2, 1::2] + original[:, 1::2, 0::2] + original[:, 1::2, 1::2]
        np.testing.assert_array_equal(np.rint(means[..., 0].astype(np.float64) * 1020), sums)
        np.testing.assert_allclose(means[..., 0], sums / 1020, atol=1e-7)
    np.testing.assert_array_equal(np.concatenate([small.y_train, small.y_val]), labels)
    np.testing.assert_array_equal(small.y_test, whole.y_test)
    facts = DATASETS["fashion-mnist-14"]
    for split, count in (("x_train", facts.training_images), ("x_val", facts.validation_images), ("x_test", facts.test_images)):
        assert getattr(small, split).shape == (count, *facts.input_shape)
        assert not getattr(small, split).flags.writeable
    assert load_dataset("fashion-mnist-14") is small
    assert load_dataset("fashion-mnist-subset") is whole


def test_time_and_memory_of_a_race_are_those_of_its_networks_together() -> None:
    alone = [estimated_seconds(replace(RACE, networks=(network,))) for network in RACE.networks]
    assert estimated_seconds(RACE) == pytest.approx(sum(alone))
    assert alone[0] == pytest.approx(epoch_seconds(plan(RACE.networks[0]), "fashion-mnist-14") * 200 / 141)

    def needed(*networks: object) -> int:
        plans = [plan(network) for network in networks]  # type: ignore[arg-type]
        return training_bytes(plans, "fashion-mnist-14", batch_size=64, optimizer="adam")

    empty = needed()
    assert needed(*RACE.networks) - empty == pytest.approx(sum(needed(network) - empty for network in RACE.networks), abs=4)
