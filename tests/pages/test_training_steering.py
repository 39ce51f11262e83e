"""A run in the teacher's hand, as the page without a browser: what can be pressed in which state, what it says, what a click asks for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from resnet.config import TrainConfig
from resnet.errors import TrainingError
from resnet.presets import DEMO, PRESETS
from resnet.runs import service
from resnet.runs.queueing import Limits
from resnet.runs.service import Service
from resnet.runs.store import RunState, Store
from resnet.training.events import (
    BatchEnd,
    Continued,
    Event,
    Failed,
    Interrupted,
    Measured,
    Paused,
    RateChanged,
    Recovered,
    Resumed,
    Saved,
    SaveFailed,
    Trouble,
)
from tests.pages.components import components
from tests.pages.training_page import begin, button, enabled, field, texts, training
from tests.unit.test_store import batch, finished

RUN = "aaaa"
PLAIN = replace(DEMO, networks=(replace(PRESETS["mini-resnet"], name="plain-mini", shortcut="none"),))


def told(*makers: Callable[[int], Event]) -> list[Event]:
    """A run's events: it begins, does three batches, and then what `makers` make of the next sequences."""
    events: list[Event] = [begin(RUN), *(replace(batch(RUN, step + 1), step=step) for step in (1, 2, 3))]
    return events + [make(sequence) for sequence, make in enumerate(makers, start=5)]


def saved(step: int) -> Callable[[int], Event]:
    return lambda sequence: Saved(run=RUN, sequence=sequence, time=1.0, step=step, epoch=1)


def interrupted(sequence: int) -> Event:
    return Interrupted(run=RUN, sequence=sequence, time=1.0, rule="the lamp {lamp} went out", values={"lamp": "L3"})


def trouble(kind: str, cause: str, good_step: int | None = 2) -> Callable[[int], Trouble]:
    return lambda sequence: Trouble(
        run=RUN,
        sequence=sequence,
        time=1.0,
        network="mini-resnet",
        step=3,
        epoch=1,
        trouble=kind,
        cause=cause,
        since=2,
        loss=48_000.0,
        before=0.41,
        good_step=good_step,
    )


def keep(store: Store, events: list[Event], state: RunState, *, plain: bool = False) -> None:
    store.add_run(RUN, PLAIN if plain else DEMO)
    store.append(RUN, events, state)


def live(*makers: Callable[[int], Event], config: TrainConfig = DEMO) -> tuple[Service, str]:
    """A run that a worker has, as the service would have heard of it: its events, told by hand. The worker answers, and does nothing."""
    lab = service.current()
    assert lab is not None
    lab._tell = lambda *_: None  # type: ignore[method-assign]
    run = lab.start(config)
    for event in told(*makers):
        lab._hub.publish(replace(event, run=run))
    return lab, run


def wish(app: AppTest) -> Any:
    """What the live view is told of the last thing that was asked for."""
    (view,) = components(app)
    return json.loads(view.proto.json)["asked"]


@pytest.mark.parametrize(
    ("makers", "state", "expected"),
    [
        ((), "preparing", ["Stop"]),
        ((), "running", ["Pause", "One step", "Stop", "Set", "÷2", "×2", "Measure"]),
        ((), "paused", ["Resume", "One step", "Stop", "Set", "÷2", "×2", "Measure"]),
        ((), "evaluating", ["Stop"]),
        ((interrupted,), "interrupted", ["Continue"]),
        ((lambda sequence: Failed(run=RUN, sequence=sequence, time=1.0, rule="no", values={}),), "failed", []),
        ((lambda sequence: finished(RUN, sequence),), "finished", []),
    ],
)
def test_what_can_be_pressed_in_which_state(
    makers: tuple[Callable[[int], Event], ...], state: RunState, expected: list[str], store: Store
) -> None:
    keep(store, told(*makers), state)
    steering = [label for label in enabled(training(run=RUN)) if label not in ("Reset", "Start", "Queue another run")]
    assert steering == expected


def test_what_is_asked_for_is_asked_of_this_run(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, run = live()
    asked: list[tuple[object, ...]] = []
    for wish in ("pause", "step", "measure", "set_learning_rate"):
        monkeypatch.setattr(lab, wish, lambda *values, wish=wish: asked.append((wish, *values)))
    app = training(run=run)
    for label in ("Pause", "One step", "Measure"):
        button(app, label)
    button(app, "÷2")
    button(app, "÷2")
    field(app, "Learning rate of the run").set_value(0.02)
    button(app, "Set")
    assert asked == [
        ("pause", run),
        ("step", run),
        ("measure", run),
        ("set_learning_rate", run, 5e-4),
        ("set_learning_rate", run, 2.5e-4),  # the second click counts, though nothing was heard of the first
        ("set_learning_rate", run, 0.02),
    ]


def test_what_was_asked_of_an_earlier_attempt_is_over(store: Store) -> None:
    lab, run = live(saved(3))
    app = button(training(run=run), "×2")
    assert wish(app) == {"text": "Learning rate 0.002 from the next batch on …", "kinds": ["rate"], "states": [], "after": 5}
    lab._hub.publish(replace(interrupted(6), run=run))
    assert lab._hub.settle(run)
    app = button(app.run(), "Continue")
    assert wish(app) is None
    again = Continued(run=run, sequence=7, time=1.0, step=3, epoch=1)
    lab._hub.publish(again, attempt=2)
    app = button(app.run(), "×2")
    assert wish(app)["text"].startswith("Learning rate 0.002 "), "twice the rate in force, not twice what was never heard of"


@pytest.mark.parametrize(
    ("label", "event", "states"),
    [("Pause", Resumed, ["paused"]), ("Resume", Paused, ["running"]), ("One step", Resumed, ["paused"]), ("One step", Paused, [])],
)
def test_a_state_fulfils_a_wish_it_was_not_asked_in(label: str, event: type[Paused | Resumed], states: list[str], store: Store) -> None:
    _, run = live(lambda sequence: event(run=RUN, sequence=sequence, time=1.0, step=3, epoch=1))
    assert wish(button(training(run=run), label))["states"] == states


def test_a_rate_that_was_set_is_the_one_to_build_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, run = live(
        lambda sequence: RateChanged(run=RUN, sequence=sequence, time=1.0, step=3, epoch=1, previous=1e-3, learning_rate=8e-3, cause="hand")
    )
    asked: list[float] = []
    monkeypatch.setattr(lab, "set_learning_rate", lambda _, rate: asked.append(rate))
    app = training(run=run)
    box = field(app, "Learning rate of the run")
    assert box.value == 8e-3
    button(app, "×2")
    assert asked == [16e-3]
    assert field(app, "Learning rate of the run").value == 16e-3
    assert field(app, "Learning rate of the run").id == box.id, "another field would stand beside this one while the page is made"


def test_a_refusal_is_shown_and_nothing_is_lost(store: Store) -> None:
    app = training()
    field(app, "Epochs, at most").set_value(9).run()
    for _ in range(3):
        button(app, next(label for label in enabled(app) if label in ("Start", "Queue another run")))
    lab = service.current()
    assert isinstance(lab, Service)

    def refuse(*_: object, **__: object) -> str:
        raise TrainingError("you have {count} runs, which is enough", count=3)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lab, "start", refuse)
        app = button(app, "Queue another run")
    assert "you have 3 runs, which is enough" in texts(app)
    assert field(app, "Epochs, at most").value == 9
    assert len(store.runs()) == 3


def test_a_network_that_cannot_fit_is_refused_before_it_starts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = service.current()
    monkeypatch.setattr(lab, "refusal", lambda _: TrainingError("this needs {need} of memory", need="9 GiB"))
    app = training()
    assert "this needs 9 GiB of memory" in texts(app)
    assert "Start" not in enabled(app)


def test_an_interrupted_run_says_why_and_goes_on_with_one_click(store: Store) -> None:
    keep(store, told(saved(2), interrupted), "interrupted")
    app = training(run=RUN)
    assert "**Interrupted**: the lamp L3 went out. **Continue** takes it up again. It goes on from step 2 of epoch 1." in texts(app)
    app = button(app, "Continue")
    record = store.run(RUN)
    assert record is not None
    assert (record.state, record.attempt) == ("queued", 2)
    assert "Interrupted" not in texts(app)
    assert "Cancel" in enabled(app)


def test_without_a_checkpoint_a_run_says_that_it_begins_anew(store: Store) -> None:
    keep(store, told(interrupted), "interrupted")
    assert "it begins anew, with the same first weights" in texts(training(run=RUN))


def test_who_comes_too_late_to_continue_is_told(store: Store) -> None:
    keep(store, told(saved(2), interrupted), "interrupted")
    here, there = training(run=RUN), training(run=RUN)
    button(there, "Continue")
    app = button(here, "Continue")
    assert "waits or trains already" in texts(app)


@pytest.mark.parametrize(
    ("event", "plain", "words", "offered"),
    [
        (
            trouble("explosion", "rate-too-high"),
            False,
            ("The loss explodes", "After step 2 it rose from 0.410 to 48,000.", "the learning rate, 0.001, is too high"),
            "Halve the rate and continue from step 2",
        ),
        (trouble("nan", "rate-too-high", 0), False, ("no number any more", "The best before was 0.410"), "Halve the rate and begin anew"),
        (trouble("plateau", "no-shortcuts"), True, ("does not learn", "14 layers without shortcuts"), "Train it with shortcuts"),
        (trouble("plateau", "rate-too-low"), False, ("Guessing without looking gives 0.410", "is too low"), "Set the rate to 0.01"),
        (trouble("plateau", "unknown"), False, ("not plain from the numbers",), "Halve the rate and continue from step 2"),
    ],
)
def test_why_it_broke_and_what_would_mend_it(
    event: Callable[[int], Event], plain: bool, words: tuple[str, ...], offered: str, store: Store
) -> None:
    keep(store, told(event), "running", plain=plain)
    app = training(run=RUN)
    assert not [part for part in words if part not in texts(app)]
    assert offered in enabled(app)


@pytest.mark.parametrize(
    "over",
    [
        lambda sequence: Recovered(run=RUN, sequence=sequence, time=1.0, network="mini-resnet", step=3, epoch=1),
        lambda sequence: Continued(run=RUN, sequence=sequence, time=1.0, step=3, epoch=1),
    ],
    ids=["by itself", "by a continuation"],
)
def test_trouble_that_is_over_is_not_spoken_of(over: Callable[[int], Event], store: Store) -> None:
    keep(store, told(trouble("explosion", "rate-too-high"), over), "running")
    assert "explodes" not in texts(training(run=RUN))


def test_a_repair_stops_the_run_and_asks_to_go_on(store: Store) -> None:
    keep(store, told(saved(2), trouble("nan", "rate-too-high"), interrupted), "interrupted")
    app = training(run=RUN)
    assert "the lamp L3" not in texts(app), "the trouble is the reason, and says it better"
    button(app, "Halve the rate and continue from step 2")
    record = store.run(RUN)
    assert record is not None
    assert record.continuation is not None
    assert (record.state, record.continuation.from_step, record.continuation.rate_factor) == ("queued", 2, 0.5)


def test_the_same_network_with_shortcuts_is_one_click_away(store: Store) -> None:
    keep(store, told(trouble("plateau", "no-shortcuts")), "running", plain=True)
    app = button(training(run=RUN), "Train it with shortcuts")
    (fresh,) = [record for record in store.runs() if record.id != RUN]
    assert fresh.config == replace(PLAIN, networks=(replace(PLAIN.networks[0], shortcut="projection", name="resnet-mini"),))
    assert app.query_params["run"] == fresh.id


def test_the_run_without_shortcuts_ends_only_where_the_one_with_them_may_begin(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lab, run = live(trouble("plateau", "no-shortcuts"), config=PLAIN)
    other = lab.start(DEMO)
    monkeypatch.setattr(lab, "_limits", Limits(queue=1))
    app = button(training(run=run), "Train it with shortcuts")
    assert "1 runs wait already, and no more may" in texts(app)
    assert app.query_params["run"] == run
    assert (lab.live_state(run), len(store.runs())) == ("running", 2)
    lab.stop(other)
    app = button(app.run(), "Train it with shortcuts")
    assert lab.live_state(run) == "stopping"
    assert app.query_params["run"] == store.runs()[0].id not in (run, other)


@pytest.mark.parametrize(("cause", "words"), [("rate-too-high", "Halve the rate and"), ("rate-too-low", "Set the rate to")])
def test_a_run_that_has_failed_is_offered_no_repair(cause: str, words: str, store: Store) -> None:
    keep(store, told(trouble("explosion", cause)), "running")
    assert words in str(enabled(training(run=RUN)))
    store.append(RUN, [Failed(run=RUN, sequence=6, time=1.0, rule="the lamp is out", values={})], "failed")
    app = training(run=RUN)
    assert "the lamp is out" in texts(app)
    assert "The loss explodes" in texts(app)
    assert not [item.label for item in app.button if words in item.label]


def test_a_rate_too_low_is_raised_in_a_pause_too(store: Store) -> None:
    lab, run = live(trouble("plateau", "rate-too-low"), lambda sequence: Paused(run=RUN, sequence=sequence, time=1.0, step=3, epoch=1))
    assert lab.live_state(run) == "paused"
    assert "Set the rate to 0.01" in enabled(training(run=run))


def test_no_number_in_the_first_batch_is_no_question_of_the_rate(store: Store) -> None:
    first = replace(trouble("nan", "unknown", None)(3), step=1, since=0)
    keep(store, [begin(RUN), replace(batch(RUN, 2), step=1), first, interrupted(4)], "interrupted")
    app = training(run=RUN)
    assert [warning.value for warning in app.warning] == ["**Interrupted**: the lamp L3 went out."]
    assert "helps most often" not in texts(app)
    assert not [item.label for item in app.button if "Halve" in item.label]


def test_a_checkpoint_that_cannot_be_written_is_told_until_one_can(store: Store) -> None:
    full: Callable[[int], Event] = lambda sequence: SaveFailed(  # noqa: E731
        run=RUN, sequence=sequence, time=1.0, step=3, rule="the disk {disk} is full", values={"disk": "D"}
    )
    keep(store, told(full), "running")
    assert "training goes on. the disk D is full" in texts(training(run=RUN))
    store.append(RUN, [saved(3)(6)], "running")
    assert "the disk D is full" not in texts(training(run=RUN))


def test_what_was_measured_is_told_with_its_step(store: Store) -> None:
    keep(store, told(), "running")
    assert "Nothing measured yet." in texts(training(run=RUN))
    measured = Measured(
        run=RUN,
        sequence=5,
        time=1.0,
        network="mini-resnet",
        step=3,
        update_ratio={"stem_conv": 2e-3, "head_dense": 4e-4},
        dead={"stem_relu": 0.125},
    )
    store.append(RUN, [measured], "running")
    app = training(run=RUN)
    assert "Measured at step 3." in texts(app)
    (chart,) = app.get("plotly_chart")
    assert chart.proto.alt == (
        "Update-to-weight ratio from 0.0004 in head_dense to 0.002 in stem_conv. Dead units: at most 12.5%, in stem_relu."
    )


def test_a_history_that_cannot_be_read_is_told_and_the_page_stays(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    lab = service.current()

    def locked(*_: object) -> None:
        raise TrainingError("the database is {state}", state="locked")

    monkeypatch.setattr(lab, "run", locked)
    monkeypatch.setattr(lab, "runs", locked)
    app = training(run=RUN)
    assert "the database is locked" in texts(app)
    assert "Start" in enabled(app)
    assert len(components(app)) == 1


def test_a_run_in_progress_stays_in_the_hand_when_the_database_is_gone(store: Store, tmp_path: Path) -> None:
    lab, run = live()
    assert lab._hub.settle(run)
    store.engine.dispose()
    (tmp_path / "runs.sqlite").unlink()
    app = training(run=run)
    assert not app.exception
    assert len(app.error) == 1, "the earlier runs cannot be read, and it says so"
    assert "mini-ResNet, 14 layers · Subset of 12,000" in texts(app)
    assert {"Pause", "One step", "Stop", "Set"} <= set(enabled(app))
    button(app, "Stop")
    assert lab.live_state(run) == "stopping"


def test_a_pause_and_its_end_are_states_of_the_run(store: Store) -> None:
    lab, run = live(lambda sequence: Paused(run=RUN, sequence=sequence, time=1.0, step=3, epoch=1))
    app = training(run=run)
    assert "Resume" in enabled(app)
    lab._hub.publish(Resumed(run=run, sequence=6, time=1.0, step=3, epoch=1))
    assert "Pause" in enabled(app.run())


def test_earlier_runs_are_offered_and_their_choice_is_in_the_address(store: Store) -> None:
    keep(store, told(lambda sequence: finished(RUN, sequence)), "finished")
    store.add_run("bbbb", replace(DEMO, seed=2))
    store.append("bbbb", [begin("bbbb"), batch("bbbb", 2)], "running")
    app = training(run="bbbb")
    (choice,) = app.multiselect
    assert [option.rsplit(" · ", 1)[1] for option in choice.options] == ["87.5%"], "not the run itself, nor one that has not ended"
    choice.set_value([RUN]).run()
    assert app.query_params["under"] == RUN
    assert training(run="bbbb", under=RUN).multiselect[0].value == [RUN]


def test_the_field_for_the_rate_is_one_and_shows_each_runs_own(store: Store) -> None:
    keep(store, told(), "running")
    store.add_run("bbbb", DEMO)
    store.append("bbbb", [begin("bbbb"), replace(batch("bbbb", 2), learning_rate=0.5)], "running")
    app = training(run=RUN)
    first = field(app, "Learning rate of the run")
    assert first.value == 1e-3
    app.query_params["run"] = "bbbb"
    second = field(app.run(), "Learning rate of the run")
    assert (second.value, second.id) == (0.5, first.id)
    assert isinstance(store.events("bbbb")[-1], BatchEnd)
