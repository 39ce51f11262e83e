"""The control: what a person asks is heard from another thread, once, and by the one run that is meant."""

from __future__ import annotations

import threading

import pytest

from resnet.errors import ConfigError
from resnet.training.control import Control


def from_another_thread(ask: object) -> None:
    thread = threading.Thread(target=ask)  # type: ignore[arg-type]
    thread.start()
    thread.join()


def test_nobody_steers_at_first() -> None:
    control = Control()
    assert not any((control.stop_requested, control.must_wait, control.paused))
    assert not control.take_measure()
    assert control.take_learning_rate() is None
    control.wait()  # returns


def test_stop_is_heard_from_another_thread_and_by_one_run_only() -> None:
    control, other = Control(), Control()
    from_another_thread(control.stop)
    assert control.stop_requested
    assert not other.stop_requested


def test_pause_holds_until_it_is_over() -> None:
    control = Control()
    from_another_thread(control.pause)
    assert control.must_wait
    assert control.paused
    from_another_thread(control.resume)
    assert not control.must_wait
    assert not control.paused


def test_a_step_is_one_batch_of_a_pause() -> None:
    control = Control()
    control.pause()
    control.step()
    control.step()
    for _ in range(2):
        assert not control.must_wait
        assert control.paused
        control.take_step()
    assert control.must_wait


def test_a_step_of_a_running_training_pauses_it_after_one_batch() -> None:
    control = Control()
    control.step()
    assert not control.must_wait
    control.take_step()
    assert control.must_wait


@pytest.mark.parametrize("end", ["pause", "resume"])
def test_steps_not_yet_taken_are_forgotten_with_a_new_word(end: str) -> None:
    control = Control()
    control.step()
    getattr(control, end)()
    assert control.must_wait is (end == "pause")


def test_stop_ends_a_pause() -> None:
    control = Control()
    control.pause()
    control.stop()
    assert not control.must_wait
    control.wait()  # returns


@pytest.mark.parametrize("ask", ["resume", "step", "stop", "measure"])
def test_whoever_waits_is_woken(ask: str) -> None:
    control, woken = Control(), threading.Event()
    control.pause()

    def wait() -> None:
        control.wait()
        woken.set()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    getattr(control, ask)()
    assert woken.wait(60)


def test_the_latest_rate_is_taken_once() -> None:
    control = Control()
    control.set_learning_rate(0.5)
    control.set_learning_rate(1)
    assert control.take_learning_rate() == 1.0
    assert control.take_learning_rate() is None


@pytest.mark.parametrize("rate", [0, -1, 101, float("nan"), "fast"])
def test_a_rate_that_is_none_is_refused(rate: object) -> None:
    control = Control()
    with pytest.raises(ConfigError, match="learning_rate"):
        control.set_learning_rate(rate)  # type: ignore[arg-type]
    assert control.take_learning_rate() is None


def test_a_measurement_is_taken_once() -> None:
    control = Control()
    control.measure()
    assert control.take_measure()
    assert not control.take_measure()
