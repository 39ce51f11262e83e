"""Gradient norms, update ratios and dead units, against computations of their own."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from resnet.data import load_fashion_mnist
from resnet.model import build_resnet, draw_weights
from resnet.training import measuring
from resnet.training.batches import training_batches
from resnet.training.control import Control
from resnet.training.events import GradientNorms, Measured, Started
from resnet.training.measuring import Measuring, dead_share
from resnet.training.progress import Progress
from tests.training_runs import CONFIG, TINY, follow, of


def test_first_step_measures_are_true() -> None:
    control = Control()
    control.measure()
    config = replace(CONFIG, max_steps=1)
    events, _ = follow(config, None, control)
    [started], [norms], [measured] = of(Started, events), of(GradientNorms, events), of(Measured, events)
    layers = started.layers["tiny"]
    assert layers[0] == "stem_conv"
    assert layers[-1] == "head_dense"
    assert (norms.step, norms.network, measured.step) == (1, "tiny", 1)

    dataset = load_fashion_mnist(subset=True)
    model = build_resnet(TINY)
    draw_weights(model, config.seed)
    images, labels = next(iter(training_batches(dataset.x_train, dataset.y_train, batch_size=900, epochs=1, seed=config.seed)))
    kernels = [model.get_layer(name).kernel for name in layers]
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels, model(images, training=True)))
    gradients = [np.linalg.norm(gradient) for gradient in tape.gradient(loss, [kernel.value for kernel in kernels])]
    assert norms.norms == pytest.approx(gradients, rel=1e-4)
    # Nesterov's first step, momentum 0.9: 1.9 times the rate times the gradient.
    ratios = [1.9 * 0.05 * norm / np.linalg.norm(kernel.numpy()) for norm, kernel in zip(gradients, kernels, strict=True)]
    assert list(measured.update_ratio) == layers
    assert list(measured.update_ratio.values()) == pytest.approx(ratios, rel=1e-3)


@pytest.mark.parametrize(("cost", "told_at"), [(0.001, [0, 10, 20, 30]), (0.062, [0, 21]), (0.25, [0])])
def test_norms_are_told_once_a_second_and_take_three_hundredths_of_the_time_at_most(
    monkeypatch: pytest.MonkeyPatch, cost: float, told_at: list[int]
) -> None:
    """Forty batches of a tenth of a second each, by a clock of the test's own; the norms take `cost` seconds to read and tell."""
    now = 1_000.0
    monkeypatch.setattr(measuring, "perf_counter", lambda: now)
    progress, told = Progress(), []

    def read() -> np.ndarray:
        nonlocal now
        now += cost
        return np.ones(2)

    learner = SimpleNamespace(name="tiny", norms=SimpleNamespace(numpy=read))
    callback = Measuring(
        lambda kind, **fields: told.append(fields["step"]),
        Control(),
        progress,
        [learner],  # type: ignore[list-item]
        images=np.zeros((1, 28, 28, 1), np.float32),
    )
    for step in range(40):
        progress.step, now = step, 1_000 + step / 10
        callback.on_train_batch_end(step, {})
    assert told == told_at


def test_units_that_no_image_wakes_are_dead() -> None:
    model = build_resnet(TINY)
    draw_weights(model, 1)
    norm = model.get_layer("stage1_block1_bn1")
    norm.beta.assign([-1e6, 1e6, 1e6, 1e6])
    images = load_fashion_mnist(subset=True).x_val[:70]
    dead = dead_share(model, images)
    assert dead["stage1_block1_relu1"] == 0.25
    assert set(dead) == {layer.name for layer in model.layers if layer.name.endswith(("_relu", "_relu1"))}

    stem = tf.keras.Model(model.input, model.get_layer("stem_relu").output)(images, training=False).numpy()
    assert dead["stem_relu"] == pytest.approx((stem.max(axis=0) == 0).mean())


def test_a_unit_that_one_image_wakes_is_alive() -> None:
    """The one image is in another portion than the others."""
    model = build_resnet(TINY)
    draw_weights(model, 1)
    images = load_fashion_mnist(subset=True).x_val[:70]
    alone = [dead_share(model, images[:64]), dead_share(model, images[64:])]
    together = dead_share(model, images)
    assert all(together[name] <= min(part[name] for part in alone) for name in together)
    assert any(together[name] < min(part[name] for part in alone) for name in together)


def test_smooth_activations_have_no_dead_units() -> None:
    assert dead_share(build_resnet(replace(TINY, activation="tanh")), np.zeros((1, 28, 28, 1), np.float32)) == {}
