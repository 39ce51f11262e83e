"""Networks trained by the project's own loop, and kept: what benchmarks look into, and where the embedded weights come from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import keras

from resnet.config import TrainConfig
from resnet.training.checkpoints import Checkpoints
from resnet.training.continuation import Continuation
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


def trained(
    config: TrainConfig,
    after_epoch: Callable[[EpochEnd, keras.Model], None] = lambda end, model: None,
    *,
    folder: Path | None = None,
    seconds: float | None = None,
) -> keras.Model | None:
    """The one network of this run with its last weights. `after_epoch` gets the model as each epoch ends.

    After so many seconds the training stops, and None is returned; called again with the same `folder` for its checkpoints, it goes on.
    """
    workshop, control = _Keeping(), Control()
    checkpoints = Checkpoints(folder) if folder else None
    going_on = Continuation(last_sequence=0) if checkpoints and checkpoints.steps else None

    def follow(event: Event) -> None:
        if isinstance(event, EpochEnd):
            after_epoch(event, workshop.lent.model)

    clock = threading.Timer(seconds, control.stop) if seconds else None
    if clock:
        clock.start()
    try:
        result = train(config, follow, control, workshop=workshop, checkpoints=checkpoints, continuation=going_on)
    finally:
        if clock:
            clock.cancel()
    return None if result.stopped else workshop.lent.model
