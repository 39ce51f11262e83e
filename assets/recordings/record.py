"""Makes the recordings of the page Experiments: real runs, as the app trains them, written down.

`python assets/recordings/record.py cure long …` (names of RECORDED; without any, all) from the project's folder. Each takes one to
four minutes on two cores; "lesion" and "identity" ask what the inspect worker would be asked.
"""

from __future__ import annotations

import gzip
import json
import platform
import re
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from resnet.config import TrainConfig
from resnet.experiments.catalogue import DEEP, RACES, Settings, first_settings, networks_of, train_config
from resnet.experiments.lesion import NETWORKS, kinds_of
from resnet.experiments.recordings import path_of, write
from resnet.inquiries import Cut, LearnIdentity, Subject, places_to_cut
from resnet.training.control import Control
from resnet.training.events import BatchEnd, Event

LONG_STEPS = 1_000
TIMING_STEPS = 30  # of each network alone, for its share of the time
IDENTITY = LearnIdentity(seed=42, steps=200, learning_rate=3e-3)
CUT_IMAGES = 2_000


def machine() -> str:
    """The machine in a few words: processor and cores."""
    words = ""
    cpu = Path("/proc/cpuinfo")
    if cpu.is_file():
        names = [line.split(":", 1)[1].strip() for line in cpu.read_text().splitlines() if line.startswith("model name")]
        words = re.sub(r"\(\w+\)| with .*| \d+-Core.*| CPU.*", "", names[0]) if names else ""
    return f"{words or platform.machine()}, {psutil.cpu_count()} cores"


def follow(config: TrainConfig) -> list[Event]:
    """Everything a run says from its beginning to its end."""
    from resnet.training.loop import train

    events: list[Event] = []
    train(config, events.append, Control(), run="recording")
    return events


def record_race(name: str, config: TrainConfig, shares: Mapping[str, float] | None = None, parts: Sequence[str] = ()) -> None:
    """Run it and keep it; of the same run keep the `parts`, experiments whose networks are among its own, as well."""
    began = time.perf_counter()
    events = follow(config)
    seconds = time.perf_counter() - began
    for one in (name, *parts):
        kept = config if one == name else replace(config, networks=networks_of(RACES[one]))
        write(path_of(one), kept, events, machine=machine(), recorded=date.today().isoformat(), shares=shares or {})
        print(f"{one}: {seconds:.0f} s, {path_of(one).stat().st_size:,} bytes", flush=True)


def own_shares(config: TrainConfig) -> dict[str, float]:
    """Each network's share of the time, by the median of its steps when it trains alone; the first steps, which trace, left out."""
    seconds = {}
    for network in config.networks:
        alone = replace(config, networks=(network,), max_steps=TIMING_STEPS)
        times = [event.seconds for event in follow(alone) if isinstance(event, BatchEnd)]
        seconds[network.name] = statistics.median(after - before for before, after in pairwise(times[5:]))
    total = sum(seconds.values())
    return {name: one / total for name, one in seconds.items()}


def cure() -> None:
    """The race of four, in which those of two are contained: same seed, same batches, same steps."""
    record_race("cure", train_config(RACES["cure"], Settings()), parts=("disease", "gradient"))


def rate() -> None:
    record_race("rate", train_config(RACES["rate"], first_settings(RACES["rate"])))


def long() -> None:
    config = train_config(RACES["rescue"], Settings(steps=LONG_STEPS))
    record_race("long", replace(config, networks=networks_of(RACES["gradient"], DEEP)))


def depth() -> None:
    config = train_config(RACES["depth"], Settings())
    record_race("depth", config, own_shares(config))


def lesion() -> None:
    from resnet.inspection.cuts import cut

    untouched: dict[str, float] = {}
    cuts: dict[str, dict[str, dict[str, float]]] = {}
    for network in NETWORKS:
        subject = Subject(network)
        for kind in kinds_of(network):
            places = [place for place in places_to_cut(subject.embedded.network, kind) if kind != "layer" or "_conv" in place]
            found = {place: cut(Cut(subject, kind, (place,), CUT_IMAGES)) for place in places}
            untouched[network] = next(iter(found.values())).untouched_accuracy
            cuts.setdefault(network, {})[kind] = {place: result.accuracy for place, result in found.items()}
            print(f"lesion, {network}, {kind}: {len(found)} cuts", flush=True)
    about = {"machine": machine(), "recorded": date.today().isoformat(), "images": CUT_IMAGES}
    _write("lesion", {"about": about, "untouched": untouched, "cuts": cuts})


def identity() -> None:
    from resnet.inspection.identity import learn_identity

    run = learn_identity(IDENTITY)
    columns = {"plain": run.plain_loss, "residual": run.residual_loss, "drawn": run.drawn_residual_loss}
    asked = {"seed": IDENTITY.seed, "steps": IDENTITY.steps, "learning_rate": IDENTITY.learning_rate}
    losses = {name: [float(f"{loss:.4g}") for loss in column] for name, column in columns.items()}
    about = {"machine": machine(), "recorded": date.today().isoformat()}
    _write("identity", {"about": about, "asked": asked, "run": losses})


def _write(name: str, data: object) -> None:
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    path_of(name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{name}: {path_of(name).stat().st_size:,} bytes", flush=True)


RECORDED: Mapping[str, Callable[[], None]] = {
    "cure": cure,
    "rate": rate,
    "depth": depth,
    "long": long,
    "lesion": lesion,
    "identity": identity,
}


def main() -> None:
    for name in sys.argv[1:] or RECORDED:
        RECORDED[name]()


if __name__ == "__main__":
    main()
