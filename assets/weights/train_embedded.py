"""Train the networks that come with the app, and measure them with their weights as they are written.

    python assets/weights/train_embedded.py [mini-resnet residual-56 residual-20 plain-20] [--seconds 200] [--folder checkpoints]

After so many seconds a training stops, and the same command goes on from its checkpoint. Writes a .safetensors file for each network
and moment beside this one, and what each does on the test split into measured.json. Every network is trained by the project's own loop
on the embedded training images, with one seed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import keras

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.trained import trained
from resnet.config import Recipe, TrainConfig
from resnet.embedded import EMBEDDED, FIRST_WEIGHTS_SEED, MEASURED_FILE, Embedded, Moment
from resnet.inquiries import Subject
from resnet.inspection.cuts import score
from resnet.inspection.subjects import images_of, network_of
from resnet.inspection.weights import save_weights
from resnet.training.events import EpochEnd

SHALLOW = Recipe(optimizer="adam", learning_rate=4e-3, schedule="one-cycle", batch_size=64, epochs=3)
DEEP = Recipe(optimizer="adam", learning_rate=4e-3, schedule="one-cycle", batch_size=64, epochs=4, precision="float32")
RECIPES = {"mini-resnet": SHALLOW}  # others: DEEP
# Keras's 0.99 would still average over first weights when an epoch of 141 steps ends; what is trained is the same.
BN_MOMENTUM = 0.9


def train_embedded(name: str, folder: Path | None, seconds: float | None) -> bool:
    """Train one of EMBEDDED and write its weights at each of its moments but the first, which needs none. False where time was up."""
    embedded = EMBEDDED[name]
    network = replace(embedded.network, bn_momentum=BN_MOMENTUM)
    recipe = RECIPES.get(name, DEEP)

    def after_epoch(end: EpochEnd, model: keras.Model) -> None:
        print(f"{name}: epoch {end.epoch}, {end.validation_accuracy:.3f} of the validation images right", flush=True)
        if end.epoch == 1:
            save(embedded, "epoch-1", model)

    config = TrainConfig(networks=(network,), dataset=embedded.dataset, recipe=recipe, seed=FIRST_WEIGHTS_SEED)
    model = trained(config, after_epoch, folder=folder / name if folder else None, seconds=seconds)
    if model is not None:
        save(embedded, "trained", model)
    return model is not None


def save(embedded: Embedded, moment: Moment, model: keras.Model) -> None:
    path = embedded.weights_file(moment)
    if path is not None and moment in embedded.moments:
        save_weights(model, path)


def measure(name: str) -> dict[str, dict[str, float]]:
    """What the network does on the test split at each of its moments, with the weights as they were written."""
    measured = {}
    for moment in EMBEDDED[name].moments:
        subject = Subject(name, moment)
        data = images_of(subject)
        found = score(network_of(subject), data.x_test, data.y_test)
        measured[f"{name}-{moment}"] = {"test_loss": round(found.loss, 4), "test_accuracy": found.accuracy}
    return measured


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="*", default=list(EMBEDDED))
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    for name in arguments.networks:
        began = time.perf_counter()
        if train_embedded(name, arguments.folder, arguments.seconds):
            written = json.loads(MEASURED_FILE.read_text(encoding="utf-8")) if MEASURED_FILE.exists() else {}
            found = measure(name)
            MEASURED_FILE.write_text(json.dumps(dict(sorted({**written, **found}.items())), indent=2) + "\n", encoding="utf-8")
            print(f"{name}: {found}")
        else:
            print(f"{name}: time is up")
        print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
