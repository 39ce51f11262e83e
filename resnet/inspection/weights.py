"""The weights of embedded networks on disk: small .safetensors files, by the names of layers and variables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import keras
import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from resnet.errors import WeightsError
from resnet.model import named_weights


def save_weights(model: keras.Model, path: Path) -> None:
    """Write every weight under a name such as "stage1_block1_conv1/kernel": kernels as float16, which halves the file, and vectors as
    float32: of those, the moving variances of a layer that hardly answers would come out as 0."""
    arrays = {name: np.asarray(variable, np.float16 if len(variable.shape) > 1 else np.float32) for name, variable in named_weights(model)}
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
    set_weights(model, arrays, origin=path.name)


def set_weights(model: keras.Model, arrays: Mapping[str, np.ndarray], *, origin: str) -> None:
    """Give the model these weights, by the names of `resnet.model.named_weights`. Raises WeightsError where they are another network's,
    which came from `origin`."""
    variables = dict(named_weights(model))
    if {name: array.shape for name, array in arrays.items()} != {name: tuple(variable.shape) for name, variable in variables.items()}:
        raise WeightsError("{file} does not hold the weights of {model}", file=origin, model=model.name)
    for name, variable in variables.items():
        variable.assign(np.asarray(arrays[name], np.float32))
