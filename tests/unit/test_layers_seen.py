"""What a layer gives, and the kernels of a convolution: against NumPy alone in float64, and against the files the weights come from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import load_file

from resnet.data import load_dataset
from resnet.errors import QuestionError
from resnet.figures.channel_maps import tiles_of_maps
from resnet.inquiries import Filters, LayerMaps, LookAtLayer, OwnPicture, ShowFilters, Subject, TestImage
from resnet.inspection.answering import answer
from resnet.inspection.gradcam import grad_cam
from resnet.inspection.layers import layer_maps
from resnet.inspection.network import Network
from resnet.pictures import embedded_pictures
from tests.unit.test_inspection import NETWORKS, TINY, ByHand, close, drawn, softmax

MINI = Subject("mini-resnet")


@pytest.fixture(scope="module", params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Network:
    return drawn(NETWORKS[request.param])


@pytest.fixture(scope="module")
def image() -> np.ndarray:
    return np.random.default_rng(5).uniform(0, 1, (1, 6, 6, 1)).astype(np.float32)


def by_hand(hand: ByHand, image: np.ndarray) -> dict[str, np.ndarray]:
    """A layer of each kind, in the stem, on a branch, at an add, and behind the pooling."""
    stem = hand.conv("stem_conv", image)
    second = hand.into("stage1_block2", image)
    last = hand.into("stage2_block1", image)
    branch = hand.branch("stage2_block1", last)
    given = hand.block("stage2_block1", last)
    maps = {
        "input": image.astype(np.float64),
        "stem_conv": stem,
        "stem_bn": hand.norm("stem_bn", stem),
        "stage1_block1_relu": second,
        "stage1_block2_conv1": hand.conv("stage1_block2_conv1", second),
        "stage2_block1_bn2": branch,
        "stage2_block1_relu": given,
        "head_pool": given.mean(axis=(0, 1)),
        "head_dense": hand.head(given),
    }
    if not hand.plain:
        maps["stage2_block1_shortcut_pad"] = hand.shortcut("stage2_block1", last)
        maps["stage2_block1_add"] = branch + hand.shortcut("stage2_block1", last)
    return maps


def test_what_any_layer_gives_is_numpy_s(network: Network, image: np.ndarray) -> None:
    hand = ByHand(network)
    for layer, expected in by_hand(hand, image[0]).items():
        found = layer_maps(network, layer, image)
        assert found.maps.dtype == np.float32
        np.testing.assert_allclose(found.maps, expected, rtol=2e-5, atol=2e-6, err_msg=layer)
        close(found.probabilities, softmax(hand.logits(image[0])))
        close(found.image, image[0])


def test_every_layer_gives_what_the_plan_says(network: Network, image: np.ndarray) -> None:
    for layer in network.plan.layers:
        assert layer_maps(network, layer.name, image).maps.shape == layer.output_shape, layer.name


def test_a_test_image_and_one_s_own_of_the_same_pixels_are_one_picture() -> None:
    pictures, labels = embedded_pictures()
    own = OwnPicture(pictures[3].tobytes(), 28, 28)
    one, other = (answer(LookAtLayer(MINI, picture, "stage1_block1_add")) for picture in (TestImage(3), own))
    assert isinstance(one, LayerMaps)
    assert isinstance(other, LayerMaps)
    np.testing.assert_array_equal(one.maps, other.maps)
    assert one.maps.shape == (28, 28, 32)
    assert one.probabilities.argmax() == labels[3], "the trained network knows this one"
    np.testing.assert_array_equal(one.image, load_dataset("fashion-mnist-subset").x_test[3])


def test_filters_are_those_of_the_file() -> None:
    found = answer(ShowFilters(MINI))
    assert isinstance(found, Filters)
    path = MINI.embedded.weights_file("trained")
    assert path is not None
    np.testing.assert_array_equal(found.kernel, load_file(path)["stem_conv/kernel"].astype(np.float32))
    assert found.kernel.shape == (3, 3, 1, 32)


def test_what_cannot_be_shown_is_refused_with_what_was_asked_for() -> None:
    with pytest.raises(QuestionError, match="mini-resnet has no layer 'stage9_block1_relu'"):
        LookAtLayer(MINI, TestImage(0), "stage9_block1_relu")
    with pytest.raises(QuestionError, match="stem_bn is no convolution"):
        ShowFilters(MINI, "stem_bn")
    with pytest.raises(QuestionError, match="image must be a whole number from 0 to 1,999, got 2000"):
        LookAtLayer(MINI, TestImage(2000), "stem_conv")
    with pytest.raises(QuestionError, match="takes pictures of 28×28, got 14×14"):
        LookAtLayer(MINI, OwnPicture(bytes(196), 14, 14), "stem_conv")


def test_the_padding_before_the_stem_s_pooling_is_no_part_of_the_picture() -> None:
    """An ImageNet stem of 12 x 12 pixels: 6 x 6 places behind the convolution, and one row of minus infinity on every side."""
    network = drawn(replace(TINY, stem="imagenet", input_shape=(12, 12, 1)))
    image = np.random.default_rng(5).uniform(0, 1, (1, 12, 12, 1)).astype(np.float32)
    padded, inside = (layer_maps(network, layer, image).maps for layer in ("stem_pool_pad", "stem_relu"))
    np.testing.assert_array_equal(padded[1:-1, 1:-1], inside)
    assert np.isneginf(padded).sum() == (8**2 - 6**2) * 2
    tiles, alone = (tiles_of_maps(maps, liveliest_first=True) for maps in (padded, inside))
    assert (tiles.limit, [(one.channel, one.lowest, one.highest) for one in tiles.tiles]) == (
        alone.limit,
        [(one.channel, one.lowest, one.highest) for one in alone.tiles],
    )
    np.testing.assert_array_equal(tiles.levels[:, 1:-1, 1:-1], alone.levels)
    heat, heat_inside = (
        np.stack([grad_cam(network, layer, image, target).heat for target in range(4)]) for layer in ("stem_pool_pad", "stem_relu")
    )
    assert heat.max() > 0
    # A slope's mean is over more places.
    np.testing.assert_allclose(heat[:, 1:-1, 1:-1] * 8**2, heat_inside * 6**2, rtol=1e-4, atol=1e-6)
    assert not heat[:, [0, -1]].any()
    assert not heat[:, :, [0, -1]].any()
