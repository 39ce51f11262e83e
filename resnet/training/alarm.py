"""Says what is wrong with a run while it runs, and ends one whose loss is no number: no further step could mend it."""

from __future__ import annotations

from typing import Any

import keras

from resnet.errors import TrainingError
from resnet.training.callbacks import Logs, Report
from resnet.training.checkpoints import Checkpoints
from resnet.training.events import Recovered, Trouble
from resnet.training.progress import Progress
from resnet.training.trouble import Finding, TroubleWatch

RAISED_LATELY = 200  # steps: a rate that did well for so long is not to blame for being raised


class Alarm(keras.callbacks.Callback):
    """Shows every loss to the watch and tells what it finds. As long as there is trouble, the checkpoint from before it is kept."""

    def __init__(self, report: Report, progress: Progress, watch: TroubleWatch, checkpoints: Checkpoints | None, *, network: str) -> None:
        super().__init__()
        self.report, self.progress, self.watch, self.checkpoints, self.network = report, progress, watch, checkpoints, network
        self.good_step: int | None = None
        self.raised_at: int | None = None  # the step after which a person last raised the rate
        self.broken: TrainingError | None = None  # why the run cannot go on as it is

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        step, epoch = self.progress.step, self.progress.epoch
        found = self.watch.observe(step, float(logs["loss"]), self.progress.learning_rate)
        if found == "recovered":
            self.keep(None)
            self.report(Recovered, network=self.network, step=step, epoch=epoch)
        elif found is not None:
            self.keep(self.step_from_before(found))
            self.tell(found)

    def tell(self, found: Finding) -> None:
        self.report(
            Trouble,
            network=self.network,
            step=self.progress.step,
            epoch=self.progress.epoch,
            trouble=found.trouble,
            cause=found.cause,
            since=found.since,
            loss=found.loss,
            before=found.before,
            good_step=self.good_step,
        )
        if found.trouble == "nan":
            self.broken = _no_number(self.progress.step, self.good_step or 0)
            self.progress.cut_short = True
            self.model.stop_training = True

    def on_test_batch_end(self, batch: int, logs: Logs) -> None:
        if self.broken:
            self.model.stop_evaluating = True

    def step_from_before(self, found: Finding) -> int | None:
        """The checkpoint to repair from: right in its weights, and from before the rate was raised where that is to blame.

        None without checkpoints, and where the very first loss is no number: no step has made it so, and none taken back would mend it.
        """
        if not self.checkpoints or (found.trouble == "nan" and self.progress.step == 1):
            return None
        latest = found.since
        if self.raised_at is not None and found.cause == "rate-too-high" and latest - self.raised_at <= RAISED_LATELY:
            latest = min(latest, self.raised_at - 1)
        return self.checkpoints.step_before(latest)

    def expect_trouble(self) -> None:
        """A person is about to raise the rate: keep the newest checkpoint with the present one until the next trouble is over."""
        self.raised_at = self.progress.step
        if self.checkpoints and self.watch.trouble is None:
            self.keep(self.checkpoints.step_before(self.raised_at - 1))

    def forgive(self) -> None:
        """A repair begins: what is still wrong then is new."""
        self.watch.forgive()
        self.keep(None)

    def keep(self, step: int | None) -> None:
        self.good_step = step
        if self.checkpoints:
            self.checkpoints.protect(step)

    def state(self) -> dict[str, Any]:
        """JSON-ready data that `restore` reads."""
        return {"watch": self.watch.state(), "good_step": self.good_step, "raised_at": self.raised_at}

    def restore(self, state: dict[str, Any]) -> None:
        self.watch.restore(state["watch"])
        self.raised_at = state["raised_at"]
        self.keep(state["good_step"])


def _no_number(step: int, good_step: int) -> TrainingError:
    if step == 1:
        return TrainingError(
            "the loss of the very first batch is no number: no step has made it so, so the images themselves must be looked at"
        )
    return TrainingError(
        "the loss of step {step} is no number: the weights have grown beyond all bounds, and no further step would bring them back; "
        "the run can go on from step {good_step} at a lower learning rate",
        step=step,
        good_step=good_step,
    )
