"""What the inspect worker finds in networks, against the same networks computed by NumPy alone, in float64, and against Keras's predict."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from resnet.config import ResNetConfig
from resnet.embedded import EMBEDDED
from resnet.errors import WeightsError
from resnet.inquiries import AMOUNTS, LearnIdentity, MeasureChain
from resnet.inspection.backward import backward_norms, measure_chain, send_through_chain
from resnet.inspection.block import block_maps, strip
from resnet.inspection.cuts import lesion, score
from resnet.inspection.identity import BATCH, CHANNELS, learn
from resnet.inspection.network import Network
from resnet.inspection.weights import load_weights, save_weights

TINY = ResNetConfig(
    name="tiny",
    block="basic",
    depths=(2, 1),
    widths=(2, 3),
    input_shape=(6, 6, 1),
    num_classes=4,
    stem="cifar",
    shortcut="zero-pad",
)
BLOCKS = {"stage1_block1": 1, "stage1_block2": 1, "stage2_block1": 2}  # and their strides
PLAIN = ResNetConfig(
    name="tiny-plain", block="basic", depths=(2, 1), widths=(2, 3), input_shape=(6, 6, 1), num_classes=4, stem="cifar", shortcut="none"
)
NETWORKS = {"residual": TINY, "plain": PLAIN}


def drawn(config: ResNetConfig, seed: int = 3) -> Network:
    """Weights, and statistics of batch norm, that are all different from each other."""
    network, random = Network.build(config), np.random.default_rng(seed)
    for layer in network.model.layers:
        for variable in layer.weights:
            around = {"gamma": 1.0, "moving_variance": 1.0}.get(variable.name, 0.0)
            variable.assign(around + random.uniform(-0.6, 0.6, variable.shape))
    return network


@pytest.fixture(scope="module", params=NETWORKS)
def network(request: pytest.FixtureRequest) -> Network:
    return drawn(NETWORKS[request.param])


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 1, (7, 6, 6, 1)).astype(np.float32)


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return np.array([0, 1, 2, 3, 0, 1, 0], np.int32)


class ByHand:
    """The tiny networks in NumPy, one image at a time: (height, width, channels), float64."""

    def __init__(self, network: Network) -> None:
        self.plain = network.plan.config.shortcut == "none"
        self.weights = {
            f"{layer.name}/{variable.name}": np.asarray(variable, np.float64)
            for layer in network.model.layers
            for variable in layer.weights
        }

    def conv(self, name: str, x: np.ndarray, stride: int = 1) -> np.ndarray:
        kernel, padded = self.weights[f"{name}/kernel"], np.pad(x, ((1, 1), (1, 1), (0, 0)))
        height, width = x.shape[:2]
        return sum(padded[i : i + height : stride, j : j + width : stride] @ kernel[i, j] for i in range(3) for j in range(3))

    def norm(self, name: str, x: np.ndarray) -> np.ndarray:
        gamma, beta, mean, variance = (self.weights[f"{name}/{one}"] for one in ("gamma", "beta", "moving_mean", "moving_variance"))
        return gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta

    def stem(self, image: np.ndarray) -> np.ndarray:
        return np.maximum(self.norm("stem_bn", self.conv("stem_conv", image.astype(np.float64))), 0)

    def branch(self, block: str, x: np.ndarray, without: tuple[str, ...] = ()) -> np.ndarray:
        if f"{block}_conv1" not in without:
            x = self.norm(f"{block}_bn1", self.conv(f"{block}_conv1", x, BLOCKS[block]))
        x = np.maximum(x, 0)
        return x if f"{block}_conv2" in without else self.norm(f"{block}_bn2", self.conv(f"{block}_conv2", x))

    def shortcut(self, block: str, x: np.ndarray) -> np.ndarray:
        return np.pad(x[::2, ::2], ((0, 0), (0, 0), (0, 1))) if BLOCKS[block] == 2 else x

    def block(self, block: str, x: np.ndarray, a: float = 1.0, b: float = 1.0, without: tuple[str, ...] = ()) -> np.ndarray:
        branch = a * self.branch(block, x, without)
        return np.maximum(branch if self.plain else branch + b * self.shortcut(block, x), 0)

    def head(self, x: np.ndarray) -> np.ndarray:
        return x.mean(axis=(0, 1)) @ self.weights["head_dense/kernel"] + self.weights["head_dense/bias"]

    def into(self, block: str, image: np.ndarray) -> np.ndarray:
        x = self.stem(image)
        for name in BLOCKS:
            if name == block:
                break
            x = self.block(name, x)
        return x

    def logits(self, image: np.ndarray, changes: Mapping[str, Mapping[str, Any]] | None = None) -> np.ndarray:
        """`changes`: arguments of `block` by block."""
        x = self.stem(image)
        for name in BLOCKS:
            x = self.block(name, x, **(changes or {}).get(name, {}))
        return self.head(x)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max())
    return powers / powers.sum()


def close(found: object, expected: object) -> None:
    np.testing.assert_allclose(np.asarray(found), np.asarray(expected), rtol=2e-5, atol=2e-6)


def test_a_network_taken_apart_says_what_the_whole_says(network: Network, images: np.ndarray) -> None:
    taken_apart = np.asarray(network.logits(images))
    close(taken_apart, network.model.predict(images, verbose=0))
    close(taken_apart, [ByHand(network).logits(image) for image in images])


@pytest.mark.parametrize("name", EMBEDDED)
def test_an_embedded_network_taken_apart_says_what_keras_predicts(name: str) -> None:
    whole = Network.build(EMBEDDED[name].network)
    images = np.random.default_rng(0).uniform(0, 1, (3, *EMBEDDED[name].network.input_shape)).astype(np.float32)
    close(whole.logits(images), whole.model.predict(images, verbose=0))


@pytest.mark.parametrize("block", BLOCKS)
def test_maps_of_a_block_are_numpy_s(network: Network, images: np.ndarray, block: str) -> None:
    hand, image = ByHand(network), images[:1]
    maps = block_maps(network, block, image, label=2)
    x = hand.into(block, image[0])
    branch, first = hand.branch(block, x), hand.conv(f"{block}_conv1", x, BLOCKS[block])
    summed = branch if hand.plain else branch + hand.shortcut(block, x)
    close(maps.x, x)
    close(maps.branch, branch)
    close(maps.summed, summed)
    close(maps.y, np.maximum(summed, 0))
    close(maps.plain_y, np.maximum(branch, 0))
    close(maps.inside[f"{block}_conv1"], first)
    close(maps.inside[f"{block}_relu1"], np.maximum(hand.norm(f"{block}_bn1", first), 0))
    assert list(maps.inside) == [layer.name for layer in network.plan.layers if layer.name.startswith(block)]
    assert {name: kernel.shape for name, kernel in maps.kernels.items()} == {
        f"{block}_conv1": (3, 3, x.shape[-1], branch.shape[-1]),
        f"{block}_conv2": (3, 3, branch.shape[-1], branch.shape[-1]),
    }
    close(maps.kernels[f"{block}_conv2"], hand.weights[f"{block}_conv2/kernel"])
    assert maps.projection == (BLOCKS[block] == 2 and not hand.plain)
    assert maps.label == 2
    close(maps.image, image[0])
    if hand.plain:
        assert maps.shortcut is None
    else:
        close(maps.shortcut, hand.shortcut(block, x))


@pytest.mark.parametrize("block", BLOCKS)
def test_how_much_of_the_branch_counts_is_seen_in_the_whole_network_s_probabilities(
    network: Network, images: np.ndarray, block: str
) -> None:
    hand = ByHand(network)
    probabilities = block_maps(network, block, images[:1], label=0).probabilities
    assert probabilities.shape == (21, 4)
    close(probabilities, [softmax(hand.logits(images[0], {block: {"a": amount}})) for amount in AMOUNTS])
    close(probabilities[-1], softmax(network.model.predict(images[:1], verbose=0)[0]))


@pytest.mark.parametrize("block", BLOCKS)
def test_what_comes_back_through_a_block_is_what_small_changes_of_it_do_to_the_loss(
    network: Network, images: np.ndarray, labels: np.ndarray, block: str
) -> None:
    hand = ByHand(network)
    after = list(BLOCKS)[list(BLOCKS).index(block) + 1 :]
    x = hand.into(block, images[1])

    def loss_of(y: np.ndarray) -> float:
        for name in after:
            y = hand.block(name, y)
        return -float(np.log(softmax(hand.head(y))[labels[1]]))

    def slope(function: Any, at: np.ndarray) -> np.ndarray:
        """Central differences, in float64."""
        found, step = np.zeros_like(at), 1e-6
        for place in np.ndindex(at.shape):
            there = np.zeros_like(at)
            there[place] = step
            found[place] = (function(at + there) - function(at - there)) / (2 * step)
        return found

    branch, shortcut = hand.branch(block, x), 0 if hand.plain else hand.shortcut(block, x)
    at_output = slope(loss_of, hand.block(block, x))
    open_places = branch + shortcut > 0
    after_mask = at_output * open_places
    through_branch = slope(lambda given: np.sum(after_mask * hand.branch(block, given)), x)
    through_shortcut = np.zeros_like(x) if hand.plain else slope(lambda given: np.sum(after_mask * hand.shortcut(block, given)), x)
    at_input = slope(lambda given: loss_of(hand.block(block, given)), x)
    plain = slope(lambda given: np.sum(at_output * np.maximum(hand.branch(block, given), 0)), x)
    np.testing.assert_allclose(at_input, through_branch + through_shortcut, atol=1e-8)

    found = backward_norms(network, block, images[1:2], labels[1:2])
    expected = {
        "at_output": at_output,
        "after_mask": after_mask,
        "through_branch": through_branch,
        "through_shortcut": through_shortcut,
        "at_input": at_input,
        "plain_at_input": plain,
    }
    assert {name: getattr(found, name) for name in expected} == {
        name: pytest.approx(np.linalg.norm(value), rel=1e-4) for name, value in expected.items()
    }
    assert found.masked_share == pytest.approx(1 - open_places.mean())
    assert found.loss == pytest.approx(loss_of(hand.block(block, x)), rel=1e-5)
    # The two summands and the angle between them give the sum's length.
    parts = found.through_branch**2 + found.through_shortcut**2 + 2 * found.through_branch * found.through_shortcut * found.cosine
    assert found.at_input == pytest.approx(parts**0.5, rel=1e-5)


def test_the_strip_is_the_mean_of_each_image_s_ratio(images: np.ndarray) -> None:
    network = drawn(TINY)
    hand, found = ByHand(network), strip(network, images)
    assert found.blocks == tuple(BLOCKS)
    for number, block in enumerate(BLOCKS):
        entering = [hand.into(block, image) for image in images]
        ratios = [np.linalg.norm(hand.branch(block, x)) / np.linalg.norm(hand.shortcut(block, x)) for x in entering]
        assert found.ratio[number] == pytest.approx(np.mean(ratios), rel=1e-4)
        assert found.spread[number] == pytest.approx(np.std(ratios), rel=1e-4)
    assert found.silent == ()


@pytest.mark.filterwarnings("error")
def test_a_block_whose_shortcut_is_dead_is_silent(images: np.ndarray) -> None:
    """The first block's ReLU is closed at every place: the second one gets zeros, and gives what its batch norm makes of them."""
    network = drawn(TINY)
    last = network.model.get_layer("stage1_block1_bn2")
    last.gamma.assign(0 * last.gamma)
    last.beta.assign(0 * last.beta - 100)
    found, alive = strip(network, images), strip(drawn(TINY), images)
    assert found.silent[0] == "stage1_block2"
    assert "stage1_block1" not in found.silent
    assert (found.ratio[1], found.spread[1]) == (0, 0)
    assert np.isfinite(found.ratio).all()
    assert np.isfinite(found.spread).all()
    assert found.ratio[0] > alive.ratio[0]


@pytest.mark.parametrize(
    ("config", "kind", "places", "changes"),
    [
        (TINY, "branch", ("stage1_block2",), {"stage1_block2": {"a": 0.0}}),
        (TINY, "branch", ("stage1_block1", "stage2_block1"), {"stage1_block1": {"a": 0.0}, "stage2_block1": {"a": 0.0}}),
        (TINY, "shortcut", ("stage2_block1",), {"stage2_block1": {"b": 0.0}}),
        (TINY, "layer", ("stage1_block1_conv2",), {"stage1_block1": {"without": ("stage1_block1_conv2",)}}),
        (PLAIN, "layer", ("stage1_block2_conv1",), {"stage1_block2": {"without": ("stage1_block2_conv1",)}}),
        (PLAIN, "layer", ("stage1_block2",), {"stage1_block2": {"without": ("stage1_block2_conv1", "stage1_block2_conv2")}}),
    ],
)
def test_a_cut_is_what_is_left_of_the_network_by_hand(
    config: ResNetConfig, kind: Any, places: tuple[str, ...], changes: dict[str, Any], images: np.ndarray, labels: np.ndarray
) -> None:
    network = drawn(config)
    hand, cut = ByHand(network), lesion(network, kind, places)
    logits = np.array([hand.logits(image, changes) for image in images])
    close(cut(images), logits)
    assert np.abs(logits - network.model.predict(images, verbose=0)).max() > 0.01, "the cut is felt"

    found = score(network, images, labels, cut)
    right = logits.argmax(axis=1) == labels
    assert found.accuracy == right.mean()
    assert found.loss == pytest.approx(-np.mean([np.log(softmax(one)[label]) for one, label in zip(logits, labels, strict=True)]), rel=1e-5)
    assert list(found.class_accuracy) == [right[labels == number].mean() for number in range(4)]


def test_a_class_without_images_has_no_accuracy(images: np.ndarray, labels: np.ndarray) -> None:
    assert np.isnan(score(drawn(TINY), images[:1], labels[:1]).class_accuracy[1:]).all()


def scalar_chain() -> Network:
    """Two blocks on one number: F(x) = second · ReLU(first · x), with the weights 2 and 0.5, then 4 and 0.25."""
    config = ResNetConfig(
        name="scalar", block="basic", depths=(2,), widths=(1,), input_shape=(1, 1, 1), num_classes=2, stem="cifar", shortcut="none"
    )
    network = Network.build(config)
    for name, weight in {"block1_conv1": 2.0, "block1_conv2": 0.5, "block2_conv1": 4.0, "block2_conv2": 0.25}.items():
        kernel = network.model.get_layer(f"stage1_{name}").kernel
        kernel.assign(np.full(kernel.shape, weight, np.float32))
    return network


def test_a_chain_of_two_numbers_by_hand() -> None:
    # Each F is x for x > 0: the plain chain hands on, the residual one doubles, there and back.
    one = np.ones((1, 1, 1, 1), np.float32)
    asked = {"network": scalar_chain(), "count": 2, "x": 3 * one, "gradient": one, "normalised": False}
    residual, residual_forward = send_through_chain(**asked, shortcut=True)
    plain, plain_forward = send_through_chain(**asked, shortcut=False)
    assert list(residual) == [4, 2, 1]
    assert list(residual_forward) == [1, 2, 4]
    assert list(plain) == list(plain_forward) == [1, 1, 1]


def test_a_chain_is_as_long_as_was_asked_and_the_same_for_the_same_seed() -> None:
    found, again = measure_chain(MeasureChain(3, 5, True)), measure_chain(MeasureChain(3, 5, True))
    assert found.residual.shape == found.plain.shape == found.residual_forward.shape == (4,)
    assert found.residual[-1] == found.plain[-1] == pytest.approx(1)
    assert found.residual_forward[0] == found.plain_forward[0] == 1
    np.testing.assert_array_equal(found.plain, again.plain)
    other = measure_chain(MeasureChain(3, 6, True))
    assert found.plain[0] != other.plain[0]
    bare = measure_chain(MeasureChain(3, 5, False))
    assert bare.residual_forward[-1] > 1.5 * found.residual_forward[-1], "without batch norm what goes through grows faster"


def test_a_branch_that_starts_at_zero_is_the_identity_from_the_start() -> None:
    maps = np.random.default_rng(0).uniform(0, 1, (40, 5, 5, CHANNELS)).astype(np.float32)
    found, again = learn(maps, LearnIdentity(seed=1, steps=30, learning_rate=3e-3)), learn(maps, LearnIdentity(1, 30, 3e-3))
    assert list(found.steps) == list(range(31))
    assert found.residual_loss.shape == found.plain_loss.shape == found.drawn_residual_loss.shape == (31,)
    assert not found.residual_loss.any(), "its gradient is 0 too"
    assert found.plain_loss[-1] < found.plain_loss[0]
    np.testing.assert_array_equal(found.plain_loss, again.plain_loss)
    assert found.plain_loss[0] != learn(maps, LearnIdentity(2, 1, 3e-3)).plain_loss[0]


def test_the_first_losses_of_learners_are_numpy_s() -> None:
    maps = np.random.default_rng(0).uniform(0, 1, (BATCH, 4, 4, CHANNELS)).astype(np.float32)  # so that every batch is all of them
    found = learn(maps, LearnIdentity(seed=1, steps=1, learning_rate=1e-9))
    # The branch of both is the same at first: mean((F - x)²) and mean(F²), by mean(x²).
    size = np.mean(np.square(maps, dtype=np.float64))
    from resnet.inspection.identity import _class_of_three

    first, second = (np.asarray(kernel, np.float64) for kernel in _class_of_three()[0][0].variables)

    def conv(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        return sum(padded[:, i : i + 4, j : j + 4] @ kernel[i, j] for i in range(3) for j in range(3))

    branch = conv(np.maximum(conv(maps.astype(np.float64), first), 0), second)
    assert found.plain_loss[0] == pytest.approx(np.mean((branch - maps) ** 2) / size, rel=1e-4)
    assert found.drawn_residual_loss[0] == pytest.approx(np.mean(branch**2) / size, rel=1e-4)


def test_weights_come_back_as_they_were_but_for_kernels_rounded_to_float16(tmp_path: Path) -> None:
    network, other, file = drawn(TINY), Network.build(TINY), tmp_path / "tiny-trained.safetensors"
    save_weights(network.model, file)
    load_weights(other.model, file)
    for mine, theirs in zip(network.model.weights, other.model.weights, strict=True):
        kept = np.asarray(mine)
        np.testing.assert_array_equal(kept.astype(np.float16).astype(np.float32) if kept.ndim > 1 else kept, np.asarray(theirs))


def test_weights_that_are_not_there_or_of_another_network_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    model: keras.Model = Network.build(TINY).model
    with pytest.raises(WeightsError, match="there is no file"):
        load_weights(model, file)
    file.write_bytes(b"not at all")
    with pytest.raises(WeightsError, match="cannot be read"):
        load_weights(model, file)
    save_weights(Network.build(PLAIN).model, file)
    load_weights(model, file)  # a plain network of padded shortcuts' shape has the same weights
    save_weights(Network.build(EMBEDDED["plain-20"].network).model, file)
    with pytest.raises(WeightsError, match=r"x\.safetensors does not hold the weights of tiny"):
        load_weights(model, file)
