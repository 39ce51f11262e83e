"""Two networks held against each other: the measures that matter and how they divide over the stages. Plain data for tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from resnet.config import ResNetConfig
from resnet.footprint import receptive_fields, training_memory, weight_memory
from resnet.plan import Plan
from resnet.presets import PRESETS

MeasureName = Literal[
    "trained",
    "with-statistics",
    "macs",
    "depth",
    "weight-memory",
    "activation-memory",
    "batch-memory",
    "receptive-field",
    "last-side",
]
Unit = Literal["count", "bytes", "pixels"]

BATCH = 64  # images; the notebook's batch

# What each preset is best looked at beside: first what it was made from or against, else its next of kin.
_COUNTERPARTS: Mapping[str, str] = MappingProxyType(
    {
        "mini-resnet": "resnet-20",  # both small enough for small images; the notebook's is wider, the paper's deeper
        "resnet-18": "plain-18",  # the paper's control: the same layers without shortcuts
        "resnet-34": "resnet-50",  # as many blocks in each stage, of the other kind
        "resnet-50": "resnet-34",
        "resnet-101": "resnet-50",
        "resnet-152": "resnet-101",
        "resnext-101-32x8d": "resnet-101",
        "se-resnext-50-32x4d": "resnext-50-32x4d",
        "resnet-20": "resnet-56",
        "resnet-32": "resnet-20",
        "resnet-44": "resnet-20",
        "resnet-56": "resnet-20",
        "resnet-110": "resnet-56",
    }
)


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure of both networks. `a` and `b` are counts, bytes or pixels, as `unit` says."""

    name: MeasureName
    unit: Unit
    a: int
    b: int

    @property
    def difference(self) -> int:
        """What B has more than A; below 0, less."""
        return self.b - self.a

    @property
    def ratio(self) -> float:
        """How many times as much B has."""
        return self.b / self.a


@dataclass(frozen=True, slots=True)
class Share:
    """What one stage holds of a network: counts, and these as a part (0 to 1) of the network's own total."""

    stage: str
    parameters: int
    parameter_share: float
    macs: int
    mac_share: float


def counterpart(network: ResNetConfig, preset: ResNetConfig) -> ResNetConfig:
    """What to hold a network against that was not told: the preset it descends from if it was changed, else that preset's counterpart."""
    if network != preset:
        return preset
    if preset.name in _COUNTERPARTS:
        return PRESETS[_COUNTERPARTS[preset.name]]
    # The variants: SE, V2, ResNeXt, Wide and plain networks beside the ResNet of their depth.
    depth = preset.name.removesuffix("-v2").removesuffix("-2").removesuffix("-32x4d").rpartition("-")[2]
    return PRESETS[f"resnet-{depth}"]


def measures(a: Plan, b: Plan) -> tuple[Measure, ...]:
    """The two networks measure by measure; parameters and multiply-adds first."""
    return (
        Measure("trained", "count", a.trainable_parameters, b.trainable_parameters),
        Measure("with-statistics", "count", a.total_parameters, b.total_parameters),
        Measure("macs", "count", a.macs, b.macs),
        Measure("depth", "count", a.config.depth, b.config.depth),
        Measure("weight-memory", "bytes", weight_memory(a), weight_memory(b)),
        Measure("activation-memory", "bytes", training_memory(a, 1), training_memory(b, 1)),
        Measure("batch-memory", "bytes", training_memory(a, BATCH), training_memory(b, BATCH)),
        Measure("receptive-field", "pixels", _last_field(a), _last_field(b)),
        Measure("last-side", "pixels", _last_side(a), _last_side(b)),
    )


def shares(network: Plan) -> tuple[Share, ...]:
    """How parameters (trained ones) and multiply-adds divide over stem, stages and head."""
    return tuple(
        Share(
            stage.name,
            stage.trainable_parameters,
            stage.trainable_parameters / network.trainable_parameters,
            stage.macs,
            stage.macs / network.macs,
        )
        for stage in network.stages
    )


def _last_field(network: Plan) -> int:
    """Side of the receptive field of the last block's output, in pixels of the image; it may reach beyond the image."""
    fields = receptive_fields(network)
    last = next(layer for layer in reversed(network.layers) if layer.block is not None)
    size = fields[last.name].size
    assert size is not None, "only pooling over the whole image has no size, and a block's output is before it"
    return size


def _last_side(network: Plan) -> int:
    """The shorter side of what the last stage hands to the head, in pixels."""
    return min(network.stages[-2].output_shape[:2])
