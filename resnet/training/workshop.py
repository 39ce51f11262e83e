"""Models ready to train: built, compiled, traced, and kept for the next run, which gets them with fresh weights.

Tracing a network's graph takes seconds (mini-ResNet) to a quarter of a minute (depth 34); everything else of a start takes tenths.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import keras
import numpy as np

from resnet.config import Recipe, ResNetConfig, TrainConfig
from resnet.model import build_resnet, draw_weights
from resnet.training.accuracy import ClassAccuracy
from resnet.training.batches import evaluation_batches, training_batches
from resnet.training.calibration import Computed, compute_precision
from resnet.training.observed import KernelNorms, ObservedModel
from resnet.training.racing import Race

KEPT_MODELS = 2


@dataclass(frozen=True, slots=True)
class Key:
    """What a traced graph depends on. Batch size, rate, schedule and length of a run are no part of it."""

    networks: tuple[ResNetConfig, ...]
    optimizer: str
    weight_decay: float
    label_smoothing: float
    precision: Computed

    @staticmethod
    def of(config: TrainConfig) -> Key:
        recipe = config.recipe
        precision = compute_precision(recipe.precision)
        return Key(config.networks, recipe.optimizer, recipe.weight_decay, recipe.label_smoothing, precision)


@dataclass(frozen=True, slots=True)
class Learner:
    """One network of a prepared model: the network itself, what counts its hits, and the norms of its kernels' gradients.

    `prefix` stands before the names of its figures among Keras's logs; a network that learns alone needs none.
    """

    name: str
    prefix: str
    network: keras.Model
    accuracy: ClassAccuracy
    norms: KernelNorms

    def figures(self, logs: Mapping[str, float], split: str = "") -> tuple[float, float]:
        """Its loss and accuracy in these logs; `split` is "val_" for those of a validation."""
        return logs[f"{split}{self.prefix}loss"], logs[f"{split}{self.prefix}accuracy"]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A compiled, traced model, the networks that learn in it, and what their layers compute in."""

    model: ObservedModel | Race
    learners: tuple[Learner, ...]
    precision: Computed


class Workshop:
    """Lends out prepared models and keeps the two used last. Safe to call from any thread: a model is never lent twice at a time."""

    def __init__(self) -> None:
        self._shelf: OrderedDict[Key, Prepared] = OrderedDict()
        self._lock = threading.Lock()

    def warm(self, config: TrainConfig) -> None:
        """Prepare the model of such a run ahead, so that the run itself need not wait for it."""
        with self.lend(config) as prepared:
            # The first batch of its size costs most of a second more than the next: memory, and kernels chosen by shape.
            _run_once(prepared.model, config, images=config.recipe.batch_size)

    @contextmanager
    def lend(self, config: TrainConfig, tell: Callable[[str], None] = lambda phase: None) -> Iterator[Prepared]:
        """A prepared model with the weights `config.seed` gives it, untouched by earlier runs. Each network of several has those it would
        have alone.

        `tell` hears the phases: "network" while it is built, and "graph" where it still has to be traced.
        """
        tell("network")
        key = Key.of(config)
        with self._lock:
            prepared = self._shelf.pop(key, None)
        with dtype_policy("mixed_bfloat16" if key.precision == "bfloat16" else "float32"):
            newborn = build(config)
        state = [variable.numpy() for variable in newborn.variables]
        if prepared is None:
            prepared = _compile(newborn, config.recipe, key.precision)
            tell("graph")
            _run_once(prepared.model, config, images=2)
        _start_anew(prepared.model, state, config.recipe.learning_rate)
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


def build(config: TrainConfig) -> ObservedModel | Race:
    """The networks with the weights that the seed gives them: one as it is, several as a race."""
    one_alone = not config.is_race
    networks = [build_resnet(network, ObservedModel if one_alone else keras.Model) for network in config.networks]
    for network in networks:
        draw_weights(network, config.seed)
    return networks[0] if one_alone else Race(networks)


def _compile(model: ObservedModel | Race, recipe: Recipe, precision: Computed) -> Prepared:
    decay = recipe.weight_decay or None
    if recipe.optimizer == "adam":
        optimizer = keras.optimizers.Adam(weight_decay=decay)
    else:
        optimizer = keras.optimizers.SGD(momentum=0.9, nesterov=True, weight_decay=decay)
    if decay:
        optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    model.label_smoothing = recipe.label_smoothing
    learners: tuple[Learner, ...]
    if isinstance(model, Race):
        model.compile(optimizer=optimizer, jit_compile=False)  # it has its losses and metrics
        learners = tuple(
            Learner(network.name, f"{network.name}_", network, accuracy, norms)
            for network, accuracy, norms in zip(model.networks, model.accuracies, model.norms, strict=True)
        )
    else:
        model.norms, accuracy = KernelNorms(model), ClassAccuracy(model.output_shape[-1])
        model.compile(
            optimizer=optimizer,
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            metrics=[accuracy],
            jit_compile=False,  # XLA on a CPU trains the mini-ResNet 15% slower
        )
        learners = (Learner(model.name, "", model, accuracy, model.norms),)
    # A step that makes variables is traced twice by TensorFlow: make the optimizer's now.
    optimizer.build(model.trainable_variables)
    return Prepared(model, learners, precision)


def _run_once(model: keras.Model, config: TrainConfig, *, images: int) -> None:
    """One training and one test step on as many black images. The first call traces both graphs."""
    pixels, labels = np.zeros((images, *config.networks[0].input_shape), np.float32), np.zeros(images, np.int32)
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
