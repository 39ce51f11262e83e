"""Which picture the network is looked into with: a test image, by number, by class or the next mistake; or one's own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st

from pages.parts.display import pixels, projector
from pages.parts.i18n import t
from pages.parts.results.shown import choose_image, choose_own, chosen_image, own_chosen
from pages.parts.thumbnails import thumbnails
from resnet.datasets import DATASETS
from resnet.inquiries import OwnPicture, Picture, Source, TestImage, TestPredictions
from resnet.pictures import a_dozen, embedded_pictures
from resnet.wording import class_titles

_KEY = "inside_picture"
_THUMBNAILS_WIDTH = 402  # pixels: twelve in a row
_ANY = -1


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
    """One row: a dozen test images, then any by its number, by its class, and the mistakes one after another."""
    image = image_at_hand(source)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        if source.dataset != "fashion-mnist":
            _dozen(image)
        _number(source, image)
        label = _class()
        _next(t("Next"), ":material/skip_next:", answered.after(image, label=label) if answered else None, key="next")
        mistake = answered.after(image, label=label, mistake=True) if answered else None
        _next(t("Next mistake"), ":material/error:", mistake, key="mistake")
        if own is not None and not projector():  # larger type leaves no room for it; the view for one's own leads here
            st.session_state[f"{_KEY}_own"] = own_chosen()
            st.toggle(t("My picture"), key=f"{_KEY}_own", on_change=_own)


def verdict(probabilities: np.ndarray | None, label: int | None) -> str:
    """What the picture is and what the network says of it, as Markdown."""
    titles = class_titles(t)
    if probabilities is None:
        return ""
    first, second = (int(one) for one in np.argsort(-probabilities, kind="stable")[:2])
    said = t(
        "The network says **{first}** ({share:.0%}), then {second} ({rest:.0%}).",
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


def _dozen(image: int) -> None:
    pictures, labels = embedded_pictures()
    titles = class_titles(t)
    thumbnails(
        {str(one): (titles[labels[one]], pictures[one]) for one in a_dozen()},
        title=t("Test image"),
        chosen=str(image),
        key=f"{_KEY}_dozen",
        width=_THUMBNAILS_WIDTH,
        on_choose=lambda chosen: choose_image(int(chosen)),
    )


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
    chosen: int = st.selectbox(
        t("Class"),
        (_ANY, *range(len(titles))),
        format_func=lambda label: t("any class") if label == _ANY else titles[label],
        key=f"{_KEY}_class",
        label_visibility="collapsed",
        width=pixels(140),
    )
    return None if chosen == _ANY else chosen


def _next(label: str, icon: str, image: int | None, *, key: str) -> None:
    """A button that leads to this image; none to lead to, nothing to press."""
    st.button(label, key=f"{_KEY}_{key}", icon=icon, disabled=image is None, on_click=choose_image, args=(image,))


def _own() -> None:
    if st.session_state[f"{_KEY}_own"]:
        choose_own()
    else:
        choose_image(None)
