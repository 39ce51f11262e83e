"""What makes a .keras file one of ours: a member beside Keras's own that says what network it holds and how that was trained.

Read here without Keras, so that a file that is not ours is refused before a process that could open it sees it.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from resnet.config import DatasetName, ResNetConfig, TrainConfig
from resnet.errors import ConfigError, FileError
from resnet.export.unpacking import opened, parsed, planned, read_member

FORMAT = "resnet-lab-model"
VERSION = 1
MEMBER = "resnet_lab.json"
STRUCTURE, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"  # Keras's own
_MOST_WORDS = 100_000  # bytes of a member that describes
_STRUCTURE_OF_A_LAYER = 20_000  # bytes, at most: Keras writes about two thousand
_WEIGHTS_OF_A_LAYER = 40_000  # bytes that HDF5 adds to a layer's numbers, at most: about ten thousand


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A .keras file that says it is ours: how its network was trained, and Keras's own members."""

    training: TrainConfig
    members: Mapping[str, bytes]

    @property
    def network(self) -> ResNetConfig:
        return self.training.networks[0]

    def for_keras(self) -> bytes:
        """A .keras file of Keras's own members alone: of others it would unpack everything."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as members:
            for name, contents in self.members.items():
                members.writestr(name, contents)
        return file.getvalue()


def describe_model(network: ResNetConfig, dataset: DatasetName, training: TrainConfig | None) -> str:
    """The member's text."""
    described = {"format": FORMAT, "version": VERSION, "network": asdict(network), "dataset": dataset}
    return json.dumps(described | ({"training": training.to_dict()} if training else {}), indent=1) + "\n"


def read_model_file(data: bytes) -> ModelFile:
    """Raises FileError, saying what is wrong, for a file that is not ours or holds more than its network can need."""
    with opened(data) as members:
        return _read(members)


def _read(members: zipfile.ZipFile) -> ModelFile:
    names = members.namelist()
    if MEMBER not in names:
        raise FileError("this .keras file was not made by this app: it lacks {member}", member=MEMBER)
    missing = {STRUCTURE, METADATA, WEIGHTS} - set(names)
    if missing or len(names) != len(set(names)):
        raise FileError("this is no whole .keras file: {member} is missing or twice in it", member=min(missing or names))
    training = _training(read_member(members, MEMBER, _MOST_WORDS))
    (network,) = planned(training.networks)
    most = {
        STRUCTURE: _STRUCTURE_OF_A_LAYER * len(network.layers),
        METADATA: _MOST_WORDS,
        WEIGHTS: 4 * network.total_parameters + _WEIGHTS_OF_A_LAYER * len(network.layers),
    }
    return ModelFile(training, {name: read_member(members, name, limit) for name, limit in most.items()})


def _training(text: bytes) -> TrainConfig:
    """How the network was trained. Raises FileError where that is not said, or cannot be."""
    described = parsed(text, MEMBER)
    if not isinstance(described, dict) or described.get("format") != FORMAT or described.get("version") != VERSION:
        raise FileError(
            "{member} in the file does not describe a network as version {known} of this app's files does", member=MEMBER, known=VERSION
        )
    if "training" not in described:
        raise FileError("the file does not say how its network was trained; it is the one that comes with the app, which is here already")
    try:
        training = TrainConfig.from_dict(described["training"])
    except (ConfigError, TypeError, AttributeError) as error:
        raise FileError("the network in the file cannot have been trained: {problem}", problem=str(error)) from error
    if training.is_race:
        raise FileError("the file must hold one network, and it describes {count}", count=len(training.networks))
    return training
