"""The loss in a plane through trained weights: the centre against what was measured before, the directions against NumPy's arithmetic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from resnet.config import TrainConfig, adapt
from resnet.embedded import EMBEDDED
from resnet.errors import QuestionError
from resnet.inquiries import LandscapePoints, LookAtLayer, MeasureLandscape, RunSubject, Subject, TestImage
from resnet.inspection import landscape
from resnet.inspection.answering import answer
from resnet.inspection.landscape import check_room, direction, directions_around, kernels_of, landscape_points
from resnet.inspection.subjects import images_of, network_of
from resnet.inspection.weights import set_weights
from resnet.model import build_resnet, named_weights
from resnet.plan import plan
from resnet.presets import PRESETS, RACERS, RECIPES
from resnet.training.checkpoints import FOLDER_VARIABLE, Checkpoints, run_folder
from resnet.training.control import Control
from resnet.training.events import Event, Finished
from resnet.training.loop import train
from resnet.training.trained import Trained, keep
from resnet.training.workshop import dtype_policy
from tests.unit.test_inspection import NETWORKS, ByHand, drawn, softmax


def weights(network: object) -> dict[str, np.ndarray]:
    return {name: np.asarray(variable).copy() for name, variable in named_weights(network.model)}  # type: ignore[attr-defined]


def cross_entropy(logits: np.ndarray, labels: np.ndarray) -> float:
    """Mean, in nats, in float64."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(labels)), labels]).mean())


@pytest.mark.parametrize("name", ["residual-20", "plain-20"])
def test_the_centre_is_what_was_measured_beside_the_weights(name: str) -> None:
    found = answer(MeasureLandscape(Subject(name), 1, ((0.0, 0.0),), 2_000))
    written = EMBEDDED[name].measured("trained")
    assert isinstance(found, LandscapePoints)
    assert written is not None
    assert found.loss[0] == pytest.approx(written.test_loss, rel=1e-3)
    assert found.accuracy[0] == pytest.approx(written.test_accuracy, abs=0.0011)
    assert found.as_tested is None


def test_the_centre_equals_a_run_s_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was trained, tested and kept, and the landscape from the weights it kept."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    network = replace(RACERS["residual-20"], depths=(1, 1, 1))
    events: list[Event] = []
    config = TrainConfig(networks=(network,), dataset="fashion-mnist-14", recipe=RECIPES["race"], max_steps=30)
    train(config, events.append, Control(), run="surface", checkpoints=Checkpoints.of_run("surface"))
    finished = events[-1]
    assert isinstance(finished, Finished)
    subject = RunSubject("surface", network, "fashion-mnist-14")
    found = answer(MeasureLandscape(subject, 5, ((0.0, 0.0), (0.5, 0.0)), 2_000))
    assert isinstance(found, LandscapePoints)
    assert found.loss[0] == pytest.approx(finished.test_loss[network.name], rel=1e-4)
    assert found.accuracy[0] == pytest.approx(finished.test_accuracy[network.name], abs=0.0011)
    assert found.as_tested == pytest.approx(finished.test_loss[network.name], rel=1e-6)
    assert abs(found.loss[1] - found.loss[0]) > 0.001


def test_of_a_run_in_bfloat16_both_losses_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the run said when it was tested, and the centre in float32. bfloat16 has eight bits: losses and probabilities differ in the
    third digit, so that 2% and 0.03 are allowed, and some difference is to be seen."""
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    app, run = Subject("residual-20"), RunSubject("short", EMBEDDED["residual-20"].network, "fashion-mnist-14")
    data, count = images_of(app), 200
    with dtype_policy("mixed_bfloat16"):
        network = build_resnet(run.config)
    kept = weights(network_of(app))
    set_weights(network, kept, origin="the app")
    logits = np.asarray(network(data.x_test[:count], training=False), np.float32)
    keep(Trained(run.config, run.dataset, kept, logits), run_folder("short"))

    found = answer(MeasureLandscape(run, 5, ((0.0, 0.0),), count))
    assert isinstance(found, LandscapePoints)
    assert found.as_tested == pytest.approx(cross_entropy(logits, data.y_test[:count]), rel=1e-6)
    assert found.loss[0] == pytest.approx(found.as_tested, rel=0.02)
    assert found.loss[0] != pytest.approx(found.as_tested, rel=1e-5)
    seen = [answer(LookAtLayer(run, TestImage(number), "head_dense")) for number in range(10)]
    assert_allclose([one.probabilities for one in seen], [softmax(one) for one in logits[:10]], atol=0.03)  # type: ignore[union-attr]


def test_the_weights_are_put_back() -> None:
    network = drawn(NETWORKS["residual"])
    images, labels = np.zeros((2, 6, 6, 1), np.float32), np.array([0, 1])
    before = weights(network)
    landscape_points(network, images, labels, directions_around(network, 3), [(0.5, -0.5), (1.0, 1.0)])
    with pytest.raises(Exception, match=r"(?i)shape|size|dimension"):
        landscape_points(network, images, labels[:1].repeat(7), directions_around(network, 3), [(0.5, -0.5)])
    for name, variable in weights(network).items():
        assert_array_equal(variable, before[name], err_msg=name)


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_point_is_the_network_with_those_weights(kind: str) -> None:
    """Weights moved by hand, the network computed by NumPy alone."""
    network = drawn(NETWORKS[kind])
    chance = np.random.default_rng(1)
    images, labels = chance.uniform(0, 1, (5, 6, 6, 1)).astype(np.float32), np.array([0, 1, 2, 3, 0])
    moved = [name for name, variable in named_weights(network.model) if len(variable.shape) > 1]
    assert moved == [name for name in weights(network) if name.endswith("/kernel")]
    by_hand = ByHand(network)
    kernels = [by_hand.weights[name] for name in moved]
    along, across = (direction([kernel.astype(np.float32) for kernel in kernels], 9, number) for number in (0, 1))
    for name, kernel, one, other in zip(moved, kernels, along, across, strict=True):
        by_hand.weights[name] = kernel + 0.7 * one.astype(np.float64) - 0.2 * other.astype(np.float64)
    logits = np.stack([by_hand.logits(image.astype(np.float64)) for image in images])
    found = landscape_points(network, images, labels, directions_around(network, 9), [(0.7, -0.2)])
    assert_allclose(found.loss, [cross_entropy(logits, labels)], rtol=1e-4)
    assert_allclose(found.accuracy, [(logits.argmax(axis=1) == labels).mean()])


def test_each_filter_of_a_direction_is_as_long_as_the_trained_one() -> None:
    kernels = [np.asarray(kernel) for kernel in kernels_of(network_of(Subject("residual-20")).model)]
    drawn_ones = direction(kernels, 2, 0)
    assert len(kernels) == 20
    for trained_one, drawn_one in zip(kernels, drawn_ones, strict=True):
        for filter_ in range(trained_one.shape[-1]):
            assert np.linalg.norm(drawn_one[..., filter_]) == pytest.approx(np.linalg.norm(trained_one[..., filter_]), rel=1e-5)


def test_directions_differ_and_come_again_from_the_same_seed() -> None:
    kernels = [np.random.default_rng(0).normal(size=(3, 3, 16, 32)).astype(np.float32)]
    (first,), (second,), (other,) = (direction(kernels, seed, number) for seed, number in ((2, 0), (2, 1), (3, 0)))
    assert_array_equal(first, direction(kernels, 2, 0)[0])
    for one in (second, other):  # of so many dimensions, random ones are nearly at right angles
        assert abs(np.vdot(first, one)) < 0.1 * np.linalg.norm(first) * np.linalg.norm(one)


def test_directions_are_drawn_as_float32_and_once_for_all_points_of_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = np.random.default_rng(0).normal(size=(3, 3, 4, 8)).astype(np.float32)
    (found,) = direction([kernel], 2, 1)
    alone = np.random.default_rng([2, 1]).standard_normal((3, 3, 4, 8), np.float32)
    assert found.dtype == np.float32
    assert_allclose(found, alone * np.linalg.norm(kernel.reshape(36, 8), axis=0) / np.linalg.norm(alone.reshape(36, 8), axis=0), rtol=1e-5)

    drawn_for: list[int] = []
    monkeypatch.setattr(landscape, "direction", lambda trained, seed, number: drawn_for.append(number) or direction(trained, seed, number))
    for points in (((0.0, 0.5),), ((0.5, 0.0), (0.25, 0.25))):
        answer(MeasureLandscape(Subject("plain-20"), 77, points, 10))
    assert drawn_for == [0, 1]


def test_a_network_that_leaves_no_room_for_its_directions_is_refused() -> None:
    """Three times the 58,306,890 parameters, of four bytes each, are more than 512 MiB; of ResNet-101's 42.6 million they are not."""
    check_room(plan(adapt(PRESETS["resnet-101"], "fashion-mnist")))
    with pytest.raises(QuestionError, match="58,306,890 parameters and the two directions around it take 699,682,680 bytes"):
        check_room(plan(adapt(PRESETS["resnet-152"], "fashion-mnist")))


def test_a_filter_that_is_zero_stays_zero() -> None:
    (found,) = direction([np.zeros((3, 3, 1, 2), np.float32)], 1, 0)
    assert not found.any()


def test_the_same_network_scaled_has_the_same_landscape() -> None:
    """What filter normalisation is for: doubling a convolution in front of a batch norm changes no answer, and no picture either."""
    network = drawn(NETWORKS["plain"])
    images, labels = np.random.default_rng(4).uniform(0, 1, (6, 6, 6, 1)).astype(np.float32), np.array([0, 1, 2, 3, 0, 1])
    points = [(0.0, 0.0), (0.5, 0.5), (-1.0, 0.25)]
    before = landscape_points(network, images, labels, directions_around(network, 1), points)
    conv, norm = (network.model.get_layer(f"stage1_block1_{name}1") for name in ("conv", "bn"))
    conv.kernel.assign(2 * conv.kernel)
    norm.moving_mean.assign(2 * norm.moving_mean)
    norm.moving_variance.assign(4 * (norm.moving_variance + norm.epsilon) - norm.epsilon)
    after = landscape_points(network, images, labels, directions_around(network, 1), points)
    assert_allclose(after.loss, before.loss, rtol=1e-4)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"points": ()}, "points must be a whole number from 1 to 64, got 0"),
        ({"points": ((0.0, 2.5),)}, "from -2 to 2, got (0.0, 2.5)"),
        ({"images": 2_001}, "images must be a whole number from 1 to 2,000, got 2001"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_what_has_no_answer_is_refused(changed: dict[str, object], words: str) -> None:
    asked = {"subject": Subject("plain-20"), "seed": 1, "points": ((0.0, 0.0),), "images": 10} | changed
    with pytest.raises(QuestionError) as refusal:
        MeasureLandscape(**asked)  # type: ignore[arg-type]
    assert words in str(refusal.value)
