"""What streaming costs the training: images a second with every batch told, kept and watched by 30 viewers, against a bare `fit`.

Both train the mini-ResNet on the same batches in the same worker process, in turn; the viewers hold real event streams open over HTTP,
from a process of their own on the same machine. `python -m benchmarks.streaming`
"""

from __future__ import annotations

import contextlib
import multiprocessing
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import uvicorn
from distributed import Client
from starlette.applications import Starlette

from benchmarks.viewers import watch
from resnet.config import TrainConfig
from resnet.presets import DEMO
from resnet.runs import routes, service
from resnet.runs.engine import TRAIN, EngineProcess
from resnet.runs.service import Service
from resnet.runs.store import Store
from resnet.training.events import BatchEnd
from tests.app_server import free_port

STEPS = 80
PAIRS = 15
VIEWERS = 30
# In float32 on both sides: what is compared is the telling, not the precision.
CONFIG = replace(DEMO, max_steps=STEPS, recipe=replace(DEMO.recipe, precision="float32"))


def bare_fit(data: dict[str, Any], steps: int) -> float:
    """On the worker: images per second of Keras's own step and `fit` with nothing but a clock, from the first batch's end to the last's.

    The network is the same; neither gradient norms nor checkpoints nor words for anybody are made.
    """
    import keras
    from distributed import get_worker

    from resnet.data import load_fashion_mnist
    from resnet.model import build_resnet
    from resnet.training.batches import training_batches

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            self.ends: list[float] = []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.ends.append(time.perf_counter())

    config, worker, clock = TrainConfig.from_dict(data), get_worker(), Clock()
    model = getattr(worker, "bare_model", None)
    if model is None:  # traced once, as the worker's own is
        model = worker.bare_model = build_resnet(config.networks[0])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(optimizer=keras.optimizers.Adam(config.recipe.learning_rate), loss=loss, metrics=["accuracy"], jit_compile=False)
    images = load_fashion_mnist(subset=True)
    batch = config.recipe.batch_size
    batches = training_batches(images.x_train, images.y_train, batch_size=batch, epochs=1, seed=config.seed)
    model.fit(batches, epochs=1, steps_per_epoch=steps, shuffle=False, callbacks=[clock], verbose=0)
    return batch * (len(clock.ends) - 1) / (clock.ends[-1] - clock.ends[0])


def streamed(lab: Service, url: str) -> float:
    """The same through the service, with VIEWERS on the run's stream."""
    run = lab.start(CONFIG)
    viewers = multiprocessing.get_context("spawn").Process(target=watch, args=(f"{url}/api/runs/{run}/events", VIEWERS))
    viewers.start()
    while lab.live_state(run) is not None:
        time.sleep(0.2)
    viewers.kill()
    viewers.join()
    batches = [event for event in lab.events(run) if isinstance(event, BatchEnd)]
    assert len(batches) == STEPS, f"{len(batches)} of {STEPS} batches were kept"
    # The first half of a run is when the viewers come; a class is there already.
    half = batches[STEPS // 2 :]
    return CONFIG.recipe.batch_size * (len(half) - 1) / (half[-1].time - half[0].time)


@contextlib.contextmanager
def served(lab: Service) -> Iterator[str]:
    """The run's streams over HTTP, as the app serves them."""
    service.set_current(lab)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes.ROUTES), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
        service.set_current(None)


def main() -> None:
    engine = EngineProcess()
    address = engine.start()
    with tempfile.TemporaryDirectory() as folder:
        lab = Service(Store(f"sqlite:///{Path(folder) / 'runs.sqlite'}"), address=address)
        lab.open()
        lab.wait_until_ready(60)
        client = Client(address, set_as_default=False)
        ratios = []
        with served(lab) as url:
            streamed(lab, url)  # warms both
            client.submit(bare_fit, CONFIG.to_dict(), 2, resources={TRAIN: 1}, pure=False).result()
            for pair in range(PAIRS):
                bare = client.submit(bare_fit, CONFIG.to_dict(), STEPS // 2, resources={TRAIN: 1}, pure=False).result()
                told = streamed(lab, url)
                ratios.append(told / bare)
                print(f"pair {pair + 1}: bare fit {bare:.0f} images/s, streamed {told:.0f} images/s, ratio {ratios[-1]:.3f}", flush=True)
        client.close()
        lab.close()
    engine.close()
    ordered = sorted(ratios)
    print(f"pairs from {ordered[0]:.3f} to {ordered[-1]:.3f}, quartiles {ordered[PAIRS // 4]:.3f} and {ordered[3 * PAIRS // 4]:.3f}")
    print(f"streaming keeps {statistics.median(ratios):.1%} of the bare throughput (median of {PAIRS} pairs; target at least 97 %)")


if __name__ == "__main__":
    main()
