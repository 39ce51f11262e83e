"""This project's way: `train` as a worker runs it, every batch told. By default it only trains as many batches as it is asked for."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace

from benchmarks.contenders import BATCH, serve
from resnet.config import TrainConfig
from resnet.datasets import DATASETS
from resnet.presets import PRESETS, RECIPES, tuned
from resnet.training.control import Control
from resnet.training.events import BatchEnd, EpochEnd, Evaluating, Event, Finished
from resnet.training.loop import train
from resnet.training.workshop import Workshop

CONFIG = TrainConfig(networks=(PRESETS["mini-resnet"],), dataset="fashion-mnist", recipe=replace(RECIPES["notebook"], batch_size=BATCH))


def main() -> None:
    if len(sys.argv) > 1:
        whole(int(sys.argv[1]), float(sys.argv[2]))
        return
    workshop = Workshop()
    workshop.warm(CONFIG)
    precision: list[str] = []

    def answer(line: str) -> str:
        """Images a second over so many batches, and what was computed in."""
        with workshop.lend(CONFIG) as prepared:
            precision[:] = [prepared.precision]
        return f"{images_per_second(workshop, int(line))} {precision[0]}"

    serve(answer)


def images_per_second(workshop: Workshop, batches: int) -> float:
    control, ends = Control(), []

    def emit(event: Event) -> None:
        if isinstance(event, BatchEnd):
            ends.append(time.perf_counter())
            if len(ends) == batches + 1:
                control.stop()

    train(CONFIG, emit, control, workshop=workshop)
    return BATCH * batches / (ends[-1] - ends[0])


def whole(seed: int, epochs: float) -> None:
    """Train the recipe "fast" to its end over so many epochs, which need not be whole, and say how it went, a JSON object a line."""
    recipe = RECIPES["fast"]
    images = DATASETS["fashion-mnist"].training_images
    steps = round(epochs * images / recipe.batch_size)
    whole_epochs = -(-steps * recipe.batch_size // images)
    config = TrainConfig(
        networks=(tuned(PRESETS["mini-resnet"], "fast"),),
        dataset="fashion-mnist",
        recipe=replace(recipe, epochs=whole_epochs),
        seed=seed,
        max_steps=steps,
    )
    print("ready", flush=True)
    sys.stdin.readline()

    def emit(event: Event) -> None:
        if isinstance(event, EpochEnd):
            say(epoch=event.epoch, validation_accuracy=event.validation_accuracy)
        elif isinstance(event, Evaluating):
            say(trained=True)
        elif isinstance(event, Finished):
            say(test_accuracy=event.test_accuracy["mini-resnet"])

    train(config, emit, Control())


def say(**facts: object) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
