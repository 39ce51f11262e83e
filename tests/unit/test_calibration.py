"""What a machine is faster in is measured, once, and remembered."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from resnet.training import calibration
from resnet.training.calibration import compute_precision, faster_precision, machine_name


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(calibration.platformdirs, "user_cache_path", lambda name: tmp_path / name)
    return tmp_path / "resnet-lab" / "precision.json"


def test_what_was_asked_for_is_not_measured(memory: Path) -> None:
    assert compute_precision("bfloat16") == "bfloat16"
    assert compute_precision("float32") == "float32"
    assert not memory.exists()


def test_auto_measures_once_and_remembers_by_machine(memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = faster_precision()
    assert measured in ("float32", "bfloat16")
    found = compute_precision("auto")
    assert json.loads(memory.read_text()) == {machine_name(): found}
    memory.write_text(json.dumps({machine_name(): "bfloat16", "another machine": "float32"}))
    assert compute_precision("auto") == "bfloat16", "what is remembered is not measured again"
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "other kernels")
    monkeypatch.setattr(calibration, "faster_precision", lambda: "float32")
    assert compute_precision("auto") == "float32"
    assert len(json.loads(memory.read_text())) == 3


@pytest.mark.parametrize("damage", ["", "[]", "{", '{"x": 1}'])
def test_a_damaged_memory_is_measured_anew(memory: Path, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "faster_precision", lambda: "bfloat16")
    memory.parent.mkdir()
    memory.write_text(damage)
    assert compute_precision("auto") == "bfloat16"
    assert json.loads(memory.read_text())[machine_name()] == "bfloat16"


def test_a_memory_that_cannot_be_written_costs_nothing_but_time(memory: Path) -> None:
    memory.parent.write_text("a file where the folder should be")
    assert compute_precision("auto") in ("float32", "bfloat16")


def test_the_faster_one_is_taken_where_it_is_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decision, for machines this one is not: seconds by precision, in the order they are asked for."""

    def decided(float32: float, bfloat16: float) -> str:
        seconds = {"float32": float32, "bfloat16": bfloat16}
        monkeypatch.setattr(calibration, "_work", lambda dtype: dtype)
        monkeypatch.setattr(calibration, "_seconds", lambda work: seconds[work])
        return faster_precision()

    assert decided(1.0, 0.6) == "bfloat16"
    assert decided(1.0, 0.9) == "float32"
    assert decided(1.0, 10.0) == "float32"
    monkeypatch.setattr(calibration, "kernel_exists", lambda dtype: False)
    assert decided(1.0, 0.6) == "float32"
