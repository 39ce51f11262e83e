"""What can be asked about what a trained network knows and does: its answers on the test split, and what it sees in one picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from resnet.datasets import DATASETS
from resnet.errors import QuestionError
from resnet.inquiries.effort import SECOND, images_within
from resnet.inquiries.subjects import Picture, Source, check_count, check_picture
from resnet.plan import LayerPlan, plan

NEAREST = 5  # training images that are shown beside a picture
MOST_EMBEDDED, FEWEST_EMBEDDED = 2_000, 100
PLANE_WORK = 6 * SECOND  # asked once of a network; enough for the mini-ResNet and all of the subset's test images


@dataclass(frozen=True, slots=True)
class PredictTest:
    """The network's answer to every test image: a run's as it gave them when it was tested. Answered by TestPredictions."""

    subject: Source


@dataclass(frozen=True, slots=True)
class LookAtLayer:
    """What one layer gives for a picture. Answered by LayerMaps."""

    subject: Source
    picture: Picture
    layer: str

    def __post_init__(self) -> None:
        check_picture(self.subject, self.picture)
        check_layer(self.subject, self.layer)


@dataclass(frozen=True, slots=True)
class ShowFilters:
    """The kernels of a convolution. Answered by Filters."""

    subject: Source
    layer: str = "stem_conv"

    def __post_init__(self) -> None:
        if check_layer(self.subject, self.layer).kind != "conv":
            raise QuestionError("{layer} is no convolution and has no filters", layer=self.layer)


@dataclass(frozen=True, slots=True)
class ExplainDecision:
    """Grad-CAM: where the picture speaks for a class (Selvaraju et al. 2017, arXiv 1610.02391). Answered by GradCam.

    `layer` gives maps, (height, width, channels); its grid is the answer's resolution. `target` is a class; None: the one named.
    """

    subject: Source
    picture: Picture
    layer: str
    target: int | None = None

    def __post_init__(self) -> None:
        check_picture(self.subject, self.picture)
        layer = check_layer(self.subject, self.layer)
        if len(layer.output_shape) != 3:
            raise QuestionError("{layer} gives no maps, but {shape}", layer=self.layer, shape=str(layer.output_shape))
        if self.target is not None:
            check_count("target", self.target, 0, self.subject.config.num_classes - 1)


@dataclass(frozen=True, slots=True)
class EmbedTest:
    """The first test images as the classifier receives them, in the plane of their two principal components. Answered by Embedding."""

    subject: Source
    images: int

    def __post_init__(self) -> None:
        check_count("images", self.images, 10, min(MOST_EMBEDDED, DATASETS[self.subject.dataset].test_images))

    @staticmethod
    def of(subject: Source) -> EmbedTest:
        """With all test images of the subset, or as many of them as PLANE_WORK allows the network."""
        most = min(MOST_EMBEDDED, DATASETS[subject.dataset].test_images)
        return EmbedTest(subject, images_within(PLANE_WORK, plan(subject.config), fewest=FEWEST_EMBEDDED, most=most))


@dataclass(frozen=True, slots=True)
class Judge:
    """What the network says of a picture, and how far that is from what it was trained on. Answered by Judgement."""

    subject: Source
    picture: Picture

    def __post_init__(self) -> None:
        check_picture(self.subject, self.picture)


@dataclass(frozen=True, slots=True, eq=False)
class TestPredictions:
    """Attributes:
    probabilities: float32 (images, classes), softmax of the logits. labels: int64 (images,). loss: mean cross-entropy in nats.
    """

    __test__ = False  # pytest: no test class

    probabilities: np.ndarray
    labels: np.ndarray
    loss: float

    @property
    def accuracy(self) -> float:
        return float((self.probabilities.argmax(axis=1) == self.labels).mean())


@dataclass(frozen=True, slots=True, eq=False)
class LayerMaps:
    """Attributes:
    maps: float32, (height, width, channels), or (channels,) of a layer behind the pooling.
    image: float32 (height, width, 1), as the network got it. probabilities: float32 (classes,).
    """

    maps: np.ndarray
    image: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Filters:
    """`kernel`: float32 (height, width, channels in, channels out)."""

    kernel: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class GradCam:
    """Attributes:
    heat: float32 (height, width) of the layer's grid: ReLU of its maps, each weighed by the mean over its places of the gradient of the
        target's logit. Not scaled: 0 everywhere where nothing speaks for the class.
    target: the class. image, probabilities: as in LayerMaps.
    """

    heat: np.ndarray
    target: int
    image: np.ndarray
    probabilities: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Embedding:
    """Attributes:
    coordinates: float32 (images, 2). explained: float64 (2,), each component's share of the variance.
    labels, named: int64 (images,), the class and the one the network names.
    """

    coordinates: np.ndarray
    explained: np.ndarray
    labels: np.ndarray
    named: np.ndarray


@dataclass(frozen=True, slots=True, eq=False)
class Judgement:
    """Distances are Euclidean, between what the classifier receives, each of length 1: 0 is the same direction, 2 the opposite.

    Attributes:
        probabilities: float32 (classes,).
        distance: to the nearest of `compared` training images.
        farther: share of the test images that are farther from theirs than this picture is, 0 to 1: near 0 it is unlike all that the
            network was trained on.
        nearest: the NEAREST training images, nearest first, as uint8 (NEAREST, height, width). nearest_labels: int64 (NEAREST,).
            nearest_distances: float64 (NEAREST,).
        compared: how many training images were looked at. judged_by: how many test images `farther` is a share of.
    """

    probabilities: np.ndarray
    distance: float
    farther: float
    nearest: np.ndarray
    nearest_labels: np.ndarray
    nearest_distances: np.ndarray
    compared: int
    judged_by: int


def check_layer(subject: Source, layer: str) -> LayerPlan:
    """The plan's entry for that layer. Raises QuestionError where the network has none of the name."""
    known = {one.name: one for one in plan(subject.config).layers}
    if layer not in known:
        raise QuestionError("{network} has no layer {layer!r}", network=subject.network, layer=layer)
    return known[layer]
