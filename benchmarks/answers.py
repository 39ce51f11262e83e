"""How long a page waits for each kind of answer from the inspect worker while nothing trains: the first of a kind, which builds and traces
what it needs, and those that follow, each about another image or layer, so that none is answered from memory.

Timed from asking to having the answer, as a page would. The questions are those of the page Results about the network that comes with the
app; for a network of the experiment "lesion", its cut as well. `python -m benchmarks.answers [--network residual-56] [--times 10]`
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from benchmarks.asking import LOOK
from resnet.embedded import EMBEDDED
from resnet.errors import ExplainedError
from resnet.experiments import lesion
from resnet.inquiries import (
    Cut,
    EmbedTest,
    ExplainDecision,
    Inquiry,
    Judge,
    LookAtBlock,
    LookAtLayer,
    MeasureStrip,
    OwnPicture,
    PredictTest,
    SendBack,
    ShowFilters,
    Subject,
    TestImage,
    places_to_cut,
)
from resnet.loss_surface import SIDES, Point, Slice, grid
from resnet.plan import plan
from resnet.runs.answers import Pending
from resnet.runs.service import Service
from resnet.runs.store import Store

TARGET = 1.0  # seconds, for what is asked again and again


def kinds(subject: Subject) -> Mapping[str, Callable[[int], Inquiry]]:
    """Each kind of question by its name: the question number `n`, from 0, unlike all before it."""
    height, width, _ = subject.config.input_shape
    drawn = np.random.default_rng(0)
    blocks, network = subject.embedded.blocks, plan(subject.config)
    convolutions = [layer.name for layer in network.layers if layer.kind == "conv"]
    surface = Slice.of(subject, network, seed=0)

    def points(n: int) -> tuple[Point, ...]:
        return grid(SIDES[-1])[n * surface.at_once : (n + 1) * surface.at_once]

    def block(n: int) -> str:
        return blocks[n % len(blocks)]

    asked: dict[str, Callable[[int], Inquiry]] = {
        "probabilities of an image": lambda n: LookAtLayer(subject, TestImage(n), "head_dense"),
        "maps of a layer": lambda n: LookAtLayer(subject, TestImage(n), convolutions[n % len(convolutions)]),
        "filters of a layer": lambda n: ShowFilters(subject, convolutions[(n + 1) % len(convolutions)]),
        "Grad-CAM": lambda n: ExplainDecision(subject, TestImage(n), f"{blocks[-1]}_relu"),
        "a block forward": lambda n: LookAtBlock(subject, block(n), n),
        "a block backward": lambda n: SendBack(subject, block(n), n),
        "branch by shortcut, 64 images": lambda n: MeasureStrip(subject, 64 + n),
        "a picture of one's own": lambda n: Judge(subject, OwnPicture(drawn.bytes(height * width), height, width)),
        "what the landscape asks for at once": lambda n: surface.ask(points(n)),
        "all test images": lambda n: PredictTest(subject),
        "the plane of the test images": lambda n: EmbedTest.of(subject),
    }
    if subject.network in lesion.NETWORKS:
        cuts = lesion.kinds_of(subject.network)[0]
        places = places_to_cut(subject.config, cuts)
        asked["a cut, all test images"] = lambda n: Cut(subject, cuts, (places[n % len(places)],))
    return asked


ONCE = ("all test images", "the plane of the test images")  # one answer serves all


def wait_for(lab: Service, inquiry: Inquiry) -> float:
    """Seconds from asking to having the answer."""
    began = time.perf_counter()
    question = lab.ask(inquiry)
    while isinstance(answer := lab.answer(question), Pending):
        time.sleep(LOOK)
    if isinstance(answer, ExplainedError):
        raise answer
    return time.perf_counter() - began


def measure(lab: Service, subject: Subject, times: int) -> Iterator[str]:
    """A line for each kind of question."""
    for name, kind in kinds(subject).items():
        first, *others = (wait_for(lab, kind(n)) for n in range(1 if name in ONCE else times + 1))
        warm = f"median {statistics.median(others):.2f} s, longest {max(others):.2f} s" if others else "asked once"
        slow = f"  > {TARGET:g} s" if others and statistics.median(others) > TARGET else ""
        yield f"{name:40} first {first:5.2f} s; then {warm}{slow}"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--network", choices=[*EMBEDDED], default="mini-resnet")
    arguments.add_argument("--times", type=int, default=10)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lab = Service(Store(f"sqlite:///{Path(folder) / 'runs.sqlite'}"), usual=None)  # nothing is traced ahead, which would take a core
        lab.open()
        try:
            assert lab.wait_until_ready(120), "the engine did not come up"
            subject = Subject(given.network)
            print(f"the first answer of all, which starts the process and loads TensorFlow: {wait_for(lab, ShowFilters(subject)):.1f} s")
            for line in measure(lab, subject, given.times):
                print(line, flush=True)
        finally:
            lab.close()


if __name__ == "__main__":
    main()
