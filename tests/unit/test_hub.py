"""Fan-out against a real store: nothing lost, nothing twice, at most ten messages a second."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from resnet.presets import DEMO
from resnet.runs.channel import Frame
from resnet.runs.hub import FRAME_INTERVAL, Hub
from resnet.runs.store import Store
from resnet.training.events import Failed, Stopped
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
    hub.open("a")
    yield hub
    hub.close()


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
    hub.conclude("a", lambda sequence: Stopped(run="a", sequence=sequence, time=1.0, step=6, epoch=1))
    feed(hub, 7, 9)
    hub.conclude("a", lambda sequence: Failed(run="a", sequence=sequence, time=2.0, rule="late", values={}))
    hub.close()
    assert [event.kind for event in store.events("a")] == ["batch"] * 6 + ["stopped"]
    record = store.run("a")
    assert record is not None
    assert record.state == "stopped"


def test_waiting_runs_know_how_many_are_ahead(hub: Hub, store: Store) -> None:
    for run in ("b", "c"):
        store.add_run(run, DEMO)
        hub.open(run)
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
        holder.execute(text("ROLLBACK"))
    hub.publish(finished("a", 21))
    wait_until(lambda: hub.state("a") is None, timeout=20)
    assert [event.sequence for event in store.events("a")] == list(range(1, 22))


async def first_steps(hub: Hub, count: int) -> list[int]:
    frames = await hub.frames("a")
    assert frames is not None
    seen: list[int] = []
    async for frame in frames:
        seen += steps([frame])
        if len(seen) >= count:
            break
    return seen


def test_a_run_nobody_knows_has_no_stream(hub: Hub) -> None:
    assert asyncio.run(hub.frames("nobody")) is None
    assert hub.state("nobody") is None


def wait_until(true: Any, timeout: float = 5) -> None:
    end = time.monotonic() + timeout
    while not true():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)
