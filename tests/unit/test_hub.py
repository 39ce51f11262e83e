"""Fan-out against a real store: nothing lost, nothing twice, at most ten messages a second."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from resnet.errors import TrainingError
from resnet.presets import DEMO
from resnet.runs import pauses
from resnet.runs.channel import Frame
from resnet.runs.hub import FRAME_INTERVAL, Hub
from resnet.runs.store import GoOn, RunRecord, Store
from resnet.training.events import Continued, Event, Failed, GradientNorms, Interrupted, Paused, Preparing, Resumed, Saved, Stopped
from tests.unit.test_store import batch, finished


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'runs.sqlite'}")
    store.add_run("a", DEMO)
    yield store
    store.close()


@pytest.fixture
def hub(store: Store) -> Iterator[Hub]:
    hub = Hub(store)
    hub.open(record_of(store, "a"))
    yield hub
    hub.close()


def record_of(store: Store, run: str) -> RunRecord:
    record = store.run(run)
    assert record is not None
    return record


async def collect(hub: Hub, run: str, after: int = 0) -> list[Frame]:
    frames = await hub.frames(run, after)
    assert frames is not None
    return [frame async for frame in frames]


def steps(frames: list[Frame]) -> list[int]:
    found: list[int] = []
    for frame in frames:
        for columns in json.loads(frame.text)["batches"].values():
            found += columns["step"]
    return found


def feed(hub: Hub, first: int, last: int, pause: float = 0.0) -> None:
    for sequence in range(first, last + 1):
        hub.publish(batch("a", sequence))
        time.sleep(pause)


def test_every_point_reaches_every_viewer_in_few_messages(hub: Hub, store: Store) -> None:
    async def scenario() -> list[list[Frame]]:
        viewers = [asyncio.create_task(collect(hub, "a")) for _ in range(3)]
        await asyncio.sleep(0)
        began = time.monotonic()
        await asyncio.to_thread(feed, hub, 1, 500, 0.001)
        hub.publish(finished("a", 501))
        seen = await asyncio.gather(*viewers)
        allowed = (time.monotonic() - began) / FRAME_INTERVAL + 3
        assert all(len(frames) <= allowed for frames in seen)
        return seen

    for frames in asyncio.run(scenario()):
        assert steps(frames) == list(range(1, 501))
        assert [frame.last for frame in frames] == [False] * (len(frames) - 1) + [True]
        assert frames[-1].sequence == 501
    while hub.state("a") is not None:  # the end is shown a moment before it is written
        time.sleep(0.02)
    assert [event.sequence for event in store.events("a")] == list(range(1, 502))


def test_a_viewer_who_comes_back_gets_what_it_missed_and_no_more(hub: Hub) -> None:
    async def scenario() -> tuple[list[Frame], list[Frame]]:
        await asyncio.to_thread(feed, hub, 1, 40)
        before = asyncio.create_task(collect(hub, "a", after=25))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(feed, hub, 41, 50)
        hub.publish(finished("a", 51))
        live = await before
        while hub.state("a") is not None:
            await asyncio.sleep(0.02)
        return live, await collect(hub, "a", after=45)

    live, recalled = asyncio.run(scenario())
    assert steps(live) == list(range(26, 51))
    assert steps(recalled) == list(range(46, 51))
    assert recalled[-1].last


def test_events_that_come_twice_or_late_are_left_out(hub: Hub, store: Store) -> None:
    feed(hub, 1, 5)
    feed(hub, 3, 6)
    hub.conclude("a", lambda sequence, said: Stopped(run="a", sequence=sequence, time=1.0, step=6, epoch=1))
    feed(hub, 7, 9)
    hub.conclude("a", lambda sequence, said: Failed(run="a", sequence=sequence, time=2.0, rule="late", values={}))
    hub.close()
    assert [event.kind for event in store.events("a")] == ["batch"] * 6 + ["stopped"]
    record = store.run("a")
    assert record is not None
    assert record.state == "stopped"


def test_waiting_runs_know_how_many_are_ahead(hub: Hub, store: Store) -> None:
    for run in ("b", "c"):
        hub.open(store.add_run(run, DEMO))
    assert [hub.position(run) for run in ("a", "b", "c")] == [None, 1, 2]
    hub.publish(finished("a", 1))
    wait_until(lambda: hub.position("c") == 1)
    assert hub.position("b") is None
    assert hub.active() == ["b", "c"]


def test_a_stop_is_told_to_viewers_at_once(hub: Hub) -> None:
    async def scenario() -> dict[str, Any]:
        frames = await hub.frames("a")
        assert frames is not None
        await anext(frames)
        hub.announce_stopping("a")
        return json.loads((await asyncio.wait_for(anext(frames), 1)).text)

    assert asyncio.run(scenario())["stopping"] is True
    assert hub.state("a") == "stopping"


def test_a_locked_database_costs_time_and_no_event(hub: Hub, store: Store) -> None:
    with store.engine.connect() as holder:
        holder.execute(text("PRAGMA busy_timeout=0"))
        holder.execute(text("BEGIN EXCLUSIVE"))
        feed(hub, 1, 20)
        seen = asyncio.run(asyncio.wait_for(first_steps(hub, 20), 4))
        assert seen == list(range(1, 21)), "viewers do not wait for the database"
        wait_until(lambda: hub.problem is not None, timeout=20)
        assert "locked" in str(hub.problem)
        holder.execute(text("ROLLBACK"))
    hub.publish(finished("a", 21))
    wait_until(lambda: hub.state("a") is None, timeout=20)
    assert [event.sequence for event in store.events("a")] == list(range(1, 22))
    assert hub.problem is None


async def first_steps(hub: Hub, count: int) -> list[int]:
    frames = await hub.frames("a")
    assert frames is not None
    seen: list[int] = []
    async for frame in frames:
        seen += steps([frame])
        if len(seen) >= count:
            break
    return seen


def common(sequence: int) -> dict[str, Any]:
    return {"run": "a", "sequence": sequence, "time": 1.0}


def interrupted(sequence: int) -> Interrupted:
    return Interrupted(**common(sequence), rule="a test", values={})


def again(store: Store, hub: Hub, attempt: int = 1) -> None:
    """What a continuation does with store and hub."""
    assert hub.settle("a")
    assert store.begin_again("a", attempt, "here", GoOn())
    hub.begin_again(record_of(store, "a"), store.events("a"))


def test_the_state_follows_the_events_that_change_it(hub: Hub) -> None:
    def state_after(event: Event) -> str | None:
        hub.publish(event)
        return hub.state("a")

    assert state_after(Preparing(**common(1), phase="data")) == "preparing"
    assert state_after(batch("a", 2)) == "running"
    assert state_after(Paused(**common(3), step=1, epoch=1)) == "paused"
    assert state_after(Saved(**common(4), step=1, epoch=1)) == "paused"
    assert state_after(batch("a", 5)) == "paused", "a single step ends no pause"
    assert state_after(Resumed(**common(6), step=2, epoch=1)) == "running"
    assert state_after(interrupted(7)) == "interrupted"


def test_a_viewer_stays_through_an_interruption_and_one_who_comes_later_sees_no_step_twice(hub: Hub, store: Store) -> None:
    async def scenario() -> tuple[list[Frame], list[Frame]]:
        there = asyncio.create_task(collect(hub, "a"))
        await asyncio.to_thread(feed, hub, 1, 10)
        hub.publish(interrupted(11))
        await asyncio.to_thread(again, store, hub)
        hub.publish(batch("a", 12), attempt=1)  # a worker that was given up speaks late
        hub.publish(Continued(**common(12), step=8, epoch=1), attempt=2)
        for sequence in range(13, 17):
            hub.publish(replace(batch("a", sequence), step=sequence - 4), attempt=2)
        hub.publish(finished("a", 17), attempt=2)
        live = await there
        while hub.state("a") is not None:
            await asyncio.sleep(0.02)
        return live, await collect(hub, "a")

    live, late = asyncio.run(asyncio.wait_for(scenario(), 20))
    states = [json.loads(frame.text)["state"] for frame in live]
    assert "interrupted" in states
    assert states.index("interrupted") < states.index("queued", 1)
    assert steps(live) == [*range(1, 11), *range(9, 13)], "it takes steps 9 and 10 back itself, when it hears of the continuation"
    assert steps(late) == list(range(1, 13))
    told = [event["kind"] for frame in late for event in json.loads(frame.text)["events"]]
    assert told == ["interrupted", "continued", "finished"]
    assert [event.sequence for event in store.events("a")] == list(range(1, 18))


def test_a_frame_that_holds_a_continuation_holds_only_batches_that_count(hub: Hub, store: Store) -> None:
    feed(hub, 1, 10)
    hub.publish(interrupted(11))
    again(store, hub)
    hub.publish(Continued(**common(12), step=8, epoch=1), attempt=2)
    hub.publish(replace(batch("a", 13), step=9), attempt=2)
    wait_until(lambda: steps_after(hub, 5) == [6, 7, 8, 9])


def steps_after(hub: Hub, after: int) -> list[int]:
    async def first_frame() -> list[int]:
        frames = await hub.frames("a", after)
        assert frames is not None
        return steps([await anext(frames)])

    return asyncio.run(first_frame())


def test_a_run_at_rest_is_forgotten_when_nobody_watches_and_found_again(hub: Hub, store: Store) -> None:
    hub.publish(interrupted(1))
    wait_until(lambda: hub.events("a") is None)

    async def scenario() -> str:
        frames = await hub.frames("a")
        assert frames is not None
        await anext(frames)
        await asyncio.to_thread(again, store, hub)
        return json.loads((await asyncio.wait_for(anext(frames), 5)).text)["state"]

    assert asyncio.run(scenario()) == "queued", "who came to look at it sees it go on"


def test_a_viewer_counts_from_the_moment_it_asks_and_one_that_leaves_takes_nothing_with_it(hub: Hub, store: Store) -> None:
    hub.publish(interrupted(1))
    wait_until(lambda: hub.events("a") is None)

    async def scenario() -> list[str]:
        seen, first = await hub.frames("a"), await hub.frames("a")
        assert seen is not None
        assert first is not None
        await anext(seen)
        await seen.aclose()
        assert hub.events("a") is not None, "the other one has asked, though it has got nothing yet"
        await asyncio.to_thread(again, store, hub)
        await anext(first)
        await first.aclose()
        return hub.active()

    assert asyncio.run(scenario()) == ["a"]
    hub.publish(Preparing(**common(2), phase="worker"), attempt=2)
    assert hub.state("a") == "preparing"


def test_a_channel_that_was_replaced_takes_its_successor_not_with_it(hub: Hub, store: Store) -> None:
    hub.publish(finished("a", 1))
    wait_until(lambda: hub.events("a") is None)

    async def scenario() -> list[str]:
        old = await hub.frames("a")
        assert old is not None
        await anext(old)
        hub.open(replace(record_of(store, "a"), state="queued"))
        await old.aclose()
        return hub.active()

    assert asyncio.run(scenario()) == ["a"]


@pytest.mark.parametrize("frames_seen", [0, 1])
@pytest.mark.parametrize("closed", [True, False])
def test_a_stream_that_is_closed_or_dropped_at_any_moment_leaves_no_run_in_memory(hub: Hub, frames_seen: int, closed: bool) -> None:
    hub.publish(interrupted(1))
    wait_until(lambda: hub.events("a") is None)

    async def scenario() -> None:
        stream = await hub.frames("a")
        assert stream is not None
        for _ in range(frames_seen):
            await anext(stream)
        assert hub.events("a") is not None
        if closed:
            await stream.aclose()
        del stream
        while hub.events("a") is not None:
            await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(scenario(), 5))


def test_what_another_server_heard_is_known_when_the_run_goes_on_here(hub: Hub, store: Store) -> None:
    feed(hub, 1, 3)
    hub.publish(interrupted(4))
    wait_until(lambda: hub.events("a") is None)

    async def scenario() -> None:
        stream = await hub.frames("a", 4)
        assert stream is not None
        await anext(stream)
        assert store.begin_again("a", 1, "elsewhere", GoOn())
        store.append("a", [Continued(**common(5), step=3, epoch=1), replace(batch("a", 6), step=4), interrupted(7)], "interrupted", 2)
        await asyncio.to_thread(again, store, hub, 2)
        frame = await anext(stream)
        assert steps([frame]) == [4]
        assert frame.sequence == 7
        await stream.aclose()

    asyncio.run(scenario())
    place = hub.place("a")
    assert place is not None
    assert place.last_sequence == 7


def test_a_viewer_that_is_ahead_of_the_history_begins_anew(hub: Hub) -> None:
    feed(hub, 1, 5)

    async def first_frames() -> list[dict[str, Any]]:
        found = []
        for after in (5, 60):
            stream = await hub.frames("a", after)
            assert stream is not None
            frame = await anext(stream)
            assert frame.sequence == 5
            found.append(json.loads(frame.text))
            await stream.aclose()
        return found

    wait_until(lambda: hub.state("a") == "running" and steps_after(hub, 0) == [1, 2, 3, 4, 5])
    up_to_date, ahead = asyncio.run(first_frames())
    assert (up_to_date["anew"], up_to_date["batches"]) == (False, {})
    assert ahead["anew"] is True
    assert ahead["batches"]["mini-resnet"]["step"] == [1, 2, 3, 4, 5]


def test_gradient_norms_of_a_long_run_are_thinned(hub: Hub, store: Store) -> None:
    for sequence in range(1, 3601):
        hub.publish(GradientNorms(**common(sequence), network="small", step=sequence, norms=[1.0]))
    said = hub.events("a")
    assert said is not None
    kept = [event.sequence for event in said]
    assert kept[:600] == list(range(1, 601))
    assert kept[600:900] == list(range(602, 1201, 2))
    assert 1400 < len(kept) < 1500
    assert steps_after(hub, 0) == []


def test_turns_go_round_the_browsers(hub: Hub, store: Store) -> None:
    hub.publish(batch("a", 1))
    for run, rank in (("b1", 0), ("b2", 1), ("b3", 2), ("c1", 0), ("first", -1), ("c2", 1)):
        hub.open(store.add_run(run, DEMO), rank=rank)
    wait_until(lambda: hub.state("a") == "running")
    assert hub.active() == ["a", "first", "b1", "c1", "b2", "c2", "b3"]
    assert [hub.position(run) for run in ("first", "b1", "c1", "b2", "c2", "b3")] == [1, 2, 3, 4, 5, 6]


def test_the_watch_over_pauses_outlives_an_error(hub: Hub, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pauses, "INTERVAL", 0.02)
    hub.publish(batch("a", 1))
    hub.publish(Paused(**common(2), step=1, epoch=1))
    hub.open(store.add_run("b", DEMO))
    asked: list[str] = []

    def resume(run: str) -> None:
        asked.append(run)
        raise TrainingError("a test")

    watch = pauses.PauseWatch(hub, resume, limit=0)
    watch.open()
    wait_until(lambda: asked[:2] == ["a", "a"])
    watch.close()


def test_a_run_nobody_knows_has_no_stream(hub: Hub) -> None:
    assert asyncio.run(hub.frames("nobody")) is None
    assert hub.state("nobody") is None


def wait_until(true: Any, timeout: float = 5) -> None:
    end = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
