"""Torchvision's state dicts in our networks: real files with torchvision's names, against what torchvision computes with them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from safetensors.numpy import save_file

from resnet.config import ResNetConfig
from resnet.errors import WeightsError
from resnet.model import build_resnet
from resnet.presets import PRESETS
from resnet.weights import load_torchvision, torchvision_name, torchvision_shape, torchvision_variables
from tests.golden.weights_by_name import USUAL_GAIN, draw, draw_images

FOLDER = Path(__file__).parents[1] / "golden"
GOLDENS = dict(np.load(FOLDER / "goldens.npz"))
# Made by tests/golden/make_golden.py from torchvision: name, shape, and the layer and weight of ours that it belongs to.
STATE_DICTS: dict[str, list[tuple[str, list[int], str, str]]] = json.loads((FOLDER / "torchvision_names.json").read_text())
COUNTER = "num_batches_tracked"
SAVE: dict[str, Callable[[dict[str, np.ndarray], Path], Any]] = {
    ".safetensors": lambda tensors, path: save_file(tensors, path),
    ".npz": lambda tensors, path: np.savez(path, **tensors),
}
Tensors = dict[str, np.ndarray]


def state_dict(name: str) -> Tensors:
    """The golden's weights under torchvision's names and in PyTorch's order of axes, counters included."""
    tensors = {}
    for theirs, shape, layer, weight in STATE_DICTS[name]:
        if theirs.endswith(COUNTER):
            tensors[theirs] = np.array(7, dtype=np.int64)
            continue
        order = {1: (0,), 2: (1, 0), 4: (3, 2, 0, 1)}[len(shape)]
        keras_shape = (*shape[2:], *reversed(shape[:2]))
        tensors[theirs] = np.ascontiguousarray(draw(layer, weight, keras_shape, USUAL_GAIN).transpose(order))
        assert list(tensors[theirs].shape) == shape
    return tensors


def config_of(name: str) -> ResNetConfig:
    return replace(PRESETS[name], input_shape=(64, 64, 3), num_classes=100)


def assert_computes(model: keras.Model, name: str) -> None:
    logits = np.asarray(model(draw_images(64, 64, 3), training=False))
    assert np.abs(logits - GOLDENS[f"{name}/64x64/logits"]).max() <= 1e-4


@pytest.mark.parametrize("name", STATE_DICTS)
def test_names_and_shapes_are_torchvisions(name: str) -> None:
    variables = torchvision_variables(build_resnet(config_of(name)))
    ours = {theirs: (list(torchvision_shape(variable)), variable.path) for theirs, variable in variables.items()}
    listed = {theirs: (shape, f"{layer}/{weight}") for theirs, shape, layer, weight in STATE_DICTS[name] if not theirs.endswith(COUNTER)}
    assert ours == listed


@pytest.mark.parametrize(
    ("layer", "module"),
    [
        ("stem_conv", "conv1"),
        ("stem_bn", "bn1"),
        ("stage1_block1_conv1", "layer1.0.conv1"),
        ("stage4_block12_bn3", "layer4.11.bn3"),
        ("stage2_block1_shortcut_conv", "layer2.0.downsample.0"),
        ("stage2_block1_shortcut_bn", "layer2.0.downsample.1"),
        ("head_dense", "fc"),
        ("head_bn", None),
        ("stage1_block1_se_reduce", None),
        ("stage1_block1_add", None),
    ],
)
def test_a_layers_name_in_torchvision(layer: str, module: str | None) -> None:
    assert torchvision_name(layer) == module


@pytest.mark.parametrize(("name", "suffix"), [("resnet-18", ".npz"), ("resnet-50", ".safetensors"), ("resnext-50-32x4d", ".safetensors")])
def test_loaded_weights_compute_what_torchvision_computes(name: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    SAVE[suffix](state_dict(name), path)
    model = build_resnet(replace(config_of(name), dropout=0.3))  # dropout has no weights and does nothing here
    load_torchvision(model, path)
    assert_computes(model, name)


@pytest.mark.parametrize("suffix", SAVE)
@pytest.mark.parametrize("kind", ["float16", "float64"])
def test_halves_and_doubles_become_float32(kind: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"weights{suffix}"
    tensors = {name: tensor.astype(kind) for name, tensor in small_state_dict().items()}
    SAVE[suffix](tensors, path)
    model = build_resnet(SMALL)
    load_torchvision(model, path)
    for name, variable in torchvision_variables(model).items():
        assert variable.dtype == "float32"
        order = {1: (0,), 2: (1, 0), 4: (3, 2, 0, 1)}[variable.ndim]
        np.testing.assert_array_equal(np.asarray(variable).transpose(order), tensors[name].astype("float32"))


# What is refused


SMALL = ResNetConfig(
    name="small", block="basic", depths=(1, 1), widths=(4, 6), input_shape=(16, 16, 3), num_classes=5, stem="imagenet", dropout=0.1
)


def small_state_dict() -> Tensors:
    """A state dict that fits SMALL, written out by hand."""
    tensors: Tensors = {}

    def add(name: str, *shape: int) -> None:
        tensors[name] = draw(name, "kernel", shape, USUAL_GAIN)

    def add_bn(name: str, channels: int) -> None:
        for weight, drawn in (("weight", "gamma"), ("bias", "beta"), ("running_mean", "moving_mean"), ("running_var", "moving_variance")):
            tensors[f"{name}.{weight}"] = draw(name, drawn, (channels,), USUAL_GAIN)

    add("conv1.weight", 4, 3, 7, 7)
    add_bn("bn1", 4)
    for block, inputs, channels in (("layer1.0", 4, 4), ("layer2.0", 4, 6)):
        add(f"{block}.conv1.weight", channels, inputs, 3, 3)
        add_bn(f"{block}.bn1", channels)
        add(f"{block}.conv2.weight", channels, channels, 3, 3)
        add_bn(f"{block}.bn2", channels)
    add("layer2.0.downsample.0.weight", 6, 4, 1, 1)
    add_bn("layer2.0.downsample.1", 6)
    add("fc.weight", 5, 6)
    add("fc.bias", 5)
    return tensors


def assert_refused(model: keras.Model, path: Path, message: str) -> WeightsError:
    """Refused with this message, and every weight is as before."""
    before = model.get_weights()
    with pytest.raises(WeightsError, match=re.escape(message)) as caught:
        load_torchvision(model, path)
    assert all(np.array_equal(old, new) for old, new in zip(before, model.get_weights(), strict=True))
    return caught.value


@pytest.fixture(scope="module")
def fitting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    save_file(small_state_dict(), path)
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"preactivation": True}, "torchvision has no weights for small: none of its networks is pre-activated"),
        ({"se_reduction": 2}, "torchvision has no weights for small: none of its networks has squeeze-and-excitation"),
        ({"shortcut": "zero-pad"}, "torchvision has no weights for small: its shortcuts are projected where shapes differ, not padded"),
        ({"shortcut": "none"}, "torchvision has no weights for small: all of its networks have shortcuts"),
        ({"padding": "same"}, 'needs the padding "symmetric", but stem_conv pads as TensorFlow\'s "same" does'),
        ({"activation": "gelu"}, "small needs the activation relu, but stem_relu is gelu"),
        ({"bn_epsilon": 1e-3}, "small needs the bn_epsilon 1e-05, but stem_bn has 0.001"),
        (
            {"block": "bottleneck", "bottleneck_stride_on": "1x1"},
            "small needs the stride of a bottleneck on the 3x3, but stage2_block1_conv1 has it, a 1x1",
        ),
    ],
)
def test_a_network_that_torchvision_does_not_have(changes: dict[str, Any], message: str, fitting: Path) -> None:
    assert_refused(build_resnet(replace(SMALL, **changes)), fitting, message)


def test_the_same_padding_in_every_place(fitting: Path) -> None:
    """With the small stem, the first window that strides is in a block."""
    model = build_resnet(replace(SMALL, stem="cifar", padding="same"))
    assert_refused(model, fitting, 'but stage2_block1_conv1 pads as TensorFlow\'s "same" does')


def test_any_other_keras_model(fitting: Path) -> None:
    x = keras.Input((4,))
    model = keras.Model(x, keras.layers.Dense(2)(x), name="other")
    assert_refused(model, fitting, "other is no network of this project: it must have the layers stem_conv and head_dense")


def without(*names: str) -> Tensors:
    return {name: tensor for name, tensor in small_state_dict().items() if name not in names}


@pytest.mark.parametrize("suffix", SAVE)
@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        (
            lambda: without("layer1.0.bn2.running_var", "fc.bias"),
            "file{suffix} lacks weights that small needs: 2 of 32, first layer1.0.bn2.running_var for stage1_block1_bn2/moving_variance",
        ),
        (
            lambda: {**small_state_dict(), "layer3.0.conv1.weight": np.zeros(3, "float32")},
            "file{suffix} has weights that small has no place for: 1 of 33, first layer3.0.conv1.weight",
        ),
        (
            lambda: {f"module.{name}": tensor for name, tensor in small_state_dict().items()},
            "file{suffix} is of another network than small: it lacks weights that the network needs (32 of 32, first conv1.weight for "
            "stem_conv/kernel), and has others that it has no place for (32 of 32, first module.",
        ),
        (
            lambda: {**small_state_dict(), "fc.weight": np.zeros((1000, 6), "float32")},
            "fc.weight in file{suffix} has the shape (1000, 6), but head_dense/kernel of small needs (5, 6) there, "
            "which is (6, 5) in Keras's order",
        ),
        (  # already in Keras's order: as many numbers, and not the same
            lambda: {**small_state_dict(), "conv1.weight": np.zeros((7, 7, 3, 4), "float32")},
            "conv1.weight in file{suffix} has the shape (7, 7, 3, 4), but stem_conv/kernel of small needs (4, 3, 7, 7) there, "
            "which is (7, 7, 3, 4) in Keras's order",
        ),
        (
            lambda: {**small_state_dict(), "fc.bias": np.array([1, 2, np.nan, 4, 5], "float32")},
            "fc.bias in file{suffix} holds numbers that",
        ),
        (lambda: {**small_state_dict(), "fc.bias": np.array([1, 2, 1e60, 4, 5], "float64")}, "fc.bias in file{suffix} holds numbers that"),
    ],
)
def test_tensors_that_do_not_fit(tensors: Callable[[], Tensors], message: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"file{suffix}"
    SAVE[suffix](tensors(), path)
    assert_refused(build_resnet(SMALL), path, message.format(suffix=suffix))


@pytest.mark.parametrize(("suffix", "kind"), [(".safetensors", "I64"), (".npz", "int64")])
def test_numbers_that_are_no_weights(suffix: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"file{suffix}"
    SAVE[suffix]({**small_state_dict(), "fc.bias": np.arange(5)}, path)
    assert_refused(build_resnet(SMALL), path, f"fc.bias in file{suffix} is {kind}; weights must be float16, float32 or float64")


def test_bfloat16_which_numpy_does_not_have(tmp_path: Path) -> None:
    path = tmp_path / "file.safetensors"
    header = json.dumps({"fc.bias": {"dtype": "BF16", "shape": [5], "data_offsets": [0, 10]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(10))
    assert_refused(build_resnet(SMALL), path, "fc.bias in file.safetensors is BF16; weights must be float16, float32 or float64")


def one_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.zeros(3))


def pickled(path: Path) -> None:
    np.savez(path, weights=np.array([{"conv1.weight": 1}], dtype=object))


def cut_off(path: Path) -> None:
    SAVE[path.suffix](small_state_dict(), path)
    path.write_bytes(path.read_bytes()[:-200])


def flipped(path: Path) -> None:
    """One bit of a tensor is another than the archive's checksum says."""
    tensors = small_state_dict()
    SAVE[path.suffix](tensors, path)
    content = bytearray(path.read_bytes())
    content[content.find(tensors["conv1.weight"].tobytes()) + 100] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        *((name, write) for name in ("file.safetensors", "file.npz") for write in (Path.touch, cut_off, Path.mkdir)),
        *((name, lambda path: path.write_bytes(b"no weights " * 20)) for name in ("file.safetensors", "file.npz")),
        *(("file.npz", write) for write in (one_array, pickled, flipped)),
    ],
)
def test_a_file_that_cannot_be_read(name: str, write: Callable[[Path], Any], tmp_path: Path) -> None:
    write(tmp_path / name)
    error = assert_refused(build_resnet(SMALL), tmp_path / name, f"{name} cannot be read as a {Path(name).suffix} file: ")
    assert error.values["problem"]


@pytest.mark.parametrize("name", ["nothing.safetensors", "nothing.npz"])
def test_a_file_that_is_not_there(name: str, tmp_path: Path) -> None:
    assert_refused(build_resnet(SMALL), tmp_path / name, f"there is no file {tmp_path / name}")


@pytest.mark.parametrize("name", ["resnet18.pth", "weights"])
def test_a_file_of_another_kind(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"")
    assert_refused(build_resnet(SMALL), tmp_path / name, f"weights are read from a .safetensors or an .npz file, got {name};")


def test_what_fits_is_taken_and_the_refusals_were_the_files_fault(fitting: Path) -> None:
    model = build_resnet(SMALL)
    load_torchvision(model, fitting)
    tensors = small_state_dict()
    np.testing.assert_array_equal(
        model.get_layer("stage2_block1_shortcut_conv").kernel[0, 0].numpy().T, tensors["layer2.0.downsample.0.weight"][:, :, 0, 0]
    )
    np.testing.assert_array_equal(model.get_layer("head_dense").kernel.numpy().T, tensors["fc.weight"])
    np.testing.assert_array_equal(model.get_layer("stem_bn").moving_variance, tensors["bn1.running_var"])
