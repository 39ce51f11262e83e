"""A network's configuration as a JSON document, and back; and what its files are called."""

from __future__ import annotations

import json
from dataclasses import MISSING, asdict, fields
from typing import Any

from resnet.config import ResNetConfig, network_from_dict
from resnet.errors import ConfigError, Listed
from resnet.presets import PRESETS

FORMAT = "resnet-lab-network"
VERSION = 1
MAX_BYTES = 100_000  # a document has about one thousand


def config_json(config: ResNetConfig) -> str:
    """The configuration as JSON, indented, with a trailing newline. `config_from_json` gives it back."""
    return json.dumps({"format": FORMAT, "version": VERSION, "network": asdict(config)}, indent=2) + "\n"


def config_from_json(text: str | bytes) -> ResNetConfig:
    """The configuration in a document that `config_json` wrote. Raises ConfigError, saying what is wrong, for anything else."""
    data = _parse(text)
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise ConfigError('the file does not describe a network: it lacks "format": "{format}"', format=FORMAT)
    if data.get("version") != VERSION or isinstance(data["version"], bool):
        raise ConfigError(
            "the file has version {version!r} of the description of networks; version {known} is the one that can be read",
            version=data.get("version"),
            known=VERSION,
        )
    network = data.get("network")
    if not isinstance(network, dict):
        raise ConfigError('the file\'s "network" must be fields with values, got {value!r}', value=network)
    _check_fields(network)
    return network_from_dict(network)


def file_stem(config: ResNetConfig) -> str:
    """What the network's files are called before the dot, fit for `import`: "resnet_50_v2".

    Names that are nobody's preset get "network_" before them: a script called keras.py would import itself instead of Keras.
    """
    stem = config.name.replace("-", "_")
    return stem if config.name in PRESETS else f"network_{stem}"


def _parse(text: str | bytes) -> Any:
    size = len(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise ConfigError(
            "the file is too large to be a network's description: {size:,} bytes, at most {most:,}", size=size, most=MAX_BYTES
        )
    try:
        return json.loads(text)
    except UnicodeDecodeError as error:
        raise ConfigError("the file is not text in UTF-8, and so no JSON") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError("the file is not JSON: {problem}", problem=str(error)) from error


def _check_fields(network: dict[str, Any]) -> None:
    known = {field.name: field.default is MISSING for field in fields(ResNetConfig)}
    missing = [name for name, required in known.items() if required and name not in network]
    if missing:
        raise ConfigError("the network's description lacks {fields}", fields=Listed(missing))
    unknown = [name for name in network if name not in known]
    if unknown:
        raise ConfigError("a network has no {fields!r}; it has {known}", fields=str(Listed(unknown)), known=Listed(known))
