"""A run's exported code is executed: it draws the run's first weights, takes its batches, and comes to its losses."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from resnet.config import Recipe, ResNetConfig, TrainConfig
from resnet.data import SUBSET_FILE, load_dataset
from resnet.export import reproducible, run_notebook, run_script
from resnet.export.history import history_json, trained_as
from resnet.export.run_code import Reproducible
from resnet.model import named_weights
from resnet.presets import PRESETS, RACERS, RECIPES
from resnet.training.batches import training_batches
from resnet.training.events import BatchEnd, EpochEnd, Event, Finished, RateChanged, Started
from resnet.training.workshop import build
from resnet.wording import english
from tests.training_runs import TINY, follow

ROOT = Path(__file__).parents[2]
# Everything that has code of its own: each optimizer, schedule and end, changed images, dropout, a layer that Keras does not have.
STEPPED = TrainConfig(
    networks=(replace(TINY, dropout=0.2, activation="tanh"),),
    dataset="fashion-mnist-subset",
    recipe=Recipe(
        optimizer="sgd",
        learning_rate=0.05,
        schedule="one-cycle",
        batch_size=900,
        epochs=3,
        weight_decay=1e-3,
        label_smoothing=0.1,
        augmentation="flip-shift",
        precision="float32",
    ),
    seed=11,
    max_steps=14,  # of 10 an epoch
)
RACE = TrainConfig(
    networks=tuple(replace(RACERS[name], depths=(1, 1, 1)) for name in ("plain-20", "residual-20")),
    dataset="fashion-mnist-14",
    recipe=replace(RECIPES["race"], batch_size=700, augmentation="flip"),
    seed=5,
    max_steps=26,
)
# At this rate the weights hardly move, and what validation says depends on the statistics of an epoch's last batch: with this seed on
# those of the first epoch more than on later ones, so that the rate is halved after the second and the run ends after the third.
PATIENT = TrainConfig(
    networks=(replace(TINY, initializer="he_fan_in", bn_momentum=0.1),),
    dataset="fashion-mnist-subset",
    recipe=Recipe(learning_rate=4e-6, batch_size=900, epochs=6, early_stopping_patience=2, plateau_patience=1, precision="float32"),
    seed=3,
)
MIXED = TrainConfig(
    networks=(TINY,),
    dataset="fashion-mnist-subset",
    recipe=Recipe(optimizer="sgd", learning_rate=0.05, batch_size=900, epochs=1, precision="bfloat16"),
    seed=7,
)
RUNS: Mapping[str, TrainConfig] = {"stepped": STEPPED, "race": RACE, "patient": PATIENT}


@dataclass(frozen=True)
class Ran:
    """A run that was trained here, one of its networks, and its exported code as a module."""

    config: TrainConfig
    network: ResNetConfig
    events: list[Event]
    known: Reproducible
    module: Any


@pytest.fixture(scope="module", params=RUNS)
def ran(request: pytest.FixtureRequest) -> Ran:
    config = RUNS[request.param]
    network = config.networks[-1]
    events, _ = follow(config, None)
    known = reproducible("r1", config, network, events)
    return Ran(config, network, events, known, module_of(run_script(known)))


def module_of(source: str) -> ModuleType:
    """The script imported, not run."""
    module = ModuleType("reproduced")
    exec(compile(source, "reproduced.py", "exec"), module.__dict__)
    return module


def epochs_of(ran: Ran) -> list[EpochEnd]:
    return [event for event in ran.events if isinstance(event, EpochEnd) and event.network == ran.network.name]


def test_the_first_weights_are_the_runs(ran: Ran) -> None:
    ours = build(replace(ran.config, networks=(ran.network,)))
    theirs = ran.module.build_resnet()
    before = [variable.numpy() for _, variable in named_weights(theirs)]
    ran.module.draw_weights(theirs)
    assert any((old != variable.numpy()).any() for old, (_, variable) in zip(before, named_weights(theirs), strict=True))
    for (name, own), (same, other) in zip(named_weights(ours), named_weights(theirs), strict=True):
        assert name == same
        np.testing.assert_array_equal(own.numpy(), other.numpy(), err_msg=name)


def test_the_batches_are_the_runs(ran: Ran) -> None:
    recipe, data = ran.config.recipe, load_dataset(ran.config.dataset)
    training, validation, test = ran.module.load_data(SUBSET_FILE)
    for theirs, ours in zip(
        (*training, *validation, *test), (data.x_train, data.y_train, data.x_val, data.y_val, data.x_test, data.y_test), strict=True
    ):
        np.testing.assert_array_equal(theirs, ours)
        assert theirs.dtype == ours.dtype
    ours = training_batches(
        data.x_train, data.y_train, batch_size=recipe.batch_size, epochs=2, seed=ran.config.seed, augmentation=recipe.augmentation
    )
    pairs = list(zip(ours, ran.module.training_batches(*training, 2), strict=True))
    assert len(pairs) == 2 * ran.known.steps_per_epoch
    for (images, labels), (same_images, same_labels) in pairs:
        np.testing.assert_array_equal(images, same_images)
        np.testing.assert_array_equal(labels, same_labels)


def test_an_epochs_loss_is_the_runs(ran: Ran, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole script. Batch norm adds in another order here, so that the last digits differ, and by and by more of them."""
    epochs, history = epochs_of(ran), trained_by(ran.module, tmp_path, monkeypatch)
    loss = "cross_entropy" if ran.config.recipe.label_smoothing else "loss"
    assert history[loss][0] == pytest.approx(epochs[0].loss, rel=1e-4)
    assert history["accuracy"][0] == pytest.approx(epochs[0].accuracy, abs=2e-3)
    assert history[f"val_{loss}"][0] == pytest.approx(epochs[0].validation_loss, rel=5e-3)  # by the weights after the last step
    assert len(history[loss]) == len(epochs) == (3 if ran.config is PATIENT else 2)
    printed = re.search(r"test loss (\d\.\d{4}), test accuracy (\d\.\d{4})", capsys.readouterr().out)
    finished = ran.events[-1]
    assert printed
    assert isinstance(finished, Finished)
    assert float(printed[1]) == pytest.approx(finished.test_loss[ran.network.name], rel=0.02)
    assert keras.models.load_model(tmp_path / "model.keras").name == ran.network.name
    if ran.config is PATIENT:  # both waited as long as in the run, and acted
        changes = [(event.step, event.cause) for event in ran.events if isinstance(event, RateChanged)]
        assert (changes, finished.best_epoch, finished.stopped_early) == ([(20, "plateau")], 1, True)
        assert history["learning_rate"] == pytest.approx([4e-6, 4e-6, 2e-6])
        assert float(printed[1]) == pytest.approx(finished.test_loss[ran.network.name], rel=1e-3)  # the first epoch's weights are back


def trained_by(module: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """What the script's training comes to, by epoch; it runs to its end."""
    told: list[dict[str, list[float]]] = []
    train = module.train

    def remembered(*arguments: Any) -> Any:
        history = train(*arguments)
        told.append(history.history)
        return history

    monkeypatch.setattr(module, "train", remembered)
    monkeypatch.setattr(sys, "argv", ["run.py", "--data", str(SUBSET_FILE)])
    monkeypatch.chdir(folder)
    module.main()
    (history,) = told
    return history


def test_in_bfloat16_too_an_epochs_loss_is_the_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight bits of a number are kept, and other kernels round otherwise: the bound is wide, here the fifth digit differs."""
    events, _ = follow(MIXED, None)
    (epoch,) = [event for event in events if isinstance(event, EpochEnd)]
    known = reproducible("r1", MIXED, TINY, events)
    assert known.mixed
    module = module_of(run_script(known))
    policy = keras.config.dtype_policy()
    try:
        history = trained_by(module, tmp_path, monkeypatch)
        assert keras.config.dtype_policy().name == "mixed_bfloat16"
    finally:
        keras.config.set_dtype_policy(policy)
    assert history["loss"][0] == pytest.approx(epoch.loss, rel=5e-3)
    assert keras.models.load_model(tmp_path / "model.keras").get_layer("stage1_block1_conv1").compute_dtype == "bfloat16"


def test_the_notebook_runs_and_comes_to_the_runs_loss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)
    events, _ = follow(PATIENT, None)
    text = run_notebook(reproducible("r1", PATIENT, PATIENT.networks[0], events))
    book = nbformat.reads(text.replace('\\"fashion-mnist-subset.npz\\"', f'\\"{SUBSET_FILE}\\"'), as_version=4)
    assert str(SUBSET_FILE) in str(book.cells)
    book.cells.append(nbformat.v4.new_code_cell("import sys\nprint(history['loss'][0], 'resnet' in sys.modules)"))
    NotebookClient(book, timeout=120, iopub_timeout=60, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    loss, project = book.cells[-1].outputs[0].text.split()
    (first, *_) = [event for event in events if isinstance(event, EpochEnd)]
    assert float(loss) == pytest.approx(first.loss, rel=1e-4)
    assert project == "False"


# As text


def known(config: TrainConfig, **facts: Any) -> Reproducible:
    return Reproducible(run="a1b2c3", config=replace(config, networks=config.networks[:1]), **facts)


TEXTS = [
    known(STEPPED, first_loss=2.25, test=(1.5, 0.5)),
    known(RACE),
    known(PATIENT, precision="bfloat16"),
    known(TrainConfig(networks=(PRESETS["mini-resnet"],), dataset="fashion-mnist", recipe=RECIPES["notebook"]), steered=(3, 17)),
    known(TrainConfig(networks=(PRESETS["mini-resnet"],), dataset="fashion-mnist-subset", recipe=RECIPES["fast"]), precision="bfloat16"),
    known(
        TrainConfig(
            networks=(PRESETS["mini-resnet"],),
            dataset="fashion-mnist-subset",
            recipe=Recipe(label_smoothing=0.1, early_stopping_patience=2, plateau_patience=1, weight_decay=0.1),
        )
    ),
]


def test_scripts_and_notebooks_are_as_ruff_would_have_them(tmp_path: Path) -> None:
    for number, one in enumerate(TEXTS):
        (tmp_path / f"{number}.py").write_text(run_script(one), encoding="utf-8")
        text = run_notebook(one)
        nbformat.validate(nbformat.reads(text, as_version=4))
        (tmp_path / f"{number}.ipynb").write_text(text, encoding="utf-8")
    options = ["--config", str(ROOT / "pyproject.toml"), "--config", "line-length=88", "--no-cache", str(tmp_path)]
    for command in (["check", "--ignore", "T20"], ["format", "--check"]):
        finished = subprocess.run([sys.executable, "-m", "ruff", *command, *options], capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr


def test_what_the_run_came_to_and_what_was_done_to_it_is_said() -> None:
    told = run_script(TEXTS[0])
    assert "trained again as run a1b2c3 of ResNet Lab trained it" in told
    assert re.search(r"training cross_entropy of epoch 1 +2\.2500\n +test loss +1\.5000\n +test accuracy +0\.5000", told)
    assert "STEPS = 14" in told
    assert "STEPS" not in run_script(TEXTS[2]).replace("STEPS_PER_EPOCH", "")
    assert "Somebody stepped in after step 3, 17, which this script does not do" in run_script(TEXTS[3])
    assert "keras.datasets.fashion_mnist" in run_script(TEXTS[3])
    policy = 'keras.config.set_dtype_policy("mixed_bfloat16")'
    for number, one in enumerate(TEXTS):
        for text in (run_script(one), "\n".join(cell.source for cell in nbformat.reads(run_notebook(one), as_version=4).cells)):
            assert (policy in text) is one.mixed is ('dtype="float32",  # of which the loss is made' in text), number


def test_only_what_people_did_counts_as_stepping_in() -> None:
    name, common = TINY.name, {"run": "r", "time": 1.0}
    batch = BatchEnd(sequence=2, network=name, step=1, epoch=1, loss=2.0, accuracy=0.1, learning_rate=0.1, images_per_second=1.0, **common)
    changes = [
        RateChanged(sequence=3 + place, step=10 * place, epoch=1, previous=0.1, learning_rate=0.05, cause=cause, **common)
        for place, cause in enumerate(("plateau", "hand", "repair"))
    ]
    started = Started(
        sequence=1, networks=[name], epochs=2, steps_per_epoch=10, training_images=9_000, precision="bfloat16", layers={}, **common
    )
    found = reproducible("r", PATIENT, PATIENT.networks[0], [started, batch, *changes])
    assert (found.steered, found.mixed, found.first_loss, found.test) == ((10, 20), True, None, None)


def test_a_precision_that_nobody_knows_is_not_said_to_be_float32() -> None:
    """As of a network from a file that does not say it, and of a run that went on on a machine that computes otherwise."""
    auto = replace(PATIENT, recipe=replace(PATIENT.recipe, precision="auto"))

    def begun(sequence: int, precision: str) -> Event:
        return Started(
            run="r",
            sequence=sequence,
            time=1.0,
            networks=[TINY.name],
            epochs=2,
            steps_per_epoch=10,
            training_images=9_000,
            precision=precision,
        )

    for config, events, precision in (
        (auto, [], None),
        (auto, [begun(1, "bfloat16"), begun(2, "float32")], None),
        (auto, [begun(1, "bfloat16"), begun(2, "bfloat16")], "bfloat16"),
        (PATIENT, [], "float32"),
    ):
        found = reproducible("r", config, TINY, events)
        assert (found.precision, found.mixed) == (precision, precision == "bfloat16")
        assert json.loads(history_json("r", config, events))["precision"] == precision
        assert trained_as(config, TINY, events).recipe.precision == (precision or "auto")
        for text in (run_script(found), run_notebook(found)):
            assert ("not known in which precision the layers of the run computed" in text) is (precision is None)


def test_every_word_of_the_notebook_can_be_translated() -> None:
    def shout(message: str, /, **values: object) -> str:
        return english(message, **values).upper()

    for one in TEXTS:
        for cell in nbformat.reads(run_notebook(one, shout), as_version=4).cells:
            if cell.cell_type == "markdown":
                words = re.sub(r"`[^`]*`", "", cell.source.replace(f"# {one.network.name}\n", ""))
                assert not re.search(r"[a-z]{2}", words), words
