"""Recordings: what is written is read back, and those that came with the app are whole."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from resnet.experiments import recordings
from resnet.experiments.catalogue import RACES, Settings, belongs, train_config
from resnet.experiments.lesion import NETWORKS, kinds_of, recorded_cuts
from resnet.experiments.readings import curves_of
from resnet.runs.routes import RECORDINGS_URL, ROUTES
from resnet.training.events import GradientNorms, Saved, Started
from tests.unit.test_experiments import batches, gradients, started

CONFIG = train_config(RACES["disease"], Settings(steps=20))
EVENTS = [
    started({"plain-20": ["stem_conv"], "plain-56": ["stem_conv"]}),
    *batches("plain-20", [1 / 3] * 20),
    *batches("plain-56", [2.0, math.nan, *[2.0] * 18]),
    *(gradients("plain-20", [step / 3], step) for step in range(1, 101)),
    Saved(run="r", sequence=1, time=1.0, step=20, epoch=1),
]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(recordings, "FOLDER", tmp_path)
    recordings.load.cache_clear()
    yield tmp_path
    recordings.load.cache_clear()


def write(folder: Path) -> None:
    recordings.write(folder / "one.json.gz", CONFIG, EVENTS, machine="a machine", recorded="2026-01-02", shares={"plain-20": 1 / 3})


def test_what_is_written_is_read_back(folder: Path) -> None:
    write(folder)
    found = recordings.load("one")
    assert found is not None
    assert (found.machine, found.recorded, found.config, found.shares) == ("a machine", "2026-01-02", CONFIG, {"plain-20": 0.3333})
    curves = curves_of(found.events)
    assert curves["plain-20"].loss.tolist() == [0.3333] * 20
    assert curves["plain-20"].seconds.tolist() == pytest.approx([0.1 * step for step in range(1, 21)])
    assert [math.isnan(loss) for loss in curves["plain-56"].loss] == [False, True] + [False] * 18
    assert isinstance(found.events[0], Started)
    assert not any(isinstance(event, Saved) for event in found.events), "checkpoints are nothing to watch"
    assert recordings.names() == ("one",)
    assert recordings.load("two") is None


def test_some_of_the_networks_of_a_race_are_a_recording_too(folder: Path) -> None:
    alone = replace(CONFIG, networks=CONFIG.networks[:1])
    recordings.write(folder / "one.json.gz", alone, EVENTS, machine="a machine", recorded="2026-01-02")
    found = recordings.load("one")
    assert found is not None
    assert (found.raced, list(curves_of(found.events))) == (2, ["plain-20"])
    assert isinstance(found.events[0], Started)
    assert (found.events[0].networks, found.events[0].layers) == (["plain-20"], {"plain-20": ["stem_conv"]})


def test_of_many_gradients_some_are_kept_the_first_and_the_last_among_them(folder: Path) -> None:
    write(folder)
    found = recordings.load("one")
    assert found is not None
    steps = [event.step for event in found.events if isinstance(event, GradientNorms)]
    assert len(steps) == recordings.MOST_NORMS
    assert (steps[0], steps[-1]) == (1, 100)


@pytest.mark.anyio
async def test_a_browser_gets_it_and_nothing_else(folder: Path) -> None:
    write(folder)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Starlette(routes=ROUTES)), base_url="http://lab") as browser:
        answer = await browser.get(f"{RECORDINGS_URL}/one.json")
        assert answer.status_code == 200
        assert answer.json() == json.loads(gzip.decompress((folder / "one.json.gz").read_bytes()))
        for name in ("two", "..%2F..%2Fone"):
            assert (await browser.get(f"{RECORDINGS_URL}/{name}.json")).status_code == 404


def test_the_experiments_come_with_recordings() -> None:
    assert {"cure", "disease", "gradient", "identity", "lesion", "rate"} <= set(recordings.names())


@pytest.mark.parametrize("name", [name for name in recordings.names() if name not in ("identity", "lesion")])
def test_what_came_with_the_app_is_whole(name: str) -> None:
    (race,) = [race for race in RACES.values() if name in race.recordings]
    found = recordings.load(name)
    assert found is not None
    if name == "long":  # its question is not that of the runs of its experiment
        assert [network.name for network in found.config.networks] == ["plain-56", "residual-56"]
    else:
        assert belongs(race, found.config)
    curves = curves_of(found.events)
    assert list(curves) == [network.name for network in found.config.networks]
    assert {int(curve.steps[-1]) for curve in curves.values()} == {found.config.max_steps}
    assert found.machine
    assert date.fromisoformat(found.recorded)


def test_the_recorded_lesion_is_whole() -> None:
    found = recorded_cuts()
    assert found is not None
    for network in NETWORKS:
        assert found.untouched[network] > 0.8
        for kind in kinds_of(network):
            assert found.of(network, kind)
