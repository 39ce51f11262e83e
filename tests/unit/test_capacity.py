"""What a training takes of memory, before it starts: against what processes were seen to take, and where the line is drawn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from resnet.config import Optimizer, Recipe, ResNetConfig, TrainConfig, adapt, fits
from resnet.errors import TrainingError
from resnet.footprint import training_bytes
from resnet.plan import plan
from resnet.presets import PRESETS
from resnet.runs.capacity import ENDED_AT, check_fits, refusal

MIB = 2**20

# The largest resident set of a process while it trained on the subset (psutil, every 20 ms; Linux, TensorFlow 2.21), in MiB.
SEEN: list[tuple[str, int, Optimizer, int]] = [
    ("mini-resnet", 64, "adam", 1001),
    ("mini-resnet", 1024, "adam", 2883),
    ("resnet-18", 64, "adam", 2083),
    ("resnet-18", 64, "sgd", 1634),
    ("resnet-18", 256, "adam", 2799),
    ("resnet-50", 32, "adam", 3270),
]


def network(name: str) -> ResNetConfig:
    preset = PRESETS[name]
    return preset if fits(preset, "fashion-mnist-subset") else adapt(preset, "fashion-mnist-subset")


def config(name: str = "mini-resnet", batch: int = 64, optimizer: Optimizer = "adam") -> TrainConfig:
    recipe = Recipe(batch_size=batch, optimizer=optimizer)
    return TrainConfig(networks=(network(name),), dataset="fashion-mnist-subset", recipe=recipe)


@pytest.mark.parametrize(("name", "batch", "optimizer", "seen"), SEEN)
def test_the_estimate_is_a_little_above_what_was_seen(name: str, batch: int, optimizer: Optimizer, seen: int) -> None:
    estimate = training_bytes([plan(network(name))], "fashion-mnist-subset", batch_size=batch, optimizer=optimizer) / MIB
    assert seen <= estimate <= 1.4 * seen


def test_two_networks_share_one_process() -> None:
    networks = [plan(network("mini-resnet")), plan(network("resnet-18"))]
    one, other, both, none = (
        training_bytes(chosen, "fashion-mnist-subset", batch_size=64, optimizer="adam")
        for chosen in (networks[:1], networks[1:], networks, [])
    )
    assert both - none == pytest.approx((one - none) + (other - none), abs=2)


def test_what_does_not_fit_is_refused_with_both_numbers() -> None:
    needed = training_bytes([plan(network("resnet-18"))], "fashion-mnist-subset", batch_size=256, optimizer="adam")
    tight = config("resnet-18", 256)
    assert refusal(tight, int(needed / ENDED_AT) + 2) is None
    problem = refusal(tight, int(needed / ENDED_AT) - 2)
    assert problem is not None
    assert str(problem).startswith("training resnet-18 with a batch size of 256 takes about 3.08 GiB of memory")
    assert problem.values["allowed"] == "3.08 GiB"
    with pytest.raises(TrainingError, match="a smaller batch"):
        check_fits(tight, 2**30)
    check_fits(replace(tight, recipe=Recipe(batch_size=1, optimizer="sgd")), 2 * 2**30)


def test_a_process_without_a_limit_has_the_machines_memory() -> None:
    assert refusal(config(), None) is None
    giant = replace(network("resnet-50"), name="giant", depths=(40, 40, 40, 40), widths=(2048, 4096, 4096, 4096))
    assert refusal(TrainConfig(networks=(giant,), dataset="fashion-mnist-subset", recipe=Recipe(batch_size=8192)), None) is not None
