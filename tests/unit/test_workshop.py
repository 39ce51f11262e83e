"""The workshop: a model that is lent again is as good as new, and its graph is not traced again."""

from __future__ import annotations

from dataclasses import replace

import keras
import pytest

from resnet.training.events import BatchEnd, EpochEnd, Event, Finished
from resnet.training.observed import ObservedModel
from resnet.training.workshop import Workshop
from tests.training_runs import CONFIG, RECIPE, TINY, follow, of


def figures(events: list[Event]) -> list[object]:
    """Everything measured in a run that must not depend on the clock."""
    batches = [(event.step, event.loss, event.accuracy, event.learning_rate) for event in of(BatchEnd, events)]
    epochs = [(event.loss, event.accuracy, event.validation_loss, event.validation_accuracy) for event in of(EpochEnd, events)]
    return [batches, epochs, [(event.test_loss, event.test_accuracy, event.class_accuracy) for event in of(Finished, events)]]


@pytest.fixture
def traces(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows by one name whenever TensorFlow traces a step: only then does Python run the step's code."""
    traced: list[str] = []
    for name in ("train_step", "test_step"):
        original = getattr(ObservedModel, name)

        def spy(self: keras.Model, batch: object, *, original=original, name: str = name) -> object:
            traced.append(name)
            return original(self, batch)

        monkeypatch.setattr(ObservedModel, name, spy)
    return traced


def test_reused_model_gives_the_same_figures_to_the_last_bit(traces: list[str]) -> None:
    workshop = Workshop()
    network = replace(TINY, dropout=0.3)
    config = replace(CONFIG, networks=(network,), recipe=replace(RECIPE, optimizer="adam", batch_size=700), max_steps=15)
    workshop.warm(replace(config, seed=1))
    assert sorted(traces) == ["test_step", "train_step"]
    first, _ = follow(config, workshop)
    other, _ = follow(replace(config, seed=8), workshop)
    again, _ = follow(config, workshop)
    assert sorted(traces) == ["test_step", "train_step"]
    assert "graph" not in [getattr(event, "phase", None) for event in first]
    alone, _ = follow(config, None)
    assert figures(first) == figures(again) == figures(alone)
    assert figures(first)[0] != figures(other)[0]


def test_graph_serves_every_batch_size_and_rate_but_no_other_optimizer(traces: list[str]) -> None:
    workshop = Workshop()
    short = replace(CONFIG, max_steps=1)
    workshop.warm(short)
    follow(replace(short, recipe=replace(RECIPE, batch_size=64, learning_rate=0.3, schedule="one-cycle")), workshop)
    assert len(traces) == 2
    follow(replace(short, recipe=replace(RECIPE, optimizer="adam")), workshop)
    assert len(traces) == 4


def test_workshop_keeps_the_two_models_used_last(traces: list[str]) -> None:
    workshop = Workshop()
    first, second, third = (replace(CONFIG, networks=(replace(TINY, name=name),)) for name in ("first", "second", "third"))
    for config, expected in ((first, 2), (second, 4), (first, 4), (third, 6), (first, 6), (second, 8)):
        workshop.warm(config)
        assert len(traces) == expected


def test_model_is_never_lent_twice_at_a_time() -> None:
    workshop = Workshop()
    with workshop.lend(CONFIG) as one, workshop.lend(CONFIG) as other:
        assert one.model is not other.model
