"""Models ready to train: built, compiled, traced, and kept for the next run, which gets them with fresh weights.

Tracing a network's graph takes seconds (mini-ResNet) to a quarter of a minute (depth 34); everything else of a start takes tenths.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from resnet.config import Recipe, ResNetConfig, TrainConfig
from resnet.model import build_resnet, draw_weights
from resnet.training.batches import evaluation_batches, training_batches
from resnet.training.calibration import Computed, compute_precision
from resnet.training.observed import ObservedModel

KEPT_MODELS = 2


@dataclass(frozen=True, slots=True)
class Key:
    """What a traced graph depends on. Batch size, rate, schedule and length of a run are no part of it."""

    network: ResNetConfig
    optimizer: str
    weight_decay: float
    label_smoothing: float
    precision: Computed

    @staticmethod
    def of(config: TrainConfig) -> Key:
        recipe = config.recipe
        precision = compute_precision(recipe.precision)
        return Key(config.networks[0], recipe.optimizer, recipe.weight_decay, recipe.label_smoothing, precision)


class ClassAccuracy(keras.metrics.Metric):
    """The share of images whose largest logit is the right one; `per_class()` gives it for each class."""

    def __init__(self, num_classes: int) -> None:
        super().__init__(name="accuracy")
        self.num_classes = num_classes
        self.hits = self.add_weight(shape=(num_classes,), initializer="zeros", name="hits")
        self.images = self.add_weight(shape=(num_classes,), initializer="zeros", name="images")

    def update_state(self, y_true: tf.Tensor, y_pred: tf.Tensor, sample_weight: tf.Tensor | None = None) -> None:
        """Count labels (batch,) against logits (batch, classes)."""
        labels = tf.reshape(tf.cast(y_true, tf.int64), [-1])
        classes = tf.one_hot(labels, self.num_classes)
        right = tf.cast(tf.argmax(y_pred, axis=-1) == labels, tf.float32)
        self.hits.assign_add(tf.linalg.matvec(classes, right, transpose_a=True))
        self.images.assign_add(tf.reduce_sum(classes, axis=0))

    def result(self) -> tf.Tensor:
        return tf.math.divide_no_nan(tf.reduce_sum(self.hits), tf.reduce_sum(self.images))

    def per_class(self) -> list[float]:
        """Accuracy of each class in the order of the labels; NaN for a class without images."""
        with np.errstate(invalid="ignore"):
            return [float(share) for share in self.hits.numpy() / self.images.numpy()]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A compiled, traced model, the metric that counts its hits, and what its layers compute in."""

    model: ObservedModel
    accuracy: ClassAccuracy
    precision: Computed

    @property
    def gradient_layers(self) -> tuple[str, ...]:
        """The layers with kernels, in the order of depth."""
        return self.model.gradient_layers

    def gradient_norms(self) -> np.ndarray:
        """The L2 norm of each kernel's gradient in the last training step, in that order."""
        return self.model.gradient_norms.numpy()


class Workshop:
    """Lends out prepared models and keeps the two used last. Safe to call from any thread: a model is never lent twice at a time."""

    def __init__(self) -> None:
        self._shelf: OrderedDict[Key, Prepared] = OrderedDict()
        self._lock = threading.Lock()

    def warm(self, config: TrainConfig) -> None:
        """Prepare the model of such a run ahead, so that the run itself need not wait for it."""
        with self.lend(config) as prepared:
            # The first batch of its size costs most of a second more than the next: memory, and kernels chosen by shape.
            _run_once(prepared.model, config.networks[0], images=config.recipe.batch_size)

    @contextmanager
    def lend(self, config: TrainConfig, tell: Callable[[str], None] = lambda phase: None) -> Iterator[Prepared]:
        """A prepared model with the weights `config.seed` gives it, untouched by earlier runs.

        `tell` hears the phases: "network" while it is built, and "graph" where it still has to be traced.
        """
        network, recipe = config.networks[0], config.recipe
        tell("network")
        key = Key.of(config)
        with self._lock:
            prepared = self._shelf.pop(key, None)
        with dtype_policy("mixed_bfloat16" if key.precision == "bfloat16" else "float32"):
            newborn = build_resnet(network, ObservedModel)
        draw_weights(newborn, config.seed)
        state = [variable.numpy() for variable in newborn.variables]
        if prepared is None:
            prepared = _compile(newborn, network, recipe, key.precision)
            tell("graph")
            _run_once(prepared.model, network, images=2)
        _start_anew(prepared.model, state, recipe.learning_rate)
        try:
            yield prepared
        finally:
            with self._lock:
                self._shelf[key] = prepared
                while len(self._shelf) > KEPT_MODELS:
                    self._shelf.popitem(last=False)


@contextmanager
def dtype_policy(name: str) -> Iterator[None]:
    """Build layers under that policy. Keras keeps it for each thread."""
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(usual)


def _compile(model: ObservedModel, network: ResNetConfig, recipe: Recipe, precision: Computed) -> Prepared:
    decay = recipe.weight_decay or None
    if recipe.optimizer == "adam":
        optimizer = keras.optimizers.Adam(weight_decay=decay)
    else:
        optimizer = keras.optimizers.SGD(momentum=0.9, nesterov=True, weight_decay=decay)
    if decay:
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    accuracy = ClassAccuracy(network.num_classes)
    model.label_smoothing = recipe.label_smoothing
    model.watch_gradients()
    model.compile(
        optimizer=optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=[accuracy],
        jit_compile=False,  # XLA on a CPU trains the mini-ResNet 15 % slower
    )
    # A step that makes variables is traced twice by TensorFlow: make the optimizer's now.
    optimizer.build(model.trainable_variables)
    return Prepared(model, accuracy, precision)


def _run_once(model: keras.Model, network: ResNetConfig, *, images: int) -> None:
    """One training and one test step on as many black images. The first call traces both graphs."""
    pixels, labels = np.zeros((images, *network.input_shape), np.float32), np.zeros(images, np.int32)
    model.fit(
        training_batches(pixels, labels, batch_size=images, epochs=1, seed=0),
        steps_per_epoch=1,
        shuffle=False,
        validation_data=evaluation_batches(pixels, labels),
        verbose=0,
    )


def _start_anew(model: keras.Model, state: list[np.ndarray], learning_rate: float) -> None:
    """Give every variable the value it has in a model just built: weights, statistics, random generators; optimizer at zero."""
    for variable, value in zip(model.variables, state, strict=True):
        variable.assign(value)
    for variable in model.optimizer.variables:
        variable.assign(np.zeros(variable.shape, variable.dtype))
    model.optimizer.learning_rate = learning_rate
