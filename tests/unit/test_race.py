"""Networks that learn side by side: each does what it does alone, and what happens is told of each of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnet.config import Recipe, ResNetConfig, TrainConfig
from resnet.data import load_dataset
from resnet.training import measuring, saving
from resnet.training.checkpoints import Checkpoints
from resnet.training.continuation import Continuation
from resnet.training.control import Control
from resnet.training.course import effective
from resnet.training.events import (
    BatchEnd,
    Continued,
    EpochEnd,
    Event,
    Finished,
    GradientNorms,
    Interrupted,
    Measured,
    Saved,
    SaveFailed,
    Started,
    Stopped,
    Trouble,
)
from resnet.training.fitting import Training
from resnet.training.observed import ObservedModel
from resnet.training.racing import Race
from resnet.training.workshop import Prepared, Workshop, build
from tests.training_runs import follow, of
from tests.unit.test_training_continuing import at, go_on, results, run_until

RESIDUAL = ResNetConfig(
    name="residual",
    block="basic",
    depths=(1,),
    widths=(6,),
    input_shape=(14, 14, 1),
    num_classes=10,
    stem="cifar",
    dropout=0.2,
)
PLAIN = replace(RESIDUAL, name="plain", shortcut="none", dropout=0.0)
NETWORKS = (PLAIN, RESIDUAL)
# 10 steps an epoch, the last of them of fewer images.
RECIPE = Recipe(optimizer="adam", learning_rate=0.01, batch_size=920, epochs=2, precision="float32")
CONFIG = TrainConfig(networks=NETWORKS, dataset="fashion-mnist-14", recipe=RECIPE, seed=7)
# Everything that has a part in a step.
RICH = replace(RECIPE, weight_decay=0.01, label_smoothing=0.1, augmentation="flip-shift", schedule="one-cycle")


class Glass(Workshop):
    """A workshop that shows what it has lent last."""

    lent: Prepared

    @contextmanager
    def lend(self, config: TrainConfig, *args: Any) -> Iterator[Prepared]:
        with super().lend(config, *args) as prepared:
            self.lent = prepared
            yield prepared

    def weights(self) -> dict[str, list[np.ndarray]]:
        """Of each network, batch norm's statistics included."""
        return {learner.name: learner.network.get_weights() for learner in self.lent.learners}


@pytest.fixture(scope="module")
def workshop() -> Glass:
    return Glass()


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "run")


def alone(config: TrainConfig, number: int) -> TrainConfig:
    return replace(config, networks=(config.networks[number],))


def told_of(network: str, events: list[Event]) -> list[Event]:
    """What a run told of one of its networks, and all that is no network's own."""
    return [event for event in events if getattr(event, "network", network) == network]


def figures(network: str, events: list[Event]) -> list[object]:
    """All that was measured of a network and must not depend on the clock."""
    own = told_of(network, events)
    batches = [(event.step, event.loss, event.accuracy, event.learning_rate) for event in of(BatchEnd, own)]
    epochs = [(event.epoch, event.loss, event.accuracy, event.validation_loss, event.validation_accuracy) for event in of(EpochEnd, own)]
    ends = [(event.test_loss[network], event.test_accuracy[network], *event.class_accuracy[network]) for event in of(Finished, events)]
    norms = [(event.step, *event.norms) for event in of(GradientNorms, own)]
    return [*batches, *epochs, *ends, *norms]


# Together as alone


def test_networks_trained_together_are_those_trained_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "NORMS_EVERY", 0)
    monkeypatch.setattr(measuring, "NORMS_SHARE", 1e9)
    config = replace(CONFIG, recipe=RICH, max_steps=14)
    together = Glass()
    race, _ = follow(config, together)
    for number, network in enumerate(NETWORKS):
        by_itself = Glass()
        lone, _ = follow(alone(config, number), by_itself)
        pairs = zip(figures(network.name, race), figures(network.name, lone), strict=True)
        for raced, own in pairs:
            assert raced == pytest.approx(own, abs=1e-5)
        assert len(of(GradientNorms, told_of(network.name, race))) == 14
        assert figures(network.name, race)[0] == figures(network.name, lone)[0]  # before any step: the same weights, the same images
        assert [event.step for event in of(BatchEnd, told_of(network.name, race))] == list(range(1, 15))
        [raced_weights, own_weights] = together.weights()[network.name], by_itself.weights()[network.name]
        assert len(raced_weights) == len(own_weights)
        for raced, own in zip(raced_weights, own_weights, strict=True):
            np.testing.assert_allclose(raced, own, atol=1e-5)


def test_first_weights_are_those_of_a_lone_run_and_of_the_seed() -> None:
    race, other = build(CONFIG), build(replace(CONFIG, seed=8))
    assert isinstance(race, Race)
    for number, network in enumerate(race.networks):
        lone = build(alone(CONFIG, number))
        assert isinstance(lone, ObservedModel)
        for raced, own in zip(network.get_weights(), lone.get_weights(), strict=True):
            np.testing.assert_array_equal(raced, own)
        assert (network.get_weights()[0] != other.networks[number].get_weights()[0]).any()


def test_a_race_that_is_run_again_is_the_same_without_another_graph(workshop: Glass, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "NORMS_EVERY", 1e9)  # those of the first step alone
    short = replace(CONFIG, max_steps=3)
    first, _ = follow(short, workshop)
    again, _ = follow(short, workshop)
    assert "graph" not in [getattr(event, "phase", None) for event in again]
    for network in NETWORKS:
        assert figures(network.name, first) == figures(network.name, again)


# What is told


def test_each_network_has_its_events(workshop: Glass, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "NORMS_EVERY", 0)
    monkeypatch.setattr(measuring, "NORMS_SHARE", 1e9)
    events, result = follow(CONFIG, workshop)
    [started], [finished] = of(Started, events), of(Finished, events)
    names = ["plain", "residual"]
    assert started.networks == names
    kernels = ["stem_conv", "stage1_block1_conv1", "stage1_block1_conv2", "head_dense"]
    assert started.layers == {"plain": kernels, "residual": kernels}
    for kind, steps in ((BatchEnd, range(1, 21)), (EpochEnd, (10, 20)), (GradientNorms, range(1, 21))):
        assert [(event.step, event.network) for event in of(kind, events)] == [(step, name) for step in steps for name in names]
    pairs = zip(of(BatchEnd, events)[::2], of(BatchEnd, events)[1::2], strict=True)
    assert all((one.seconds, one.images_per_second) == (two.seconds, two.images_per_second) for one, two in pairs)
    for event in of(GradientNorms, events):
        assert len(event.norms) == len(kernels)
        assert all(norm > 0 for norm in event.norms)
    assert set(finished.test_loss) == set(finished.test_accuracy) == set(finished.class_accuracy) == set(names)
    for name in names:
        assert finished.test_accuracy[name] == pytest.approx(np.mean(finished.class_accuracy[name]))
    assert finished.test_accuracy["plain"] != finished.test_accuracy["residual"]
    assert (finished.best_epoch, finished.stopped_early) == (None, False)
    assert result.test_accuracy == finished.test_accuracy
    assert [event.network for event in result.history] == names * 2


def test_a_measurement_tells_of_every_network(workshop: Glass) -> None:
    control = Control()
    control.measure()
    events, _ = follow(replace(CONFIG, max_steps=2), workshop, control)
    assert [event.network for event in of(Measured, events)] == ["plain", "residual"]
    for event in of(Measured, events):
        assert set(event.update_ratio) == set(of(Started, events)[0].layers[event.network])
        assert set(event.dead) == {"stem_relu", "stage1_block1_relu1", "stage1_block1_relu"}


# Steering and going on


def test_a_race_is_stopped_and_its_rate_set_for_all(workshop: Glass) -> None:
    control = Control()

    def on(event: Event) -> None:
        if at(BatchEnd, step=2, network="residual")(event):
            control.set_learning_rate(0.002)
        if at(BatchEnd, step=4, network="plain")(event):
            control.stop()

    events, result = follow(CONFIG, workshop, control, on=on)
    rates = [(event.step, event.network, event.learning_rate) for event in of(BatchEnd, events)]
    expected = [(step, name, 0.01 if step < 3 else 0.002) for step in (1, 2, 3, 4) for name in ("plain", "residual")]
    assert [rate[:2] for rate in rates] == [wanted[:2] for wanted in expected]
    assert [rate[2] for rate in rates] == pytest.approx([wanted[2] for wanted in expected])
    assert isinstance(events[-1], Stopped)
    assert events[-1].step == 4
    assert result.stopped


@pytest.mark.parametrize("last", [at(BatchEnd, step=7, network="plain"), at(EpochEnd, epoch=1, network="plain")], ids=["step", "epoch"])
def test_a_race_that_was_cut_off_goes_on_as_if_nothing_had_been(
    last: Any, workshop: Glass, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are cut off between two networks' events of the same moment."""
    monkeypatch.setattr(saving, "SAVE_EVERY", 0)
    config = replace(CONFIG, recipe=RICH, max_steps=13)
    undisturbed, _ = follow(config, workshop)
    before = run_until(config, workshop, checkpoints, last)
    course = effective(go_on(config, workshop, checkpoints, before))
    assert of(Continued, course)[0].step == before[-1].step - isinstance(before[-1], BatchEnd)
    assert results(course) == results(undisturbed)


def test_a_checkpoint_of_another_race_is_not_taken(workshop: Glass, checkpoints: Checkpoints) -> None:
    short = replace(CONFIG, max_steps=3)
    before = run_until(short, workshop, checkpoints, at(BatchEnd, step=3, network="residual"))
    assert checkpoints.steps
    turned = replace(short, networks=NETWORKS[::-1])
    events = follow(turned, None, checkpoints=checkpoints, continuation=Continuation(last_sequence=before[-1].sequence))[0]
    assert of(Continued, events)[0].step == 0
    assert of(Started, events)[0].networks == ["residual", "plain"]


# A loss that is no number


def poison(glass: Glass, *names: str) -> None:
    """From the next batch on these networks' losses are no numbers."""
    for learner in glass.lent.learners:
        if learner.name in names:
            learner.network.get_layer("head_dense").bias.assign(np.full(10, np.nan, np.float32))


def test_a_network_whose_loss_is_no_number_takes_nothing_from_the_others(
    workshop: Glass, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "SAVE_EVERY", 0)
    monkeypatch.setattr(measuring, "NORMS_EVERY", 1e9)  # those of the first step alone

    def on(event: Event) -> None:
        checkpoints.flush()
        if at(BatchEnd, step=4, network="residual")(event):
            poison(workshop, "plain")

    events, result = follow(CONFIG, workshop, on=on, checkpoints=checkpoints)
    [trouble] = [event for event in of(Trouble, events) if event.trouble == "nan"]
    assert (trouble.network, trouble.step, trouble.good_step) == ("plain", 5, 3)
    untouched, _ = follow(CONFIG, workshop)
    for one, other in zip(figures("residual", events), figures("residual", untouched), strict=True):
        assert one == pytest.approx(other, abs=1e-5)
    losses = [event.loss for event in of(BatchEnd, told_of("plain", events))]
    assert np.isfinite(losses[:4]).all()
    assert np.isnan(losses[4:]).all()
    assert len(losses) == 20
    [finished] = of(Finished, events)
    assert np.isnan(finished.test_loss["plain"])
    assert finished.test_accuracy["residual"] > 0.15
    assert finished.to_dict()["test_loss"]["plain"] is None
    assert not result.stopped
    # It could only go on from before; and that no later state was kept is no news beside the trouble.
    assert max(event.step for event in of(Saved, events)) <= 4
    assert not of(SaveFailed, events)


def test_a_race_is_interrupted_when_no_network_is_left(workshop: Glass) -> None:
    def on(event: Event) -> None:
        if at(BatchEnd, step=2, network="residual")(event):
            poison(workshop, "plain")
        if at(BatchEnd, step=3, network="residual")(event):
            poison(workshop, "residual")

    events, result = follow(CONFIG, workshop, on=on)
    assert [(event.network, event.step) for event in of(Trouble, events)] == [("plain", 3), ("residual", 4)]
    assert isinstance(events[-1], Interrupted)
    assert result.stopped
    assert max(event.step for event in of(BatchEnd, events)) == 4


# Checkpoints of a lone run


def test_a_lone_runs_checkpoint_is_what_it_was_before_there_were_races(checkpoints: Checkpoints) -> None:
    """The names of its arrays, the figures of its batches, and what earlier versions kept of its trouble, which is still read."""
    config = alone(CONFIG, 0)
    with Workshop().lend(config) as prepared:
        training = Training(config, lambda kind, **fields: None, Control(), checkpoints, prepared, load_dataset(config.dataset))
        training.progress.begin_epoch(1)
        training.progress.batches = [(920, 2.5, 0.125)]
        snapshot = training.saving.snapshot()
        count = len(prepared.model.variables)
        assert [name for name in snapshot.arrays if name.startswith("model/")] == [f"model/{index:05d}" for index in range(count)]
        assert snapshot.state["progress"]["batches"] == [[920, 2.5, 0.125]]
        [guard] = training.alarm.guards
        guard.watch.observe(1, 2.5, 0.01)
        earlier = {"watch": guard.watch.state(), "good_step": 12, "raised_at": 9}
        training.alarm.restore(earlier)
        assert training.alarm.state() == {"guards": [{"watch": earlier["watch"], "good_step": 12}], "raised_at": 9}
