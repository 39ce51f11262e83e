"""Trained networks side by side: what was set for each, where that differs, and which did best. Plain data for tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from resnet.config import DatasetName, ResNetConfig, TrainConfig
from resnet.datasets import DATASETS
from resnet.figures.class_accuracy import wilson_interval

Settings = Mapping[str, Any]


def settings(config: TrainConfig, network: ResNetConfig) -> Settings:
    """All that was chosen for this network's training, by field: the network's, the data set, the recipe's, seed and longest run."""
    of_network = {name: value for name, value in asdict(network).items() if name != "name"}
    return {**of_network, "dataset": config.dataset, **asdict(config.recipe), "seed": config.seed, "max_steps": config.max_steps}


def differing(several: Sequence[Settings]) -> tuple[str, ...]:
    """The fields that are not the same in all of them, in their order."""
    first = several[0] if several else {}
    return tuple(name for name in first if any(one[name] != first[name] for one in several))


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A network was right on this share (0 to 1) of the test images of `dataset`."""

    name: str
    dataset: DatasetName
    accuracy: float

    @property
    def images(self) -> int:
        return DATASETS[self.dataset].test_images

    @property
    def interval(self) -> tuple[float, float]:
        """The 95% interval (Wilson's) that so many test images leave open."""
        return wilson_interval(round(self.accuracy * self.images), self.images)


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The highest test accuracy on one data set, and those of the others whose intervals overlap with its own."""

    tested: Score
    near: tuple[Score, ...]


def best(several: Sequence[Score | None]) -> tuple[Best, ...]:
    """The best on each data set where there are two or more to choose from; None has no test result. Of equals the first.

    Accuracies on different test images are not held against each other.
    """
    found = list[Best]()
    for dataset in dict.fromkeys(one.dataset for one in several if one is not None):
        rivals = [one for one in several if one is not None and one.dataset == dataset]
        if len(rivals) > 1:
            top = max(rivals, key=lambda one: one.accuracy)
            found.append(Best(tested=top, near=tuple(one for one in rivals if one is not top and one.interval[1] >= top.interval[0])))
    return tuple(found)
