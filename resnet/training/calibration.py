"""Whether bfloat16 pays on this machine: measured once, on the kind of work a residual network is made of, and remembered.

A processor's name or flags do not tell. Where it has instructions for bfloat16, training is about 1.7 times as fast by them; where it
has none, TensorFlow computes the same numbers ten times as slowly.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import statistics
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import platformdirs
import tensorflow as tf

from resnet.config import Precision
from resnet.layers import kernel_exists

logger = logging.getLogger(__name__)

Computed = Literal["float32", "bfloat16"]

WORTH_IT = 1.15  # times as fast; below it the exact numbers are worth more
ROUNDS = 5


def compute_precision(asked: Precision) -> Computed:
    """What layers are to compute in: what was asked for, or, for "auto", what this machine is faster in. It takes 1 to 3 s, once."""
    if asked != "auto":
        return asked
    memory, machine = _memory(), machine_name()
    known = _read(memory)
    if known.get(machine) not in ("float32", "bfloat16"):
        known[machine] = faster_precision()
        _write(memory, known)
    return "bfloat16" if known[machine] == "bfloat16" else "float32"


def faster_precision() -> Computed:
    """Train a convolution, a batch norm and a ReLU in both, in turn, and compare the medians."""
    if not kernel_exists("bfloat16"):
        return "float32"
    exact, short = _work("float32"), _work("bfloat16")
    first = [_seconds(exact), _seconds(short)]
    if first[1] > 3 * first[0]:
        return "float32"
    pairs = [(_seconds(exact), _seconds(short)) for _ in range(ROUNDS)]
    ratio = statistics.median(one / other for one, other in pairs)
    logger.info("bfloat16 is %.2f times as fast as float32 here", ratio)
    return "bfloat16" if ratio >= WORTH_IT else "float32"


def machine_name() -> str:
    """What the answer depends on: the processor with its instructions, the cores, TensorFlow, its kernels."""
    try:
        described = Path("/proc/cpuinfo").read_text(encoding="utf-8").split("\n\n")[0]
        lines = dict(line.split(":", 1) for line in described.splitlines() if ":" in line)
        picked = [value.strip() for name, value in lines.items() if name.strip() in ("model name", "flags", "Features")]
    except OSError:
        picked = [platform.processor()]
    flags = zlib.crc32(" ".join(picked).encode())
    kernels = os.environ.get("TF_ENABLE_ONEDNN_OPTS", "")
    return f"{platform.machine()} {flags:08x}, {os.cpu_count()} cores, TensorFlow {tf.__version__}, oneDNN {kernels}"


def _work(dtype: Computed) -> Callable[[], tf.Tensor]:
    """A training step on 32 images of 14 x 14 with 64 channels, compiled and run once; calling it runs it again."""
    images = tf.cast(tf.random.stateless_normal((32, 14, 14, 64), seed=(1, 2)), dtype)
    kernel = tf.random.stateless_normal((3, 3, 64, 64), seed=(3, 4), stddev=0.06)
    ones, zeros = tf.ones(64), tf.zeros(64)

    @tf.function
    def step() -> tf.Tensor:
        with tf.GradientTape() as tape:
            tape.watch([images, kernel])
            y = tf.nn.conv2d(images, tf.cast(kernel, dtype), 1, "SAME")
            y = tf.raw_ops.FusedBatchNormV3(x=y, scale=ones, offset=zeros, mean=[], variance=[], is_training=True).y
            goal = tf.reduce_sum(tf.cast(tf.nn.relu(y), tf.float32))
        by_image, by_kernel = tape.gradient(goal, [images, kernel])
        return tf.reduce_sum(tf.cast(by_image, tf.float32)) + tf.reduce_sum(by_kernel)

    step()
    return step


def _seconds(work: Callable[[], tf.Tensor]) -> float:
    began = time.perf_counter()
    work().numpy()
    return time.perf_counter() - began


def _memory() -> Path:
    return platformdirs.user_cache_path("resnet-lab") / "precision.json"


def _read(memory: Path) -> dict[str, str]:
    try:
        known = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # not measured yet, or damaged: measured anew
    return known if isinstance(known, dict) else {}


def _write(memory: Path, known: dict[str, str]) -> None:
    """Another worker may write at the same time: the file is replaced as a whole."""
    fresh = memory.with_name(f"{memory.name}.{os.getpid()}")
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(json.dumps(known, indent=1), encoding="utf-8")
        fresh.replace(memory)
    except OSError as error:
        logger.warning("what was measured cannot be remembered in %s: %s", memory, error)
