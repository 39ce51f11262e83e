"""The small trained networks that come with the app: what they are, where their weights lie, and how well they were measured to do."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from resnet.config import DatasetName, ResNetConfig
from resnet.presets import PRESETS, RACERS

Moment = Literal["untrained", "epoch-1", "trained"]

WEIGHTS_DIRECTORY = Path(__file__).parents[1] / "assets" / "weights"
MEASURED_FILE = WEIGHTS_DIRECTORY / "measured.json"
FIRST_WEIGHTS_SEED = 42  # of the "untrained" moment, which is drawn anew and so needs no file


@dataclass(frozen=True, slots=True)
class Measured:
    """What a network with the weights of that file, rounded to float16, did on the test split: a loss in nats and a share of images."""

    test_loss: float
    test_accuracy: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """One network, the data set it was trained on, and the moments of its training of which there are weights."""

    network: ResNetConfig
    dataset: DatasetName
    moments: tuple[Moment, ...]

    @property
    def blocks(self) -> tuple[str, ...]:
        """The names of its blocks in order, such as "stage1_block1"."""
        return block_names(self.network)

    def weights_file(self, moment: Moment) -> Path | None:
        """Where the weights of that moment lie; None for the first ones, which are drawn from FIRST_WEIGHTS_SEED."""
        return None if moment == "untrained" else WEIGHTS_DIRECTORY / f"{self.network.name}-{moment}.safetensors"

    def measured(self, moment: Moment) -> Measured | None:
        """How well it did at that moment, as it was measured when the weights were made; None where that was not written down."""
        return _measured().get(f"{self.network.name}-{moment}")


def block_names(network: ResNetConfig) -> tuple[str, ...]:
    """The names of a network's blocks in order, such as "stage1_block1"."""
    return tuple(f"stage{stage}_block{block}" for stage, depth in enumerate(network.depths, 1) for block in range(1, depth + 1))


@lru_cache(maxsize=1)
def _measured() -> Mapping[str, Measured]:
    if not MEASURED_FILE.exists():
        return {}
    written = json.loads(MEASURED_FILE.read_text(encoding="utf-8"))
    return {name: Measured(one["test_loss"], one["test_accuracy"]) for name, one in written.items()}


EMBEDDED: Mapping[str, Embedded] = MappingProxyType(
    {
        "mini-resnet": Embedded(
            network=PRESETS["mini-resnet"], dataset="fashion-mnist-subset", moments=("untrained", "epoch-1", "trained")
        ),
        **{
            name: Embedded(network=RACERS[name], dataset="fashion-mnist-14", moments=("untrained", "trained"))
            for name in ("residual-56", "residual-20", "plain-20")
        },
    }
)
