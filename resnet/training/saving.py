"""A run's whole state as a snapshot, when it is taken, and how a fresh model takes it over."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import Any

import keras
import numpy as np

from resnet.config import TrainConfig
from resnet.errors import ConfigError
from resnet.training.alarm import Alarm
from resnet.training.callbacks import LearningRate, Logs, Patience, Plateau, Report
from resnet.training.checkpoints import Checkpoints, Snapshot
from resnet.training.events import Saved, SaveFailed
from resnet.training.progress import Progress

SAVE_EVERY = 30.0  # seconds; each epoch's end, pause and stop besides


class Saving(keras.callbacks.Callback):
    """Takes snapshots while the run goes on, hands them to `checkpoints` and tells what became of them. Without any it does nothing.

    It has to be called after all callbacks whose state it saves.
    """

    def __init__(
        self,
        report: Report,
        checkpoints: Checkpoints | None,
        config: TrainConfig,
        progress: Progress,
        *,
        rate: LearningRate,
        patience: Patience | None,
        plateau: Plateau | None,
        alarm: Alarm,
    ) -> None:
        super().__init__()
        self.report, self.checkpoints, self.config, self.progress = report, checkpoints, config, progress
        self.rate, self.patience, self.plateau, self.alarm = rate, patience, plateau, alarm
        self.latest = monotonic()
        self.failing = False
        self.armed = True  # until the weights are another epoch's than the rest of the state

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self.tell()
        if monotonic() - self.latest >= SAVE_EVERY and not self.busy:
            self.save()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        if not self.progress.cut_short:
            self.save()
            self.tell()

    @property
    def busy(self) -> bool:
        return self.checkpoints is not None and self.checkpoints.busy

    def save(self) -> None:
        """Save the state after the latest step, unless a loss is no number: then the weights are none either."""
        if self.checkpoints and self.armed and not self.alarm.beyond_saving:
            self.latest = monotonic()
            self.checkpoints.save(self.snapshot())

    def tell(self) -> None:
        """Tell what became of snapshots; of failures the first only, until one succeeds again.

        That weights are no numbers any more is not told where a loss is none either: there the alarm has said so.
        """
        for outcome in self.checkpoints.outcomes() if self.checkpoints else ():
            if outcome.error is None:
                self.report(Saved, step=outcome.step, epoch=outcome.epoch)
            elif not self.failing and (outcome.is_finite or not self.alarm.beyond_saving):
                self.report(SaveFailed, step=outcome.step, rule=outcome.error.rule, values=outcome.error.plain_values)
            self.failing = outcome.error is not None

    def finish(self) -> None:
        """Wait until everything is written, and tell so."""
        if self.checkpoints:
            self.checkpoints.flush()
            self.tell()

    def snapshot(self) -> Snapshot:
        """A copy of everything that the next step depends on."""
        state: dict[str, Any] = {
            "config": self.config.to_dict(),
            "progress": self.progress.state(),
            "alarm": self.alarm.state(),
            "patience": self.patience.state() if self.patience else None,
            "plateau": self.plateau.state() if self.plateau else None,
            **self.rate.state(),
        }
        arrays = {name: np.array(variable.numpy()) for name, variable in self.variables()}
        if self.patience and self.patience.best_weights is not None:
            arrays |= {f"best/{index:05d}": np.asarray(weights) for index, weights in enumerate(self.patience.best_weights)}
        return Snapshot(self.progress.step, self.progress.epoch, state, arrays)

    def fits(self, snapshot: Snapshot) -> bool:
        """Whether it is of this configuration, and every variable of the model has its value in it."""
        try:
            same_run = TrainConfig.from_dict(snapshot.state["config"]) == self.config
        except (ConfigError, KeyError):
            return False
        shapes = {name: tuple(variable.shape) for name, variable in self.variables()}
        saved = {name: array.shape for name, array in snapshot.arrays.items() if not name.startswith("best/")}
        return same_run and saved == shapes

    def restore(self, snapshot: Snapshot) -> None:
        """Give model, optimizer, callbacks and progress the state they had. The snapshot must fit."""
        for name, variable in self.variables():
            variable.assign(snapshot.arrays[name])
        state = snapshot.state
        self.rate.restore(state)
        self.alarm.restore(state["alarm"])
        if self.patience:
            best = [array for name, array in sorted(snapshot.arrays.items()) if name.startswith("best/")]
            self.patience.restore(state["patience"], best)
        if self.plateau:
            self.plateau.restore(state["plateau"])
        self.progress.restore(state["progress"])

    def variables(self) -> Iterator[tuple[str, Any]]:
        """Weights, statistics and random generators of the model, and what the optimizer remembers, under the names in a checkpoint."""
        for kind, variables in (("model", self.model.variables), ("optimizer", self.model.optimizer.variables)):
            for index, variable in enumerate(variables):
                yield f"{kind}/{index:05d}", variable
