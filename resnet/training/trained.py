"""What a finished run leaves: each network's weights, and its answers to the test split, as one safetensors file. No Keras here.

It lies in the run's folder beside the checkpoints, and is read by whoever looks inside the network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from resnet.config import DatasetName, ResNetConfig, network_from_dict
from resnet.errors import ConfigError, WeightsError
from resnet.training.checkpoints import run_folder

FORMAT = "resnet-lab-trained-1"
_LOGITS = "test/logits"


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """A network as it was tested.

    Attributes:
        weights: float32, under names such as "stage1_block1_conv1/kernel".
        logits: float32 (test images, classes), its answers to the test split of `dataset`.
    """

    config: ResNetConfig
    dataset: DatasetName
    weights: Mapping[str, np.ndarray]
    logits: np.ndarray


def keep(trained: Trained, folder: Path) -> None:
    """Write it into a run's folder, whole or not at all. Raises OSError."""
    file = file_of(folder, trained.config.name)
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".unfinished")
    unfinished.write_bytes(to_bytes(trained))
    unfinished.replace(file)


def to_bytes(trained: Trained) -> bytes:
    """The file's contents."""
    arrays = {name: np.ascontiguousarray(array, np.float32) for name, array in trained.weights.items()}
    arrays[_LOGITS] = np.ascontiguousarray(trained.logits, np.float32)
    return save(arrays, {"format": FORMAT, "network": json.dumps(asdict(trained.config)), "dataset": trained.dataset})


def find(run: str, network: ResNetConfig) -> Trained:
    """What the run kept of this network. Raises WeightsError where there is nothing, or something else."""
    path = file_of(run_folder(run), network.name)
    try:
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata() or {}
            if metadata.get("format") != FORMAT or network_from_dict(json.loads(metadata["network"])) != network:
                raise WeightsError("{file} does not hold the weights of {model}", file=path.name, model=network.name)
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            if any(array.dtype != np.float32 for array in arrays.values()):  # whether NumPy knows bfloat16 depends on what was imported
                raise TypeError("its numbers must be float32")
            logits = arrays.pop(_LOGITS)
            dataset = metadata["dataset"]
    except FileNotFoundError as error:
        raise WeightsError(
            "the weights of run {run} are not on this machine: they are kept of the runs that trained last, from the version on that "
            "keeps them; train it again to look inside",
            run=run,
        ) from error
    except (OSError, SafetensorError, ConfigError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WeightsError(
            "{file} cannot be read as a {kind} file: {problem}", file=path.name, kind=path.suffix, problem=str(error)
        ) from error
    return Trained(network, dataset, arrays, logits)


def file_of(folder: Path, network: str) -> Path:
    """Where in a run's folder that network's file lies. Networks' names are letters, digits and hyphens, and differ within a run."""
    return folder / "trained" / f"{network}.safetensors"
