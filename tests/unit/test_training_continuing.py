"""Runs that are cut off, at whatever place, and go on from their checkpoint: the curve is that of a run nobody touched."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from resnet.config import TrainConfig
from resnet.training import saving
from resnet.training.checkpoints import Checkpoints
from resnet.training.continuation import Continuation
from resnet.training.control import Control
from resnet.training.course import effective
from resnet.training.events import (
    BatchEnd,
    Continued,
    EpochEnd,
    Evaluating,
    Event,
    Finished,
    RateChanged,
    Saved,
    SaveFailed,
    Started,
    Stopped,
)
from resnet.training.workshop import Workshop
from tests.training_runs import CONFIG, RECIPE, TINY, follow, of

# Its validation loss is lowest after the second epoch (see test_training_rates.py): patience and plateau have something to remember.
LAGGING = replace(TINY, bn_momentum=0.9999999, dropout=0.2)
CONFIGS = {
    "adam, plateau, early stop": TrainConfig(
        networks=(LAGGING,),
        dataset="fashion-mnist-subset",
        recipe=replace(RECIPE, optimizer="adam", learning_rate=0.012, epochs=6, plateau_patience=1, early_stopping_patience=2),
        seed=3,
    ),
    "nesterov, one cycle, odd end": TrainConfig(
        networks=(replace(TINY, dropout=0.2),),
        dataset="fashion-mnist-subset",
        recipe=replace(RECIPE, schedule="one-cycle", batch_size=700, epochs=3, augmentation="flip-shift", label_smoothing=0.1),
        seed=5,
        max_steps=35,  # 13 steps an epoch, the last batch of each a smaller one
    ),
}


class Killed(BaseException):
    """Nothing catches it: what was told and saved before is all there is, as if the process had been killed."""


class Interfering(Control):
    """Stops when it is asked for the `count`-th time whether to."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count, self.asked = count, 0

    @property
    def stop_requested(self) -> bool:
        self.asked += 1
        if self.asked == self.count:
            self.stop()
        return super().stop_requested


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture(scope="module")
def undisturbed(workshop: Workshop) -> Callable[[str], list[Event]]:
    known: dict[str, list[Event]] = {}

    def run(name: str) -> list[Event]:
        if name not in known:
            known[name] = follow(CONFIGS[name], workshop)[0]
        return known[name]

    return run


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return Checkpoints(tmp_path / "run")


def results(events: list[Event]) -> dict[str, object]:
    """All that the clock has no part in."""
    batches = [(event.step, event.epoch, event.loss, event.accuracy, event.learning_rate) for event in of(BatchEnd, events)]
    epochs = [
        (event.step, event.epoch, event.loss, event.accuracy, event.validation_loss, event.validation_accuracy, event.learning_rate)
        for event in of(EpochEnd, events)
    ]
    ends = [
        (event.test_loss, event.test_accuracy, event.class_accuracy, event.best_epoch, event.stopped_early)
        for event in of(Finished, events)
    ]
    rates = [(event.step, event.previous, event.learning_rate, event.cause) for event in of(RateChanged, events)]
    return {"batches": batches, "epochs": epochs, "ends": ends, "rates": rates}


def run_until(
    config: TrainConfig,
    workshop: Workshop,
    checkpoints: Checkpoints,
    last: Callable[[Event], bool],
    continuation: Continuation | None = None,
) -> list[Event]:
    """What a run told before it was killed at the first event that is `last`; what it had saved by then is on disk."""
    events: list[Event] = []

    def on(event: Event) -> None:
        events.append(event)
        if isinstance(event, BatchEnd):
            checkpoints.flush()
        if last(event):
            raise Killed

    with pytest.raises(Killed):
        follow(config, workshop, on=on, checkpoints=checkpoints, continuation=continuation)
    checkpoints.flush()
    return events


def go_on(config: TrainConfig, workshop: Workshop, checkpoints: Checkpoints, before: list[Event], **how: object) -> list[Event]:
    """The whole story of a run that was cut off and continued to its end."""
    continuation = Continuation(last_sequence=before[-1].sequence, **how)  # type: ignore[arg-type]
    return before + follow(config, workshop, checkpoints=checkpoints, continuation=continuation)[0]


def at(kind: type[Event], **values: object) -> Callable[[Event], bool]:
    return lambda event: isinstance(event, kind) and all(getattr(event, name) == value for name, value in values.items())


# Where a run is killed: (event, seconds between checkpoints, step and end of epoch it goes on from).
PLACES = {
    "adam, plateau, early stop": {
        "before the first checkpoint of an epoch": (at(BatchEnd, step=7), math.inf, (0, True)),
        "within an epoch": (at(BatchEnd, step=27), 0, (26, False)),
        "at the last batch": (at(BatchEnd, step=30), 0, (29, False)),
        "validated, not saved": (at(EpochEnd, epoch=3), 0, (30, False)),
        "at an epoch's end": (at(BatchEnd, step=31), math.inf, (30, True)),
        "after the last epoch": (at(Evaluating), math.inf, (40, True)),
    },
    "nesterov, one cycle, odd end": {
        "within an epoch": (at(BatchEnd, step=19), 0, (18, False)),
        "at an epoch's end": (at(BatchEnd, step=20), math.inf, (13, True)),
        "validated at the odd end, not saved": (at(EpochEnd, epoch=3), 0, (35, False)),
        "after the last epoch": (at(Evaluating), math.inf, (35, True)),
    },
}


@pytest.mark.parametrize(("name", "place"), [(name, place) for name, places in PLACES.items() for place in places])
def test_a_killed_run_goes_on_as_if_nothing_had_been(
    workshop: Workshop,
    checkpoints: Checkpoints,
    undisturbed: Callable[[str], list[Event]],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    place: str,
) -> None:
    last, every, goes_on = PLACES[name][place]
    monkeypatch.setattr(saving, "SAVE_EVERY", every)
    before = run_until(CONFIGS[name], workshop, checkpoints, last)
    events = go_on(CONFIGS[name], workshop, checkpoints, before)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    [continued] = of(Continued, events)
    assert (continued.step, continued.epoch_ended) == goes_on
    assert len(of(Started, events)) == (2 if continued.step == 0 else 1)
    course = effective(events)
    assert results(course) == results(undisturbed(name))
    assert len(of(Started, course)) == 1
    seconds = [event.seconds for event in of(BatchEnd, course)]
    assert seconds == sorted(seconds)
    assert left_in(checkpoints.folder) == [f"trained/{CONFIGS[name].networks[0].name}.safetensors"]


def test_the_undisturbed_runs_have_something_to_remember(undisturbed: Callable[[str], list[Event]]) -> None:
    stopped_early, odd = undisturbed("adam, plateau, early stop"), undisturbed("nesterov, one cycle, odd end")
    [finished] = of(Finished, stopped_early)
    assert (finished.best_epoch, finished.stopped_early, len(of(EpochEnd, stopped_early))) == (2, True, 4)
    assert [change.step for change in of(RateChanged, stopped_early)] == [30]  # after the last epoch a cut would be nobody's
    assert [(epoch.epoch, epoch.step) for epoch in of(EpochEnd, odd)] == [(1, 13), (2, 26), (3, 35)]


@pytest.mark.parametrize(
    ("count", "step", "ended"),
    [(2 + 4, 4, False), (2 + 10 + 5, 10, False), (2 + 10 + 10 + 1, 10, True)],
    ids=["in an epoch", "in a validation", "at an epoch's end"],
)
def test_a_stopped_run_can_go_on(
    workshop: Workshop, checkpoints: Checkpoints, undisturbed: Callable[[str], list[Event]], count: int, step: int, ended: bool
) -> None:
    name = "adam, plateau, early stop"
    stopped, _ = follow(CONFIGS[name], workshop, Interfering(count), checkpoints=checkpoints)
    assert [event.kind for event in stopped[-2:]] == ["saved", "stopped"]
    assert of(Stopped, stopped)[0].step == step
    events = go_on(CONFIGS[name], workshop, checkpoints, stopped)
    assert (of(Continued, events)[0].step, of(Continued, events)[0].epoch_ended) == (step, ended)
    assert results(effective(events)) == results(undisturbed(name))


def test_a_run_killed_twice_goes_on(
    workshop: Workshop, checkpoints: Checkpoints, undisturbed: Callable[[str], list[Event]], monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "nesterov, one cycle, odd end"
    monkeypatch.setattr(saving, "SAVE_EVERY", 0)
    first = run_until(CONFIGS[name], workshop, checkpoints, at(BatchEnd, step=5))
    again = Continuation(last_sequence=first[-1].sequence)
    second = run_until(CONFIGS[name], workshop, checkpoints, at(BatchEnd, step=17), again)
    events = go_on(CONFIGS[name], workshop, checkpoints, first + second)
    assert [continued.step for continued in of(Continued, events)] == [4, 16]
    assert results(effective(events)) == results(undisturbed(name))


def test_a_rate_set_by_hand_holds_over_an_interruption(workshop: Workshop, checkpoints: Checkpoints, tmp_path: Path) -> None:
    config = CONFIGS["nesterov, one cycle, odd end"]

    def set_rate(control: Control, event: Event) -> None:
        if at(BatchEnd, step=5)(event):
            control.set_learning_rate(0.01)

    control = Control()
    whole, _ = follow(config, workshop, control, on=partial(set_rate, control))
    control = Control()
    stop = lambda event: control.stop() if at(BatchEnd, step=8)(event) else set_rate(control, event)  # noqa: E731
    stopped, _ = follow(config, workshop, control, on=stop, checkpoints=checkpoints)
    assert results(effective(go_on(config, workshop, checkpoints, stopped))) == results(whole)


def test_without_a_checkpoint_first_weights_it_is(
    workshop: Workshop, checkpoints: Checkpoints, undisturbed: Callable[[str], list[Event]]
) -> None:
    name = "nesterov, one cycle, odd end"
    before = run_until(CONFIGS[name], workshop, checkpoints, at(BatchEnd, step=20))
    checkpoints.delete()
    events = go_on(CONFIGS[name], workshop, checkpoints, before)
    assert of(Continued, events)[0].step == 0
    assert results(effective(events)) == results(undisturbed(name))


def test_a_checkpoint_of_another_configuration_is_passed_over(workshop: Workshop, checkpoints: Checkpoints) -> None:
    before = run_until(replace(CONFIG, seed=1), workshop, checkpoints, at(BatchEnd, step=12))
    events = go_on(CONFIG, workshop, checkpoints, before)
    assert of(Continued, events)[0].step == 0


def test_a_repair_goes_back_at_another_rate_and_forgets_the_way_that_went_wrong(workshop: Workshop, checkpoints: Checkpoints) -> None:
    config = replace(CONFIG, recipe=replace(RECIPE, epochs=4))
    before = run_until(config, workshop, checkpoints, at(BatchEnd, step=35))
    assert checkpoints.steps == [10, 20, 30]
    repair = Continuation(last_sequence=before[-1].sequence, from_step=20, rate_factor=0.5)
    repaired = before + run_until(config, workshop, checkpoints, at(BatchEnd, step=22), repair)
    assert checkpoints.steps == [10, 20]
    [continued], [changed] = of(Continued, repaired), of(RateChanged, repaired)
    assert (continued.step, continued.rate_factor) == (20, 0.5)
    assert (changed.step, changed.cause, changed.previous, changed.learning_rate) == (
        20,
        "repair",
        pytest.approx(0.05),
        pytest.approx(0.025),
    )
    twice = Continuation(last_sequence=repaired[-1].sequence, from_step=20, rate_factor=0.5)
    run_until(config, workshop, checkpoints, at(BatchEnd, step=22), twice)
    events = go_on(config, workshop, checkpoints, repaired)
    rates = [event.learning_rate for event in of(BatchEnd, effective(events))]
    assert rates == pytest.approx([0.05] * 20 + [0.0125] * 20)


def test_a_rate_set_while_the_cycle_climbs_outlasts_an_interruption(workshop: Workshop, checkpoints: Checkpoints) -> None:
    config = CONFIGS["nesterov, one cycle, odd end"]  # 35 steps, the top at step 10

    def set_by_hand(control: Control) -> Callable[[Event], None]:
        return lambda event: control.set_learning_rate(0.03) if at(BatchEnd, step=4)(event) else None

    control = Control()
    whole, _ = follow(config, workshop, control, on=set_by_hand(control))
    control, steered = Control(), list[Event]()

    def on(event: Event) -> None:
        steered.append(event)
        set_by_hand(control)(event)
        if isinstance(event, Saved) and event.step == 4:
            raise Killed
        checkpoints.flush()

    with pytest.raises(Killed):
        follow(config, workshop, control, on=on, checkpoints=checkpoints)
    course = effective(go_on(config, workshop, checkpoints, steered))
    assert [event.learning_rate for event in of(BatchEnd, whole)][4:10] == pytest.approx([0.03] * 6)
    assert results(course) == results(whole)


def left_in(folder: Path) -> list[str]:
    """The files in it, however deep."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# What is told of saving


def test_a_run_saves_at_its_start_and_at_the_end_of_each_epoch(workshop: Workshop, checkpoints: Checkpoints) -> None:
    events, _ = follow(CONFIG, workshop, on=lambda event: checkpoints.flush(), checkpoints=checkpoints)
    assert [(event.step, event.epoch) for event in of(Saved, events)] == [(0, 0), (10, 1), (20, 2)]
    assert not of(SaveFailed, events)
    assert left_in(checkpoints.folder) == [f"trained/{CONFIG.networks[0].name}.safetensors"]


def test_a_disk_that_refuses_is_told_once_until_it_takes_again_and_stops_no_training(workshop: Workshop, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    checkpoints = Checkpoints(in_the_way / "run")

    def on(event: Event) -> None:
        checkpoints.flush()
        if at(BatchEnd, step=25)(event):
            in_the_way.unlink()

    events, result = follow(replace(CONFIG, recipe=replace(RECIPE, epochs=3)), workshop, on=on, checkpoints=checkpoints)
    [failed] = of(SaveFailed, events)
    assert failed.step == 0
    assert "Not a directory" in failed.values["problem"]
    assert [event.step for event in of(Saved, events)] == [30]
    assert result.test_accuracy


def test_saving_changes_no_figure(workshop: Workshop, checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saving, "SAVE_EVERY", 0)
    assert results(follow(CONFIG, workshop, checkpoints=checkpoints)[0]) == results(follow(CONFIG, workshop)[0])
