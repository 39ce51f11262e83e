"""The service with a real engine: a scheduler, a worker process, a SQLite file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from resnet.errors import ConfigError, TrainingError
from resnet.runs.engine import EngineProcess
from resnet.runs.queueing import Limits
from resnet.runs.service import Service
from resnet.runs.store import Store
from resnet.training.events import BatchEnd, Continued, Interrupted, Measured, Paused, Preparing, RateChanged, Resumed, Stopped, Trouble
from tests.e2e.labs import LONG, SHORT, SMALL, assert_whole, database, ended, open_lab, points, record_of, save, steps, told, wait_for


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("lab")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("RESNET_CHECKPOINT_DIR", str(folder / "checkpoints"))
        with open_lab(database(folder), limits=Limits(queue=6)) as lab:
            yield lab


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """A test that fails takes no other with it."""
    yield
    if "lab" in request.fixturenames:
        lab = request.getfixturevalue("lab")
        for run in lab.active_runs():
            lab.stop(run)
        wait_for(lambda: not lab.active_runs())


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("RESNET_CHECKPOINT_DIR", str(tmp_path / "checkpoints"))
    return database(tmp_path)


def test_a_run_from_start_to_test_accuracy_beside_one_that_waits_and_is_stopped(lab: Service) -> None:
    first, second = lab.start(SHORT), lab.start(LONG)
    third = lab.start(LONG)
    wait_for(lambda: lab.queue_position(third) == 2)
    waiting = lab.waiting(third)
    assert waiting is not None
    assert waiting.ahead == 2
    assert waiting.seconds is not None
    assert waiting.seconds > 0
    lab.stop(third)
    assert ended(lab, third).outcome == lab.events(third)[-1]
    assert [event.kind for event in lab.events(third)] == ["stopped"]
    assert lab.waiting(third) is None

    record = ended(lab, first)
    events = lab.events(first)
    assert record.state == "finished"
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert events[0] == Preparing(run=first, sequence=1, time=events[0].time, phase="worker")
    assert [event.step for event in events if isinstance(event, BatchEnd)] == list(range(1, 41))
    assert record.result is not None
    assert 0.1 < record.result.test_accuracy["small"] < 1
    with pytest.raises(TrainingError, match="has finished"):
        lab.continue_run(first)

    wait_for(lambda: points(lab, second) >= 5)
    with pytest.raises(TrainingError, match="waits or trains already"):
        lab.continue_run(second)
    lab.stop(second)
    assert lab.live_state(second) in {"stopping", "stopped", None}
    before = points(lab, second)
    stopped = ended(lab, second).outcome
    assert isinstance(stopped, Stopped)
    assert stopped.step == points(lab, second)
    assert before <= stopped.step


def test_everything_a_hand_can_ask_takes_effect_between_two_batches(lab: Service) -> None:
    run = lab.start(replace(LONG, max_steps=2000))
    wait_for(lambda: points(lab, run) >= 3)
    lab.pause(run)
    wait_for(lambda: lab.live_state(run) == "paused")
    (paused,) = told(lab, run, Paused)
    assert steps(lab, run)[-1] == paused.step
    assert record_of(lab, run).state == "paused"

    for more in (1, 2):
        lab.step(run)
        wait_for(lambda more=more: len(told(lab, run, Paused)) == 1 + more)
        assert steps(lab, run)[-1] == paused.step + more
        assert lab.live_state(run) == "paused"

    lab.set_learning_rate(run, 0.0125)
    wait_for(lambda: told(lab, run, RateChanged))
    (changed,) = told(lab, run, RateChanged)
    assert (changed.step, changed.cause) == (paused.step + 2, "hand")
    assert (changed.previous, changed.learning_rate) == pytest.approx((1e-3, 0.0125))
    lab.measure(run)
    wait_for(lambda: told(lab, run, Measured))
    (measured,) = told(lab, run, Measured)
    assert measured.dead
    lab.resume(run)
    wait_for(lambda: told(lab, run, Resumed))
    wait_for(lambda: points(lab, run) > paused.step + 4)
    rates = {event.step: event.learning_rate for event in lab.events(run) if isinstance(event, BatchEnd)}
    assert rates[paused.step + 2] == pytest.approx(1e-3)
    assert rates[paused.step + 3] == pytest.approx(0.0125)
    with pytest.raises(ConfigError, match="learning_rate"):
        lab.set_learning_rate(run, -1)
    lab.stop(run)
    assert ended(lab, run).state == "stopped"


def test_a_stopped_run_goes_on_as_the_same_run(lab: Service) -> None:
    config = replace(LONG, max_steps=400)
    run = lab.start(config)
    wait_for(lambda: points(lab, run) >= 10)
    lab.stop(run)
    step = points(lab, run) if ended(lab, run).can_continue else 0
    lab.continue_run(run)
    assert record_of(lab, run).attempt == 2
    assert_whole(lab, run, config)
    (continued,) = told(lab, run, Continued)
    assert continued.step == step, "a stop saves where it stopped"


def test_a_broken_run_is_repaired_from_before_its_trouble_ahead_of_those_that_wait(lab: Service) -> None:
    config = replace(LONG, recipe=replace(LONG.recipe, optimizer="sgd", learning_rate=0.02), max_steps=600)
    run, one, two = lab.start(config), lab.start(SHORT), lab.start(SHORT)
    with pytest.raises(TrainingError, match="nothing is known to be wrong"):
        lab.repair(run)
    wait_for(lambda: points(lab, run) >= 30)
    saved = save(lab, run)
    lab.set_learning_rate(run, 100)
    wait_for(lambda: told(lab, run, Trouble))
    (trouble,) = told(lab, run, Trouble)[:1]
    assert trouble.good_step is not None
    assert saved <= trouble.good_step <= trouble.since
    lab.repair(run)
    wait_for(lambda: told(lab, run, Continued))
    (continued,) = told(lab, run, Continued)
    assert (continued.step, continued.rate_factor) == (trouble.good_step, 0.5)
    assert_whole(lab, run, config)
    began = [told(lab, other, Preparing)[0].time for other in (one, two) if ended(lab, other)]
    # A loss that is no number may have ended the run before its repair was asked for; then it waited for its turn.
    assert told(lab, run, Interrupted) or continued.time < min(began)


def test_turns_go_round_the_browsers_and_the_limits_hold(lab: Service) -> None:
    running = lab.start(LONG)
    wait_for(lambda: points(lab, running) >= 1)
    order = [lab.start(SHORT, visitor="ann") for _ in range(3)]
    with pytest.raises(TrainingError, match="you have 3 runs that wait or train"):
        lab.start(SHORT, visitor="ann")
    order += [lab.start(SHORT, visitor="bob"), lab.start(SHORT, visitor="bob")]
    a1, a2, a3, b1, b2 = order
    assert lab.active_runs() == [running, a1, b1, a2, b2, a3]
    nameless = lab.start(SHORT)
    with pytest.raises(TrainingError, match="6 runs wait already"):
        lab.start(SHORT, visitor="eve")
    turns = [a1, b1, a2, b2, nameless, a3]  # the one that trains has no name either
    assert lab.active_runs() == [running, *turns]
    assert [lab.queue_position(run) for run in turns] == [1, 2, 3, 4, 5, 6]
    lab.stop(running)
    lab.stop(a3)
    began = [told(lab, run, Preparing)[0].time for run in turns if ended(lab, run).state == "finished"]
    assert len(began) == 5
    assert began == sorted(began), "Dask takes them in the order that was shown"


def test_a_network_that_cannot_fit_is_refused_before_it_starts(lab: Service) -> None:
    giant = replace(LONG, networks=(replace(SMALL, name="giant", depths=(40, 40, 40), widths=(2048, 4096, 4096)),))
    problem = lab.refusal(giant)
    assert problem is not None
    assert "takes about" in str(problem)
    assert "the training process may take" in str(problem)
    before = lab.runs()
    with pytest.raises(TrainingError, match="a smaller batch, fewer channels or fewer blocks"):
        lab.start(giant)
    assert lab.runs() == before
    assert lab.refusal(LONG) is None


def test_a_pause_ends_by_itself_when_others_have_waited_long_enough(url: str) -> None:
    with open_lab(url, limits=Limits(pause=0)) as lab:
        run = lab.start(replace(LONG, max_steps=300))
        wait_for(lambda: points(lab, run) >= 1)
        lab.pause(run)
        wait_for(lambda: lab.live_state(run) == "paused")
        waits = lab.start(SHORT)
        assert ended(lab, waits).state == "finished"
        assert told(lab, run, Resumed)
        assert ended(lab, run).state == "finished"


def test_a_server_that_stops_leaves_no_process_and_tells_the_next_one_the_truth(url: str) -> None:
    before = set(psutil.Process().children(recursive=True))
    with open_lab(url) as service:
        running, waiting = service.start(LONG), service.start(SHORT)
        wait_for(lambda: points(service, running) >= 5)
        started = set(psutil.Process().children(recursive=True)) - before
        assert started
    _, alive = psutil.wait_procs(started, timeout=5)
    assert not alive

    again = Service(Store(url), usual=None)
    record = record_of(again, running)
    assert record.interruption is not None
    assert "server was stopped" in record.interruption.reason
    assert record.can_continue
    assert points(again, running) >= 5
    again.open()
    try:
        assert ended(again, waiting).state == "finished", "what had not begun begins now"
    finally:
        again.close()


def test_a_cluster_goes_on_without_the_server_and_is_joined_again(url: str) -> None:
    cluster = EngineProcess()
    address = cluster.start()
    try:
        with open_lab(url, address=address) as first:
            run = first.start(replace(LONG, max_steps=400))
            wait_for(lambda: points(first, run) >= 5)

        with open_lab(url, address=address) as second:
            record = ended(second, run)
            assert record.state == "finished"
            sequences = [event.sequence for event in second.events(run)]
            assert sequences == list(range(1, len(sequences) + 1)), "what happened meanwhile was fetched, nothing twice"
            endless = second.start(LONG)
            wait_for(lambda: points(second, endless) >= 5)

        with open_lab(url, address=address) as third:
            third.stop(endless)
            assert ended(third, endless).state == "stopped", "a run that was joined can be steered"
    finally:
        cluster.close()
