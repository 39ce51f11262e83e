"""Learning the identity over several seeds: two plain convolutions, and the same two beside a shortcut (experiment 6).

`python -m benchmarks.identity [--seeds 1 2 3 4 5] [--steps 200] [--rates 0.001 0.003 0.01]`
"""

from __future__ import annotations

import argparse
import statistics

from resnet.inquiries import LearnIdentity
from resnet.inspection.identity import learn_identity


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="*", default=[1, 2, 3, 4, 5])
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--rates", type=float, nargs="*", default=[1e-3, 3e-3, 1e-2])
    arguments = parser.parse_args()
    learn_identity(LearnIdentity(0, 1, 1e-3))  # traces
    print("| Adam's rate | plain: first loss | plain: last | residual, zero at first: first and last | residual, drawn: first | last | s |")
    print("|---|---|---|---|---|---|---|")
    for rate in arguments.rates:
        runs = [learn_identity(LearnIdentity(seed, arguments.steps, rate)) for seed in arguments.seeds]
        residual = [loss for run in runs for loss in (run.residual_loss[0], run.residual_loss[-1])]
        columns = [
            f"{rate:g}",
            spread([run.plain_loss[0] for run in runs]),
            spread([run.plain_loss[-1] for run in runs]),
            spread(residual),
            spread([run.drawn_residual_loss[0] for run in runs]),
            spread([run.drawn_residual_loss[-1] for run in runs]),
            f"{statistics.median(run.seconds for run in runs):.1f}",
        ]
        print(f"| {' | '.join(columns)} |", flush=True)


def spread(losses: list[float]) -> str:
    """Median, and from the smallest to the largest."""
    return f"{statistics.median(losses):.3g} ({min(losses):.3g} to {max(losses):.3g})"


if __name__ == "__main__":
    main()
