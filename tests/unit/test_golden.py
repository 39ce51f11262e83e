"""A network built here computes what independent implementations compute: PyTorch's goldens, and `keras.applications`.

The goldens are float64 results of tests/golden/torch_networks.py, which was compared with torchvision's own networks; see
tests/golden/make_golden.py.

Of `keras.applications`, ResNet50 is a network of ours: v1, epsilon 1.001e-5, and biases that the batch norms take up. Its zeros around
the max-pool are as good as minus infinity, since a ReLU comes before. ResNet50V2 is none of ours: it puts the stride into the last block
of a stage, max-pools the shortcut there, and has zeros around a max-pool that no ReLU precedes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from resnet.config import ResNetConfig
from resnet.model import build_resnet
from resnet.presets import PRESETS
from tests.golden.weights_by_name import GAINS, USUAL_GAIN, draw, draw_images, summarise

GOLDENS: Mapping[str, np.ndarray] = dict(np.load(Path(__file__).parents[1] / "golden" / "goldens.npz"))
CASES = sorted({tuple(key.split("/")[:2]) for key in GOLDENS})
TOLERANCE = 1e-4
CLEARLY_DIFFERENT = 1e-2


@pytest.fixture(autouse=True)
def _forget_models() -> Iterator[None]:
    yield
    keras.backend.clear_session()


def config_of(name: str, size: str, **changes: Any) -> ResNetConfig:
    """The preset at the golden's image size, and with its number of classes; "…-stride-on-1x1" is the paper's variant."""
    height, width = map(int, size.split("x"))
    preset = PRESETS[name.removesuffix("-stride-on-1x1")]
    if name.endswith("-stride-on-1x1"):
        preset = replace(preset, bottleneck_stride_on="1x1")
    classes = GOLDENS[f"{name}/{size}/logits"].shape[-1]
    return replace(preset, input_shape=(height, width, 3), num_classes=classes, **changes)


def build(name: str, config: ResNetConfig) -> keras.Model:
    """The network with the weights that the golden `name` was made with."""
    model = build_resnet(config)
    for layer in model.layers:
        for variable in layer.weights:
            variable.assign(draw(layer.name, variable.name, variable.shape, GAINS.get(name, USUAL_GAIN)))
    return model


def stage_outputs(model: keras.Model, config: ResNetConfig) -> list[Any]:
    """What the stem gives and what each stage gives: the last layer of each."""
    names = [layer.name for layer in model.layers]
    stem = next(name for name in ("stem_pool", "stem_relu", "stem_conv") if name in names)
    ends = [f"stage{stage}_block{depth}_" for stage, depth in enumerate(config.depths, start=1)]
    lasts = [end + ("add" if config.preactivation else "relu") for end in ends]
    return [model.get_layer(name).output for name in (stem, *lasts)]


def logits_of(model: keras.Model, images: np.ndarray) -> np.ndarray:
    return np.asarray(model(images, training=False))


def test_the_goldens_are_of_the_whole_family() -> None:
    assert {name for name, _ in CASES} == {
        *("resnet-18", "resnet-34", "resnet-50", "resnet-50-stride-on-1x1", "resnet-18-v2", "resnet-50-v2", "resnext-50-32x4d"),
        *("wide-resnet-50-2", "se-resnet-18", "se-resnet-50", "plain-18", "resnet-20"),
    }
    assert len(CASES) == 24
    for name, size in CASES:
        first, second = GOLDENS[f"{name}/{size}/logits"]
        assert np.abs(first - second).max() > 0.2  # two images, two answers: the images matter
        assert first.std() > 0.5  # and neither vanish on the way through the layers


@pytest.mark.parametrize(("name", "size"), CASES)
def test_a_network_computes_what_pytorch_computes(name: str, size: str) -> None:
    config = config_of(name, size)
    model = build(name, config)
    *stages, logits = keras.Model(model.input, [*stage_outputs(model, config), model.output])(
        draw_images(*config.input_shape), training=False
    )
    golden = GOLDENS[f"{name}/{size}/logits"]
    assert np.abs(np.asarray(logits) - golden).max() <= TOLERANCE
    summaries = [summarise(np.asarray(stage)) for stage in stages]
    assert len(summaries) == len(config.depths) + 1
    np.testing.assert_allclose([moments for moments, _ in summaries], GOLDENS[f"{name}/{size}/moments"], atol=TOLERANCE)
    np.testing.assert_allclose([values for _, values in summaries], GOLDENS[f"{name}/{size}/values"], atol=TOLERANCE)


# The comparison sees each of the decisions that make another network of the same weights


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("resnet-18", {"padding": "same"}),
        ("resnet-18", {"activation": "gelu"}),
        ("resnet-18", {"bn_epsilon": 1e-3}),
        ("resnet-50", {"bottleneck_stride_on": "1x1"}),
        ("resnet-50-stride-on-1x1", {"bottleneck_stride_on": "3x3"}),
        ("resnet-50-v2", {"padding": "same"}),
        ("resnet-18", {"shortcut": "none"}),
        ("se-resnet-18", {"se_reduction": None}),
    ],
)
def test_another_decision_is_another_network(name: str, changes: dict[str, Any]) -> None:
    config = config_of(name, "64x64", **changes)
    difference = np.abs(logits_of(build(name, config), draw_images(64, 64, 3)) - GOLDENS[f"{name}/64x64/logits"]).max()
    assert difference > CLEARLY_DIFFERENT


@pytest.mark.parametrize(
    ("layer", "variable"), [("stem_bn", 3), ("stage1_block1_conv2", 0), ("stage4_block1_shortcut_bn", 2), ("head_dense", 1)]
)
def test_one_forgotten_weight_is_seen(layer: str, variable: int) -> None:
    model = build("resnet-18", config_of("resnet-18", "64x64"))
    forgotten = model.get_layer(layer).weights[variable]
    forgotten.assign(np.zeros(forgotten.shape))
    assert np.abs(logits_of(model, draw_images(64, 64, 3)) - GOLDENS["resnet-18/64x64/logits"]).max() > CLEARLY_DIFFERENT


# keras.applications


def as_keras_calls_it(name: str) -> str:
    """Our layer's name → that of `keras.applications`: conv1 and conv2_block1_0 to conv5_block3_3, where 0 is the projection."""
    if name.startswith("stem_"):
        return f"conv1_{name.removeprefix('stem_')}"
    if name == "head_dense":
        return "predictions"
    stage, block, layer = name.removeprefix("stage").replace("block", "").split("_", 2)
    kind, number = (layer.removeprefix("shortcut_"), "0") if layer.startswith("shortcut_") else (layer[:-1], layer[-1])
    return f"conv{int(stage) + 1}_block{block}_{number}_{kind}"


def take_over(model: keras.Model, application: keras.Model) -> None:
    """Copy all weights. A batch norm takes away the mean; a convolution's bias before it comes to a smaller mean."""
    for layer in model.layers:
        if not layer.weights:
            continue
        theirs = application.get_layer(as_keras_calls_it(layer.name))
        if isinstance(layer, keras.layers.BatchNormalization):
            bias = application.get_layer(theirs.name.removesuffix("bn") + "conv").bias
            gamma, beta, mean, variance = theirs.get_weights()
            layer.set_weights([gamma, beta, mean - np.asarray(bias), variance])
        elif isinstance(layer, keras.layers.Conv2D):
            layer.set_weights(theirs.get_weights()[:1])
        else:
            layer.set_weights(theirs.get_weights())


def test_resnet_50_computes_what_keras_applications_computes() -> None:
    shape, classes = (64, 75, 3), 40
    theirs = keras.applications.ResNet50(weights=None, input_shape=shape, classes=classes, classifier_activation=None)
    for layer in theirs.layers:
        for variable in layer.weights:
            variable.assign(draw(layer.name, variable.name, variable.shape, USUAL_GAIN))
    config = replace(PRESETS["resnet-50"], input_shape=shape, num_classes=classes, bottleneck_stride_on="1x1", bn_epsilon=1.001e-5)
    ours = build_resnet(config)
    take_over(ours, theirs)

    images = draw_images(*shape)
    logits = logits_of(ours, images)
    assert np.abs(logits - logits_of(theirs, images)).max() <= TOLERANCE
    assert np.abs(logits[0] - logits[1]).max() > 0.2

    # With the same weights, the stride on the 3x3 would be another network.
    v15 = build_resnet(replace(config, bottleneck_stride_on="3x3"))
    v15.set_weights(ours.get_weights())
    assert np.abs(logits_of(v15, images) - logits).max() > CLEARLY_DIFFERENT
