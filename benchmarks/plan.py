"""How long `plan` takes: the median over many calls. Targets: ResNet-34 at most 2 ms, ResNet-152 at most 10 ms.

Run from the project's folder: `python -m benchmarks.plan`
"""

from __future__ import annotations

import statistics
import time

from resnet.plan import plan
from resnet.presets import PRESETS

CALLS = 500
TARGETS_MS = {"resnet-34": 2, "resnet-152": 10}


def main() -> None:
    for name, target in TARGETS_MS.items():
        milliseconds = []
        for _ in range(CALLS):
            start = time.perf_counter()
            plan(PRESETS[name])
            milliseconds.append((time.perf_counter() - start) * 1_000)
        median = statistics.median(milliseconds)
        print(f"plan({name}): median {median:.2f} ms over {CALLS} calls, slowest {max(milliseconds):.2f} ms (target: at most {target} ms)")


if __name__ == "__main__":
    main()
