"""Facts about the data sets, known before a single byte is read: what a page, a plan and a validation need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFacts:
    """Sizes of a data set's splits (images) and the shape (height, width, channels) of one image."""

    name: str
    input_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    training_images: int
    validation_images: int
    test_images: int

    @property
    def num_classes(self) -> int:
        return len(self.class_names)


FASHION_CLASSES = (
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
)

DATASETS: Mapping[str, DatasetFacts] = MappingProxyType(
    {
        "fashion-mnist": DatasetFacts(
            name="fashion-mnist",
            input_shape=(28, 28, 1),
            class_names=FASHION_CLASSES,
            training_images=55_000,
            validation_images=5_000,
            test_images=10_000,
        ),
        "fashion-mnist-subset": DatasetFacts(
            name="fashion-mnist-subset",
            input_shape=(28, 28, 1),
            class_names=FASHION_CLASSES,
            training_images=9_000,
            validation_images=1_000,
            test_images=2_000,
        ),
        # The subset with each 2x2 pixels averaged into one: a quarter of the work, for deep networks that train within a lesson.
        "fashion-mnist-14": DatasetFacts(
            name="fashion-mnist-14",
            input_shape=(14, 14, 1),
            class_names=FASHION_CLASSES,
            training_images=9_000,
            validation_images=1_000,
            test_images=2_000,
        ),
    }
)
