"""Exported code is executed: it builds the same network, layer by layer and number by number, and trains without this project."""

from __future__ import annotations

import ast
import inspect
import itertools
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from random import Random
from types import CodeType, FrameType, ModuleType
from typing import Any

import keras
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from resnet.config import Recipe, ResNetConfig
from resnet.data import SUBSET_FILE
from resnet.export import notebook, python_script
from resnet.export.network_code import traits
from resnet.export.template import specialise
from resnet.model import build_resnet
from resnet.plan import plan
from resnet.presets import PRESETS, RECIPES
from resnet.training.callbacks import one_cycle
from resnet.wording import english

ROOT = Path(__file__).parents[2]
MINI = PRESETS["mini-resnet"]
TINY = replace(MINI, name="tiny", depths=(1, 1), widths=(4, 8))
STEPPED = Recipe(optimizer="sgd", learning_rate=0.2, schedule="one-cycle", epochs=3)
FRUGAL = Recipe(learning_rate=2e-4, plateau_patience=2)
SHIFTED = Recipe(epochs=2, weight_decay=0.01, label_smoothing=0.1, augmentation="flip-shift")
RECIPES_OF_EVERY_KIND = (*RECIPES.values(), STEPPED, FRUGAL, Recipe(early_stopping_patience=4), SHIFTED)


def module_of(source: str, name: str = "exported") -> ModuleType:
    """The script imported, not run."""
    module = ModuleType(name)
    exec(compile(source, f"{name}.py", "exec"), module.__dict__)
    return module


def shrunk(config: ResNetConfig) -> ResNetConfig:
    """The same kind of network with few layers and channels, on images of odd and unequal sides."""
    stages = range(len(config.depths))
    return replace(
        config,
        depths=tuple(2 if stage == 1 else 1 for stage in stages),
        widths=tuple(16 * 2**stage for stage in stages),
        input_shape=(37, 42, config.input_shape[-1]),
        num_classes=7,
    )


def grid(count: int) -> list[ResNetConfig]:
    """Small networks: all orders of layers in turn, each with other options drawn for it; the same ones each time."""
    options: dict[str, tuple[Any, ...]] = {
        "depths": ((1,), (1, 2)),
        "stem": ("imagenet", "cifar"),
        "groups": (1, 1, 2),
        "width_per_group": (64, 64, 128),
        "se_reduction": (None, 4),
        "bottleneck_stride_on": ("3x3", "1x1"),
        "padding": ("same", "symmetric"),
        "zero_init_residual": (False, True),
        "dropout": (0.0, 0.25),
        "activation": ("relu", "gelu"),
        "initializer": ("he_fan_out", "he_fan_in"),
    }
    orders = itertools.product(("basic", "bottleneck"), (False, True), ("projection", "zero-pad", "none"))
    random, found = Random(8), []
    for number, order in zip(range(count), itertools.cycle(orders), strict=False):
        drawn = {name: random.choice(choices) for name, choices in options.items()}
        drawn.update(zip(("block", "preactivation", "shortcut"), order, strict=True))
        left_out: set[str] = {"groups", "width_per_group", "bottleneck_stride_on"} if drawn["block"] == "basic" else set()
        if drawn["preactivation"] or drawn["shortcut"] == "none":
            left_out.add("zero_init_residual")
        fields = {name: value for name, value in drawn.items() if name not in left_out}
        widths = (8, 16)[: len(drawn["depths"])]
        found.append(ResNetConfig(name=f"small-{number}", widths=widths, input_shape=(15, 18, 2), num_classes=3, **fields))
    return found


GRID = grid(60)
KINDS = list({str(replace(shrunk(preset), name="any")): shrunk(preset) for preset in PRESETS.values()}.values())
# Every kind of network and a part of the grid, each with one recipe after the other.
PAIRS = list(zip([*KINDS, *GRID[:25]], itertools.cycle(RECIPES_OF_EVERY_KIND), strict=False))
BUILT = [*KINDS, *GRID[:14]]


def identity(config: ResNetConfig) -> str:
    return config.name


def test_every_kind_of_network_is_among_those_built() -> None:
    seen: dict[str, set[bool]] = {}
    for config in BUILT:
        for trait, true in traits(config).items():
            seen.setdefault(trait, set()).add(true)
    assert {trait for trait, values in seen.items() if values != {True, False}} == set()
    orders = {(config.block, config.preactivation, config.shortcut) for config in BUILT}
    assert orders == set(itertools.product(("basic", "bottleneck"), (False, True), ("projection", "zero-pad", "none")))


# The same network


def class_and_settings(layer: keras.Layer) -> tuple[str, dict[str, Any]]:
    """What the layer is: its class and all its settings, initializers and data types included."""
    settings = layer.get_config()
    # Ours pads the max-pool with minus infinity always; exported code with zeros where ReLU leaves nothing negative.
    if layer.name == "stem_pool_pad":
        return "padding of the pool", {"name": layer.name, "dtype": settings["dtype"]}
    if layer.name.endswith("_shortcut_pad"):  # which leaves out a stride that is 1 in the whole network
        settings.setdefault("stride", 1)
    return type(layer).__name__.replace("FusedBatch", "Batch"), settings


def scatter(model: keras.Model) -> None:
    """Give every weight another value, so that no two layers compute alike and no statistic is 0 or 1."""
    random = np.random.default_rng(11)
    for layer in model.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            limits = ((0.5, 1.5), (-1.0, 0.5), (-0.5, 0.5), (0.3, 2.0))  # scale, offset, mean, variance
            layer.set_weights([random.uniform(low, high, layer.gamma.shape) for low, high in limits])


@pytest.mark.parametrize("config", BUILT, ids=identity)
def test_the_script_builds_the_same_network(config: ResNetConfig) -> None:
    ours, theirs = build_resnet(config), module_of(python_script(config)).build_resnet()
    assert theirs.name == ours.name
    assert [layer.name for layer in theirs.layers] == [layer.name for layer in ours.layers]
    for own, other in zip(ours.layers, theirs.layers, strict=True):
        assert class_and_settings(other) == class_and_settings(own)

    planned = {layer.name: (layer.output_shape, layer.parameters) for layer in plan(config).layers}
    assert {layer.name: (tuple(layer.output.shape[1:]), layer.count_params()) for layer in theirs.layers} == planned

    scatter(ours)
    theirs.set_weights(ours.get_weights())
    images = np.random.default_rng(12).normal(size=(3, *config.input_shape)).astype("float32")
    logits = np.asarray(ours(images, training=False))
    assert np.abs(logits).max() > 0.01
    # Equal to float32 rounding, which is a share of the largest terms that were added, not of a sum that comes out near zero; each layer
    # adds its own, since fused batch norm adds in another order. Another epsilon (1e-3 for 1e-5) would show at 1e-3.
    np.testing.assert_allclose(theirs(images, training=False), logits, rtol=0, atol=1e-5 * np.abs(logits).max())


@pytest.mark.parametrize("config", BUILT, ids=identity)
def test_the_script_computes_the_same_where_rounding_is_no_excuse(config: ResNetConfig) -> None:
    """All that comes before the head, whose logits ours keeps in float32, computed in float64."""
    usual = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    try:
        ours, theirs = build_resnet(config), module_of(python_script(config)).build_resnet()
    finally:
        keras.config.set_dtype_policy(usual)
    scatter(ours)
    theirs.set_weights(ours.get_weights())
    images = np.random.default_rng(12).normal(size=(3, *config.input_shape))
    own, other = (np.asarray(keras.Model(model.input, model.get_layer("head_dense").input)(images)) for model in (ours, theirs))
    assert own.dtype == np.float64
    np.testing.assert_allclose(other, own, rtol=0, atol=1e-12 * np.abs(own).max())


def test_full_presets_have_the_published_counts() -> None:
    # He et al. 2015's ResNet-50 and Xie et al. 2017's ResNeXt-50 as torchvision counts them, and the CIFAR network of 20 layers.
    for name, trainable in (("resnet-50", 25_557_032), ("resnext-50-32x4d", 25_028_904), ("resnet-20", 269_722)):
        model = module_of(python_script(PRESETS[name])).build_resnet()
        assert sum(weight.shape.num_elements() for weight in model.trainable_weights) == trainable


@pytest.mark.parametrize("config", [KINDS[1], replace(TINY, activation="tanh", stem="imagenet", shortcut="zero-pad")], ids=identity)
def test_saved_and_loaded_computes_the_same(config: ResNetConfig, tmp_path: Path) -> None:
    config = replace(config, padding="symmetric")
    model = module_of(python_script(config)).build_resnet()
    scatter(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    images = np.random.default_rng(13).normal(size=(2, *config.input_shape)).astype("float32")
    np.testing.assert_array_equal(loaded(images), model(images))


# Nothing but this network


def lines_of(code: CodeType) -> set[int]:
    own = {line for _, _, line in code.co_lines() if line is not None and line != code.co_firstlineno}
    return own.union(*(lines_of(const) for const in code.co_consts if isinstance(const, CodeType)))


@pytest.mark.parametrize("config", BUILT, ids=identity)
def test_every_line_is_needed_to_build_it(config: ResNetConfig) -> None:
    """No branch for another network is left: building this one runs through every line of every function and layer."""
    source = python_script(config)
    module, seen = module_of(source), set()

    def follow(frame: FrameType, event: str, argument: Any) -> Any:
        if frame.f_code.co_filename != "exported.py":
            return None
        seen.add(frame.f_lineno)
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        module.build_resnet().get_config()
    finally:
        sys.settrace(before)
    later = {"load_data", "prepare", "train", "main"}  # what comes after the network
    expected: set[int] = set()
    for name, value in vars(module).items():
        if inspect.isfunction(value) and name not in later:
            expected |= lines_of(value.__code__)
        elif inspect.isclass(value):
            expected = expected.union(*(lines_of(method.__code__) for method in vars(value).values() if inspect.isfunction(method)))
    text = source.splitlines()
    assert len(expected) > 25
    assert [text[line - 1] for line in sorted(expected - seen)] == []


def test_every_name_is_used_and_only_known_packages_are() -> None:
    for config, recipe in PAIRS:
        tree = ast.parse(python_script(config, recipe))
        defined = [node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
        defined += [target.id for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]  # type: ignore[attr-defined]
        read = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
        assert set(defined) <= read
        assert len(defined) == len(set(defined))
        packages = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not any(isinstance(node, ast.ImportFrom) for node in ast.walk(tree))
        assert packages <= {"argparse", "math", "keras", "numpy", "tensorflow"}


def test_ruff_finds_nothing_to_change(tmp_path: Path) -> None:
    widest = replace(MINI, name="n" * 60, depths=(200,) * 8, widths=(4096,) * 8, input_shape=(1024, 1024, 7), num_classes=99_999)
    # Every preset with one recipe after the other, every option of the grid, and the longest lines there can be.
    networks = [*PRESETS.values(), *GRID, widest, replace(widest, block="bottleneck", groups=4, se_reduction=1024)]
    for number, config in enumerate(networks):
        recipe = RECIPES_OF_EVERY_KIND[number % len(RECIPES_OF_EVERY_KIND)]
        (tmp_path / f"{number}.py").write_text(python_script(config, recipe), encoding="utf-8")
        (tmp_path / f"{number}.ipynb").write_text(notebook(config, recipe), encoding="utf-8")
    options = ["--config", str(ROOT / "pyproject.toml"), "--config", "line-length=88", "--no-cache", str(tmp_path)]
    for command in (["check", "--ignore", "T20"], ["format", "--check"]):
        finished = subprocess.run([sys.executable, "-m", "ruff", *command, *options], capture_output=True, text=True, check=False)
        assert finished.returncode == 0, finished.stdout[-2000:] + finished.stderr
    (tmp_path / "bad.py").write_text("import os\n", encoding="utf-8")
    assert subprocess.run([sys.executable, "-m", "ruff", "check", *options], capture_output=True, check=False).returncode == 1


def test_a_template_with_a_misspelt_trait_is_refused() -> None:
    assert specialise("a⟦x:, b⟧⟦!x:, c⟧\nd  #? x\ne  #? !x y", {"x": True, "y": True}) == "a, b\nd"
    with pytest.raises(KeyError, match="z"):
        specialise("a  #? z", {"x": True})


# Training


def test_the_one_cycle_is_this_projects() -> None:
    module = module_of(python_script(TINY, STEPPED))
    for steps in (1, 2, 3, 10, 423):
        ours = [one_cycle(step, steps, 0.2) for step in range(1, steps + 1)]
        assert [module.one_cycle(step, steps) for step in range(1, steps + 1)] == pytest.approx(ours, rel=1e-12)


def few_images(path: Path, training: int = 300, test: int = 200) -> Path:
    """The first images of the embedded subset as a file of their own."""
    with np.load(SUBSET_FILE) as file:
        arrays = {name: file[name][: training if "train" in name else test] for name in file.files}
    np.savez(path, **arrays)
    return path


def test_data_are_split_and_scaled_as_in_this_project() -> None:
    with np.load(SUBSET_FILE) as file:
        pixels, labels, test_pixels = file["x_train"], file["y_train"], file["x_test"]
    training, validation, test = module_of(python_script(TINY)).load_data(SUBSET_FILE, 64)
    assert [len(data) for data in (training, validation, test)] == [141, 16, 32]
    seen = [(images.numpy(), classes.numpy()) for images, classes in training]
    assert sum(len(images) for images, _ in seen) == 9_000
    # The last 1,000 validate, in their order; the others are shuffled, each beside its own class.
    images = np.concatenate([images for images, _ in validation])
    np.testing.assert_allclose(images[..., 0], pixels[9_000:] / 255, rtol=1e-6)
    np.testing.assert_array_equal(np.concatenate([classes for _, classes in validation]), labels[9_000:])
    np.testing.assert_allclose(np.concatenate([images for images, _ in test])[..., 0], test_pixels / 255, rtol=1e-6)
    drawn = np.round(np.concatenate([images for images, _ in seen])[..., 0] * 255).astype("uint8")
    rows = {pixels[row].tobytes(): labels[row] for row in range(9_000)}
    assert [rows[image.tobytes()] for image in drawn] == np.concatenate([classes for _, classes in seen]).tolist()
    assert (drawn[0] != pixels[0]).any()
    again = np.concatenate([images for images, _ in training])[..., 0]
    assert (np.round(again[:64] * 255) != drawn[:64]).any()


IMAGES = np.random.default_rng(3).integers(0, 255, (32, 28, 28, 1), np.uint8)
CLASSES = np.random.default_rng(4).integers(0, 10, 32)


def fitted(recipe: Recipe, judged: np.ndarray, classes: np.ndarray) -> tuple[keras.Model, keras.callbacks.History, Any]:
    """A tiny network trained by the exported code, what was noted of its epochs, and the batches it was validated on."""
    module = module_of(python_script(TINY, recipe))
    slices = module.tf.data.Dataset.from_tensor_slices
    training, validation = module.prepare(slices((IMAGES, CLASSES)).batch(8)), module.prepare(slices((judged, classes)).batch(32))
    keras.utils.set_random_seed(4)
    model = module.build_resnet()
    return model, module.train(model, training, validation, recipe.epochs), validation


def test_a_plateau_halves_the_rate_down_to_a_millionth_and_patience_ends_the_run() -> None:
    recipe = Recipe(learning_rate=3e-6, epochs=12, plateau_patience=1, early_stopping_patience=5)
    nowhere = np.full(IMAGES.shape, np.nan, np.float32)  # gives a loss that never falls
    model, history, _ = fitted(recipe, nowhere, CLASSES)
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert len(history.epoch) < 12
    rates = history.history["learning_rate"]
    assert rates[0] == pytest.approx(3e-6)
    assert sorted({round(rate * 1e6, 3) for rate in rates}) == [1.0, 1.5, 3.0]
    assert rates == sorted(rates, reverse=True)


def test_the_best_epochs_weights_are_restored() -> None:
    recipe = Recipe(learning_rate=0.02, epochs=8, early_stopping_patience=2)
    model, history, validation = fitted(recipe, IMAGES, (CLASSES + 1) % 10)  # the better it learns, the worse it is judged
    losses = history.history["val_loss"]
    assert min(losses) < losses[-1] - 0.01
    assert model.evaluate(validation, verbose=0)[0] == pytest.approx(min(losses), rel=1e-5)


def test_nesterov_follows_the_one_cycle_to_the_end() -> None:
    model, history, _ = fitted(STEPPED, IMAGES, CLASSES)
    assert len(history.epoch) == 3
    settings = model.optimizer.get_config()
    assert (settings["name"].lower(), settings["momentum"], settings["nesterov"]) == ("sgd", 0.9, True)
    assert float(model.optimizer.learning_rate) == pytest.approx(one_cycle(12, 12, 0.2))


def test_decay_smoothing_and_augmentation_are_this_projects() -> None:
    module = module_of(python_script(TINY, SHIFTED))
    model, history, _ = fitted(SHIFTED, IMAGES, CLASSES)
    assert len(history.epoch) == SHIFTED.epochs
    assert model.optimizer.get_config()["weight_decay"] == SHIFTED.weight_decay
    kernel, gamma = model.get_layer("stem_conv").kernel, model.get_layer("stem_bn").gamma
    assert [model.optimizer._use_weight_decay(variable) for variable in (kernel, gamma)] == [True, False]

    logits = np.random.default_rng(5).normal(size=(32, 10)).astype(np.float32)
    log_p = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    target = 0.9 * np.eye(10)[CLASSES] + 0.01
    assert float(np.mean(module.smoothed_loss(CLASSES, logits))) == pytest.approx(-(target * log_p).sum(axis=1).mean(), rel=1e-5)

    image = IMAGES[0].astype(np.float32)
    versions = {
        np.roll(np.pad(one, ((2, 2), (2, 2), (0, 0))), (y, x), (0, 1))[2:-2, 2:-2].tobytes()
        for one in (image, image[:, ::-1])
        for y in range(-2, 3)
        for x in range(-2, 3)
    }
    changed, labels = module.augment(np.stack([image] * 400), CLASSES)
    seen = {one.tobytes() for one in np.asarray(changed)}
    assert seen <= versions
    assert len(seen) > 25
    assert labels is CLASSES


def test_a_folder_of_images_trains_a_network_that_no_data_set_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = replace(TINY, name="pets", input_shape=(12, 10, 3), num_classes=2)
    random = np.random.default_rng(1)
    for kind, number in itertools.product(("cats", "dogs"), range(20)):
        (tmp_path / "pets" / kind).mkdir(parents=True, exist_ok=True)
        keras.utils.save_img(tmp_path / "pets" / kind / f"{number}.png", random.uniform(0, 255, (16, 16, 3)))
    source = python_script(config)
    module = module_of(source)
    training, validation, test = (list(data.unbatch()) for data in module.load_data(tmp_path / "pets", 8))
    assert [len(data) for data in (training, validation, test)] == [32, 4, 4]
    assert training[0][0].shape == (12, 10, 3)
    highest = max(float(image.numpy().max()) for image, _ in training)
    assert 0.9 < highest <= 1
    held = [image.numpy().tobytes() for data in (training, validation, test) for image, _ in data]
    assert len(set(held)) == 40

    with pytest.raises(ValueError, match="has 2 folders of images, not 3"):
        module_of(python_script(replace(config, num_classes=3))).load_data(tmp_path / "pets", 8)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["pets.py", "--data", "pets", "--epochs", "1", "--batch-size", "16"])
    module.main()
    assert re.search(r"test accuracy [01]\.\d{4}", capsys.readouterr().out)
    assert (tmp_path / "model.keras").is_file()


def test_arrays_of_any_channels_come_from_a_file(tmp_path: Path) -> None:
    module = module_of(python_script(replace(TINY, input_shape=(9, 9, 7), num_classes=3)))
    images, labels = np.zeros((40, 9, 9, 7), np.uint8), np.zeros((40, 1), np.uint8)
    np.savez(tmp_path / "seven.npz", x_train=images, y_train=labels, x_test=images[:5], y_test=labels[:5])
    training, validation, test = (list(data.unbatch()) for data in module.load_data(tmp_path / "seven.npz", 8))
    assert [len(data) for data in (training, validation, test)] == [36, 4, 5]
    assert training[0][1].shape == ()
    assert "download" not in python_script(replace(TINY, input_shape=(9, 9, 7)))


# Executed where this project is not


def test_the_script_trains_alone(tmp_path: Path) -> None:
    data, folder = few_images(tmp_path / "few.npz"), tmp_path / "empty"
    folder.mkdir()
    (folder / "tiny.py").write_text(python_script(TINY), encoding="utf-8")
    # -I: neither this folder's project nor PYTHONPATH can be imported from. The end of the script reports what was.
    alone = "import runpy, sys; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__'); print(sorted(sys.modules))"
    command = [sys.executable, "-I", "-c", alone, "tiny.py", "--data", str(data), "--epochs", "1", "--batch-size", "100"]
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    modules = ast.literal_eval(finished.stdout.splitlines()[-1])
    assert "keras" in modules
    assert not [name for name in modules if name.split(".")[0] in {"resnet", "pages", "streamlit"}]
    assert f"tiny: {plan(TINY).total_parameters:,} parameters" in finished.stdout

    printed = re.search(r"test accuracy (\d\.\d{4})", finished.stdout)
    assert printed
    loaded = keras.models.load_model(folder / "model.keras")
    with np.load(data) as file:
        logits = loaded.predict(file["x_test"][..., None].astype("float32") / 255, verbose=0)
        assert (logits.argmax(axis=1) == file["y_test"]).mean() == pytest.approx(float(printed[1]), abs=5e-5)


def edited(document: str, data: Path) -> nbformat.NotebookNode:
    """The notebook as a student would change it: the images from a file, and a single epoch."""
    changed = document.replace("DATA = None", f"DATA = {str(data)!r}").replace("EPOCHS = 10", "EPOCHS = 1")
    assert changed.count(str(data)) == 1
    assert "EPOCHS = 1\\n" in changed
    return nbformat.reads(changed, as_version=4)


def test_the_notebook_runs_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MPLBACKEND", raising=False)  # Streamlit, where other tests have loaded it, asks for a backend that shows nothing
    data, folder = few_images(tmp_path / "few.npz"), tmp_path / "empty"
    folder.mkdir()
    book = edited(notebook(TINY), data)
    book.cells.append(nbformat.v4.new_code_cell("import sys\nprint('resnet' in sys.modules)"))
    NotebookClient(book, timeout=120, iopub_timeout=60, kernel_name="python3", resources={"metadata": {"path": str(folder)}}).execute()
    outputs = [output for cell in book.cells if cell.cell_type == "code" for output in cell.outputs]
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    assert f"{plan(TINY).total_parameters:,} parameters" in printed
    assert re.search(r"test accuracy [01]\.\d{4}", printed)
    assert printed.endswith("False\n")
    assert any("image/png" in output.get("data", {}) for output in outputs)  # the curves
    assert keras.models.load_model(folder / "model.keras").name == "tiny"


def test_curves_are_numbers_where_nothing_can_draw(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    (cell,) = [cell for cell in nbformat.reads(notebook(TINY), as_version=4).cells if "matplotlib.pyplot" in cell.source]
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    exec(cell.source, {"history": {"loss": [1.25, 0.512345], "val_loss": [1.5, 1.0]}})
    assert capsys.readouterr().out == "loss [1.25, 0.5123]\nval_loss [1.5, 1.0]\n"


# The notebook as a document


def test_notebooks_are_valid_and_hold_the_scripts_code() -> None:
    for config, recipe in PAIRS:
        book = nbformat.reads(notebook(config, recipe), as_version=4)
        nbformat.validate(book)
        cells = "\n\n\n".join(cell.source for cell in book.cells if cell.cell_type == "code")
        script = python_script(config, recipe)
        for node in ast.parse(script).body:
            source = ast.get_source_segment(script, node)
            known = isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Assign)) and getattr(node, "name", "") != "main"
            assert not known or (source and source in cells)
        ast.parse(cells)
        # Every cell of code that defines something has its words before it.
        assert all(cell.source.strip() for cell in book.cells)
        assert book.cells[0].cell_type == "markdown"
        assert config.name in book.cells[0].source


def test_the_notebooks_table_is_the_plans() -> None:
    text = notebook(PRESETS["resnet-50"])
    cells = ["".join(cell["source"]) for cell in json.loads(text)["cells"]]
    (table,) = [cell for cell in cells if "| Stage 1 |" in cell]
    # The first block 64·64 + 9·64·64 + 64·256 and its projection 64·256, two more 256·64 + 9·64·64 + 64·256: 212,992 weights at
    # 56·56 positions; batch norms 4·(64 + 64 + 256) in each block and 4·256 on the projection.
    assert "| Stage 1 | 56 × 56 × 256 | 3 | 218,624 | 667,942,912 |" in table
    assert "| Total | | | 25,610,152 | 4,089,184,256 |" in table
    assert "53,120 numbers here" in table
    assert "25,557,032 trainable parameters" in cells[0]


def test_every_word_of_a_notebook_can_be_translated() -> None:
    def shout(message: str, /, **values: object) -> str:
        return english(message, **values).upper()

    for config, recipe in PAIRS:
        for cell in json.loads(notebook(config, recipe, shout))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                assert not re.search(r"[a-z]{2}", text.replace(f"# {config.name}\n", "")), text
