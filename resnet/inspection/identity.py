"""Two convolutions learn to give back what they get: alone, and as the branch beside a shortcut (He et al. 2015, section 3.1)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from resnet.inquiries import IdentityRun, LearnIdentity, Subject
from resnet.inspection.subjects import images_of, network_of

# The maps are what a trained network's first block gets of real training images: never negative, as after any ReLU.
SOURCE = Subject("residual-20")
IMAGES = 1_000
BATCH = 32
CHANNELS = 8


class Learner:
    """conv, ReLU, conv: 3x3 each, without bias, (batch, h, w, CHANNELS) to the same. With `shortcut`, x is added to it."""

    def __init__(self, *, shortcut: bool, zero: bool) -> None:
        """`zero`: the second convolution starts at 0, so that with a shortcut the whole is the identity from the start."""
        self._shortcut, self._zero = shortcut, zero
        self._convs = [keras.layers.Conv2D(CHANNELS, 3, padding="same", use_bias=False, name=f"identity_conv{number}") for number in (1, 2)]
        for conv in self._convs:
            conv.build((None, None, None, CHANNELS))
        self.variables = [conv.kernel for conv in self._convs]
        self.optimizer = keras.optimizers.Adam()
        self.optimizer.build(self.variables)

    def begin(self, seed: int, learning_rate: float) -> None:
        """First weights, from the seed alone (He-normal, the same for every learner), and an optimiser that has seen nothing."""
        seeds = random.Random(seed)
        for variable in self.variables:
            variable.assign(keras.initializers.HeNormal(seeds.randrange(2**31))(variable.shape))
        if self._zero:
            self.variables[-1].assign(tf.zeros(self.variables[-1].shape))
        for state in self.optimizer.variables:
            state.assign(tf.zeros(state.shape, state.dtype))
        self.optimizer.learning_rate = learning_rate

    def loss(self, x: Any) -> Any:
        """The mean squared error against x by x's mean square: 1 for a network that gives 0 everywhere."""
        branch = self._convs[1](keras.ops.relu(self._convs[0](x)))
        given = x + branch if self._shortcut else branch
        return tf.reduce_mean(tf.square(given - x)) / tf.reduce_mean(tf.square(x))

    def step(self, x: Any) -> Any:
        """One step; the loss before it."""
        with tf.GradientTape() as tape:
            loss = self.loss(x)
        gradients = tape.gradient(loss, [variable.value for variable in self.variables])
        self.optimizer.apply(gradients, self.variables)
        return loss


def learn_identity(asked: LearnIdentity) -> IdentityRun:
    return learn(_maps(), asked)


def learn(maps: np.ndarray, asked: LearnIdentity) -> IdentityRun:
    """From maps (images, height, width, CHANNELS), at least BATCH of them. All three learners get the same ones in the same order, and
    the loss is that of the batch a step is about to learn from."""
    began = time.perf_counter()
    learners, step, measure = _class_of_three()
    for learner in learners:
        learner.begin(asked.seed, asked.learning_rate)
    order = np.random.default_rng(asked.seed)
    batches = [maps[order.choice(len(maps), BATCH, replace=False)] for _ in range(asked.steps + 1)]
    losses = [step(batch) for batch in batches[:-1]] + [measure(batches[-1])]
    plain, residual, drawn = np.array([np.asarray(one, np.float64) for one in losses]).T
    return IdentityRun(
        steps=np.arange(asked.steps + 1),
        plain_loss=plain,
        residual_loss=residual,
        drawn_residual_loss=drawn,
        seconds=time.perf_counter() - began,
    )


@lru_cache(maxsize=1)
def _class_of_three() -> tuple[list[Learner], Callable[[Any], Any], Callable[[Any], Any]]:
    """Plain, zero-initialised residual and drawn residual, and one traced step for them all: tracing takes longer than learning."""
    learners = [Learner(shortcut=False, zero=False), Learner(shortcut=True, zero=True), Learner(shortcut=True, zero=False)]
    shape = [tf.TensorSpec((BATCH, None, None, CHANNELS), tf.float32)]
    step = tf.function(lambda x: tf.stack([learner.step(x) for learner in learners]), input_signature=shape)
    measure = tf.function(lambda x: tf.stack([learner.loss(x) for learner in learners]), input_signature=shape)
    return learners, step, measure


@lru_cache(maxsize=1)
def _maps() -> np.ndarray:
    """float32 (IMAGES, 14, 14, CHANNELS)."""
    return np.asarray(network_of(SOURCE).from_to(0, 1, images_of(SOURCE).x_train[:IMAGES]))
