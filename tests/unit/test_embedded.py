"""The networks that come with the app: their weights are there, belong to them, and do what is written beside them."""

from __future__ import annotations

import json

import pytest

from resnet.embedded import EMBEDDED, MEASURED_FILE, WEIGHTS_DIRECTORY, Moment
from resnet.inquiries import Subject
from resnet.inspection.cuts import score
from resnet.inspection.subjects import images_of, network_of

SUBJECTS = [(name, moment) for name, embedded in EMBEDDED.items() for moment in embedded.moments]


@pytest.mark.parametrize(("name", "moment"), SUBJECTS)
def test_it_does_on_the_test_images_what_is_written_beside_its_weights(name: str, moment: Moment) -> None:
    subject = Subject(name, moment)
    data, written = images_of(subject), EMBEDDED[name].measured(moment)
    found = score(network_of(subject), data.x_test, data.y_test)
    assert written is not None
    # Another processor may round a sum otherwise and so see one image of 2,000 differently.
    assert found.accuracy == pytest.approx(written.test_accuracy, abs=0.0011)
    assert found.loss == pytest.approx(written.test_loss, rel=1e-3)


def test_nothing_lies_beside_the_weights_that_belongs_to_none_of_them() -> None:
    files = {EMBEDDED[name].weights_file(moment) for name, moment in SUBJECTS} - {None}
    assert set(WEIGHTS_DIRECTORY.glob("*.safetensors")) == files
    assert set(json.loads(MEASURED_FILE.read_text(encoding="utf-8"))) == {f"{name}-{moment}" for name, moment in SUBJECTS}


def test_all_of_them_together_are_a_few_megabytes() -> None:
    assert sum(file.stat().st_size for file in WEIGHTS_DIRECTORY.glob("*.safetensors")) < 6_000_000
