"""What a network says of the whole test split: an embedded one asked anew, a run's as it was kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from resnet.data import load_dataset
from resnet.embedded import EMBEDDED
from resnet.errors import WeightsError
from resnet.inquiries import PredictTest, RunSubject, Subject
from resnet.inspection.answering import answer
from resnet.inspection.predicting import predict_test, predictions
from resnet.pictures import pictures_of
from resnet.presets import RACERS
from resnet.training import trained
from resnet.training.checkpoints import FOLDER_VARIABLE

NETWORK = RACERS["residual-20"]


def test_probabilities_and_loss_by_hand() -> None:
    found = predictions(np.log(np.array([[1, 3], [8, 2]], np.float32)) + 500, np.array([1, 1]))  # a shift says nothing
    assert found.probabilities.dtype == np.float32
    assert found.probabilities.tolist() == [pytest.approx([0.25, 0.75], rel=1e-4), pytest.approx([0.8, 0.2], rel=1e-4)]
    assert found.loss == pytest.approx(-(np.log(0.75) + np.log(0.2)) / 2, rel=1e-4)
    assert found.accuracy == 0.5


@pytest.mark.parametrize("network", ["mini-resnet", "plain-20"])
def test_an_embedded_network_does_as_well_as_was_measured_when_its_weights_were_made(network: str) -> None:
    found = predict_test(PredictTest(Subject(network)))
    measured = EMBEDDED[network].measured("trained")
    assert measured is not None
    assert found.probabilities.shape == (2_000, 10)
    assert found.accuracy == pytest.approx(measured.test_accuracy, abs=1e-6)
    assert found.loss == pytest.approx(measured.test_loss, abs=1e-4)


def test_a_runs_answers_are_those_that_it_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    logits = np.random.default_rng(2).normal(0, 3, (2_000, 10)).astype(np.float32)
    trained.keep(trained.Trained(NETWORK, "fashion-mnist-14", {}, logits), tmp_path / "one")
    found = answer(PredictTest(RunSubject("one", NETWORK, "fashion-mnist-14")))
    shares = np.exp(logits.astype(np.float64))
    assert np.allclose(found.probabilities, shares / shares.sum(axis=1, keepdims=True), atol=1e-6)
    assert (found.labels == load_dataset("fashion-mnist-14").y_test).all()
    with pytest.raises(WeightsError, match="the weights of run two are not on this machine"):
        predict_test(PredictTest(RunSubject("two", NETWORK, "fashion-mnist-14")))


@pytest.mark.parametrize("dataset", ["fashion-mnist-subset", "fashion-mnist-14"])
def test_the_pictures_are_the_images_that_were_asked_about(dataset: str) -> None:
    images = load_dataset(dataset).x_test[..., 0]
    pictures = pictures_of(dataset)
    assert pictures.dtype == np.uint8
    assert np.abs(pictures / 255 - images).max() <= 0.5 / 255 + 1e-6
