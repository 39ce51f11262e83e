"""The race over several seeds: the disease, the cure and the gradient by depth, as the page Experiments shows them (1, 2 and 4).

`python -m benchmarks.experiments [--seeds 1 2 3 4 5] [--steps 200] [--file races.json]`

Each seed is one run of plain-20, residual-20, plain-56 and residual-56, side by side on the same batches. What was measured is added to
--file after each, and a seed that is there already is not run again: the work may be interrupted and done in pieces. Without seeds the
table is made of what is there. `benchmarks.lesion` and `benchmarks.identity` are the experiments 5 and 6.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resnet.experiments.readings import curves_of, slopes_of
from resnet.presets import RACE_STEPS, race
from resnet.training.control import Control
from resnet.training.events import Event, Finished, GradientNorms, Started
from resnet.training.loop import train
from resnet.training.workshop import Workshop

SHALLOW, SHALLOW_CURED, DEEP, CURED = NETWORKS = ("plain-20", "residual-20", "plain-56", "residual-56")
Found = Mapping[str, Any]


def measure(workshop: Workshop, seed: int, steps: int) -> dict[str, Any]:
    """One race: of each network the mean training loss of the last tenth, the test accuracy and its gradients; and the seconds."""
    events: list[Event] = []
    began = time.perf_counter()
    prepared: list[float] = []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, Started):
            prepared.append(time.perf_counter() - began)

    result = train(race(*NETWORKS, seed=seed, steps=steps), emit, Control(), workshop=workshop)
    curves, slopes = curves_of(events), slopes_of(events)
    assert isinstance(events[-1], Finished), "a race without a result has nothing to tell"
    found = {
        name: {
            "loss": curves[name].last_tenth,
            "test_accuracy": result.test_accuracy[name],
            "slope_early": slopes[name].early,
            "slope": slopes[name].ratio,
            "norms": ends_of(events, name),
        }
        for name in NETWORKS
    }
    training = float(curves[DEEP].seconds[-1])
    return {"seed": seed, "steps": steps, "networks": found, "seconds": training, "prepared": prepared[0]}


def ends_of(events: list[Event], network: str) -> list[dict[str, float]]:
    """The gradient's norm for the first and the last convolution of the blocks, at the first step and when it was last measured."""
    layers = next(event.layers[network] for event in events if isinstance(event, Started))
    blocks = [index for index, layer in enumerate(layers) if layer.startswith("stage")]
    measured = [event for event in events if isinstance(event, GradientNorms) and event.network == network]
    return [{"step": event.step, "first": event.norms[blocks[0]], "last": event.norms[blocks[-1]]} for event in (measured[0], measured[-1])]


def losses(runs: list[Found], network: str) -> list[float]:
    """The network's mean training loss over the last tenth of the steps, in nats, for each seed."""
    return [run["networks"][network]["loss"] for run in runs]


def ratios(runs: list[Found], network: str, when: int) -> list[float]:
    """How many times as strong the gradient is at the first convolution of the blocks as at the last, for each seed."""
    measured = [run["networks"][network]["norms"][when] for run in runs]
    return [norms["first"] / norms["last"] for norms in measured]


def table(runs: list[Found]) -> str:
    """Markdown: one row for each effect, over all seeds."""
    lines = ["| measured | mean | by seed |", "|---|---|---|"]
    for name in NETWORKS:
        lines.append(row(f"training loss of {name}", losses(runs, name), ".2f"))
    for title, high, low in (
        ("the disease", DEEP, SHALLOW),
        ("the cure", DEEP, CURED),
        ("the control", SHALLOW, SHALLOW_CURED),
        ("depth with shortcuts", CURED, SHALLOW_CURED),
    ):
        differences = [one - other for one, other in zip(losses(runs, high), losses(runs, low), strict=True)]
        lines.append(row(f"{title}: {high} above {low}", differences, "+.2f"))
    for name in (DEEP, CURED):
        for when, words in ((0, "step 1"), (-1, "at the end")):
            lines.append(row(f"gradient's norm of {name}, first convolution by last, {words}", ratios(runs, name, when), ",.1f"))
    lines.append(row("seconds of training", [run["seconds"] for run in runs], ".0f"))
    lines.append(row("seconds before the first step", [run["prepared"] for run in runs], ".0f"))
    return "\n".join(lines)


def row(title: str, values: list[float], form: str) -> str:
    """One line of the table: the mean over the seeds with their standard deviation, and each by itself."""
    spread = f" ± {statistics.stdev(values):{form.removeprefix('+')}}" if len(values) > 1 else ""
    return f"| {title} | {statistics.mean(values):{form}}{spread} | {', '.join(f'{value:{form}}' for value in values)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--steps", type=int, default=RACE_STEPS)
    parser.add_argument("--file", type=Path, default=Path("races.json"))
    given = parser.parse_args()
    runs = json.loads(given.file.read_text()) if given.file.exists() else []
    workshop = Workshop()
    for seed in given.seeds:
        if any((run["seed"], run["steps"]) == (seed, given.steps) for run in runs):
            continue
        runs.append(measure(workshop, seed, given.steps))
        given.file.write_text(json.dumps(runs, indent=1))
        print(f"seed {seed}: {runs[-1]['seconds']:.0f} s of training, {runs[-1]['prepared']:.0f} s before it", flush=True)
    chosen = [run for run in runs if run["steps"] == given.steps]
    if not chosen:
        raise SystemExit(f"nothing was measured over {given.steps} steps yet")
    print(f"\n{len(chosen)} seeds, {given.steps} steps of 64 images, 14x14, Adam 1e-3; losses are means of the last tenth of the steps\n")
    print(table(chosen))


if __name__ == "__main__":
    main()
