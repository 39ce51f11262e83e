"""A .keras file that somebody brought: opened in safe mode, held to the plan, and tested."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np

from resnet.data import load_dataset
from resnet.errors import FileError
from resnet.export.model_file import STRUCTURE, WEIGHTS, ModelFile, read_model_file
from resnet.inquiries import Opened, OpenModel
from resnet.inspection.memory import make_room_for
from resnet.inspection.portable import build_portable
from resnet.model import deep_enough, named_weights
from resnet.plan import plan
from resnet.training.testing import Tested, answers


def open_model(asked: OpenModel) -> Opened:
    """Raises FileError for a file that is not ours, or not the network that it says it is; DataError where there are no test images."""
    file = read_model_file(asked.data)
    make_room_for(plan(file.network))
    _check_structure(file)
    _check_numbers(file)
    model = _load(file)
    _check_layers(model, file)
    weights = {name: np.asarray(variable, np.float32) for name, variable in named_weights(model)}
    if not all(np.isfinite(array).all() for array in weights.values()):
        raise FileError("the weights in the file hold a number that is none")
    data = load_dataset(file.training.dataset)
    tested = Tested.of(np.concatenate(list(answers(model, data.x_test))), data.y_test)
    return Opened(
        training=file.training,
        weights=weights,
        logits=tested.logits,
        loss=tested.loss,
        accuracy=tested.accuracy,
        class_accuracy=tuple(tested.class_accuracy),
    )


def _check_structure(file: ModelFile) -> None:
    """Nothing is built of a class that a network of this configuration does not have, since what a file names, Keras imports; nor with
    other settings or connections, which may take any memory, or give other answers than the network built from the configuration does."""
    try:
        described = json.loads(file.members[STRUCTURE])
    except (ValueError, RecursionError) as error:
        raise FileError("{member} in the archive is not JSON: {problem}", member=STRUCTURE, problem=str(error)) from error
    ours = json.loads(json.dumps(keras.saving.serialize_keras_object(build_portable(file.network))))
    strangers = set(_classes(described)) - set(_classes(ours))
    if strangers:
        raise FileError("the file holds {what!r}, which {network} has no use for", what=".".join(min(strangers)), network=file.network.name)
    wanted, found = _settings(ours), _settings(described)
    for name in (*wanted, *found):
        planned, got = wanted.get(name, {}), found.get(name, {})
        for setting in (*planned, *got):
            if planned.get(setting) != got.get(setting):
                raise _another(file, name, f"{setting}={planned.get(setting)}", f"{setting}={got.get(setting)}")


def _classes(described: Any) -> Iterator[tuple[str, ...]]:
    """Every class that a structure names, with its module and the name it is registered under."""
    if isinstance(described, dict):
        if "class_name" in described or "module" in described or "registered_name" in described:
            yield tuple(str(described.get(key)) for key in ("module", "class_name", "registered_name"))
        for value in described.values():
            yield from _classes(value)
    elif isinstance(described, list):
        for value in described:
            yield from _classes(value)


def _settings(structure: Any) -> dict[str, dict[str, Any]]:
    """By layer: its class, what it reads, and its plain settings. Precision is no matter here: weights are float32 always."""
    try:
        return {
            layer["config"]["name"]: {
                "class": layer["class_name"],
                "inputs": list(_reads(layer["inbound_nodes"])),
                **{name: value for name, value in layer["config"].items() if name != "dtype" and not isinstance(value, dict)},
            }
            for layer in structure["config"]["layers"]
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise FileError("{member} in the archive is not JSON: {problem}", member=STRUCTURE, problem=_first_line(error)) from error


def _reads(nodes: Any) -> Iterator[Any]:
    if isinstance(nodes, dict):
        if "keras_history" in nodes:
            yield nodes["keras_history"]
        for value in nodes.values():
            yield from _reads(value)
    elif isinstance(nodes, list):
        for value in nodes:
            yield from _reads(value)


def _another(file: ModelFile, layer: str, wanted: str, got: str) -> FileError:
    return FileError(
        "the file does not hold {network}: its layer {layer} should be {wanted}, it is {got}",
        network=file.network.name,
        layer=layer,
        wanted=wanted[:200],
        got=got[:200],
    )


def _check_numbers(file: ModelFile) -> None:
    """HDF5 may refer to other files, and unpack to far more than it takes; ours does neither."""
    most = 4 * plan(file.network).total_parameters + 2**20
    try:
        with h5py.File(io.BytesIO(file.members[WEIGHTS]), "r") as weights:
            held = sum(_bytes_in(weights))
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise FileError("{member} in the file cannot be read: {problem}", member=WEIGHTS, problem=str(error)) from error
    if held > most:
        raise FileError(
            "{member} in the archive unpacks to more than {most:,} bytes, which is more than it can need", member=WEIGHTS, most=most
        )


def _bytes_in(group: Any) -> Iterator[int]:
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise ValueError(f"{name} is a link")
        item = group[name]
        if isinstance(item, h5py.Group):
            yield from _bytes_in(item)
            continue
        if item.is_virtual or item.external or item.compression is not None:
            raise ValueError(f"{name} is not kept as it is")
        yield item.nbytes


def _load(file: ModelFile) -> keras.Model:
    with tempfile.TemporaryDirectory() as folder, deep_enough(len(plan(file.network).layers)):
        path = Path(folder) / "model.keras"
        path.write_bytes(file.for_keras())
        try:
            return keras.saving.load_model(path, compile=False, safe_mode=True)
        except Exception as error:  # Keras raises whatever the part raised that could not be made
            raise FileError("Keras cannot open the file: {problem}", problem=_first_line(error)) from error


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _check_layers(model: keras.Model, file: ModelFile) -> None:
    """Names, shapes and counts as the plan of the network says."""
    planned = {layer.name: (layer.output_shape, layer.parameters) for layer in plan(file.network).layers}
    try:
        found = {layer.name: (tuple(layer.output.shape[1:]), layer.count_params()) for layer in model.layers}
    except (AttributeError, ValueError, TypeError) as error:
        raise FileError("the file does not hold {network}: {problem}", network=file.network.name, problem=_first_line(error)) from error
    for name in (*planned, *found):
        if planned.get(name) != found.get(name):
            raise _another(file, name, str(planned.get(name)), str(found.get(name)))
