"""Torchvision's weights in our networks.

Torchvision's modules are conv1, bn1, layer1.0.conv1 … layer4.2.bn3, layer1.0.downsample.0 (the projection) and .1 (its batch norm), and
fc. PyTorch keeps a convolution's kernel as (outputs, inputs of a group, height, width) and a dense layer's as (outputs, inputs); Keras as
(height, width, inputs of a group, outputs) and (inputs, outputs). In both, group after group of outputs lie next to each other.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError, safe_open

from resnet.errors import WeightsError
from resnet.layers import FusedBatchNormalization, ZeroPadShortcut

EPSILON = 1e-5  # of torchvision's batch norms
FLOATS = ("F16", "F32", "F64", "float16", "float32", "float64")  # as safetensors and as NumPy call them
COUNTER = "num_batches_tracked"  # a batch norm's, of no use for the moving averages that Keras keeps

_ENDS = {"stem_conv": "conv1", "stem_bn": "bn1", "head_dense": "fc"}
_IN_BLOCK = re.compile(r"stage(\d+)_block(\d+)_(?:(conv\d|bn\d)|shortcut_(conv|bn))")
_WEIGHTS = {
    keras.layers.Conv2D: {"kernel": "weight"},
    FusedBatchNormalization: {
        "gamma": "weight",
        "beta": "bias",
        "moving_mean": "running_mean",
        "moving_variance": "running_var",
    },
    keras.layers.Dense: {"kernel": "weight", "bias": "bias"},
}


def load_torchvision(model: keras.Model, path: Path) -> None:
    """Give a network of `build_resnet` the weights of a torchvision state dict, saved as .safetensors or .npz.

    The file holds each tensor under torchvision's name, such as "layer1.0.conv1.weight", as float16, float32 or float64; counters
    named "…num_batches_tracked" are left aside. Raises WeightsError, and leaves the model as it was, where torchvision has no network
    of this design, where the file cannot be read, and where names or shapes do not fit.
    """
    _check_arrangement(model)
    _check_constants(model)
    variables = torchvision_variables(model)
    tensors = dict(_read(path))
    _check_names(model, variables, tensors, path)
    for name, variable in variables.items():
        _check_tensor(model, name, variable, tensors[name], path)
    for name, variable in variables.items():
        variable.assign(_keras_order(tensors[name]))


def torchvision_name(layer: str) -> str | None:
    """What torchvision calls the module: "stage2_block1_conv3" is "layer2.0.conv3". None for a layer that it does not have."""
    if layer in _ENDS:
        return _ENDS[layer]
    match = _IN_BLOCK.fullmatch(layer)
    if match is None:
        return None
    stage, block, in_branch, in_shortcut = match.groups()
    return f"layer{stage}.{int(block) - 1}.{in_branch or ('downsample.0' if in_shortcut == 'conv' else 'downsample.1')}"


def torchvision_variables(model: keras.Model) -> dict[str, keras.Variable]:
    """All the model's variables under torchvision's names, such as "layer1.0.bn1.running_mean", for a model of torchvision's design."""
    return {
        f"{torchvision_name(layer.name)}.{_WEIGHTS[type(layer)][variable.name]}": variable
        for layer in model.layers
        if type(layer) in _WEIGHTS
        for variable in layer.weights
    }


def torchvision_shape(variable: keras.Variable) -> tuple[int, ...]:
    """The shape that PyTorch keeps the variable in."""
    shape = tuple(variable.shape)
    return (*shape[:-3:-1], *shape[:-2])


def _keras_order(tensor: np.ndarray) -> np.ndarray:
    """From PyTorch's order of axes to Keras's, as float32."""
    outputs_last = np.moveaxis(tensor, (0, 1), (-1, -2)) if tensor.ndim > 1 else tensor
    return outputs_last.astype(np.float32)


def _check_arrangement(model: keras.Model) -> None:
    """Refuse a model whose layers are not arranged as torchvision's networks are."""
    names = [layer.name for layer in model.layers]
    if "stem_conv" not in names or "head_dense" not in names:
        raise WeightsError("{model} is no network of this project: it must have the layers stem_conv and head_dense", model=model.name)
    if "stem_bn" not in names:
        raise WeightsError("torchvision has no weights for {model}: none of its networks is pre-activated", model=model.name)
    if any("_se_" in name for name in names):
        raise WeightsError("torchvision has no weights for {model}: none of its networks has squeeze-and-excitation", model=model.name)
    if any(isinstance(layer, ZeroPadShortcut) for layer in model.layers):
        raise WeightsError(
            "torchvision has no weights for {model}: its shortcuts are projected where shapes differ, not padded with zeros",
            model=model.name,
        )
    if not any(isinstance(layer, keras.layers.Add) for layer in model.layers):
        raise WeightsError("torchvision has no weights for {model}: all of its networks have shortcuts", model=model.name)


def _check_constants(model: keras.Model) -> None:
    """Refuse a model that would take the weights, and compute something else with them."""
    for layer in model.layers:
        known = {"model": model.name, "layer": layer.name}
        if isinstance(layer, (keras.layers.Conv2D, keras.layers.MaxPooling2D)) and max(layer.strides) > 1:
            window = layer.kernel_size if isinstance(layer, keras.layers.Conv2D) else layer.pool_size
            if max(window) > 1 and layer.padding == "same":
                raise WeightsError(
                    'with torchvision\'s weights {model} needs the padding "symmetric", but {layer} pads as TensorFlow\'s "same" does',
                    **known,
                )
            if max(window) == 1 and layer.name.endswith("_conv1"):
                raise WeightsError(
                    "with torchvision's weights {model} needs the stride of a bottleneck on the 3x3, but {layer} has it, a 1x1", **known
                )
        elif isinstance(layer, keras.layers.Activation) and layer.activation is not keras.activations.relu:
            raise WeightsError(
                "with torchvision's weights {model} needs the activation relu, but {layer} is {activation}",
                activation=keras.activations.serialize(layer.activation),
                **known,
            )
        elif isinstance(layer, keras.layers.BatchNormalization) and layer.epsilon != EPSILON:
            raise WeightsError(
                "with torchvision's weights {model} needs the bn_epsilon {needed}, but {layer} has {epsilon}",
                needed=EPSILON,
                epsilon=layer.epsilon,
                **known,
            )


def _check_names(model: keras.Model, variables: dict[str, keras.Variable], tensors: dict[str, np.ndarray], path: Path) -> None:
    missing = [name for name in variables if name not in tensors]
    left_over = [name for name in tensors if name not in variables]
    known: dict[str, str | int] = {"file": path.name, "model": model.name}
    if missing:
        known |= {"missing": len(missing), "needed": len(variables), "name": missing[0], "variable": variables[missing[0]].path}
    if left_over:
        known |= {"left_over": len(left_over), "given": len(tensors), "left_over_name": left_over[0]}
    if missing and left_over:
        raise WeightsError(
            "{file} is of another network than {model}: it lacks weights that the network needs ({missing} of {needed}, first {name} for "
            "{variable}), and has others that it has no place for ({left_over} of {given}, first {left_over_name})",
            **known,
        )
    if missing:
        raise WeightsError("{file} lacks weights that {model} needs: {missing} of {needed}, first {name} for {variable}", **known)
    if left_over:
        raise WeightsError("{file} has weights that {model} has no place for: {left_over} of {given}, first {left_over_name}", **known)


def _check_tensor(model: keras.Model, name: str, variable: keras.Variable, tensor: np.ndarray, path: Path) -> None:
    expected = torchvision_shape(variable)
    if tensor.shape != expected:
        raise WeightsError(
            "{name} in {file} has the shape {shape}, but {variable} of {model} needs {expected} there, which is {own} in Keras's order",
            name=name,
            file=path.name,
            shape=tensor.shape,
            variable=variable.path,
            model=model.name,
            expected=expected,
            own=tuple(variable.shape),
        )
    with np.errstate(over="ignore"):
        finite = np.isfinite(tensor.astype(np.float32)).all()
    if not finite:
        raise WeightsError("{name} in {file} holds numbers that are not finite in float32", name=name, file=path.name)


def _read(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    """Names and tensors of a file, without counters."""
    readers = {".safetensors": _read_safetensors, ".npz": _read_npz}
    read = readers.get(path.suffix.lower())
    if read is None:
        raise WeightsError(
            "weights are read from a .safetensors or an .npz file, got {file}; "
            "safetensors.torch.save_file(model.state_dict(), …) makes one in PyTorch",
            file=path.name,
        )
    try:
        yield from read(path)
    except FileNotFoundError as error:
        raise WeightsError("there is no file {path}", path=str(path)) from error
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, SafetensorError) as error:
        raise WeightsError(
            "{file} cannot be read as a {kind} file: {problem}", file=path.name, kind=path.suffix, problem=str(error)
        ) from error


def _read_safetensors(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    with safe_open(path, framework="numpy") as file:
        for name in file.keys():  # noqa: SIM118  the file is no mapping
            if not name.endswith(COUNTER):
                # Asked beforehand, since NumPy has no bfloat16.
                _check_kind(name, file.get_slice(name).get_dtype(), path)
                yield name, file.get_tensor(name)


def _read_npz(path: Path) -> Iterator[tuple[str, np.ndarray]]:
    archive = np.load(path)
    if not isinstance(archive, np.lib.npyio.NpzFile):
        raise ValueError("it holds one array without a name")
    with archive:
        for name in archive.files:
            if not name.endswith(COUNTER):
                tensor = archive[name]
                _check_kind(name, str(tensor.dtype), path)
                yield name, tensor


def _check_kind(name: str, kind: str, path: Path) -> None:
    if kind not in FLOATS:
        raise WeightsError("{name} in {file} is {kind}; weights must be float16, float32 or float64", name=name, file=path.name, kind=kind)
