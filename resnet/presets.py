"""Every named network and every named way to train one, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from resnet.config import Recipe, ResNetConfig, TrainConfig
from resnet.datasets import DATASETS

_MINI_RESNET = ResNetConfig(
    name="mini-resnet",
    block="basic",
    depths=(2, 2, 2),
    widths=(32, 64, 128),
    input_shape=(28, 28, 1),
    num_classes=10,
    stem="cifar",
    padding="same",
    dropout=0.3,
    bn_epsilon=1e-3,
    bn_momentum=0.99,
    initializer="he_fan_in",
)

# He et al. 2015, table 1: blocks per stage by depth. Padding, batch norm and initialisation are torchvision's.
_DEPTHS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}


def _imagenet(depth: int, **changes: Any) -> ResNetConfig:
    """The ResNet of that depth for ImageNet, with changes of fields: bottlenecks from 50 layers on, their stride on the 3x3."""
    original = ResNetConfig(
        name=f"resnet-{depth}",
        block="bottleneck" if depth >= 50 else "basic",
        depths=_DEPTHS[depth],
        widths=(64, 128, 256, 512),
        input_shape=(224, 224, 3),
        num_classes=1000,
        stem="imagenet",
    )
    return replace(original, **changes)


def _cifar(depth: int) -> ResNetConfig:
    """He et al. 2015, section 4.2: 6n + 2 layers, shortcuts without parameters (option A)."""
    return ResNetConfig(
        name=f"resnet-{depth}",
        block="basic",
        depths=((depth - 2) // 6,) * 3,
        widths=(16, 32, 64),
        input_shape=(32, 32, 3),
        num_classes=10,
        stem="cifar",
        shortcut="zero-pad",
    )


_NETWORKS = (
    _MINI_RESNET,
    *(_imagenet(depth) for depth in _DEPTHS),
    # He et al. 2016 ("V2"), arXiv 1603.05027.
    *(_imagenet(depth, name=f"resnet-{depth}-v2", preactivation=True) for depth in _DEPTHS),
    # Xie et al. 2017, arXiv 1611.05431: 32 groups in the 3x3.
    _imagenet(50, name="resnext-50-32x4d", groups=32, width_per_group=4),
    _imagenet(101, name="resnext-101-32x8d", groups=32, width_per_group=8),
    # Zagoruyko and Komodakis 2016, arXiv 1605.07146: twice as wide within the bottleneck.
    _imagenet(50, name="wide-resnet-50-2", width_per_group=128),
    # Hu et al. 2018, arXiv 1709.01507.
    *(_imagenet(depth, name=f"se-resnet-{depth}", se_reduction=16) for depth in _DEPTHS),
    _imagenet(50, name="se-resnext-50-32x4d", groups=32, width_per_group=4, se_reduction=16),
    *(_cifar(depth) for depth in (20, 32, 44, 56, 110)),
    # The paper's control: the same layers without shortcuts.
    *(_imagenet(depth, name=f"plain-{depth}", shortcut="none") for depth in (18, 34)),
)


def _racer(kind: str, depth: int) -> ResNetConfig:
    """A network of the CIFAR layout, half as wide, for images of 14x14: with its shortcuts ("residual") or without ("plain")."""
    return replace(
        _cifar(depth),
        name=f"{kind}-{depth}",
        widths=(8, 16, 32),
        input_shape=(14, 14, 1),
        shortcut="none" if kind == "plain" else "zero-pad",
    )


PRESETS: Mapping[str, ResNetConfig] = MappingProxyType({network.name: network for network in _NETWORKS})

# The networks that race against each other on "fashion-mnist-14": small enough for four of them to learn side by side within a minute.
RACERS: Mapping[str, ResNetConfig] = MappingProxyType(
    {
        racer.name: racer
        for racer in (
            *(_racer("plain", depth) for depth in (20, 56)),
            *(_racer("residual", depth) for depth in (20, 32, 44, 56)),
        )
    }
)

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "notebook": Recipe(
            optimizer="adam",
            learning_rate=1e-3,
            schedule="constant",
            batch_size=64,
            epochs=10,
            early_stopping_patience=5,
            plateau_patience=3,
        ),
        # Chosen on the validation split: after 3 epochs 0.879, against 0.869 for Nesterov SGD with a peak of 0.1.
        "quick-demo": Recipe(optimizer="adam", learning_rate=4e-3, schedule="one-cycle", batch_size=64, epochs=3),
        "fast": Recipe(
            optimizer="sgd",
            learning_rate=0.2,
            schedule="one-cycle",
            batch_size=64,
            epochs=5,
            weight_decay=5e-4,
            label_smoothing=0.05,
            augmentation="flip",
        ),
        # Exact, so that every network of a race learns as it would alone; as many epochs as RACE_STEPS need.
        "race": Recipe(optimizer="adam", learning_rate=1e-3, schedule="constant", batch_size=64, epochs=2, precision="float32"),
    }
)
RACE_STEPS = 200

# The fast recipe's runs are a few hundred to a few thousand steps long. With Keras's momentum of 0.99 batch norm's moving statistics
# would still be on their way when the rate has come down; at 0.9 they are those of the last dozens of batches.
FAST_BN_MOMENTUM = 0.9


def tuned(network: ResNetConfig, recipe_name: str) -> ResNetConfig:
    """The network as a recipe of that name wants it: "fast" lets batch norm's statistics follow faster, others change nothing."""
    if recipe_name != "fast" or network.bn_momentum <= FAST_BN_MOMENTUM:
        return network
    return replace(network, bn_momentum=FAST_BN_MOMENTUM)


def race(*names: str, seed: int = 42, steps: int = RACE_STEPS, recipe: Recipe = RECIPES["race"]) -> TrainConfig:
    """A race of the RACERS of these names over so many steps; the recipe's epochs are as many as the steps need."""
    networks = tuple(RACERS[name] for name in names)
    steps_per_epoch = -(-DATASETS["fashion-mnist-14"].training_images // recipe.batch_size)
    enough = replace(recipe, epochs=-(-steps // steps_per_epoch))
    return TrainConfig(networks=networks, dataset="fashion-mnist-14", recipe=enough, seed=seed, max_steps=steps)


# What a first visitor trains: about a minute and a half on two cores. The engine traces it ahead.
DEMO = TrainConfig(networks=(_MINI_RESNET,), dataset="fashion-mnist-subset", recipe=RECIPES["quick-demo"])
