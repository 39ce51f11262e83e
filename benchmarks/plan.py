"""How long `plan` takes for ResNet-34: the median over many calls. Target: at most 2 ms.

Run from the project's folder: `python -m benchmarks.plan`
"""

from __future__ import annotations

import statistics
import time

from resnet.plan import plan
from resnet.presets import PRESETS

CALLS = 500


def main() -> None:
    network = PRESETS["resnet-34"]
    milliseconds = []
    for _ in range(CALLS):
        start = time.perf_counter()
        plan(network)
        milliseconds.append((time.perf_counter() - start) * 1_000)
    median = statistics.median(milliseconds)
    print(f"plan(resnet-34): median {median:.2f} ms over {CALLS} calls, slowest {max(milliseconds):.2f} ms (target: median at most 2 ms)")


if __name__ == "__main__":
    main()
