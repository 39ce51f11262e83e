"""The lesson's notebook: a valid document, networks with the published counts, units without the usual faults, code that runs alone."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from pages.parts import i18n
from resnet.data import SUBSET_FILE
from resnet.export.lesson_notebook import lesson_notebook
from resnet.model import build_resnet
from resnet.plan import plan
from resnet.presets import PRESETS

ROOT = Path(__file__).parents[2]
MINI = PRESETS["mini-resnet"]


class Spoken:
    """The prose of the English file, and which of its sections were asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, section: str, /, **values: object) -> str:
        self.asked.append(section)
        return i18n.lesson("notebook", section, **values)


def book() -> nbformat.NotebookNode:
    return nbformat.reads(lesson_notebook(Spoken()), as_version=4)


def cells(kind: str) -> list[str]:
    return [cell.source for cell in book().cells if cell.cell_type == kind]


@pytest.fixture(scope="module")
def lesson() -> Any:
    """Imports, constants, functions and layers of the notebook; what it does with them is not run."""
    kept: list[ast.stmt] = [
        node
        for node in ast.parse("\n\n".join(cells("code"))).body
        if isinstance(node, (ast.Import, ast.FunctionDef, ast.ClassDef))
        or (isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper())
    ]
    made = ModuleType("lesson")
    exec(compile(ast.Module(kept, []), "lesson.py", "exec"), made.__dict__)
    return made


# The document


def test_it_is_valid_says_everything_and_has_no_field_left_open() -> None:
    spoken = Spoken()
    read = nbformat.reads(lesson_notebook(spoken), as_version=4)
    nbformat.validate(read)
    written = re.findall(r"^## +(\S+) *$", (i18n.LESSONS / "en" / "notebook.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert spoken.asked == written
    words = "\n".join(cells("markdown"))
    assert "{{" not in words
    assert words.startswith("# Residual networks in Keras\n")
    assert "\n## The residual unit\n" in words
    assert len({cell.id for cell in read.cells}) == len(read.cells)


def test_its_tables_hold_the_published_counts() -> None:
    words = "\n".join(cells("markdown"))
    # torchvision's num_params and _ops; batch norm's statistics as Keras counts them.
    assert "| resnet-18 | 2, 2, 2, 2 | 11,689,512 | 9,600 | 1,814,073,344 |" in words
    assert "| resnet-34 | 3, 4, 6, 3 | 21,797,672 | 17,024 |" in words
    assert "| resnet-50 | 3, 4, 6, 3 | 25,557,032 | 53,120 |" in words
    assert "| resnet-152 | 3, 8, 36, 3 | 60,192,808 | 151,424 |" in words
    assert "| resnext-50-32x4d | 3, 4, 6, 3 | 25,028,904 | 68,224 |" in words
    assert "| se-resnet-50 | 3, 4, 6, 3 | 28,088,024 | 53,120 |" in words


def test_its_code_is_in_style(tmp_path: Path) -> None:
    (tmp_path / "lesson.ipynb").write_text(lesson_notebook(Spoken()), encoding="utf-8")
    options = ["--config", str(ROOT / "pyproject.toml"), "--config", "line-length=88", "--no-cache", str(tmp_path)]
    # A notebook asserts and prints, and imports where it needs to.
    for command in (["check", "--ignore", "T20"], ["format", "--check"]):
        finished = subprocess.run([sys.executable, "-m", "ruff", *command, *options], capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr


# Its networks


def test_its_networks_are_as_large_as_the_papers_and_the_notebooks(lesson: Any) -> None:
    large, mini = lesson.resnet34(), lesson.mini_resnet()
    assert (lesson.trainable(large), large.count_params()) == (21_797_672, 21_814_696)
    assert (lesson.trainable(mini), mini.count_params()) == (696_042, 698_282)


def test_its_small_network_computes_what_the_plan_s_does(lesson: Any) -> None:
    ours, theirs = build_resnet(MINI), lesson.mini_resnet()
    random = np.random.default_rng(3)
    for layer in ours.layers:
        layer.set_weights([random.uniform(0.5, 1.5, weight.shape) if weight.ndim == 1 else weight for weight in layer.get_weights()])
    by_name = {layer.name: layer for layer in ours.layers}
    units = iter(layer for layer in theirs.layers if isinstance(layer, lesson.ResidualUnit))
    for stage in (1, 2, 3):
        for block in (1, 2):
            unit, prefix = next(units), f"stage{stage}_block{block}"
            for name in ("conv1", "bn1", "conv2", "bn2", "shortcut_conv", "shortcut_bn"):
                part = getattr(unit, name)
                assert (part is not None) == (f"{prefix}_{name}" in by_name)
                if part is not None:
                    part.set_weights(by_name[f"{prefix}_{name}"].get_weights())
    single = [layer for layer in theirs.layers if layer.weights and not isinstance(layer, lesson.ResidualUnit)]
    for layer, name in zip(single, ("stem_conv", "stem_bn", "head_dense"), strict=True):
        layer.set_weights(by_name[name].get_weights())
    images = random.normal(size=(2, 28, 28, 1)).astype("float32")
    logits = np.asarray(ours(images, training=False))
    np.testing.assert_allclose(theirs(images, training=False), logits, rtol=0, atol=2e-6 * np.abs(logits).max())


def test_a_unit_projects_whenever_shapes_differ(lesson: Any) -> None:
    x = np.zeros((2, 8, 8, 16), np.float32)
    for filters, strides, projects in ((16, 1, False), (32, 1, True), (16, 2, True), (32, 2, True)):
        unit = lesson.ResidualUnit(filters, strides)
        assert unit(x).shape == (2, 8 // strides, 8 // strides, filters) == unit.compute_output_shape(x.shape)
        assert (unit.shortcut_conv is not None) is projects


def test_a_saved_unit_keeps_its_activation(lesson: Any, tmp_path: Path) -> None:
    images = keras.Input((8, 8, 4))
    model = keras.Model(images, lesson.ResidualUnit(8, 2, activation="tanh")(images))
    model.save(tmp_path / "unit.keras")
    x = np.random.default_rng(1).normal(size=(3, 8, 8, 4)).astype("float32")
    loaded = keras.models.load_model(tmp_path / "unit.keras")
    np.testing.assert_array_equal(loaded(x), model(x))
    assert np.asarray(model(x)).min() < 0  # which a ReLU would not give


def test_its_variants_are_this_projects(lesson: Any) -> None:
    x = keras.Input((32, 32, 64))
    block = keras.Model(x, lesson.preactivation_unit(x, 128, strides=2))
    network = plan(replace(PRESETS["resnet-34-v2"], padding="same"))
    ours = [layer for layer in network.layers if layer.name.startswith("stage2_block1_")]
    assert block.count_params() == sum(layer.parameters for layer in ours)
    images = keras.Input((56, 56, 256))
    gate = [layer for layer in plan(PRESETS["se-resnet-50"]).layers if layer.name.startswith("stage1_block1_se_")]
    assert keras.Model(images, lesson.squeeze_excite(images)).count_params() == sum(layer.parameters for layer in gate) == 8_464


# Executed where this project is not


def test_a_shortened_one_runs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)  # Streamlit, where other tests have loaded it, asks for a backend that shows nothing
    with np.load(SUBSET_FILE) as file:
        np.savez(tmp_path / "few.npz", **{name: file[name][:320] for name in file.files})
    changes = {"DATA = None": f"DATA = {str(tmp_path / 'few.npz')!r}", "BATCHES = -1": "BATCHES = 2", "EPOCHS = 10": "EPOCHS = 2"}
    text = lesson_notebook(Spoken())
    for before, after in changes.items():
        assert text.count(before) == 1
        text = text.replace(before, json.dumps(after)[1:-1])
    (folder := tmp_path / "empty").mkdir()
    read = nbformat.reads(text, as_version=4)
    read.cells.append(nbformat.v4.new_code_cell("import sys\nprint('resnet' in sys.modules)"))
    NotebookClient(read, timeout=240, iopub_timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in read.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    assert "(2, 32, 32, 64)\n(2, 16, 16, 128)\n(2, 32, 32, 256)\nlargest difference: 0.0\n" in printed
    assert "21,797,672 trainable, 21,814,696 in all" in printed
    assert "696,042 trainable, 698,282 in all" in printed
    assert "25,636,712 in all" in printed
    assert "1 groups: 147,456 weights\n32 groups: 4,608 weights\n8,464 parameters\n" in printed
    assert re.search(r"best epoch: [12] of 2", printed)
    tested, loaded = re.findall(r"test accuracy ([01]\.\d{4})", printed)
    assert tested == loaded
    assert printed.endswith("False\n")
    assert any("image/png" in output.get("data", {}) for output in outputs)  # the curves
