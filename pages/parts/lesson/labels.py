"""Label ten images: the task of the network, done by hand, and the score beside what others reached."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import streamlit as st

from pages.parts.display import pixels
from pages.parts.i18n import t
from resnet.datasets import DATASETS
from resnet.embedded import EMBEDDED
from resnet.figures.class_accuracy import wilson_interval
from resnet.pictures import a_dozen, embedded_pictures
from resnet.teaching.labelling import IMAGES, right_answers, ten_images
from resnet.wording import class_titles, percent

PEOPLE = 0.835  # Xiao et al. 2017's table of benchmarks: non-experts, 1,000 images, majority of three
_ENLARGED = 7  # 28 pixels become 196
_SESSION_KEY = "ten_images"
_CLASSES_IN_A_ROW = 5


@dataclass(slots=True)
class Labelling:
    """Which ten images these are, and the classes given to the first of them."""

    number: int = 1
    answers: list[int] = field(default_factory=list)

    def answer(self, number: int, place: int) -> None:
        """Give image `number`, from 1, its class; a second click on the same image does not label the next one."""
        if number == len(self.answers) + 1:
            self.answers.append(place)

    def images(self) -> tuple[np.ndarray, np.ndarray]:
        """The ten images, uint8 (10, 28, 28), and their classes."""
        pictures, labels = embedded_pictures()
        places = list(ten_images(self.number, len(labels), first=a_dozen()))
        return pictures[places], labels[places]


@st.fragment
def label_ten() -> None:
    """One image after the other, then all ten with what they are."""
    game = _game()
    pictures, labels = game.images()
    st.header(t("Label ten images"), anchor=False, divider="gray")
    if len(game.answers) < IMAGES:
        _one(game, pictures[len(game.answers)])
    else:
        _result(game, pictures, labels)


def _game() -> Labelling:
    game: Labelling = st.session_state.setdefault(_SESSION_KEY, Labelling())
    return game


def _one(game: Labelling, picture: np.ndarray) -> None:
    image, choices = st.columns([1, 3], vertical_alignment="center")
    number = len(game.answers) + 1
    with image:
        st.image(_enlarged(picture, _ENLARGED), width=pixels(28 * _ENLARGED), alt=t("Image {number}: which class is it?", number=number))
    titles = class_titles(t)
    with choices:
        st.markdown(t("**Image {number} of {count}:** what is it?", number=number, count=IMAGES))
        for start in range(0, len(titles), _CLASSES_IN_A_ROW):
            places = range(start, start + _CLASSES_IN_A_ROW)
            for column, place in zip(st.columns(_CLASSES_IN_A_ROW, gap="small"), places, strict=True):
                column.button(titles[place], key=f"ten_{place}", width="stretch", on_click=game.answer, args=(number, place))
        st.caption(t("These are test images, 28×28 pixels; everyone gets the same ten."))


def _result(game: Labelling, pictures: np.ndarray, labels: np.ndarray) -> None:
    titles = class_titles(t)
    _scores(right_answers(game.answers, labels.tolist()))
    for column, picture, answer, label in zip(st.columns(IMAGES, gap="small"), pictures, game.answers, labels, strict=True):
        true = titles[label]
        with column, st.container(gap="xsmall"):
            st.image(_enlarged(picture, 3), width=pixels(84), alt=true)
            if answer == label:
                st.caption(f":material/check: {true}")
            else:
                st.caption(":material/close: " + t("{truth}, you said {said}", truth=true, said=titles[answer]))
    st.button(t("Ten others"), icon=":material/refresh:", key="ten_others", on_click=_others, args=(game,))


def _scores(right: int) -> None:
    """The three scores beside each other, each with what it was measured on."""
    low, high = wilson_interval(right, IMAGES)
    measured = EMBEDDED["mini-resnet"].measured("trained")
    you, people, network = st.columns(3)
    you.metric(
        t("You"),
        t("{right} of {count}", right=right, count=IMAGES),
        t("{low:.0%} to {high:.0%}: ten images say little", low=low, high=high),
        delta_color="off",
        delta_arrow="off",
    )
    people.metric(t("People"), percent(PEOPLE), t("non-experts; 1,000 images, majority of three"), delta_color="off", delta_arrow="off")
    if measured is not None:
        network.metric(
            t("The mini-ResNet that comes with the app"),
            percent(measured.test_accuracy),
            t("{images:,} test images", images=DATASETS[EMBEDDED["mini-resnet"].dataset].test_images),
            delta_color="off",
            delta_arrow="off",
        )


def _others(game: Labelling) -> None:
    st.session_state[_SESSION_KEY] = Labelling(number=game.number + 1)


def _enlarged(picture: np.ndarray, times: int) -> np.ndarray:
    """Each pixel as a square of pixels: what is coarse stays coarse."""
    return np.kron(picture, np.ones((times, times), np.uint8))
