"""Files that need Keras: what is saved opens and answers alike, with and without this project, and what is not ours does not open."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest
import tensorflow as tf
from safetensors.numpy import load

from resnet.config import ResNetConfig, TrainConfig
from resnet.data import load_dataset
from resnet.errors import FileError
from resnet.export import reproducible, run_script
from resnet.export.model_file import MEMBER, STRUCTURE, WEIGHTS
from resnet.inquiries import Opened, OpenModel, RunSubject, SaveModel, Series, Subject, WriteLogs
from resnet.inspection.answering import answer
from resnet.inspection.portable import build_portable
from resnet.model import build_resnet, named_weights
from resnet.presets import PRESETS, RACERS, RECIPES
from resnet.runs.importing import import_model
from resnet.runs.queueing import Limits
from resnet.runs.store import Store
from resnet.training import trained
from resnet.training.checkpoints import FOLDER_VARIABLE, run_folder

PLAIN, ZERO_PAD = (replace(RACERS[name], depths=(1, 1, 1)) for name in ("plain-20", "residual-20"))
RANDOM = np.random.default_rng(3)


def training_of(network: ResNetConfig) -> TrainConfig:
    return TrainConfig(networks=(network,), dataset="fashion-mnist-14", recipe=RECIPES["race"], seed=9)


def kept(network: ResNetConfig) -> trained.Trained:
    """A network that answers each image otherwise, and what it answers."""
    model = build_resnet(network)
    for name, variable in named_weights(model):
        if "_bn" in name:
            variable.assign(RANDOM.uniform(0.5, 1.5, variable.shape))
    weights = {name: variable.numpy() for name, variable in named_weights(model)}
    images = load_dataset("fashion-mnist-14").x_test
    return trained.Trained(network, "fashion-mnist-14", weights, model.predict(images, batch_size=500, verbose=0))


@pytest.fixture(scope="module", params=[PLAIN, ZERO_PAD], ids=lambda network: network.name)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(folder))
        known = kept(request.param)
        trained.keep(known, run_folder("r1"))
        yield known


def saved(known: trained.Trained) -> bytes:
    source = RunSubject("r1", known.config, known.dataset)
    return answer(SaveModel(source, "keras", training_of(known.config))).data  # type: ignore[union-attr]


def test_a_keras_file_comes_back_as_the_network_it_was(run: trained.Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = answer(OpenModel(saved(run)))
    assert isinstance(opened, Opened)
    assert opened.training == training_of(run.config)
    assert {name: array.tolist() for name, array in opened.weights.items()} == {name: a.tolist() for name, a in run.weights.items()}
    np.testing.assert_allclose(opened.logits, run.logits, atol=1e-4)
    labels = load_dataset("fashion-mnist-14").y_test
    assert opened.accuracy == pytest.approx((run.logits.argmax(axis=1) == labels).mean(), abs=0.002)
    ours = keras.losses.SparseCategoricalCrossentropy(from_logits=True)(labels, opened.logits)
    assert opened.loss == pytest.approx(float(ours), rel=1e-5)
    assert np.mean(opened.class_accuracy) == pytest.approx(opened.accuracy)

    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    record = store.run(import_model(store, opened, limits=Limits()))
    assert record is not None
    assert record.result is not None
    assert (record.config, record.imported) == (training_of(run.config), True)
    assert record.result.test_accuracy == {run.config.name: opened.accuracy}
    np.testing.assert_array_equal(trained.find(record.id, run.config).logits, opened.logits)
    store.close()


def test_the_file_opens_where_this_project_is_not(run: trained.Trained, tmp_path: Path) -> None:
    """In safe mode; a layer that Keras does not have comes from the run's own script."""
    (tmp_path / "model.keras").write_bytes(saved(run))
    (tmp_path / "script.py").write_text(run_script(reproducible("r1", training_of(run.config), run.config, [])), encoding="utf-8")
    np.save(tmp_path / "images.npy", load_dataset("fashion-mnist-14").x_test[:20])
    code = (
        "import sys; sys.path.insert(0, '.'); import numpy as np, keras\n"
        + ("import script\n" if run.config is ZERO_PAD else "")
        + "model = keras.models.load_model('model.keras', safe_mode=True)\n"
        "np.save('logits.npy', model(np.load('images.npy'), training=False))\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'resnet']\n"
    )
    subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, check=True, capture_output=True)
    np.testing.assert_allclose(np.load(tmp_path / "logits.npy"), run.logits[:20], atol=1e-4)


def test_weights_are_saved_under_their_names() -> None:
    source = Subject("mini-resnet")
    weights = load(answer(SaveModel(source, "safetensors")).data)  # type: ignore[union-attr]
    assert sum(array.size for array in weights.values()) == 696_042 + 2_240  # facts: trained parameters, and statistics
    assert weights["stage1_block1_conv1/kernel"].shape == (3, 3, 32, 32)
    assert {array.dtype for array in weights.values()} == {np.dtype(np.float32)}


@pytest.mark.parametrize("changes", [{}, {"activation": "gelu"}, {"padding": "same"}], ids=str)
def test_a_portable_network_computes_the_same(changes: dict[str, Any]) -> None:
    network = replace(PRESETS["resnet-18"], depths=(1, 1), widths=(4, 8), input_shape=(37, 41, 3), num_classes=5, **changes)
    ours, theirs = build_resnet(network), build_portable(network)
    assert not [layer for layer in theirs.layers if "Fused" in type(layer).__name__]
    for (name, own), (same, other) in zip(named_weights(ours), named_weights(theirs), strict=True):
        assert name == same
        if "_bn" in name:
            own.assign(RANDOM.uniform(0.5, 1.5, own.shape))
        other.assign(own)
    images = RANDOM.normal(size=(2, 37, 41, 3)).astype("float32")
    logits = np.asarray(ours(images, training=False))
    np.testing.assert_allclose(theirs(images, training=False), logits, atol=1e-5 * np.abs(logits).max())


# What does not open


def changed(file: bytes, change: Callable[[dict[str, bytes]], object]) -> bytes:
    with zipfile.ZipFile(io.BytesIO(file)) as known:
        members = {name: known.read(name) for name in known.namelist()}
    change(members)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in members.items():
            archive.writestr(name, contents)
    return made.getvalue()


def described(change: Callable[[dict[str, Any]], object], member: str = MEMBER) -> Callable[[dict[str, bytes]], None]:
    def apply(members: dict[str, bytes]) -> None:
        words = json.loads(members[member])
        change(words)
        members[member] = json.dumps(words).encode()

    return apply


def layer(words: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in words["config"]["layers"] if one["config"]["name"] == name)


def numbers(make: Callable[[Any], object]) -> Callable[[dict[str, bytes]], None]:
    def apply(members: dict[str, bytes]) -> None:
        file = io.BytesIO(members[WEIGHTS])
        with h5py.File(file, "a") as weights:
            make(weights)
        members[WEIGHTS] = file.getvalue()

    return apply


def lambda_layer(words: dict[str, Any]) -> None:
    layer(words, "stem_relu").update(module="keras.layers", class_name="Lambda")


def renamed(words: dict[str, Any], name: str) -> dict[str, Any]:
    copy = json.loads(json.dumps(words))
    copy["config"]["name"] = copy["name"] = name
    return copy


def redirect(words: dict[str, Any], reads: str) -> None:
    for node in words["inbound_nodes"]:
        for tensor in node["args"]:
            tensor["config"]["keras_history"][0] = reads


REFUSED: dict[str, tuple[Callable[[dict[str, bytes]], object], str]] = {
    "another's": (lambda members: members.pop(MEMBER), "was not made by this app: it lacks resnet_lab.json"),
    "half": (lambda members: members.pop(WEIGHTS), r"no whole \.keras file: model\.weights\.h5"),
    "another version": (described(lambda words: words.update(version=9)), "as version 1 of this app's files does"),
    "the one that comes with the app": (described(lambda words: words.pop("training")), "does not say how its network was trained"),
    "a network that is none": (described(lambda words: words["training"]["networks"][0].update(depths=[])), "cannot have been trained"),
    "another network": (
        described(lambda words: words["training"]["networks"][0].update(widths=[8, 16, 40])),
        r"does not hold plain-20: its layer stage3_block1_\w+ should be",
    ),
    "code": (described(lambda_layer, STRUCTURE), r"holds 'keras\.layers\.Lambda\.None', which plain-20 has no use for"),
    "a module": (
        described(lambda words: layer(words, "stem_relu").update(module="os", class_name="system"), STRUCTURE),
        r"holds 'os\.system\.None'",
    ),
    "more units": (described(lambda words: layer(words, "head_dense")["config"].update(units=10**9), STRUCTURE), "it is units=1000000000"),
    "another activation": (
        described(lambda words: layer(words, "stem_relu")["config"].update(activation="tanh"), STRUCTURE),
        "its layer stem_relu should be activation=relu, it is activation=tanh",
    ),
    "another layer": (
        described(lambda words: words["config"]["layers"].append(renamed(layer(words, "head_dense"), "more")), STRUCTURE),
        "its layer more should be",
    ),
    "another way": (
        described(lambda words: redirect(layer(words, "stage1_block1_conv2"), "stem_relu"), STRUCTURE),
        "its layer stage1_block1_conv2 should be inputs=",
    ),
    "no structure": (lambda members: members.update({STRUCTURE: b"{"}), r"config\.json in the archive is not JSON"),
    "a bomb": (lambda members: members.update({WEIGHTS: b"\0" * 20_000_000}), r"model\.weights\.h5 in the archive unpacks to more than"),
    "no numbers": (lambda members: members.update({WEIGHTS: b"nothing"}), r"model\.weights\.h5 in the file cannot be read"),
    "numbers from elsewhere": (
        numbers(lambda weights: weights.__setitem__("more", h5py.ExternalLink("/etc/passwd", "/"))),
        "cannot be read: more is a link",
    ),
    "numbers that unfold": (
        numbers(lambda weights: weights.create_dataset("more", shape=(10**9,), dtype="f4", chunks=(1000,), compression="gzip")),
        "cannot be read: more is not kept as it is",
    ),
    "numbers never written": (numbers(lambda weights: weights.create_dataset("more", shape=(10**9,), dtype="f4")), "unpacks to more than"),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(tmp_path_factory.mktemp("refused")))
        known = kept(PLAIN)
        trained.keep(known, run_folder("r2"))
        source = RunSubject("r2", PLAIN, "fashion-mnist-14")
        return answer(SaveModel(source, "keras", training_of(PLAIN))).data  # type: ignore[union-attr]


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_not_ours_is_refused_with_a_reason(name: str, file: bytes) -> None:
    change, complaint = REFUSED[name]
    with pytest.raises(FileError, match=complaint):
        answer(OpenModel(changed(file, change)))


def test_the_file_that_is_changed_for_these_refusals_opens(file: bytes) -> None:
    assert isinstance(answer(OpenModel(changed(file, lambda members: None))), Opened)


# Logs


def test_tensorboard_reads_what_was_told(tmp_path: Path) -> None:
    told = (
        Series("train", "loss", (1, 2, 3), (2.5, 1.25, float("nan")), (100.5, 101.5, 102.5)),
        Series("train", "accuracy", (1, 2, 3), (0.1, 0.2, 0.3), (100.5, 101.5, 102.5)),
        Series("validation", "loss", (3,), (1.5,), (103.0,)),
    )
    packed = answer(WriteLogs(told)).data  # type: ignore[union-attr]
    with zipfile.ZipFile(io.BytesIO(packed)) as logs:
        logs.extractall(tmp_path)
    found = {}
    for log in ("train", "validation"):
        (path,) = (tmp_path / log).iterdir()
        assert "tfevents" in path.name
        records = [tf.compat.v1.Event.FromString(one.numpy()) for one in tf.data.TFRecordDataset(str(path))]
        assert records[0].file_version == "brain.Event:2"
        for event in records[1:]:
            (value,) = event.summary.value
            found.setdefault((log, value.tag), []).append((event.step, value.simple_value, event.wall_time))
    for one in told:
        np.testing.assert_allclose(found.pop((one.log, one.tag)), list(zip(one.steps, one.values, one.times, strict=True)), rtol=1e-6)
    assert not found
