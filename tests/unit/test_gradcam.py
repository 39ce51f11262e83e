"""Grad-CAM against the formula computed by hand: in NumPy, float64, its gradients analytical or from small changes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from resnet.errors import QuestionError
from resnet.inquiries import ExplainDecision, GradCam, Subject, TestImage
from resnet.inspection.answering import answer
from resnet.inspection.gradcam import grad_cam
from resnet.inspection.network import Network
from tests.unit.test_inspection import NETWORKS, TINY, ByHand, close, drawn, softmax

MINI = Subject("mini-resnet")


@pytest.fixture(scope="module", params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Network:
    return drawn(NETWORKS[request.param])


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(5).uniform(0, 1, (1, 6, 6, 1)).astype(np.float32)


def slopes(function: Callable[[np.ndarray], float], at: np.ndarray) -> np.ndarray:
    """Central differences, in float64."""
    found, step = np.zeros_like(at), 1e-6
    for place in np.ndindex(at.shape):
        there = np.zeros_like(at)
        there[place] = step
        found[place] = (function(at + there) - function(at - there)) / (2 * step)
    return found


@pytest.mark.parametrize("target", range(4))
def test_of_the_last_block_it_is_the_maps_weighed_by_the_classifier(network: Network, image: np.ndarray, target: int) -> None:
    """The pooling divides each place's part by the number of places, 9: the gradient is the same everywhere, and is the weight by 9."""
    hand = ByHand(network)
    maps = hand.block("stage2_block1", hand.into("stage2_block1", image[0]))
    expected = np.maximum(maps @ hand.weights["head_dense/kernel"][:, target] / 9, 0)
    found = grad_cam(network, "stage2_block1_relu", image, target)
    assert found.heat.shape == (3, 3)
    close(found.heat, expected)
    assert found.target == target
    close(found.probabilities, softmax(hand.logits(image[0])))


def test_there_is_something_to_see_and_something_to_cut_off() -> None:
    """Of the four classes' maps above, some speak for their class and some places do not: ReLU is tested where it matters."""
    network, random = drawn(TINY), np.random.default_rng(5)
    image = random.uniform(0, 1, (1, 6, 6, 1)).astype(np.float32)
    heats = np.stack([grad_cam(network, "stage2_block1_bn2", image, target).heat for target in range(4)])
    assert (heats > 0).any()
    assert (heats == 0).any()


@pytest.mark.parametrize("target", [0, 3])
def test_of_an_earlier_block_it_follows_small_changes_of_its_maps(network: Network, image: np.ndarray, target: int) -> None:
    hand = ByHand(network)
    maps = hand.into("stage1_block2", image[0])

    def logit(y: np.ndarray) -> float:
        for block in ("stage1_block2", "stage2_block1"):
            y = hand.block(block, y)
        return float(hand.head(y)[target])

    weights = slopes(logit, maps).mean(axis=(0, 1))
    found = grad_cam(network, "stage1_block1_relu", image, target)
    assert found.heat.shape == (6, 6)
    np.testing.assert_allclose(found.heat, np.maximum(maps @ weights, 0), rtol=1e-4, atol=1e-6)


def test_of_the_picture_itself_it_is_brightness_by_the_mean_slope(network: Network, image: np.ndarray) -> None:
    hand = ByHand(network)
    pixels = image[0].astype(np.float64)
    weights = slopes(lambda x: float(hand.logits(x)[1]), pixels).mean(axis=(0, 1))
    found = grad_cam(network, "input", image, 1)
    np.testing.assert_allclose(found.heat, np.maximum(pixels @ weights, 0), rtol=1e-4, atol=1e-6)


def test_without_a_target_the_named_class_is_meant(network: Network, image: np.ndarray) -> None:
    named = int(ByHand(network).logits(image[0]).argmax())
    found = grad_cam(network, "stage2_block1_relu", image)
    assert found.target == named
    close(found.heat, grad_cam(network, "stage2_block1_relu", image, named).heat)


def test_a_real_network_is_explained_on_its_layer_s_grid() -> None:
    found = answer(ExplainDecision(MINI, TestImage(3), "stage3_block2_relu"))
    assert isinstance(found, GradCam)
    assert found.heat.shape == (7, 7)
    assert found.heat.max() > 0
    assert found.target == found.probabilities.argmax()


def test_what_has_no_grid_or_no_such_class_is_refused() -> None:
    with pytest.raises(QuestionError, match=r"head_pool gives no maps, but \(128,\)"):
        ExplainDecision(MINI, TestImage(0), "head_pool")
    with pytest.raises(QuestionError, match="target must be a whole number from 0 to 9, got 10"):
        ExplainDecision(MINI, TestImage(0), "stem_conv", 10)
