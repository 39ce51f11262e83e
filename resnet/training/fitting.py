"""The epochs of one run: the callbacks around `model.fit`, where it begins or goes on, and when it is over."""

from __future__ import annotations

import keras

from resnet.config import ResNetConfig, TrainConfig
from resnet.data import Dataset
from resnet.training.alarm import Alarm, Guard
from resnet.training.batches import evaluation_batches, training_batches
from resnet.training.callbacks import LearningRate, Patience, Plateau, Report, StreamingCallback
from resnet.training.checkpoints import Checkpoints
from resnet.training.continuation import Continuation
from resnet.training.control import Control
from resnet.training.events import Continued, Started
from resnet.training.measuring import Measuring
from resnet.training.progress import Progress
from resnet.training.saving import Saving
from resnet.training.steering import Steering
from resnet.training.trouble import TroubleWatch
from resnet.training.workshop import Prepared


class Training:
    """Trains a prepared model until its epochs, its patience, `max_steps` or somebody's own are at an end."""

    def __init__(
        self,
        config: TrainConfig,
        report: Report,
        control: Control,
        checkpoints: Checkpoints | None,
        prepared: Prepared,
        dataset: Dataset,
    ) -> None:
        self.config, self.report, self.checkpoints, self.prepared, self.dataset = config, report, checkpoints, prepared, dataset
        self.progress = Progress()
        recipe, learners = config.recipe, prepared.learners
        self.images = len(dataset.x_train)
        self.steps_per_epoch = -(-self.images // recipe.batch_size)
        whole = recipe.epochs * self.steps_per_epoch
        self.steps = min(whole, config.max_steps or whole)
        self.epochs = -(-self.steps // self.steps_per_epoch)

        progress = self.progress
        streaming = StreamingCallback(report, progress, learners, images=self.images, batch_size=recipe.batch_size, steps=self.steps)
        rate = LearningRate(report, progress, recipe, self.steps)
        measuring = Measuring(report, control, progress, learners, images=dataset.x_val)
        self.patience = Patience(progress, recipe.early_stopping_patience) if recipe.early_stopping_patience else None
        self.plateau = Plateau(rate, recipe.plateau_patience) if recipe.plateau_patience else None
        guards = [
            Guard(learner, _watch(network, config, self.steps_per_epoch))
            for learner, network in zip(learners, config.networks, strict=True)
        ]
        self.alarm = Alarm(report, progress, guards, checkpoints)
        self.saving = Saving(
            report, checkpoints, config, progress, rate=rate, patience=self.patience, plateau=self.plateau, alarm=self.alarm
        )
        self.steering = Steering(report, control, progress, rate=rate, measuring=measuring, saving=self.saving)
        self.rate = rate
        # First of all the stream: it tells the rate an epoch had, before a plateau cuts it. Last the hand, which may hold everything up.
        in_order = (streaming, self.patience, self.plateau, rate, measuring, self.alarm, self.saving, self.steering)
        self.callbacks = [callback for callback in in_order if callback]
        self.all_callbacks = keras.callbacks.CallbackList(self.callbacks, model=prepared.model)  # gives them their model

    def go_back(self, continuation: Continuation) -> None:
        """Take over the state of the checkpoint to continue from; where there is none, the first weights it is."""
        if self.checkpoints:
            snapshot = self.checkpoints.newest(at_most=continuation.from_step, fits=self.saving.fits)
            if snapshot:
                self.saving.restore(snapshot)
            self.checkpoints.forget_after(self.progress.step)

    def begin(self, continuation: Continuation | None) -> None:
        """Tell where the run begins, or where it goes on, and save it."""
        step, epoch = self.progress.step, self.progress.epoch
        if continuation:
            ended, factor = self.progress.epoch_ended, continuation.rate_factor
            self.report(Continued, step=step, epoch=epoch, epoch_ended=ended, rate_factor=factor)
        elif self.checkpoints:
            self.checkpoints.delete()  # they are no part of a run that starts
        if step == 0:
            learners = self.prepared.learners
            self.report(
                Started,
                networks=[learner.name for learner in learners],
                epochs=self.epochs,
                steps_per_epoch=self.steps_per_epoch,
                training_images=self.images,
                precision=self.prepared.precision,
                layers={learner.name: list(learner.norms.layers) for learner in learners},
            )
        if continuation and continuation.rate_factor != 1:
            self.alarm.forgive()
            self.rate.scale(continuation.rate_factor)
        # After a repair too: should the trouble come back, the next one halves the halved rate.
        self.saving.save()
        self.steering.obey()

    def fit(self) -> None:
        """Train until the end. An epoch that was interrupted is brought to its own first, the others follow in one fit."""
        while not self.is_over:
            progress = self.progress
            epoch = progress.epoch if progress.epoch_ended else progress.epoch - 1  # from 0, as Keras counts
            done = 0 if progress.epoch_ended else len(progress.batches)
            if done == self.steps_per_epoch or (done and progress.step == self.steps):
                self.end_epoch(epoch)
                continue
            self.prepared.model.fit(
                self.batches(epoch, done),
                initial_epoch=epoch,
                epochs=epoch + 1 if done else self.epochs,
                steps_per_epoch=self.steps_per_epoch - done,
                shuffle=False,  # the batches are
                validation_data=self.validation,
                callbacks=self.callbacks,
                verbose=0,
            )

    def batches(self, epoch: int, done: int) -> object:
        """Batches from those of `epoch`, counted from 0, on, but the first `done`."""
        recipe = self.config.recipe
        return training_batches(
            self.dataset.x_train,
            self.dataset.y_train,
            batch_size=recipe.batch_size,
            epochs=self.epochs,
            seed=self.config.seed,
            augmentation=recipe.augmentation,
            first_epoch=epoch,
            skip_batches=done,
        )

    def end_epoch(self, epoch: int) -> None:
        """All batches of the epoch were done before the interruption, but not its validation: what `fit` does then."""
        self.progress.begin_epoch(epoch + 1)
        figures = self.prepared.model.evaluate(self.validation, callbacks=self.all_callbacks, return_dict=True, verbose=0)
        self.all_callbacks.on_epoch_end(epoch, {f"val_{name}": figure for name, figure in figures.items()})

    def take_final_weights(self) -> None:
        """Training is over: the best weights where they were asked for, else those of the last step. Nothing is saved any more."""
        self.saving.armed = False
        if self.patience:
            self.patience.take_best_weights()

    @property
    def is_over(self) -> bool:
        progress = self.progress
        exhausted = self.patience is not None and self.patience.exhausted
        return progress.cut_short or exhausted or (progress.epoch_ended and progress.step == self.steps)

    @property
    def validation(self) -> object:
        """One pass over the validation split."""
        return evaluation_batches(self.dataset.x_val, self.dataset.y_val)


def _watch(network: ResNetConfig, config: TrainConfig, steps_per_epoch: int) -> TroubleWatch:
    """The watch over a network's loss: what it needs to know of network and recipe."""
    return TroubleWatch(
        num_classes=network.num_classes,
        steps_per_epoch=steps_per_epoch,
        optimizer=config.recipe.optimizer,
        depth=network.depth,
        shortcuts=network.shortcut != "none",
    )
