"""Draw the embedded subset of Fashion-MNIST from the full set on this machine.

    python assets/data/draw_subset.py

Writes `fashion-mnist-subset.npz` beside this file: 10,000 training and 2,000 test images, as many of each class.
The last 1,000 training images are the validation split, again as many of each class. Training images come from the
first 55,000 of the full set, so that none of them is among the 5,000 which validate a network trained on all of it.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from resnet.data import SUBSET_FILE, full_set_location, read_full_set
from resnet.datasets import DATASETS, FASHION_CLASSES

SEED = 20170825  # the day the data set's paper (arXiv 1708.07747) went out


def draw(labels: np.ndarray, sizes: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    """Row numbers of disjoint random samples, one after the other, of the given sizes (images), every class alike in each."""
    rows_by_class = [rng.permutation(np.flatnonzero(labels == number)) for number in range(len(FASHION_CLASSES))]
    samples, taken = [], 0
    for size in sizes:
        per_class = size // len(FASHION_CLASSES)
        sample = np.concatenate([rows[taken : taken + per_class] for rows in rows_by_class])
        samples.append(rng.permutation(sample))
        taken += per_class
    return np.concatenate(samples)


def main() -> None:
    directory = full_set_location()
    if directory is None:
        sys.exit("The full set is not on this machine: install Debian's dataset-fashion-mnist or set RESNET_DATA_DIR.")
    (train_images, train_labels), (test_images, test_labels) = read_full_set(directory)
    facts = DATASETS["fashion-mnist-subset"]
    rng = np.random.default_rng(SEED)
    train = draw(train_labels[:55_000], (facts.training_images, facts.validation_images), rng)
    test = draw(test_labels, (facts.test_images,), rng)
    np.savez_compressed(
        SUBSET_FILE,
        x_train=train_images[train],
        y_train=train_labels[train],
        x_test=test_images[test],
        y_test=test_labels[test],
    )
    print(f"{SUBSET_FILE}: {SUBSET_FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
