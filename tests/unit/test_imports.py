"""What a module loads when it is imported, seen in a fresh interpreter: the import rules read the source, this runs it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STANDARD_LIBRARY_ONLY = (
    "resnet.address",
    "resnet.config",
    "resnet.confirmation",
    "resnet.datasets",
    "resnet.errors",
    "resnet.export",
    "resnet.plan",
    "resnet.presets",
    "resnet.training.control",
    "resnet.training.events",
)
REPORT = "import importlib, json, sys; [importlib.import_module(name) for name in {names!r}]; print(json.dumps(sorted(sys.modules)))"


def loaded_by(*names: str, options: tuple[str, ...] = ()) -> set[str]:
    """Names of all modules a fresh interpreter holds after importing these. `options` are the interpreter's."""
    command = [sys.executable, *options, "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); {REPORT.format(names=names)}"]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return set(json.loads(finished.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", STANDARD_LIBRARY_ONLY)
def test_the_contracts_need_the_standard_library_only(name: str) -> None:
    # -S leaves site-packages out: any other package would be missing, and the import would fail.
    top_level = {module.split(".")[0] for module in loaded_by(name, options=("-I", "-S"))}
    assert top_level - sys.stdlib_module_names - {"__main__"} == {"resnet"}


def test_the_server_holds_no_tensorflow() -> None:
    modules = loaded_by("app")
    assert {"streamlit", "resnet.runs.service"} <= modules
    assert not modules & {"tensorflow", "keras"}


def test_the_check_itself_would_see_tensorflow() -> None:
    assert "tensorflow" in loaded_by("resnet.model")
