"""Says what is wrong with a run while it runs, and ends one whose loss is no number: no further step could mend it.

In a race a network whose loss is no number takes nothing from the others: they go on, and the run is over when none is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from resnet.errors import TrainingError
from resnet.training.callbacks import Logs, Report
from resnet.training.checkpoints import Checkpoints
from resnet.training.events import Recovered, Trouble
from resnet.training.progress import Progress
from resnet.training.trouble import Finding, TroubleWatch
from resnet.training.workshop import Learner

RAISED_LATELY = 200  # steps: a rate that did well for so long is not to blame for being raised


class Guard:
    """The watch over one network's loss, and the checkpoint from before its trouble."""

    def __init__(self, learner: Learner, watch: TroubleWatch) -> None:
        self.learner, self.watch = learner, watch
        self.good_step: int | None = None

    @property
    def fallen(self) -> bool:
        """Whether the loss is no number any more; no step makes it one."""
        return self.watch.trouble == "nan"


class Alarm(keras.callbacks.Callback):
    """Shows every loss to its watch and tells what that finds. As long as there is trouble, the checkpoint from before it is kept."""

    def __init__(self, report: Report, progress: Progress, guards: Sequence[Guard], checkpoints: Checkpoints | None) -> None:
        super().__init__()
        self.report, self.progress, self.guards, self.checkpoints = report, progress, guards, checkpoints
        self.raised_at: int | None = None  # the step after which a person last raised the rate
        self.broken: TrainingError | None = None  # why the run cannot go on as it is

    @property
    def beyond_saving(self) -> bool:
        """Whether there are weights that are no numbers: a run does not go on from those."""
        return self.broken is not None or any(guard.fallen for guard in self.guards)

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        step, epoch = self.progress.step, self.progress.epoch
        for guard in self.guards:
            if guard.fallen:
                continue
            loss, _ = guard.learner.figures(logs)
            found = guard.watch.observe(step, float(loss), self.progress.learning_rate)
            if found == "recovered":
                self.keep(guard, None)
                self.report(Recovered, network=guard.learner.name, step=step, epoch=epoch)
            elif found is not None:
                self.keep(guard, self.step_from_before(found))
                self.tell(guard, found)

    def tell(self, guard: Guard, found: Finding) -> None:
        self.report(
            Trouble,
            network=guard.learner.name,
            step=self.progress.step,
            epoch=self.progress.epoch,
            trouble=found.trouble,
            cause=found.cause,
            since=found.since,
            loss=found.loss,
            before=found.before,
            good_step=guard.good_step,
        )
        if all(one.fallen for one in self.guards):
            self.broken = _no_number(self.progress.step, guard.good_step or 0)
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
        for guard in self.guards:
            if self.checkpoints and guard.watch.trouble is None:
                self.keep(guard, self.checkpoints.step_before(self.raised_at - 1))

    def forgive(self) -> None:
        """A repair begins: what is still wrong then is new."""
        for guard in self.guards:
            guard.watch.forgive()
            self.keep(guard, None)

    def keep(self, guard: Guard, step: int | None) -> None:
        guard.good_step = step
        if self.checkpoints:
            self.checkpoints.protect(*(one.good_step for one in self.guards if one.good_step is not None))

    def state(self) -> dict[str, Any]:
        """JSON-ready data that `restore` reads."""
        guards = [{"watch": guard.watch.state(), "good_step": guard.good_step} for guard in self.guards]
        return {"guards": guards, "raised_at": self.raised_at}

    def restore(self, state: dict[str, Any]) -> None:
        self.raised_at = state["raised_at"]
        saved = state.get("guards", [state])  # checkpoints of earlier versions know one network, and what is said of it stands here
        for guard, own in zip(self.guards, saved, strict=True):
            guard.watch.restore(own["watch"])
            self.keep(guard, own["good_step"])


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
