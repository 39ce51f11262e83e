"""The weights of embedded networks on disk: small .safetensors files, by the names of layers and variables."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from resnet.errors import WeightsError


def save_weights(model: keras.Model, path: Path) -> None:
    """Write every weight under a name such as "stage1_block1_conv1/kernel": kernels as float16, which halves the file, and vectors as
    float32: of those, the moving variances of a layer that hardly answers would come out as 0."""
    arrays = {name: np.asarray(variable, np.float16 if len(variable.shape) > 1 else np.float32) for name, variable in _named(model)}
    save_file(arrays, path)


def load_weights(model: keras.Model, path: Path) -> None:
    """Give the model the weights that were written of one like it. Raises WeightsError for a file that is missing, damaged or another's."""
    try:
        arrays = load_file(path)
    except FileNotFoundError as error:
        raise WeightsError("there is no file {path}", path=str(path)) from error
    except (OSError, SafetensorError) as error:
        raise WeightsError(
            "{file} cannot be read as a {kind} file: {problem}", file=path.name, kind=path.suffix, problem=str(error)
        ) from error
    variables = dict(_named(model))
    if {name: array.shape for name, array in arrays.items()} != {name: tuple(variable.shape) for name, variable in variables.items()}:
        raise WeightsError("{file} does not hold the weights of {model}", file=path.name, model=model.name)
    for name, variable in variables.items():
        variable.assign(arrays[name].astype(np.float32))


def _named(model: keras.Model) -> list[tuple[str, keras.Variable]]:
    kept = [layer for layer in model.layers if not isinstance(layer, keras.layers.Dropout)]  # whose state is a place in a sequence
    return [(f"{layer.name}/{variable.name}", variable) for layer in kept for variable in layer.weights]
