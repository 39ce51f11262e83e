"""What is measured beside the loss: gradient norms every so often, how far a step moves the weights and which ReLUs are dead on demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

import keras
import numpy as np

from resnet.training.callbacks import Logs, Report
from resnet.training.control import Control
from resnet.training.events import GradientNorms, Measured
from resnet.training.progress import Progress
from resnet.training.workshop import Learner

NORMS_EVERY = 1.0  # seconds, at least
NORMS_SHARE = 0.03  # of the training time, at most
PROBE_IMAGES = 256
AT_A_TIME = 32  # images; the outputs of all activations are in memory at once


class Measuring(keras.callbacks.Callback):
    """Tells the gradients' norms while the run goes on, after every step of a paused run, and what `Control.measure` asks for.

    A running network answers after its next batch. A paused one says at once which units are dead, with an empty `update_ratio`, since
    no step is at hand; the next step, whenever it comes, gives the whole answer.
    """

    def __init__(self, report: Report, control: Control, progress: Progress, learners: Sequence[Learner], *, images: np.ndarray) -> None:
        """`images` is float32 (images, height, width, channels); the first 256 are those that dead units are looked for on."""
        super().__init__()
        self.report, self.control, self.progress = report, control, progress
        self.learners, self.probe = learners, images[:PROBE_IMAGES]
        self.next_norms = 0.0
        self.owed = False
        self.before: list[dict[str, np.ndarray]] | None = None  # the kernels of each network

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        if self.control.take_measure() or self.owed:
            self.before = [kernels(learner) for learner in self.learners]

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        if self.before is not None:
            ratios = [_ratios(before, kernels(learner)) for learner, before in zip(self.learners, self.before, strict=True)]
            self.before, self.owed = None, False
            self.tell_measured(ratios)
        if self.control.paused or perf_counter() >= self.next_norms:
            self.tell_norms()

    def measure_at_rest(self) -> None:
        """The run is paused: say what can be said without a step."""
        self.owed = True
        self.tell_measured([{} for _ in self.learners])

    def tell_measured(self, update_ratios: Sequence[dict[str, float]]) -> None:
        with self.progress.watch.stopped():  # somebody asked for it: it is no part of the training
            for learner, update_ratio in zip(self.learners, update_ratios, strict=True):
                dead = dead_share(learner.network, self.probe)
                self.report(Measured, network=learner.name, step=self.progress.step, update_ratio=update_ratio, dead=dead)

    def tell_norms(self) -> None:
        began = perf_counter()
        for learner in self.learners:
            norms = [float(norm) for norm in learner.norms.numpy()]
            self.report(GradientNorms, network=learner.name, step=self.progress.step, norms=norms)
        cost = perf_counter() - began
        self.next_norms = began + max(NORMS_EVERY, cost / NORMS_SHARE)


def kernels(learner: Learner) -> dict[str, np.ndarray]:
    """Copies of all its kernels by layer name."""
    return {name: np.array(learner.network.get_layer(name).kernel.numpy()) for name in learner.norms.layers}


def dead_share(model: keras.Model, images: np.ndarray) -> dict[str, float]:
    """For each ReLU layer by name, the share of its units (channels at a place) that are 0 for every image. Dropout is off.

    `images` is float32 (images, height, width, channels). Activations that never are exactly 0, such as tanh, are left out.
    """
    layers = [layer for layer in model.layers if _is_relu(layer)]
    if not layers:
        return {}
    activations = keras.Model(model.input, [layer.output for layer in layers])
    silent: list[np.ndarray] = []
    for start in range(0, len(images), AT_A_TIME):
        outputs = activations(images[start : start + AT_A_TIME], training=False)
        zero = [np.all(np.asarray(output) == 0, axis=0) for output in (outputs if len(layers) > 1 else [outputs])]
        silent = [old & new for old, new in zip(silent, zero, strict=True)] if silent else zero
    return {layer.name: float(units.mean()) for layer, units in zip(layers, silent, strict=True)}


def _is_relu(layer: keras.Layer) -> bool:
    return isinstance(layer, keras.layers.ReLU) or getattr(layer, "activation", None) is keras.activations.relu


def _ratios(before: Mapping[str, np.ndarray], after: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How far each kernel has moved, relative to its length before."""
    return {name: _share(kernel - before[name], before[name]) for name, kernel in after.items()}


def _share(change: np.ndarray, whole: np.ndarray) -> float:
    return float(np.linalg.norm(change) / max(np.linalg.norm(whole), np.finfo(np.float32).tiny))
