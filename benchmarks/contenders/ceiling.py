"""What the machine's matrix multiplication gives, in GFLOP a second, "float32" or "bfloat16": the best of a few."""

from __future__ import annotations

import time

import resnet  # noqa: F401  (the kernels this project trains with)

SIDE, TIMES = 2048, 4


def main() -> None:
    import tensorflow as tf

    from benchmarks.contenders import serve

    multiply = tf.function(tf.matmul)

    def answer(line: str) -> str:
        square = tf.cast(tf.random.normal((SIDE, SIDE)), line)
        multiply(square, square)
        seconds = []
        for _ in range(TIMES):
            began = time.perf_counter()
            tf.reduce_sum(multiply(square, square)[0]).numpy()
            seconds.append(time.perf_counter() - began)
        return str(2 * SIDE**3 / min(seconds) / 1e9)

    serve(answer)


if __name__ == "__main__":
    main()
