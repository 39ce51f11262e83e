"""A person's hand on the run: what was asked for is done between two batches, of training or of an evaluation, and told."""

from __future__ import annotations

import keras

from resnet.training.callbacks import LearningRate, Logs, Report
from resnet.training.control import Control
from resnet.training.events import Paused, Resumed
from resnet.training.measuring import Measuring
from resnet.training.progress import Progress
from resnet.training.saving import Saving

POLL = 0.05  # seconds between two looks at whether a checkpoint is written, while the run is paused


class Steering(keras.callbacks.Callback):
    """Obeys the control. It has to be called after all other callbacks: what it waits for must not hold up their words.

    A single step in a pause is a batch and then `Paused` again; `Resumed` comes when the run goes on by itself.
    """

    def __init__(
        self, report: Report, control: Control, progress: Progress, *, rate: LearningRate, measuring: Measuring, saving: Saving
    ) -> None:
        super().__init__()
        self.report, self.control, self.progress = report, control, progress
        self.rate, self.measuring, self.saving = rate, measuring, saving

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        self.control.take_step()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self.obey()

    def on_test_batch_end(self, batch: int, logs: Logs) -> None:
        self.obey()

    def on_epoch_end(self, epoch: int, logs: Logs) -> None:
        self.obey()

    def obey(self) -> None:
        """Do what was asked since the last batch, and wait as long as the run is paused."""
        if self.progress.cut_short:
            return
        self.change_rate()
        if self.control.must_wait:
            self.wait()
        if self.control.stop_requested:
            self.saving.save()
            self.progress.cut_short = True
            self.model.stop_training = self.model.stop_evaluating = True

    def wait(self) -> None:
        """Stand still until a person resumes, asks for one step or stops the run."""
        step, epoch = self.progress.step, self.progress.epoch
        with self.progress.watch.stopped():
            self.report(Paused, step=step, epoch=epoch)
            self.saving.save()
            while self.control.must_wait:
                self.change_rate()
                if self.control.take_measure():
                    self.measuring.measure_at_rest()
                busy = self.saving.busy  # asked before it is told: what is written in between is told at the next look
                self.saving.tell()
                self.control.wait(POLL if busy else None)
            self.saving.tell()
        self.change_rate()
        if not self.control.paused and not self.control.stop_requested:
            self.report(Resumed, step=step, epoch=epoch)

    def change_rate(self) -> None:
        rate = self.control.take_learning_rate()
        if rate is not None:
            if rate > self.rate.upcoming:
                self.saving.alarm.expect_trouble()
            self.rate.change(rate)
            self.saving.save()
