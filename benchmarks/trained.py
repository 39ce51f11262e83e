"""Networks trained by the project's own loop, and kept: what benchmarks look into, and where the embedded weights come from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import keras

from resnet.config import TrainConfig
from resnet.training.control import Control
from resnet.training.events import EpochEnd, Event
from resnet.training.loop import train
from resnet.training.workshop import Prepared, Workshop


class _Keeping(Workshop):
    """One that can be asked for the model it has lent out, also afterwards."""

    lent: Prepared

    @contextmanager
    def lend(self, config: TrainConfig, tell: Callable[[str], None] = lambda phase: None) -> Iterator[Prepared]:
        with super().lend(config, tell) as self.lent:
            yield self.lent


def trained(config: TrainConfig, after_epoch: Callable[[EpochEnd, keras.Model], None] = lambda end, model: None) -> keras.Model:
    """The one network of this run with its last weights. `after_epoch` gets the model as each epoch ends."""
    workshop = _Keeping()

    def follow(event: Event) -> None:
        if isinstance(event, EpochEnd):
            after_epoch(event, workshop.lent.model)

    train(config, follow, Control(), workshop=workshop)
    return workshop.lent.model
