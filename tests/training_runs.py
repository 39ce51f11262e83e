"""Runs small enough to test with: a real network on the real subset, ten steps an epoch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from resnet.config import Recipe, ResNetConfig, TrainConfig
from resnet.training.checkpoints import Checkpoints
from resnet.training.continuation import Continuation
from resnet.training.control import Control
from resnet.training.events import Event
from resnet.training.loop import Result, train
from resnet.training.workshop import Workshop

TINY = ResNetConfig(
    name="tiny",
    block="basic",
    depths=(1, 1),
    widths=(4, 8),
    input_shape=(28, 28, 1),
    num_classes=10,
    stem="imagenet",  # 7x7 pixels are left for the first block, which makes it quick
)
RECIPE = Recipe(optimizer="sgd", learning_rate=0.05, batch_size=900, epochs=2, precision="float32")  # 10 steps an epoch
CONFIG = TrainConfig(networks=(TINY,), dataset="fashion-mnist-subset", recipe=RECIPE, seed=7)


def follow(
    config: TrainConfig,
    workshop: Workshop | None,
    control: Control | None = None,
    *,
    on: Callable[[Event], None] = lambda event: None,
    checkpoints: Checkpoints | None = None,
    continuation: Continuation | None = None,
) -> tuple[list[Event], Result]:
    """All events of a run from beginning to end, and what it returned. Without a workshop the graph is traced anew.

    `on` hears each event in the thread that trains, after it was kept.
    """
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        on(event)

    result = train(config, emit, control or Control(), run="r1", workshop=workshop, checkpoints=checkpoints, continuation=continuation)
    return events, result


def of(kind: type[Event], events: list[Event]) -> list[Any]:
    """The events of one kind."""
    return [event for event in events if isinstance(event, kind)]
