"""What a finished run leaves behind, and what it takes to read it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from resnet.config import DatasetName, ResNetConfig, TrainConfig
from resnet.data import load_dataset
from resnet.errors import QuestionError, WeightsError
from resnet.inquiries import RunSubject
from resnet.inspection.subjects import images_of, network_of
from resnet.presets import RACERS, RECIPES
from resnet.training import trained
from resnet.training.checkpoints import FOLDER_VARIABLE, Checkpoints
from resnet.training.control import Control
from resnet.training.events import Event, Finished
from resnet.training.loop import train

NETWORKS = tuple(replace(RACERS[name], depths=(1, 1, 1)) for name in ("plain-20", "residual-20"))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("runs")
    config = TrainConfig(networks=NETWORKS, dataset="fashion-mnist-14", recipe=RECIPES["race"], max_steps=40)
    events: list[Event] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FOLDER_VARIABLE, str(folder))
        train(config, events.append, Control(), run="kept", checkpoints=Checkpoints.of_run("kept"))
    assert isinstance(events[-1], Finished)
    assert sorted(path.name for path in (folder / "kept").rglob("*") if path.is_file()) == [
        "plain-20.safetensors",
        "residual-20.safetensors",
    ]
    finished = events[-1]
    FOLDERS[finished.run] = folder
    return finished


FOLDERS: dict[str, Path] = {}


@pytest.fixture(autouse=True)
def here(finished: Finished, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(FOLDERS[finished.run]))


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.name)
def test_its_answers_give_the_result_that_was_told(finished: Finished, network: ResNetConfig) -> None:
    kept = trained.find("kept", network)
    labels = load_dataset("fashion-mnist-14").y_test
    assert kept.logits.shape == (2_000, 10)
    assert (kept.logits.argmax(axis=1) == labels).mean() == pytest.approx(finished.test_accuracy[network.name], abs=1e-7)
    shifted = kept.logits - kept.logits.max(axis=1, keepdims=True)
    losses = np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(2_000), labels]
    assert losses.mean() == pytest.approx(finished.test_loss[network.name], rel=1e-5)


def test_the_inspected_network_answers_as_it_was_tested() -> None:
    subject = RunSubject("kept", NETWORKS[1], "fashion-mnist-14")
    images = images_of(subject).x_test[:50]
    kept = trained.find("kept", NETWORKS[1])
    np.testing.assert_allclose(network_of(subject).model(images, training=False), kept.logits[:50], atol=1e-4)


@pytest.mark.parametrize(
    ("run", "network", "dataset", "complaint"),
    [
        ("elsewhere", NETWORKS[0], "fashion-mnist-14", "the weights of run elsewhere are not on this machine"),
        ("kept", replace(NETWORKS[0], depths=(2, 1, 1)), "fashion-mnist-14", "does not hold the weights of plain-20"),
        ("kept", NETWORKS[0], "fashion-mnist-subset", "are of the data set fashion-mnist-14, not of fashion-mnist-subset"),
    ],
)
def test_what_was_not_kept_is_said(run: str, network: ResNetConfig, dataset: DatasetName, complaint: str) -> None:
    with pytest.raises((WeightsError, QuestionError), match=complaint):
        network_of(RunSubject(run, network, dataset))


def test_a_damaged_file_is_said() -> None:
    path = next(FOLDERS["kept"].rglob("plain-20.safetensors"))
    whole = path.read_bytes()
    path.write_bytes(whole[:100])
    with pytest.raises(WeightsError, match=r"plain-20\.safetensors cannot be read"):
        trained.find("kept", NETWORKS[0])
    path.write_bytes(whole)
