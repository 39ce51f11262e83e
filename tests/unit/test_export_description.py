"""A network's description as JSON, there and back, and what is refused."""

from __future__ import annotations

import json
import keyword
from dataclasses import asdict, replace
from typing import Any

import pytest

from resnet.errors import CombinationError, ConfigError
from resnet.export import config_from_json, config_json, file_stem
from resnet.presets import PRESETS

MINI = PRESETS["mini-resnet"]


@pytest.mark.parametrize("config", PRESETS.values(), ids=lambda config: config.name)
def test_a_description_gives_its_network_back(config: Any) -> None:
    text = config_json(config)
    assert config_from_json(text) == config
    assert config_from_json(text.encode()) == config
    assert text.endswith("}\n")
    assert '  "format": "resnet-lab-network",\n  "version": 1,\n' in text


def test_fields_that_have_a_default_may_be_left_out() -> None:
    short = {name: asdict(MINI)[name] for name in ("name", "block", "depths", "widths", "input_shape", "num_classes", "stem")}
    found = config_from_json(json.dumps({"format": "resnet-lab-network", "version": 1, "network": short}))
    assert found == replace(MINI, padding="symmetric", dropout=0.0, bn_epsilon=1e-5, bn_momentum=0.9, initializer="he_fan_out")


def described(**changes: Any) -> str:
    """The mini-ResNet's description with changed fields; None takes a field out."""
    fields = {**json.loads(config_json(MINI))["network"], **changes}
    return json.dumps({"format": "resnet-lab-network", "version": 1, "network": {k: v for k, v in fields.items() if v is not None}})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is not JSON: Expecting value"),
        ("{", "the file is not JSON: Expecting property name"),
        ("[" * 50_000, "the file is not JSON: "),
        ("9" * 50_000, "the file is not JSON: "),
        (b"\xff\xfe\x00\xd8", "the file is not text in UTF-8|the file is not JSON"),
        (b"\x89PNG\r\n\x1a\n", "the file is not text in UTF-8, and so no JSON"),
        ("\ud800", "the file is not JSON: "),
        ("[]", 'the file does not describe a network: it lacks "format": "resnet-lab-network"'),
        ("17", "the file does not describe a network"),
        ("null", "the file does not describe a network"),
        ("{}", "the file does not describe a network"),
        ('{"format": "resnet-lab-run", "version": 1}', "the file does not describe a network"),
        ('{"format": ["resnet-lab-network"]}', "the file does not describe a network"),
        ('{"format": "resnet-lab-network"}', "version None of the description of networks; version 1 is the one"),
        ('{"format": "resnet-lab-network", "version": 2}', "version 2 of the description"),
        ('{"format": "resnet-lab-network", "version": true}', "version True of the description"),
        ('{"format": "resnet-lab-network", "version": 1}', 'the file\'s "network" must be fields with values, got None'),
        ('{"format": "resnet-lab-network", "version": 1, "network": [1]}', 'the file\'s "network" must be fields with values'),
        ('{"format": "resnet-lab-network", "version": 1, "network": {}}', "lacks name, block, depths, widths, input_shape, num_classes"),
        (described(stem=None, depths=None), "the network's description lacks depths, stem"),
        (described(group=4), "a network has no 'group'; it has name, block, depths"),
        (described(depths=[2, 2.5, 2]), "depths must be a tuple of whole numbers from 1 to 1000"),
        (described(depths=[[2], [2], [2]]), "depths must be a tuple of whole numbers"),
        (described(depths=6), "depths must be a tuple of whole numbers"),
        (described(block={}), "block must be one of basic, bottleneck, got"),
        (described(name=3), "name must be 1 to 60 lower-case letters"),
        (described(dropout=float("nan")), r"dropout must be a number in \[0, 1\), got nan"),
        (described(bn_epsilon="1e-3"), r"bn_epsilon must be a number in \(0, 1\], got '1e-3'"),
        (described(num_classes=True), "num_classes must be a whole number from 2"),
        (" " * 100_001, "too large to be a network's description: 100,001 bytes, at most 100,000"),
        ("é" * 50_001, "too large to be a network's description: 100,002 bytes"),
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        config_from_json(text)


def test_a_network_that_cannot_exist_is_refused_with_what_would_mend_it() -> None:
    with pytest.raises(CombinationError, match="groups and width_per_group shape the 3x3") as refusal:
        config_from_json(described(groups=4))
    assert {"block": "bottleneck"} in refusal.value.fixes


@pytest.mark.parametrize("changes", [{"num_classes": 10**4_000}, {"depths": [0] * 9_000}, {"name": "n" * 9_000}, {"x" * 9_000: 1}])
def test_what_a_file_holds_at_length_is_not_repeated_at_length(changes: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refusal:
        config_from_json(described(**changes))
    assert len(str(refusal.value)) < 400


def test_files_can_be_imported_and_hide_no_package() -> None:
    assert file_stem(PRESETS["se-resnext-50-32x4d"]) == "se_resnext_50_32x4d"
    for name in ("keras", "if", "3d", "tensorflow", "mine"):
        assert file_stem(replace(MINI, name=name)) == f"network_{name}"
    stems = [file_stem(preset) for preset in PRESETS.values()]
    assert all(stem.isidentifier() and not keyword.iskeyword(stem) for stem in stems)
    assert len(set(stems)) == len(PRESETS)
