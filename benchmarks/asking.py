"""What questions cost a training, and what the training costs them: how long a prediction takes on the inspect worker while a run trains,
and images a second of the run while somebody asks for one prediction every two seconds, against the same run left alone.

Left alone and asked take turns within one run. Every question is about another image, so that none is answered from memory; it is timed
from asking to having the probabilities, as a page would. `python -m benchmarks.asking [--rounds 8] [--seconds 24]`
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from resnet.config import Recipe, TrainConfig
from resnet.inquiries import TEST_IMAGES, LayerMaps, LookAtLayer, Subject, TestImage
from resnet.presets import DEMO
from resnet.runs.answers import Pending
from resnet.runs.service import Service
from resnet.runs.store import Store
from resnet.training.events import BatchEnd, Event

EVERY = 2.0  # seconds from one question to the next
LOOK = 0.005  # seconds between two looks for the answer
SUBJECT = Subject("mini-resnet")
CONFIG = replace(DEMO, recipe=Recipe(batch_size=64, epochs=200))
WARM = 30  # batches before anything is measured
TARGET_SECONDS, TARGET_SHARE = 1.0, 0.9


def predict(lab: Service, image: int) -> float:
    """Seconds from asking what the network says of a test image to having it."""
    began = time.perf_counter()
    question = lab.ask(LookAtLayer(SUBJECT, TestImage(image), "head_dense"))
    while isinstance(answer := lab.answer(question), Pending):
        time.sleep(LOOK)
    assert isinstance(answer, LayerMaps), answer
    return time.perf_counter() - began


def ask_for(lab: Service, seconds: float, images: Iterator[int]) -> list[float]:
    """Predict every EVERY seconds for so long; how long each took."""
    end = time.monotonic() + seconds
    took = []
    while (left := end - time.monotonic()) > 0:
        began = time.monotonic()
        took.append(predict(lab, next(images)))
        time.sleep(max(0.0, min(left, EVERY) - (time.monotonic() - began)))
    return took


def throughput(events: Sequence[Event], begin: float, end: float, batch: int) -> float:
    """Images a second from `begin` to `end` (of `time.time`), from one batch's end to the next of the same epoch: what lies between two
    epochs, validation above all, comes in some windows and not in others."""
    batches = [event for event in events if isinstance(event, BatchEnd) and begin <= event.time <= end]
    gaps = [later.time - earlier.time for earlier, later in itertools.pairwise(batches) if later.epoch == earlier.epoch]
    return batch * len(gaps) / sum(gaps)


def window(lab: Service, run: str, seconds: float, images: Iterator[int] | None) -> tuple[float, list[float]]:
    """Images a second in a window of the run, and how long the predictions took that were asked for in it; None asks for none."""
    begin = time.time()
    took = ask_for(lab, seconds, images) if images is not None else []
    time.sleep(max(0.0, begin + seconds - time.time()))
    assert lab.live_state(run) is not None, "the run ended before the benchmark did"
    return throughput(lab.events(run), begin, begin + seconds, CONFIG.recipe.batch_size), took


def started(lab: Service, config: TrainConfig) -> str:
    """Start a run and wait until it is at work."""
    run = lab.start(config)
    while sum(isinstance(event, BatchEnd) for event in lab.events(run)) < WARM:
        time.sleep(0.1)
    return run


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=8)
    arguments.add_argument("--seconds", type=float, default=24.0, help="of each window")
    given = arguments.parse_args()
    images = iter(range(TEST_IMAGES))
    with tempfile.TemporaryDirectory() as folder:
        lab = Service(Store(f"sqlite:///{Path(folder) / 'runs.sqlite'}"))
        lab.open()
        try:
            assert lab.wait_until_ready(120), "the engine did not come up"
            run = started(lab, CONFIG)
            unasked, _ = window(lab, run, given.seconds, None)
            print(f"before the first question: {unasked:.0f} images/s", flush=True)
            print(f"the first prediction, which starts the worker and loads TensorFlow: {predict(lab, next(images)):.1f} s", flush=True)
            predict(lab, next(images))
            measure(lab, run, given.rounds, given.seconds, images)
            lab.stop(run)
        finally:
            lab.close()


def measure(lab: Service, run: str, rounds: int, seconds: float, images: Iterator[int]) -> None:
    shares, took = [], []
    for number in range(rounds):
        speeds = {}
        for asked in (False, True) if number % 2 == 0 else (True, False):  # the machine's speed drifts
            speeds[asked], times = window(lab, run, seconds, images if asked else None)
            took += times
        shares.append(speeds[True] / speeds[False])
        print(f"alone {speeds[False]:.0f} images/s, asked {speeds[True]:.0f}: {shares[-1]:.1%}", flush=True)
    ordered = sorted(took)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    print(
        f"\na prediction while a run trains: median {statistics.median(ordered) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, "
        f"longest {ordered[-1] * 1000:.0f} ms, n = {len(ordered)}; "
        f"target p95 {TARGET_SECONDS * 1000:.0f} ms: {verdict(p95 <= TARGET_SECONDS)}"
    )
    share = statistics.median(shares)
    print(
        f"throughput with a prediction every {EVERY:g} s, of that without: median {share:.1%} "
        f"({min(shares):.1%} to {max(shares):.1%}, {len(shares)} pairs); target {TARGET_SHARE:.0%}: {verdict(share >= TARGET_SHARE)}"
    )


def verdict(met: bool) -> str:
    return "met" if met else "MISSED"


if __name__ == "__main__":
    main()
