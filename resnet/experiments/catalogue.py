"""Which networks each experiment trains, how, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from resnet.config import DatasetName, Optimizer, ResNetConfig, TrainConfig
from resnet.datasets import DATASETS
from resnet.presets import RACE_STEPS, RACERS, RECIPES

Key = Literal["disease", "cure", "rescue", "gradient", "lesion", "identity", "depth", "rate"]
Panel = Literal["loss", "gradients"]

DATASET: DatasetName = "fashion-mnist-14"
DEEP, SHALLOW = 56, 20
DEPTHS = tuple(range(SHALLOW, DEEP + 1, 6))  # 6n + 2 layers (He et al. 2015, section 4.2)
FEWEST_STEPS, MOST_STEPS = 40, 1_000  # a run of fewer says too little to speak of, see `verdicts`
RATES = (1e-5, 10.0)
USUAL_RATE = RECIPES["race"].learning_rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """An experiment that trains networks side by side.

    Attributes:
        racers: their names; "{depth}" is filled with the depth that is chosen, where it can be.
        recordings: names of the recorded runs that can be watched instead, see `recordings`.
        panel: the chart that is looked at first.
        shallowest: the least depth to choose from, or None where the networks are these and no others.
        own_rate: the learning rate is what is tried out.
        rate, optimizer: to begin with.
    """

    key: Key
    racers: tuple[str, ...]
    recordings: tuple[str, ...]
    panel: Panel = "loss"
    shallowest: int | None = None
    own_rate: bool = False
    rate: float = USUAL_RATE
    optimizer: Optimizer = "adam"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be chosen before a race: the seed of first weights and batches, optimiser steps, depth of the deep networks, rate."""

    seed: int = 42
    steps: int = RACE_STEPS
    depth: int = DEEP
    rate: float = USUAL_RATE
    optimizer: Optimizer = "adam"


RACES: Mapping[str, Race] = MappingProxyType(
    {
        race.key: race
        for race in (
            Race(key="disease", racers=("plain-20", "plain-{depth}"), recordings=("disease",), shallowest=26),
            Race(
                key="cure",
                racers=("plain-20", "plain-{depth}", "residual-20", "residual-{depth}"),
                recordings=("cure",),
                shallowest=26,
            ),
            Race(key="rescue", racers=("plain-56",), recordings=("long",), own_rate=True, rate=3e-4),
            Race(key="gradient", racers=("plain-{depth}", "residual-{depth}"), recordings=("gradient",), panel="gradients", shallowest=20),
            Race(key="depth", racers=("residual-20", "residual-32", "residual-44", "residual-56"), recordings=("depth",)),
            Race(key="rate", racers=("residual-20",), recordings=("rate",), own_rate=True, rate=1.0),
        )
    }
)

# In the order of a lesson. Two of them are questions to trained or tiny networks, and no races.
KEYS: tuple[Key, ...] = ("disease", "cure", "rescue", "gradient", "lesion", "identity", "depth", "rate")


def networks_of(race: Race, depth: int = DEEP) -> tuple[ResNetConfig, ...]:
    """The networks that run, the deep ones with `depth` layers where that can be chosen."""
    return tuple(_racer(name.format(depth=depth)) for name in race.racers)


def first_settings(race: Race) -> Settings:
    """What is chosen before anybody has chosen."""
    return Settings(rate=race.rate, optimizer=race.optimizer)


def train_config(race: Race, settings: Settings) -> TrainConfig:
    """The run of an experiment. Raises ConfigError for settings outside their range."""
    recipe = replace(RECIPES["race"], learning_rate=settings.rate, optimizer=settings.optimizer)
    steps_per_epoch = -(-DATASETS[DATASET].training_images // recipe.batch_size)
    return TrainConfig(
        networks=networks_of(race, settings.depth),
        dataset=DATASET,
        recipe=replace(recipe, epochs=-(-settings.steps // steps_per_epoch)),
        seed=settings.seed,
        max_steps=settings.steps,
    )


def belongs(race: Race, config: TrainConfig) -> bool:
    """Whether this run is one of this experiment, whatever its seed, steps and rate."""
    return config.dataset == DATASET and any(config.networks == networks_of(race, depth) for depth in DEPTHS)


def race_of(config: TrainConfig) -> Race | None:
    """The experiment that a run belongs to; None for a run of another page."""
    return next((race for race in RACES.values() if belongs(race, config)), None)


def _racer(name: str) -> ResNetConfig:
    if name in RACERS:
        return RACERS[name]
    kind, depth = name.split("-")
    return replace(RACERS[f"{kind}-{DEEP}"], name=name, depths=((int(depth) - 2) // 6,) * 3)
