"""Trained networks with their weights, ready to be asked, and the images they are asked about."""

from __future__ import annotations

import numpy as np

from resnet.data import Dataset, load_dataset
from resnet.datasets import DATASETS
from resnet.embedded import FIRST_WEIGHTS_SEED
from resnet.errors import QuestionError, WeightsError
from resnet.footprint import weight_memory
from resnet.inquiries import OwnPicture, Picture, RunSubject, Source
from resnet.inquiries.subjects import check_picture
from resnet.inspection.memory import FLOAT32, MEMORY
from resnet.inspection.network import Network
from resnet.inspection.weights import load_weights, set_weights
from resnet.model import draw_weights
from resnet.plan import plan
from resnet.training import trained


@MEMORY.keeps(lambda subject: weight_memory(plan(subject.config)))
def network_of(subject: Source) -> Network:
    """Build it and give it its weights; one that was asked about lately is still there. Raises WeightsError."""
    if isinstance(subject, RunSubject):
        weights = kept_of(subject).weights  # before anything is built: a file of a stranger may name a network of any size
        if sum(array.size for array in weights.values()) != plan(subject.config).total_parameters:
            raise WeightsError("{file} does not hold the weights of {model}", file=subject.run, model=subject.network)
        network = Network.build(subject.config)
        set_weights(network.model, weights, origin=subject.run)
        return network
    network = Network.build(subject.config)
    file = subject.embedded.weights_file(subject.moment)
    if file is None:
        draw_weights(network.model, FIRST_WEIGHTS_SEED)
    else:
        load_weights(network.model, file)
    return network


@MEMORY.keeps(lambda subject: FLOAT32 * DATASETS[subject.dataset].test_images * subject.config.num_classes)
def logits_of(subject: RunSubject) -> np.ndarray:
    """The run's answers to the test split, float32 (images, classes), in the precision it trained in. Raises WeightsError."""
    return kept_of(subject).logits


def kept_of(subject: RunSubject) -> trained.Trained:
    """What the run kept of it. Raises WeightsError."""
    kept = trained.find(subject.run, subject.config)
    if kept.dataset != subject.dataset:
        raise QuestionError(
            "the weights of run {run} are of the data set {kept}, not of {asked}", run=subject.run, kept=kept.dataset, asked=subject.dataset
        )
    return kept


def images_of(subject: Source) -> Dataset:
    """The data set it was trained on. Raises DataError."""
    return load_dataset(subject.dataset)


def image_of(subject: Source, image: int) -> tuple[np.ndarray, np.ndarray]:
    """One image as a batch of one, float32 (1, height, width, 1), and its label, int32 (1,)."""
    data = images_of(subject)
    return data.x_test[image : image + 1], data.y_test[image : image + 1]


def picture_of(subject: Source, picture: Picture) -> np.ndarray:
    """A picture as a batch of one, float32 (1, height, width, 1) from 0 to 1, as the network's training images were."""
    check_picture(subject, picture)
    if isinstance(picture, OwnPicture):
        pixels = np.frombuffer(picture.pixels, np.uint8).reshape(1, picture.height, picture.width, 1)
        return pixels.astype(np.float32) / 255
    return images_of(subject).x_test[picture.number : picture.number + 1]
