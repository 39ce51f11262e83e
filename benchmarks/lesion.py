"""The lesion over several seeds: a branch, a shortcut or a layer taken out of trained networks, one at a time (experiment 5).

`python -m benchmarks.lesion [--seeds 1 2 3 4 5] [--steps 600] [--file lesion.json]`

Trains residual-56 and plain-20 anew for each seed, tests them whole and with each possible cut on the embedded test images, and prints a
table. What was measured is added to --file, so that the seeds can be done in pieces; without seeds the table is made of what is there.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.trained import trained
from resnet.config import Recipe, TrainConfig
from resnet.data import load_dataset
from resnet.inquiries import CutKind, places_to_cut
from resnet.inspection.cuts import lesion, score
from resnet.inspection.network import Network
from resnet.plan import plan
from resnet.presets import RACERS

RECIPE = Recipe(optimizer="adam", learning_rate=4e-3, schedule="one-cycle", batch_size=64, epochs=5, precision="float32")
IMAGES = 1_000  # a quarter of a percentage point matters to nobody here


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table: what is cut, out of which network."""

    network: str
    kind: CutKind
    title: str


KINDS = (
    Kind("residual-56", "branch", "residual-56, one branch (its shortcut stays)"),
    Kind("residual-56", "shortcut", "residual-56, one shortcut (its branch stays)"),
    Kind("plain-20", "layer", "plain-20, one layer (convolution and batch norm)"),
)


def measure(seed: int, steps: int) -> dict[str, Any]:
    """Accuracies of both networks: whole, and by each cut."""
    data = load_dataset("fashion-mnist-14")
    images, labels = data.x_test[:IMAGES], data.y_test[:IMAGES]
    found: dict[str, Any] = {"seed": seed, "steps": steps}
    for name in ("residual-56", "plain-20"):
        began = time.perf_counter()
        config = TrainConfig(networks=(RACERS[name],), dataset="fashion-mnist-14", recipe=RECIPE, seed=seed, max_steps=steps)
        network = Network(trained(config), plan(RACERS[name]))
        seconds = time.perf_counter() - began
        whole = score(network, images, labels).accuracy
        found[name] = {"seconds": seconds, "whole": whole}
        for kind in (kind for kind in KINDS if kind.network == name):
            places = [place for place in places_to_cut(RACERS[name], kind.kind) if kind.kind != "layer" or "_conv" in place]
            began = time.perf_counter()
            found[name][kind.kind] = {
                place: score(network, images, labels, lesion(network, kind.kind, (place,))).accuracy for place in places
            }
            found[name][f"{kind.kind}_seconds"] = (time.perf_counter() - began) / len(places)
            print(f"seed {seed}, {kind.title}: {whole:.3f} whole, {summary(found[name][kind.kind].values())}", flush=True)
    return found


def summary(accuracies: Iterable[float]) -> str:
    """Median, and from the worst cut to the best."""
    values = sorted(accuracies)
    return f"{statistics.median(values):.3f} ({values[0]:.3f} to {values[-1]:.3f})"


def table(runs: list[dict[str, Any]]) -> str:
    """Markdown: one row for each kind of cut, over all seeds."""
    head = "| cut | whole network | median cut, by seed | all cuts: median (worst to best) | cuts that cost under 5 points | s per cut |"
    rows = [head, "|---|---|---|---|---|---|"]
    for kind in KINDS:
        seeds = [run[kind.network] for run in runs]
        whole = [one["whole"] for one in seeds]
        cuts = [list(one[kind.kind].values()) for one in seeds]
        medians = [statistics.median(one) for one in cuts]
        every = [accuracy for one in cuts for accuracy in one]
        harmless = [before - accuracy < 0.05 for before, one in zip(whole, cuts, strict=True) for accuracy in one]
        seconds = statistics.median(one[f"{kind.kind}_seconds"] for one in seeds)
        rows.append(
            f"| {kind.title} | {span(whole)} | {span(medians)} | {summary(every)} | {sum(harmless)} of {len(harmless)} | {seconds:.2f} |"
        )
    return "\n".join(rows)


def span(values: list[float]) -> str:
    """Mean, and from the smallest to the largest."""
    return f"{statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--file", type=Path, default=Path("lesion.json"))
    arguments = parser.parse_args()
    runs = json.loads(arguments.file.read_text()) if arguments.file.exists() else []
    for seed in arguments.seeds:
        runs.append(measure(seed, arguments.steps))
        arguments.file.write_text(json.dumps(runs, indent=1))
    print(f"\n{len(runs)} seeds, {IMAGES:,} test images, training steps: {sorted({run['steps'] for run in runs})}\n")
    print(table(runs))


if __name__ == "__main__":
    main()
