"""How long the recipe "fast" takes to what the notebook reaches, and to 93 %, against the notebook's own wall time; three seeds.

`python -m benchmarks.time_to_accuracy [--recorded] [--seeds 3 3] [--epochs 1.6 4.2] [--file FILE]`. The full set of Fashion-MNIST has to be
on the machine. Half an hour a long run: what is in --file from earlier calls is not run again, so that the seeds can be done in pieces.

The notebook's recipe is run to its end once, by plain Keras: an hour on two cores. With --recorded its end is taken as it was
recorded (early stop after 9 of 10 epochs, test accuracy 0.9104) and only its pace is measured: every minute the fast run is held
for some batches of the notebook's, so that both feel the machine's good and bad minutes alike. A fast run's clock runs from the call
to the end of training, building and tracing included, and stands still while it is held. The test split is looked at once, at the end.
"""

from __future__ import annotations

import argparse
import json
import statistics
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.contenders import BATCH, Contender
from resnet.datasets import DATASETS

IMAGES = DATASETS["fashion-mnist"].training_images
RECORDED_EPOCHS, RECORDED_ACCURACY = 9, 0.9104
HIGH_ACCURACY = 0.930
SHARES = (1 / 12, 1 / 3)  # of the notebook's wall time, for its own accuracy and for the high one
SLICE_SECONDS = 60
SLICE_BATCHES = 25


@dataclass
class Run:
    """A run: its wall time in seconds while it was not held, its accuracies, and the notebook's images/s measured while it was."""

    seed: int
    epochs: float
    seconds: float = 0.0
    test_accuracy: float = 0.0
    validation: list[float] = field(default_factory=list)
    paces: list[float] = field(default_factory=list)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--recorded", action="store_true", help="measure the notebook's pace alone")
    arguments.add_argument("--seeds", type=int, nargs=2, default=(3, 3), help="how many, for each of the two lengths")
    arguments.add_argument("--epochs", type=float, nargs=2, default=(1.6, 4.2), help="of the two fast runs")
    arguments.add_argument("--file", type=Path, help="keeps the fast runs, as JSON")
    given = arguments.parse_args()
    runs = [Run(**one) for one in json.loads(given.file.read_text())] if given.file and given.file.exists() else []
    with Contender("notebook") as notebook:
        if not given.recorded:
            seconds, trained, accuracy = (float(part) for part in notebook.ask("whole").split())
            print(f"the notebook, to its end: {trained:.0f} epochs, {seconds:.0f} s, test accuracy {accuracy:.4f}", flush=True)
        validation = float(notebook.ask("validate"))
        lengths = zip(given.epochs, given.seeds, strict=True)
        for epochs, seeds in lengths:
            for seed in range(1, seeds + 1):
                if not any((run.seed, run.epochs) == (seed, epochs) for run in runs):
                    runs.append(fast(seed, epochs, notebook))
                    if given.file:
                        given.file.write_text(json.dumps([asdict(run) for run in runs]))
    if given.recorded:
        trained, accuracy = RECORDED_EPOCHS, RECORDED_ACCURACY
        pace = statistics.median(pace for run in runs for pace in run.paces)
        seconds = trained * (IMAGES / pace + validation)
        print(f"\nthe notebook: recorded {RECORDED_EPOCHS} epochs, {accuracy}; at {pace:.0f} images/s {seconds:.0f} s")
    report(runs, given.epochs, Run(0, trained, seconds, accuracy))


def fast(seed: int, epochs: float, notebook: Contender) -> Run:
    """Run it to its end, held every minute while the notebook's pace is measured, and print what came of it."""
    run = Run(seed, epochs)
    with Contender("ours", str(seed), str(epochs)) as contender:
        trained = threading.Event()
        listener = threading.Thread(target=_listen, args=(contender, run, trained))
        contender.tell("go")
        listener.start()
        began = time.perf_counter()
        while not trained.wait(SLICE_SECONDS):
            run.seconds += time.perf_counter() - began
            with contender.held():
                run.paces.append(float(notebook.ask(str(SLICE_BATCHES))))
            began = time.perf_counter()
        run.seconds += time.perf_counter() - began
        listener.join()
    print(
        f"fast, {epochs:g} epochs, seed {seed}: {run.seconds:.0f} s, {IMAGES * epochs / run.seconds:.0f} images/s, "
        f"validation {run.validation[-1]:.4f}, test {run.test_accuracy:.4f}; the notebook's pace "
        f"{statistics.median(run.paces):.0f} images/s ({BATCH} a batch)",
        flush=True,
    )
    return run


def _listen(contender: Contender, run: Run, trained: threading.Event) -> None:
    for line in contender.lines():
        facts = json.loads(line)
        if "validation_accuracy" in facts:
            run.validation.append(facts["validation_accuracy"])
        if "trained" in facts:
            trained.set()
        if "test_accuracy" in facts:
            run.test_accuracy = facts["test_accuracy"]
    trained.set()


def report(runs: list[Run], lengths: tuple[float, float], notebook: Run) -> None:
    print(f"\n| recipe | epochs | test accuracy | wall time | of the notebook's {notebook.seconds:.0f} s | target |")
    print("|---|--:|--:|--:|--:|---|")
    print(f"| notebook | {notebook.epochs:g} | {notebook.test_accuracy:.4f} | {notebook.seconds:.0f} s | | |")
    for length, share, goal in zip(lengths, SHARES, (notebook.test_accuracy, HIGH_ACCURACY), strict=True):
        group = [run for run in runs if run.epochs == length]
        if not group:
            continue
        reached = statistics.mean(run.test_accuracy for run in group)
        took = statistics.mean(run.seconds for run in group)
        each = ", ".join(f"{run.test_accuracy:.4f}" for run in group)
        met = "met" if reached >= goal and took <= share * notebook.seconds else "missed"
        print(
            f"| fast | {length:g} | {reached:.4f} (mean of {each}) | {took:.0f} s | 1/{notebook.seconds / took:.1f} | "
            f"{goal:.4f} in 1/{1 / share:.0f}: {met} |"
        )


if __name__ == "__main__":
    main()
