"""What a network is and how it is trained, as validated data. Standard library only: every page, test and worker can hold one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Literal

from resnet.checks import check_choice, check_flag, check_name, check_number, check_whole_number, check_whole_numbers
from resnet.combinations import check_combination
from resnet.datasets import DATASETS, DatasetFacts
from resnet.errors import ConfigError
from resnet.recipe import MAX_BATCH as MAX_BATCH
from resnet.recipe import MAX_EPOCHS as MAX_EPOCHS
from resnet.recipe import Augmentation as Augmentation
from resnet.recipe import Optimizer as Optimizer
from resnet.recipe import Precision as Precision
from resnet.recipe import Recipe as Recipe
from resnet.recipe import Schedule as Schedule

Block = Literal["basic", "bottleneck"]
Stem = Literal["imagenet", "cifar"]
Shortcut = Literal["projection", "zero-pad", "none"]
StrideOn = Literal["3x3", "1x1"]
Padding = Literal["same", "symmetric"]
Activation = Literal["relu", "gelu", "silu", "tanh"]
Initializer = Literal["he_fan_out", "he_fan_in"]
DatasetName = Literal["fashion-mnist", "fashion-mnist-subset", "fashion-mnist-14"]

MAX_BLOCKS_PER_STAGE = 1_000
MAX_BLOCKS = 2_000  # of a whole network; the paper's deepest has 600
MAX_STAGES = 8
# With these, every count of a plan, multiply-adds included, fits into the 64 bits of a table's column.
MAX_WIDTH = 4_096
MAX_SIDE = 1_024
MAX_GROUPS = 1_024
MAX_WIDTH_PER_GROUP = 1_024
MAX_SE_REDUCTION = 1_024
MAX_CLASSES = 100_000
BOTTLENECK_EXPANSION = 4
MAX_NETWORKS = 4  # in one run; each trains as slowly as it would alone

_BLOCK_FUNCTIONS = {
    ("basic", False): "basic_block",
    ("bottleneck", False): "bottleneck_block",
    ("basic", True): "preactivation_block",
    ("bottleneck", True): "preactivation_bottleneck_block",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResNetConfig:
    """A residual network. Raises ConfigError, naming the rule and the value, for a network that cannot exist.

    Attributes:
        name: lower-case letters, digits and hyphens; what the network is called in a run.
        block: "basic" is two 3x3 convolutions, "bottleneck" 1x1, 3x3, 1x1 (He et al. 2015, figure 5, left and right).
        depths: blocks per stage, e.g. (3, 4, 6, 3).
        widths: base channels per stage, one number for each of `depths`; a basic block outputs so many, a bottleneck four times as many.
        input_shape: (height, width, channels) of one image.
        num_classes: logits of the head.
        stem: "imagenet" is 7x7 stride 2 and a 3x3 max-pool stride 2; "cifar" is one 3x3 at full resolution.
        preactivation: batch norm and activation before each convolution, nothing after the add, one more of both before the head
            (ResNet-V2, He et al. 2016).
        shortcut: "projection" puts a 1x1 convolution exactly where shapes differ; "zero-pad" takes every second pixel and appends
            channels of zeros there (options B and A of He et al. 2015, section 3.3); "none" leaves out shortcut and add, which is
            the paper's plain network.
        groups: groups of a bottleneck's 3x3 convolution, each seeing its own channels only (ResNeXt's cardinality).
        width_per_group: channels of each group for a base of 64, so that the 3x3 has int(width · width_per_group / 64) · groups.
        se_reduction: how many times narrower the waist of squeeze-and-excitation is than the block's output; None leaves it out.
        bottleneck_stride_on: the convolution that halves the resolution: "3x3" as torchvision (v1.5), the first "1x1" as the paper (v1).
        padding: "symmetric" pads alike on both sides, as PyTorch does; "same" is TensorFlow's rule.
        zero_init_residual: start the scale of each branch's last batch norm at 0, so that every block starts as its shortcut.
        dropout: share of features dropped before the classifier while training, 0 <= dropout < 1.
        activation: after every batch normalisation but the one before the add, and after the add; squeeze-and-excitation keeps its own.
        bn_epsilon: added to the variance. bn_momentum: in Keras's sense, the share of the old moving statistics kept.
        initializer: "he_fan_out" as torchvision, "he_fan_in" as Keras's `he_normal`.
    """

    name: str
    block: Block
    depths: tuple[int, ...]
    widths: tuple[int, ...]
    input_shape: tuple[int, int, int]
    num_classes: int
    stem: Stem
    preactivation: bool = False
    shortcut: Shortcut = "projection"
    groups: int = 1
    width_per_group: int = 64
    se_reduction: int | None = None
    bottleneck_stride_on: StrideOn = "3x3"
    padding: Padding = "symmetric"
    dropout: float = 0.0
    zero_init_residual: bool = False
    activation: Activation = "relu"
    bn_epsilon: float = 1e-5
    bn_momentum: float = 0.9
    initializer: Initializer = "he_fan_out"

    def __post_init__(self) -> None:
        check_name(self.name)
        check_choice("block", self.block, Block)
        check_choice("stem", self.stem, Stem)
        check_choice("shortcut", self.shortcut, Shortcut)
        check_choice("bottleneck_stride_on", self.bottleneck_stride_on, StrideOn)
        check_choice("padding", self.padding, Padding)
        check_choice("activation", self.activation, Activation)
        check_choice("initializer", self.initializer, Initializer)
        check_whole_numbers("depths", self.depths, MAX_BLOCKS_PER_STAGE)
        check_whole_numbers("widths", self.widths, MAX_WIDTH)
        if not 1 <= len(self.depths) <= MAX_STAGES:
            raise ConfigError(
                "{field} must name between 1 and {most} stages, got {count}", field="depths", most=MAX_STAGES, count=len(self.depths)
            )
        if len(self.depths) != len(self.widths):
            raise ConfigError(
                "{depths_field} and {widths_field} must name the same number of stages, got {depths} and {widths}",
                depths_field="depths",
                widths_field="widths",
                depths=len(self.depths),
                widths=len(self.widths),
            )
        if sum(self.depths) > MAX_BLOCKS:
            raise ConfigError(
                "{field} must name at most {most} blocks together, got {count} in {value}",
                field="depths",
                most=MAX_BLOCKS,
                count=sum(self.depths),
                value=self.depths,
            )
        check_whole_numbers("input_shape", self.input_shape, MAX_SIDE)
        if len(self.input_shape) != 3:
            raise ConfigError("{field} must be (height, width, channels), got {value!r}", field="input_shape", value=self.input_shape)
        check_whole_number("num_classes", self.num_classes, 2, MAX_CLASSES)
        check_flag("preactivation", self.preactivation)
        check_flag("zero_init_residual", self.zero_init_residual)
        check_whole_number("groups", self.groups, 1, MAX_GROUPS)
        check_whole_number("width_per_group", self.width_per_group, 1, MAX_WIDTH_PER_GROUP)
        if self.se_reduction is not None:
            check_whole_number("se_reduction", self.se_reduction, 1, MAX_SE_REDUCTION)
        check_number("dropout", self.dropout, low=0, high=1, high_allowed=False)
        check_number("bn_epsilon", self.bn_epsilon, low=0, high=1, low_allowed=False)
        check_number("bn_momentum", self.bn_momentum, low=0, high=1, high_allowed=False)
        check_combination(self)

    @property
    def depth(self) -> int:
        """Layers with weights as the paper counts them: projections and squeeze-and-excitation left out, e.g. 34 for ResNet-34."""
        return 2 + (3 if self.block == "bottleneck" else 2) * sum(self.depths)

    @property
    def stage_channels(self) -> tuple[int, ...]:
        """Output channels of each stage's blocks: the widths, four times those for bottlenecks."""
        return tuple(width * self.expansion for width in self.widths)

    @property
    def expansion(self) -> int:
        """How many times as many channels a block gives as its width says."""
        return BOTTLENECK_EXPANSION if self.block == "bottleneck" else 1

    def inner_width(self, width: int) -> int:
        """Channels of the 3x3 convolution of a bottleneck whose base is `width` (torchvision's rule for ResNeXt and Wide ResNet)."""
        return int(width * self.width_per_group / 64) * self.groups

    @property
    def block_function(self) -> str:
        """The name of the function that builds one of its blocks, in resnet.blocks and in exported code."""
        return _BLOCK_FUNCTIONS[self.block, self.preactivation]

    @property
    def downsampling(self) -> tuple[tuple[str, int], ...]:
        """(what, stride) of every part that has a stride, in order; the first stage keeps its resolution."""
        stem = (("stem_conv", 2), ("stem_pool", 2)) if self.stem == "imagenet" else (("stem_conv", 1),)
        return stem + tuple((f"stage{stage}", 1 if stage == 1 else 2) for stage in range(1, len(self.depths) + 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """One training run: networks, data, recipe, seed. `max_steps` ends it normally after so many optimiser steps.

    Several networks race: they learn side by side from the same batches, each as it would alone, and have different names.

    Raises ConfigError where a network does not fit the data set; `adapt(network, dataset)` makes the one that does. And for several
    networks with a patience: what one of them would end or slow down is the others' run as well.
    """

    networks: tuple[ResNetConfig, ...]
    dataset: DatasetName
    recipe: Recipe
    seed: int = 42
    max_steps: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.networks, tuple) or not 1 <= len(self.networks) <= MAX_NETWORKS:
            count = len(self.networks) if isinstance(self.networks, (tuple, list)) else 0
            raise ConfigError("networks must be a tuple of 1 to {most} networks, got {count}", most=MAX_NETWORKS, count=count)
        check_choice("dataset", self.dataset, DatasetName)
        for network in self.networks:
            _check_fit(network, DATASETS[self.dataset])
        if self.is_race:
            _check_race(self.networks, self.recipe)
        check_whole_number("seed", self.seed, 0, 2**31 - 1)
        if self.max_steps is not None:
            check_whole_number("max_steps", self.max_steps, 1, 10**9)

    @property
    def is_race(self) -> bool:
        """Whether several networks learn side by side."""
        return len(self.networks) > 1

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready data that `from_dict` reads."""
        return asdict(self)

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> TrainConfig:
        """The configuration `to_dict` wrote, also after a trip through JSON. Raises ConfigError for anything else."""
        try:
            networks = tuple(network_from_dict(network) for network in data["networks"])
            recipe = Recipe(**_known_fields(Recipe, data["recipe"]))
            return TrainConfig(
                networks=networks, dataset=data["dataset"], recipe=recipe, seed=data["seed"], max_steps=data.get("max_steps")
            )
        except (KeyError, TypeError) as error:
            raise ConfigError("a training configuration needs networks, dataset, recipe and seed: {problem}", problem=str(error)) from error


def network_from_dict(data: Mapping[str, Any]) -> ResNetConfig:
    """A ResNetConfig from JSON-ready data (lists become tuples, unknown fields are ignored). Raises ConfigError."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in _known_fields(ResNetConfig, data).items()
    }
    try:
        return ResNetConfig(**values)
    except TypeError as error:
        raise ConfigError("a network's description is incomplete: {problem}", problem=str(error)) from error


def fields_that_differ(one: ResNetConfig, other: ResNetConfig) -> tuple[str, ...]:
    """Names of the fields in which two networks differ, but for their names."""
    names = (field.name for field in fields(ResNetConfig) if field.name != "name")
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))


def adapt(network: ResNetConfig, dataset: DatasetName) -> ResNetConfig:
    """The same blocks made to fit the data set: its image shape, its classes and the small stem where images are small."""
    facts = DATASETS[dataset]
    return replace(network, input_shape=facts.input_shape, num_classes=facts.num_classes, stem="cifar")


def fits(network: ResNetConfig, dataset: DatasetName) -> bool:
    """Whether the network takes the data set's images and gives one logit per class."""
    facts = DATASETS[dataset]
    return network.input_shape == facts.input_shape and network.num_classes == facts.num_classes


def _check_fit(network: ResNetConfig, facts: DatasetFacts) -> None:
    if network.input_shape != facts.input_shape or network.num_classes != facts.num_classes:
        height, width, channels = network.input_shape
        raise ConfigError(
            "the network {network} takes {height}x{width}x{channels} images of {classes} classes, but {dataset} has {data_shape} "
            "images of {data_classes} classes; adapt the network to {data_shape}, {data_classes} classes and the small stem",
            network=network.name,
            height=height,
            width=width,
            channels=channels,
            classes=network.num_classes,
            dataset=facts.name,
            data_shape="x".join(map(str, facts.input_shape)),
            data_classes=facts.num_classes,
        )


def _check_race(networks: tuple[ResNetConfig, ...], recipe: Recipe) -> None:
    names = [network.name for network in networks]
    for name in names:
        if names.count(name) > 1:
            raise ConfigError("networks that train together need names of their own, got {name} twice or more", name=name)
    for field in ("early_stopping_patience", "plateau_patience"):
        patience = getattr(recipe, field)
        if patience is not None:
            raise ConfigError(
                "{field} follows the validation loss of one network and must be None where {count} train together, got {patience}",
                field=field,
                count=len(names),
                patience=patience,
            )


def _known_fields(kind: type, data: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        raise ConfigError("a configuration must be fields with values, got {value!r}", value=data)
    names = {field.name for field in fields(kind)}
    return {name: value for name, value in data.items() if name in names}
