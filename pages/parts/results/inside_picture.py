"""Which picture the network is looked into with: a test image, by number, by class or the next mistake; or one's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from pages.parts.display import pixels
from pages.parts.held_address import hold, keep
from pages.parts.i18n import t
from pages.parts.results.shown import PAGE, choose_image, choose_own, chosen_image, own_chosen
from pages.parts.thumbnails import thumbnails
from resnet.datasets import DATASETS
from resnet.inquiries import OwnPicture, Picture, Source, TestImage, TestPredictions
from resnet.own_picture import SIDE
from resnet.pictures import a_dozen, embedded_pictures
from resnet.wording import class_titles

_KEY = "inside_picture"
_EACH, _AROUND = 33, 6  # pixels of a small picture with its gap, and around the row
_OWN = "own"  # among the numbers of test images
_ANY = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a network has answered to the test images, as far as it is known yet. int64 (images,) each."""

    labels: np.ndarray
    named: np.ndarray

    @staticmethod
    def of(found: TestPredictions | None) -> Answered | None:
        return None if found is None else Answered(found.labels, found.probabilities.argmax(axis=1))

    def after(self, image: int, *, label: int | None = None, mistake: bool = False) -> int | None:
        """The next image of that class, or of any; `mistake`: one named wrongly. After the last comes the first; None where none is."""
        wanted = np.ones(len(self.labels), bool) if label is None else self.labels == label
        if mistake:
            wanted = wanted & (self.labels != self.named)
        (found,) = np.nonzero(wanted)
        if not len(found):
            return None
        return int(found[np.searchsorted(found, image, side="right") % len(found)])


def image_at_hand(source: Source) -> int:
    """The test image that is looked at; the first of the dozen where none was chosen."""
    chosen = chosen_image()
    return chosen if chosen is not None and chosen < DATASETS[source.dataset].test_images else a_dozen()[0]


def picture(source: Source, own: OwnPicture | None) -> Picture:
    """What is looked at. `own` is the visitor's, where there is one that fits this network."""
    return own if own is not None and own_chosen() else TestImage(image_at_hand(source))


def picture_control(source: Source, own: OwnPicture | None, answered: Answered | None) -> None:
    """One row: a dozen test images and one's own, then any by its number, by its class, and the mistakes one after another."""
    image = image_at_hand(source)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        _images(source, image, own)
        _number(source, image)
        label = _class()
        _next(t("Next"), ":material/skip_next:", answered.after(image, label=label) if answered else None, key="next")
        mistake = answered.after(image, label=label, mistake=True) if answered else None
        _next(t("Next mistake"), ":material/error:", mistake, key="mistake")


def verdict(probabilities: np.ndarray | None, label: int | None) -> str:
    """What the picture is and what the network says of it, as Markdown."""
    titles = class_titles(t)
    if probabilities is None:
        return ""
    first, second = (int(one) for one in np.argsort(-probabilities, kind="stable")[:2])
    said = t(
        "The network says **{first}** ({share:.1%}), then {second} ({rest:.1%}).",
        first=titles[first],
        share=float(probabilities[first]),
        second=titles[second],
        rest=float(probabilities[second]),
    )
    if label is None:
        return said
    if label == first:
        return f"{said} {t('That is right.')}"
    return f"{said} {t('It is a mistake: the label is **{label}**.', label=titles[label])}"


def label_of(source: Source, shown: Picture, answered: Answered | None) -> int | None:
    """The class of a test image; None where it is not known, or not yet."""
    if not isinstance(shown, TestImage):
        return None
    if source.dataset != "fashion-mnist":
        return int(embedded_pictures()[1][shown.number])
    return int(answered.labels[shown.number]) if answered else None


def _images(source: Source, image: int, own: OwnPicture | None) -> None:
    """A dozen that this machine is sure to have, and one's own."""
    shown: dict[str, tuple[str, np.ndarray]] = {}
    if source.dataset != "fashion-mnist":
        pictures, labels = embedded_pictures()
        titles = class_titles(t)
        shown = {str(one): (titles[labels[one]], pictures[one]) for one in a_dozen()}
    if own is not None:
        shown[_OWN] = (t("My picture"), _as_large(own))
    if shown:
        thumbnails(
            shown,
            title=t("Picture"),
            chosen=_OWN if own is not None and own_chosen() else str(image),
            key=f"{_KEY}_images",
            width=len(shown) * _EACH + _AROUND,
            on_choose=lambda chosen: choose_own() if chosen == _OWN else choose_image(int(chosen)),
        )


def _as_large(own: OwnPicture) -> np.ndarray:
    """The picture as large as test images are kept, uint8 (28, 28): each pixel of one that is half as large becomes four."""
    pixels = np.frombuffer(own.pixels, np.uint8).reshape(own.height, own.width)
    return np.kron(pixels, np.ones((SIDE // own.height, SIDE // own.width), np.uint8))


def _number(source: Source, image: int) -> None:
    widget = f"{_KEY}_number_{source.dataset}"
    st.session_state[widget] = image
    st.number_input(
        t("Number of the test image"),
        0,
        DATASETS[source.dataset].test_images - 1,
        key=widget,
        on_change=lambda: choose_image(st.session_state[widget]),
        label_visibility="collapsed",
        width=pixels(130),
    )


def _class() -> int | None:
    """Of which class "next" is meant; None of any."""
    titles = class_titles(t)
    labels = tuple(map(str, range(len(titles))))
    widget, said = f"{_KEY}_class", hold("class", labels, first=_ANY, page=PAGE)
    st.session_state[widget] = said
    st.selectbox(
        t("Class"),
        (_ANY, *labels),
        format_func=lambda label: t("any class") if label == _ANY else titles[int(label)],
        key=widget,
        on_change=lambda: keep("class", st.session_state[widget], first=_ANY, page=PAGE),
        label_visibility="collapsed",
        width=pixels(140),
    )
    return None if said == _ANY else int(said)


def _next(label: str, icon: str, image: int | None, *, key: str) -> None:
    """A button that leads to this image; none to lead to, nothing to press."""
    st.button(label, key=f"{_KEY}_{key}", icon=icon, disabled=image is None, on_click=choose_image, args=(image,))
