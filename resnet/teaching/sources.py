"""Where statements come from: a short key for each paper and page, so that a lesson names its source in one word."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from resnet.wording import Translate, english


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a statement can be looked up. `title` is its own, in its own language."""

    title: str
    url: str = ""


SOURCES: Mapping[str, Source] = MappingProxyType(
    {
        "H15": Source("He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition", "https://arxiv.org/abs/1512.03385"),
        "H16": Source("He, Zhang, Ren, Sun: Identity Mappings in Deep Residual Networks", "https://arxiv.org/abs/1603.05027"),
        "V16": Source(
            "Veit, Wilber, Belongie: Residual Networks Behave Like Ensembles of Relatively Shallow Networks",
            "https://arxiv.org/abs/1605.06431",
        ),
        "Y19": Source("Yang, Pennington, Rao and others: A Mean Field Theory of Batch Normalization", "https://arxiv.org/abs/1902.08129"),
        "D20": Source(
            "De, Smith: Batch Normalization Biases Residual Blocks Towards the Identity Function in Deep Networks",
            "https://arxiv.org/abs/2002.10444",
        ),
        "SE": Source("Hu, Shen, Albanie and others: Squeeze-and-Excitation Networks", "https://arxiv.org/abs/1709.01507"),
        "TV": Source("torchvision: models/resnet.py and its weights", "https://pytorch.org/vision/stable/models/resnet.html"),
        "K": Source("Keras: ResNet in keras.applications", "https://keras.io/api/applications/resnet/"),
        "KF": Source("Keras: questions often asked", "https://keras.io/getting_started/faq/"),
        "FM": Source(
            "Xiao, Rasul, Vollgraf: Fashion-MNIST, and its table of benchmarks", "https://github.com/zalandoresearch/fashion-mnist"
        ),
        "LAB": Source("ResNet Lab"),
    }
)


def source_label(key: str, t: Translate = english) -> str:
    """How a source is called in a line of text."""
    return {
        "H15": t("He et al. 2015"),
        "H16": t("He et al. 2016"),
        "V16": t("Veit et al. 2016"),
        "Y19": t("Yang et al. 2019"),
        "D20": t("De and Smith 2020"),
        "SE": t("Hu et al. 2018"),
        "TV": t("torchvision"),
        "K": t("keras.applications"),
        "KF": t("Keras FAQ"),
        "FM": t("Fashion-MNIST"),
        "LAB": t("measured with this app"),
    }[key]


@dataclass(frozen=True, slots=True)
class Reference:
    """A source and the place in it: "section 4.1", or nothing for the whole."""

    key: str
    place: str = ""

    def label(self, t: Translate = english) -> str:
        return self._placed(source_label(self.key, t), t)

    def markdown(self, t: Translate = english) -> str:
        url = SOURCES[self.key].url
        return self._placed(f"[{source_label(self.key, t)}]({url})", t) if url else self.label(t)

    def _placed(self, name: str, t: Translate) -> str:
        return t("{source}, {place}", source=name, place=self.place) if self.place else name


def references(line: str) -> tuple[Reference, ...]:
    """The references of a line such as "H15 section 4.1; V16". Raises ValueError for a key nobody knows, and for an empty line."""
    found = []
    for part in re.split(r"[;；]", line):
        key, _, place = part.strip().partition(" ")
        if key not in SOURCES:
            raise ValueError(f"{line!r} should name a source, one of {', '.join(SOURCES)}, and then the place; it says {key!r}")
        found.append(Reference(key, place.strip()))
    return tuple(found)
