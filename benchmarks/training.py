"""Images a second: the notebook's way, ours, PyTorch at its best, and what the machine's matrix multiplication would allow.

`pip install -r benchmarks/requirements.txt`, then `python -m benchmarks.training [--rounds 7] [--batches 40]`. The full set of
Fashion-MNIST has to be on the machine. Every contender is a process of its own; they take turns within one run, so that a ratio holds
when the machine's speed drifts, and are still while another works.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import statistics
from collections.abc import Callable

from benchmarks.contenders import Contender
from resnet.plan import plan
from resnet.presets import PRESETS

GFLOP_PER_IMAGE = plan(PRESETS["mini-resnet"]).macs * 2 * 3 / 1e9  # a multiply-add is two; backward is twice the forward pass
PYTORCH = [" ".join(way) for way in itertools.product(("float32", "bfloat16"), ("contiguous", "channels_last"), ("eager", "compile"))]
TRIAL = 12  # batches to find PyTorch's best way with


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=7)
    arguments.add_argument("--batches", type=int, default=40)
    given = arguments.parse_args()
    best = best_of_pytorch()
    with contextlib.ExitStack() as stack:
        names = {"notebook": (), "ours": (), "pytorch": best.split(), "ceiling": ()}
        contenders = {name: stack.enter_context(Contender(name, *options)) for name, options in names.items()}
        for name in ("notebook", "ours", "pytorch"):
            contenders[name].ask(str(TRIAL))  # warms it
        rounds = [one_round(contenders, given.batches) for _ in range(given.rounds)]
    report(rounds, best)


def best_of_pytorch() -> str:
    """The quickest of PyTorch's eight ways."""
    speeds = {}
    for way in PYTORCH:
        try:
            with Contender("pytorch", *way.split()) as contender:
                speed = float(contender.ask("3"))
                if speed > 0.5 * max(speeds.values(), default=0):
                    speed = max(float(contender.ask(str(TRIAL))) for _ in range(3))
        except RuntimeError as error:
            print(f"PyTorch {way}: {error}", flush=True)
            continue
        speeds[way] = speed
        print(f"PyTorch {way}: {speed:.0f} images/s", flush=True)
    if not speeds:
        raise SystemExit("PyTorch does not run here: pip install -r benchmarks/requirements.txt")
    return max(speeds, key=lambda way: speeds[way])


def one_round(contenders: dict[str, Contender], batches: int) -> dict[str, float]:
    """Images a second of each, one after the other; the ceiling's precision is ours."""
    ours, precision = contenders["ours"].ask(str(batches)).split()
    found = {
        "ours": float(ours),
        "notebook": float(contenders["notebook"].ask(str(batches))),
        "pytorch": float(contenders["pytorch"].ask(str(batches))),
        "float32": float(contenders["ceiling"].ask("float32")),
        "bfloat16": float(contenders["ceiling"].ask("bfloat16")),
    }
    print("  ".join(f"{name} {speed:.0f}" for name, speed in found.items()), precision, flush=True)
    return {**found, "short": precision == "bfloat16"}


def report(rounds: list[dict[str, float]], best: str) -> None:
    def ratio(compare: Callable[[dict[str, float]], float]) -> str:
        ratios = sorted(compare(one) for one in rounds)
        return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"

    def median(name: str) -> str:
        return f"{statistics.median(one[name] for one in rounds):.0f}"

    short = bool(rounds[0]["short"])
    precision = "bfloat16" if short else "float32"
    print(f"\nmedian of {len(rounds)} rounds; ratios are medians of each round's own, with the lowest and the highest\n")
    print("| way | images/s | ours is so many times as fast | target |")
    print("|---|--:|--:|--:|")
    print(f"| ours, {precision} | {median('ours')} | | |")
    print(f"| the notebook's: Keras `fit` on arrays, float32 | {median('notebook')} | {ratio(lambda r: r['ours'] / r['notebook'])} | 1.9 |")
    print(f"| PyTorch's best: {best} | {median('pytorch')} | {ratio(lambda r: r['ours'] / r['pytorch'])} | 1.15 |")
    for name in ("float32", "bfloat16"):
        of = ratio(lambda r, name=name: r["ours"] * GFLOP_PER_IMAGE / r[name]) if name == precision else ""
        target = "0.70" if short and name == precision else "none: bfloat16 does not pay here" if name == precision else ""
        print(f"| ceiling: {name} matmul, {median(name)} GFLOP/s | {float(median(name)) / GFLOP_PER_IMAGE:.0f} | {of} | {target} |")


if __name__ == "__main__":
    main()
