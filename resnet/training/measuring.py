"""What is measured beside the loss: gradient norms every so often, how far a step moves the weights and which ReLUs are dead on demand."""

from __future__ import annotations

from time import perf_counter

import keras
import numpy as np

from resnet.training.callbacks import Logs, Report
from resnet.training.control import Control
from resnet.training.events import GradientNorms, Measured
from resnet.training.progress import Progress
from resnet.training.workshop import Prepared

NORMS_EVERY = 1.0  # seconds, at least
NORMS_SHARE = 0.03  # of the training time, at most
PROBE_IMAGES = 256
AT_A_TIME = 32  # images; the outputs of all activations are in memory at once


class Measuring(keras.callbacks.Callback):
    """Tells the gradients' norms while the run goes on, after every step of a paused run, and what `Control.measure` asks for.

    A running network answers after its next batch. A paused one says at once which units are dead, with an empty `update_ratio`, since
    no step is at hand; the next step, whenever it comes, gives the whole answer.
    """

    def __init__(
        self, report: Report, control: Control, progress: Progress, prepared: Prepared, *, network: str, images: np.ndarray
    ) -> None:
        """`images` is float32 (images, height, width, channels); the first 256 are those that dead units are looked for on."""
        super().__init__()
        self.report, self.control, self.progress, self.network = report, control, progress, network
        self.prepared, self.probe = prepared, images[:PROBE_IMAGES]
        self.next_norms = 0.0
        self.owed = False
        self.before: dict[str, np.ndarray] | None = None

    def on_train_batch_begin(self, batch: int, logs: Logs) -> None:
        if self.control.take_measure() or self.owed:
            self.before = self.kernels()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        if self.before is not None:
            ratios = {name: _share(kernel - self.before[name], self.before[name]) for name, kernel in self.kernels().items()}
            self.before, self.owed = None, False
            self.tell_measured(ratios)
        if self.control.paused or perf_counter() >= self.next_norms:
            self.tell_norms()

    def measure_at_rest(self) -> None:
        """The run is paused: say what can be said without a step."""
        self.owed = True
        self.tell_measured({})

    def tell_measured(self, update_ratio: dict[str, float]) -> None:
        with self.progress.watch.stopped():  # somebody asked for it: it is no part of the training
            dead = dead_share(self.model, self.probe)
            self.report(Measured, network=self.network, step=self.progress.step, update_ratio=update_ratio, dead=dead)

    def tell_norms(self) -> None:
        began = perf_counter()
        norms = [float(norm) for norm in self.prepared.gradient_norms()]
        self.report(GradientNorms, network=self.network, step=self.progress.step, norms=norms)
        cost = perf_counter() - began
        self.next_norms = began + max(NORMS_EVERY, cost / NORMS_SHARE)

    def kernels(self) -> dict[str, np.ndarray]:
        """Copies of all kernels by layer name."""
        return {name: np.array(self.model.get_layer(name).kernel.numpy()) for name in self.prepared.gradient_layers}


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


def _share(change: np.ndarray, whole: np.ndarray) -> float:
    return float(np.linalg.norm(change) / max(np.linalg.norm(whole), np.finfo(np.float32).tiny))
