"""What a worker keeps for runs, on a real worker in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from distributed import Client, Worker

from resnet.runs.jobs import TrainingRoom, request

TASK = "train-a-1"


@pytest.fixture
def client() -> Iterator[Client]:
    with Client(processes=False, n_workers=2, dashboard_address=None, set_as_default=False) as client:
        client.register_plugin(TrainingRoom(None), name=TrainingRoom.name)
        yield client


def controls(dask_worker: Worker) -> list[str]:
    room = TrainingRoom.of(dask_worker)
    assert room is not None
    return list(room._controls)


def begin(task: str, dask_worker: Worker) -> None:
    room = TrainingRoom.of(dask_worker)
    assert room is not None
    room.control(task)


def asked_to_stop(task: str, dask_worker: Worker) -> bool:
    room = TrainingRoom.of(dask_worker)
    return room is not None and room.control(task).stop_requested


def test_a_request_leaves_nothing_in_workers_that_have_nothing_to_do_with_it(client: Client) -> None:
    one, _ = client.scheduler_info()["workers"]
    client.run(begin, TASK, workers=[one])
    assert sorted(client.run(request, "pause", TASK).values()) == [False, True]
    assert sorted(client.run(request, "stop", TASK).values()) == [False, True]
    assert sorted(client.run(request, "stop", "train-b-1").values()) == [False, False]
    assert client.run(controls)[one] == [TASK]
    assert sum(map(len, client.run(controls).values())) == 1
    assert client.run(asked_to_stop, TASK, workers=[one]) == {one: True}
