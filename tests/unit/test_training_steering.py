"""A person's hand on real (tiny) runs: what was asked is done between two batches, told, and changes nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from resnet.training import progress as progress_module
from resnet.training.callbacks import one_cycle
from resnet.training.checkpoints import Checkpoints, Outcome, Snapshot
from resnet.training.control import Control
from resnet.training.events import (
    BatchEnd,
    EpochEnd,
    Event,
    Finished,
    GradientNorms,
    Measured,
    Paused,
    RateChanged,
    Resumed,
    Saved,
    Stopped,
)
from resnet.training.progress import Progress, Stopwatch
from resnet.training.workshop import Workshop
from tests.training_runs import CONFIG, RECIPE, follow, of

SHORT = replace(CONFIG, recipe=replace(RECIPE, epochs=1))
STEERED = (BatchEnd, EpochEnd, Paused, Resumed, RateChanged, Stopped)


@pytest.fixture(scope="module")
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture(scope="module")
def undisturbed(workshop: Workshop) -> list[Event]:
    return follow(CONFIG, workshop)[0]


def losses(events: list[Event]) -> list[float]:
    return [event.loss for event in of(BatchEnd, events)]


def results(events: list[Event]) -> list[object]:
    epochs = [(epoch.loss, epoch.accuracy, epoch.validation_loss, epoch.validation_accuracy) for epoch in of(EpochEnd, events)]
    return [losses(events), epochs, [finished.test_loss for finished in of(Finished, events)]]


def told(events: list[Event], first: int, last: int) -> list[tuple[str, int]]:
    """(kind, step) of what was told of these steps by training and steering."""
    return [(event.kind, event.step) for event in events if isinstance(event, STEERED) and first <= event.step <= last]


def after_batch(step: int, do: Callable[[], None]) -> Callable[[Event], None]:
    return lambda event: do() if isinstance(event, BatchEnd) and event.step == step else None


class Interfering(Control):
    """Does something by itself when it is asked for the `count`-th time whether to stop: also in the middle of an evaluation."""

    def __init__(self, count: int, do: str) -> None:
        super().__init__()
        self.count, self.do, self.asked = count, do, 0

    @property
    def stop_requested(self) -> bool:
        self.asked += 1
        if self.asked == self.count:
            getattr(self, self.do)()
        return super().stop_requested


# Pause, resume, single steps


def test_a_pause_comes_after_the_batch_in_progress_and_changes_no_figure(workshop: Workshop, undisturbed: list[Event]) -> None:
    control = Control()

    def on(event: Event) -> None:
        after_batch(3, control.pause)(event)
        if isinstance(event, Paused):
            control.resume()

    events, _ = follow(CONFIG, workshop, control, on=on)
    assert told(events, 3, 4) == [("batch", 3), ("paused", 3), ("resumed", 3), ("batch", 4)]
    assert results(events) == results(undisturbed)


def test_single_steps_pause_again_after_each(workshop: Workshop, undisturbed: list[Event]) -> None:
    control, asked = Control(), iter(["step", "step", "resume"])

    def on(event: Event) -> None:
        after_batch(3, control.pause)(event)
        if isinstance(event, Paused):
            getattr(control, next(asked))()

    events, _ = follow(CONFIG, workshop, control, on=on)
    assert told(events, 3, 6) == [
        ("batch", 3),
        ("paused", 3),
        ("batch", 4),
        ("paused", 4),
        ("batch", 5),
        ("paused", 5),
        ("resumed", 5),
        ("batch", 6),
    ]
    assert {4, 5} <= {event.step for event in of(GradientNorms, events)}
    assert results(events) == results(undisturbed)


def test_a_step_at_an_epochs_end_goes_through_the_validation(workshop: Workshop) -> None:
    control, asked = Control(), iter(["step", "resume"])

    def on(event: Event) -> None:
        after_batch(10, control.pause)(event)
        if isinstance(event, Paused):
            getattr(control, next(asked))()

    events, _ = follow(CONFIG, workshop, control, on=on)
    assert told(events, 10, 11) == [("batch", 10), ("paused", 10), ("epoch", 10), ("batch", 11), ("paused", 11), ("resumed", 11)]


def test_a_run_paused_before_it_began_waits_before_its_first_batch(workshop: Workshop) -> None:
    control = Control()
    control.pause()
    events, _ = follow(SHORT, workshop, control, on=lambda event: control.resume() if isinstance(event, Paused) else None)
    kinds = [event.kind for event in events if event.kind != "preparing"]
    assert kinds[:4] == ["started", "paused", "resumed", "batch"]


@pytest.mark.parametrize(
    ("count", "place"), [(2 + 10 + 4, ["batch", "paused"]), (2 + 10 + 10 + 1 + 4, ["evaluating", "paused"])], ids=["validation", "test"]
)
def test_a_pause_is_obeyed_within_an_evaluation(
    workshop: Workshop, undisturbed: list[Event], tmp_path: Path, count: int, place: list[str]
) -> None:
    control = Interfering(count, "pause")
    on = lambda event: control.resume() if isinstance(event, Paused) else None  # noqa: E731
    events, _ = follow(SHORT, workshop, control, on=on, checkpoints=Checkpoints(tmp_path / "run"))
    kinds = [event.kind for event in events if event.kind not in ("saved", "gradients")]
    index = kinds.index("paused")
    assert kinds[index - 1 : index + 1] == place
    assert (events[-1].kind, results(events)[1]) == ("finished", results(undisturbed)[1][:1])


@pytest.mark.parametrize("step", [3, 10])
def test_a_stop_ends_a_pause_without_another_batch(workshop: Workshop, step: int) -> None:
    control = Control()

    def on(event: Event) -> None:
        after_batch(step, control.pause)(event)
        if isinstance(event, Paused):
            control.stop()

    events, result = follow(CONFIG, workshop, control, on=on)
    assert told(events, step, 20) == [("batch", step), ("paused", step), ("stopped", step)]
    assert result.stopped


def test_a_pause_is_no_time_of_training(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(progress_module, "perf_counter", lambda: now)
    watch = Stopwatch()
    now += 3
    with watch.stopped():
        now += 1_000
    now += 2
    assert watch.seconds == 5
    watch.start(40)
    now += 1
    assert watch.seconds == 41


def test_a_checkpoint_written_in_a_pause_does_not_count_it(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(progress_module, "perf_counter", lambda: now)
    progress = Progress()
    now += 3
    with progress.watch.stopped():
        now += 1_000
        assert progress.state()["seconds"] == 3
        now += 1_000
        assert progress.state()["seconds"] == 3
    now += 2
    assert progress.state()["seconds"] == 5


class WritesWhenAskedWhatWasWritten(Checkpoints):
    """Everything is written just after it was asked what has become of it: the moment in which telling is forgotten most easily."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked = threading.Event()

    def save(self, snapshot: Snapshot) -> None:
        self.asked.clear()
        super().save(snapshot)

    def outcomes(self) -> list[Outcome]:
        outcomes = super().outcomes()
        self.flush()
        return outcomes

    def flush(self) -> None:
        self.asked.set()
        super().flush()

    def _write(self, snapshot: Snapshot) -> Outcome:
        self.asked.wait()
        return super()._write(snapshot)


class Sleeper(Control):
    """Does what comes next in `asked` when the run would sleep until something is asked for, and notes what was told until then."""

    def __init__(self, asked: list[Callable[[], None]]) -> None:
        super().__init__()
        self.asked, self.told = iter(asked), list[Event]()
        self.asleep: list[Event] = []  # the event before each sleep

    def wait(self, timeout: float | None = None) -> None:
        if timeout is None:
            self.asleep.append(self.told[-1])
            next(self.asked)()
        super().wait(timeout)


def test_a_checkpoint_of_a_pause_is_told_before_the_run_sleeps(workshop: Workshop, tmp_path: Path) -> None:
    control = Sleeper([lambda: control.set_learning_rate(0.2), lambda: control.measure(), lambda: control.resume()])

    def on(event: Event) -> None:
        control.told.append(event)
        after_batch(3, control.pause)(event)

    follow(SHORT, workshop, control, on=on, checkpoints=WritesWhenAskedWhatWasWritten(tmp_path / "run"))
    paused, changed, measured = control.asleep
    assert (type(paused), type(changed), type(measured)) == (Saved, Saved, Measured)
    in_the_pause = control.told[control.told.index(of(Paused, control.told)[0]) : control.told.index(of(Resumed, control.told)[0])]
    assert [event.kind for event in in_the_pause] == ["paused", "saved", "rate", "saved", "measured"]


def test_seconds_of_training_grow_with_every_batch(undisturbed: list[Event]) -> None:
    seconds = [event.seconds for event in of(BatchEnd, undisturbed)]
    assert all(one < other for one, other in zip([0.0, *seconds], seconds, strict=False))
    epochs = of(EpochEnd, undisturbed)
    assert epochs[0].seconds < seconds[10]
    assert seconds[-1] - seconds[10] < epochs[1].seconds
    assert epochs[0].seconds + epochs[1].seconds < of(Finished, undisturbed)[0].seconds


# The learning rate


def rates(events: list[Event]) -> list[float]:
    return [event.learning_rate for event in of(BatchEnd, events)]


def test_a_rate_holds_from_the_next_batch_on(workshop: Workshop, undisturbed: list[Event]) -> None:
    control = Control()
    events, _ = follow(SHORT, workshop, control, on=after_batch(3, lambda: control.set_learning_rate(0.2)))
    [changed] = of(RateChanged, events)
    assert (changed.step, changed.epoch, changed.learning_rate, changed.cause) == (3, 1, 0.2, "hand")
    assert changed.previous == pytest.approx(0.05)
    assert told(events, 3, 4) == [("batch", 3), ("rate", 3), ("batch", 4)]
    assert rates(events) == pytest.approx([0.05] * 3 + [0.2] * 7)
    assert losses(events)[:4] == losses(undisturbed)[:4]
    assert losses(events)[4] != losses(undisturbed)[4]


def test_a_rate_scales_the_rest_of_a_schedule(workshop: Workshop) -> None:
    control = Control()
    config = replace(SHORT, recipe=replace(SHORT.recipe, schedule="one-cycle"))
    events, _ = follow(config, workshop, control, on=after_batch(4, lambda: control.set_learning_rate(0.01)))
    schedule = [one_cycle(step, 10, 0.05) for step in range(1, 11)]
    [changed] = of(RateChanged, events)
    assert (changed.previous, changed.learning_rate) == (pytest.approx(schedule[4]), 0.01)
    assert rates(events) == pytest.approx(schedule[:4] + [rate * 0.01 / schedule[4] for rate in schedule[4:]])


def test_a_rate_is_taken_in_a_pause_at_once(workshop: Workshop) -> None:
    control = Control()

    def on(event: Event) -> None:
        after_batch(3, control.pause)(event)
        if isinstance(event, Paused):
            control.set_learning_rate(0.3)
        if isinstance(event, RateChanged):
            control.resume()

    events, _ = follow(SHORT, workshop, control, on=on)
    assert told(events, 3, 4) == [("batch", 3), ("paused", 3), ("rate", 3), ("resumed", 3), ("batch", 4)]


# Measurements on demand


def test_a_running_network_is_measured_in_its_next_step(workshop: Workshop, undisturbed: list[Event]) -> None:
    control = Control()
    events, _ = follow(CONFIG, workshop, control, on=after_batch(3, control.measure))
    [measured] = of(Measured, events)
    assert (measured.step, measured.network) == (4, "tiny")
    assert "stage1_block1_conv1" in measured.update_ratio
    assert all(0 < ratio < 1 for ratio in measured.update_ratio.values())
    assert {"stem_relu", "stage2_block1_relu"} <= measured.dead.keys()
    assert all(0 <= share <= 1 for share in measured.dead.values())
    assert results(events) == results(undisturbed)


def test_a_paused_network_is_measured_at_once_and_wholly_after_its_next_step(workshop: Workshop) -> None:
    control, asked = Control(), iter(["measure"])

    def on(event: Event) -> None:
        after_batch(3, control.pause)(event)
        if isinstance(event, Paused):
            getattr(control, next(asked, "resume"))()
        if isinstance(event, Measured):
            control.step() if event.step == 3 else None

    events, _ = follow(SHORT, workshop, control, on=on)
    first, second = of(Measured, events)
    assert (first.step, first.update_ratio, second.step) == (3, {}, 4)
    assert first.dead.keys() == second.dead.keys()
    assert second.update_ratio
