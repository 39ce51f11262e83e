"""What streaming costs the training: images per second with every batch told, kept and watched, against Keras's bare `fit`.

Both train the mini-ResNet on the same batches in the same worker process, in turn. `python -m benchmarks.streaming`
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed import Client

from resnet.config import TrainConfig
from resnet.presets import DEMO
from resnet.runs.engine import TRAIN, EngineProcess
from resnet.runs.service import Service
from resnet.runs.store import Store
from resnet.training.events import BatchEnd

STEPS = 40
PAIRS = 11
CONFIG = replace(DEMO, max_steps=STEPS)


def bare_fit(data: dict[str, Any], steps: int) -> float:
    """On the worker: images per second of `fit` with nothing but a clock, from the first batch's end to the last one's."""
    import keras
    from distributed import get_worker

    from resnet.data import load_fashion_mnist
    from resnet.runs.jobs import TrainingRoom
    from resnet.training.batches import training_batches

    class Clock(keras.callbacks.Callback):  # type: ignore[misc]
        def on_train_begin(self, logs: Any = None) -> None:
            self.ends: list[float] = []

        def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
            self.ends.append(time.perf_counter())

    config, room, clock = TrainConfig.from_dict(data), TrainingRoom.of(get_worker()), Clock()
    assert room is not None
    workshop = room.workshop()
    assert workshop is not None
    images = load_fashion_mnist(subset=True)
    batch = config.recipe.batch_size
    with workshop.lend(config, lambda phase: None) as prepared:
        batches = training_batches(images.x_train, images.y_train, batch_size=batch, epochs=1, seed=config.seed)
        prepared.model.fit(batches, epochs=1, steps_per_epoch=steps, shuffle=False, callbacks=[clock], verbose=0)
    return batch * (len(clock.ends) - 1) / (clock.ends[-1] - clock.ends[0])


def streamed(lab: Service) -> float:
    """The same through the service, with one viewer on the stream."""
    run = lab.start(CONFIG)
    frames = 0

    async def watch() -> None:
        nonlocal frames
        stream = await lab.frames(run)
        assert stream is not None
        async for _ in stream:
            frames += 1

    viewer = threading.Thread(target=lambda: asyncio.run(watch()))
    viewer.start()
    viewer.join()
    while lab.live_state(run) is not None:
        time.sleep(0.05)
    batches = [event for event in lab.events(run) if isinstance(event, BatchEnd)]
    assert len(batches) == STEPS, f"{len(batches)} of {STEPS} batches were kept"
    return CONFIG.recipe.batch_size * (STEPS - 1) / (batches[-1].time - batches[0].time)


def main() -> None:
    engine = EngineProcess()
    address = engine.start()
    with tempfile.TemporaryDirectory() as folder:
        lab = Service(Store(f"sqlite:///{Path(folder) / 'runs.sqlite'}"), address=address)
        lab.open()
        lab.wait_until_ready(60)
        client = Client(address, set_as_default=False)
        ratios = []
        streamed(lab)  # warms both
        for pair in range(PAIRS):
            bare = client.submit(bare_fit, CONFIG.to_dict(), STEPS, resources={TRAIN: 1}, pure=False).result()
            told = streamed(lab)
            ratios.append(told / bare)
            print(f"pair {pair + 1}: bare fit {bare:.0f} images/s, streamed {told:.0f} images/s, ratio {ratios[-1]:.3f}", flush=True)
        client.close()
        lab.close()
    engine.close()
    print(f"streaming keeps {statistics.median(ratios):.1%} of the bare throughput (median of {PAIRS} pairs; target at least 97 %)")


if __name__ == "__main__":
    main()
