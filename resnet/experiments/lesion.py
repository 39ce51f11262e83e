"""What a cut did, and a recording of all single cuts. Pure: shares of right answers in, data out."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

from resnet.experiments.recordings import path_of
from resnet.inquiries import TEST_IMAGES, CutKind

HARDLY = 0.05  # a fall of the accuracy by less: "it hardly needs it" (5 percentage points)
GUESSING = 0.10  # of ten classes
HARDLY_GUESSING = 0.20

NETWORKS = ("residual-56", "residual-20", "plain-20")
RECORDING = "lesion"


def kinds_of(network: str) -> tuple[CutKind, ...]:
    """What can be cut in a network, by its name."""
    return ("layer",) if network.startswith("plain") else ("branch", "shortcut")


@dataclass(frozen=True, slots=True)
class Fall:
    """How far the accuracy on so many images fell; shares from 0 to 1."""

    accuracy: float
    untouched: float
    images: int = TEST_IMAGES

    @property
    def outcome(self) -> Literal["hardly", "hurts"]:
        return "hardly" if self.untouched - self.accuracy < HARDLY else "hurts"

    @property
    def guessing(self) -> Literal["no_better", "little_better"] | None:
        """How near it is to guessing: within two standard deviations of what guessing gets on so many images, or not far above."""
        if self.accuracy < GUESSING + 2 * math.sqrt(GUESSING * (1 - GUESSING) / self.images):
            return "no_better"
        return "little_better" if self.accuracy < HARDLY_GUESSING else None


@dataclass(frozen=True, slots=True)
class RecordedCuts:
    """Every single cut that was measured on one machine: accuracies by network, kind and place, and of the untouched networks."""

    machine: str
    recorded: str
    images: int
    untouched: Mapping[str, float]
    cuts: Mapping[str, Mapping[str, Mapping[str, float]]]

    def of(self, network: str, kind: str) -> Mapping[str, float]:
        """Accuracy by place, in the order of the network; empty where that was not recorded."""
        return self.cuts.get(network, MappingProxyType({})).get(kind, MappingProxyType({}))

    def falls(self, network: str, kind: str) -> dict[str, float]:
        """By how much each single cut lowered the accuracy, by place; below 0 where it rose."""
        return {place: self.untouched[network] - share for place, share in self.of(network, kind).items()}


@lru_cache(maxsize=1)
def recorded_cuts() -> RecordedCuts | None:
    """The recording that came with the app; None where there is none."""
    path = path_of(RECORDING)
    if not path.is_file():
        return None
    data = json.loads(gzip.decompress(path.read_bytes()))
    about = data["about"]
    return RecordedCuts(about["machine"], about["recorded"], about["images"], data["untouched"], data["cuts"])


def changes_shape(block: str) -> bool:
    """Whether a block of the experiment's networks halves the maps and doubles the channels: the first of each stage but the first."""
    stage, number = block.split("_")[:2]
    return number == "block1" and stage != "stage1"


def median(values: Mapping[str, float]) -> float:
    """The middle one of the accuracies, NaN for none."""
    from statistics import median as middle

    return middle(values.values()) if values else float("nan")
